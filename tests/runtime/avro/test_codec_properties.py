"""What holds for every schema and every value: round trips, both executors alike, no bytes that do harm."""

from __future__ import annotations

import io
import json
import random
from typing import Any

import fastavro
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from eventpact import avro
from eventpact.avro.form import Form
from eventpact.avro.interpret.read import PlanReader
from eventpact.avro.interpret.write import ValueWriter
from eventpact.errors import EventPactError, SchemaError
from tests.runtime.avro import binary
from tests.runtime.avro.pairs import make_pair
from tests.runtime.avro.values import typed_values

pytestmark = pytest.mark.usefixtures("executor")


@settings(max_examples=400, deadline=None)
@given(typed_values())
def test_what_is_encoded_decodes_to_itself(case: tuple[Any, Any]) -> None:
    schema, value = case
    codec = avro.Codec(avro.parse(json.dumps(schema)))

    assert codec.decode(codec.encode(value)) == value


@settings(max_examples=400, deadline=None)
@given(typed_values(all_types=False))
def test_fastavro_reads_what_we_write_and_we_read_what_it_writes(case: tuple[Any, Any]) -> None:
    schema, value = case
    codec = avro.Codec(avro.parse(json.dumps(schema)))
    judge = fastavro.parse_schema(schema)

    assert fastavro.schemaless_reader(io.BytesIO(codec.encode(value)), judge, None) == value

    written = io.BytesIO()
    fastavro.schemaless_writer(written, judge, value)
    assert codec.decode(written.getvalue()) == value


@settings(max_examples=200, deadline=None)
@given(typed_values())
def test_emitted_code_and_interpreter_write_the_same(case: tuple[Any, Any]) -> None:
    schema = avro.parse(json.dumps(case[0]))

    assert avro.Codec(schema).encode(case[1]) == ValueWriter(schema, Form()).write(case[1])


@settings(max_examples=200, deadline=None)
@given(typed_values())
def test_without_logical_types_values_are_what_lies_beneath(case: tuple[Any, Any]) -> None:
    schema = avro.parse(json.dumps(case[0]))
    data = avro.Codec(schema).encode(case[1])
    plain = avro.Codec(schema, logical_types=False)

    value = plain.decode(data)

    assert plain.decode(plain.encode(value)) == value
    assert {type(item) for item in leaves(value)} <= {type(None), bool, int, float, bytes, str}


@settings(max_examples=100, deadline=None)
@given(typed_values(depth=2), st.data())
def test_bytes_cut_short_are_an_error_at_every_length(case: tuple[Any, Any], data: st.DataObject) -> None:
    codec = avro.Codec(avro.parse(json.dumps(case[0])))
    encoded = codec.encode(case[1])

    for length in range(min(len(encoded), 200)):
        with pytest.raises(avro.DecodeError):
            codec.decode(encoded[:length])


@settings(max_examples=200, deadline=None)
@given(typed_values(), st.data())
def test_flipped_bits_are_an_error_or_another_value(case: tuple[Any, Any], data: st.DataObject) -> None:
    schema = avro.parse(json.dumps(case[0]))
    codec = avro.Codec(schema)
    encoded = bytearray(codec.encode(case[1]))
    if not encoded:
        return
    for _ in range(20):
        at = data.draw(st.integers(0, len(encoded) * 8 - 1))
        encoded[at // 8] ^= 1 << at % 8
        assert outcome(codec.decode, bytes(encoded)) == outcome(interpreter(schema, schema).read, bytes(encoded))


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_emitted_code_and_interpreter_read_another_writers_bytes_alike(seed: int) -> None:
    rng = random.Random(seed)
    writer, reader = parsed_pair(rng)
    codec = avro.Codec(reader)
    judge = interpreter(writer, reader)
    for data in written(writer, rng):
        for mutated in (data, data[:-1], data + b"\0", flipped(data, rng)):
            assert outcome(lambda raw: codec.decode(raw, writer), mutated) == outcome(judge.read, mutated)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_values_of_another_writer_are_those_of_the_plan(seed: int) -> None:
    rng = random.Random(seed)
    writer, reader = parsed_pair(rng)
    plan = avro.resolve(writer=writer, reader=reader).plan
    codec = avro.Codec(reader)
    for data in written(writer, rng):
        try:
            expected = codec.decode(binary.transcode(plan, data))
        except binary.Unreadable:
            with pytest.raises(avro.DecodeError):
                codec.decode(data, writer)
        else:
            assert codec.decode(data, writer) == expected


def parsed_pair(rng: random.Random) -> tuple[avro.Schema, avro.Schema]:
    pair = make_pair(rng)
    try:
        return avro.parse(json.dumps(pair.writer)), avro.parse(json.dumps(pair.reader))
    except SchemaError:
        reject()


def written(writer: avro.Schema, rng: random.Random) -> list[bytes]:
    try:
        return [binary.random_datum(writer, rng) for _ in range(5)]
    except binary.Endless:
        reject()


def interpreter(writer: avro.Schema, reader: avro.Schema) -> PlanReader:
    return PlanReader(avro.resolve(writer=writer, reader=reader).plan, Form())


def outcome(decode: Any, data: bytes) -> Any:
    """The value, as text so that NaN equals NaN, or the whole error."""
    try:
        return repr(decode(data))
    except EventPactError as error:
        return type(error), str(error)


def flipped(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    if changed:
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in leaves(item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in leaves(item)]
    return [value]
