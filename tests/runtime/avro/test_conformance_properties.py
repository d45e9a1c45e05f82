"""Executors do as the interpreters do, which carry out plans and schemas one node at a time: values, bytes and errors.

Every executor is compared with the interpreters and so with every other: classes, messages, paths and offsets of errors
included, for good data, for damaged data, for values that nearly fit and for those of unions that guess.
"""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from eventpact import avro
from eventpact.avro.form import Form
from eventpact.errors import SchemaError
from tests.runtime.avro import binary
from tests.runtime.avro.classes import made_classes
from tests.runtime.avro.mangle import STRANGERS, mangled
from tests.runtime.avro.outcomes import exact, outcome, reading, writing
from tests.runtime.avro.pairs import make_pair
from tests.runtime.avro.values import typed_values

pytestmark = pytest.mark.usefixtures("executor")
SEEDS = st.integers(0, 2**32)
DAMAGED = 8
"""Variants of each datum or value."""


@settings(max_examples=400, deadline=None)
@given(SEEDS, st.booleans(), st.booleans())
def test_a_writers_bytes_good_or_damaged_become_what_the_plan_says(seed: int, classes: bool, logical: bool) -> None:
    rng = random.Random(seed)
    writer, reader = pair(rng)
    form = Form(logical, made_classes(reader) if classes else {})
    codec = avro.Codec(reader, logical_types=logical, classes=form.classes)
    decode, expected = codec.decoder(writer), reading(writer, reader, form)

    for data in written(writer, rng):
        for variant in (data, *(damaged(data, rng) for _ in range(DAMAGED))):
            assert outcome(decode, variant) == outcome(expected, variant)


@settings(max_examples=300, deadline=None)
@given(typed_values(ambiguous=True), SEEDS, st.booleans())
def test_data_of_every_type_are_read_alike_when_damaged(case: tuple[Any, Any], seed: int, classes: bool) -> None:
    rng = random.Random(seed)
    schema = avro.parse(json.dumps(case[0]))
    form = Form(classes=made_classes(schema) if classes else {})
    codec = avro.Codec(schema, classes=form.classes)
    expected = reading(schema, schema, form)
    try:
        data = writing(schema, Form())(case[1])
    except avro.EncodeError:
        reject()

    for variant in (data, *(damaged(data, rng) for _ in range(DAMAGED))):
        assert outcome(codec.decode, variant) == outcome(expected, variant)


@settings(max_examples=400, deadline=None)
@given(typed_values(ambiguous=True), SEEDS, st.booleans())
def test_plain_values_that_fit_nearly_or_fit_twice_are_written_alike(
    case: tuple[Any, Any], seed: int, logical: bool
) -> None:
    rng = random.Random(seed)
    schema = avro.parse(json.dumps(case[0]))
    codec = avro.Codec(schema, logical_types=logical)
    expected = writing(schema, Form(logical))

    for value in (case[1], *(mangled(case[1], rng) for _ in range(DAMAGED))):
        assert outcome(codec.encode, value) == outcome(expected, value)


@settings(max_examples=400, deadline=None)
@given(typed_values(ambiguous=True), SEEDS)
def test_instances_that_fit_nearly_or_fit_twice_are_written_alike(case: tuple[Any, Any], seed: int) -> None:
    rng = random.Random(seed)
    schema = avro.parse(json.dumps(case[0]))
    form = Form(classes=made_classes(schema))
    codec = avro.Codec(schema, classes=form.classes)
    expected = writing(schema, form)
    try:
        instance = reading(schema, schema, form)(writing(schema, Form())(case[1]))
    except avro.EncodeError:
        reject()

    for value in (instance, *(mangled(instance, rng) for _ in range(DAMAGED))):
        assert outcome(codec.encode, value) == outcome(expected, value)


@settings(max_examples=300, deadline=None)
@given(typed_values(), st.booleans())
def test_instances_of_every_type_come_back_as_they_were(case: tuple[Any, Any], logical: bool) -> None:
    schema = avro.parse(json.dumps(case[0]))
    codec = avro.Codec(schema, logical_types=logical, classes=made_classes(schema))
    data = avro.Codec(schema).encode(case[1])

    instance = codec.decode(data)

    assert exact(codec.decode(codec.encode(instance))) == exact(instance)
    if logical:  # else a date and a time are numbers both, and the first branch of a union takes either
        assert codec.encode(instance) == data


@pytest.mark.parametrize("schema", ["null", "boolean", "int", "long", "float", "double", "bytes", "string"])
def test_strangers_are_taken_or_refused_alike_by_every_primitive(schema: str) -> None:
    codec, expected = avro.Codec(avro.parse(f'"{schema}"')), writing(avro.parse(f'"{schema}"'), Form())

    for stranger in STRANGERS:
        assert outcome(codec.encode, stranger) == outcome(expected, stranger)


def pair(rng: random.Random) -> tuple[avro.Schema, avro.Schema]:
    made = make_pair(rng)
    try:
        return avro.parse(made.writer), avro.parse(made.reader)
    except SchemaError:
        reject()


def written(writer: avro.Schema, rng: random.Random) -> list[bytes]:
    try:
        return [binary.random_datum(writer, rng) for _ in range(4)]
    except binary.Endless:
        reject()


def damaged(data: bytes, rng: random.Random) -> bytes:
    """Data cut, lengthened, with a flipped bit or with another number in it."""
    at = rng.randrange(len(data) + 1)
    match rng.randrange(5):
        case 0:
            return data[:at]
        case 1:
            return data + rng.randbytes(rng.randint(1, 3))
        case 2:
            return data[:at] + binary.long(rng.choice(NUMBERS)) + data[at + 1 :]
        case 3:
            return data[:at] + rng.randbytes(rng.randint(1, 4)) + data[at:]
        case _:
            changed = bytearray(data or b"\0")
            changed[at % len(changed)] ^= 1 << rng.randrange(8)
            return bytes(changed)


NUMBERS = (-1, -2, -64, 2, 63, 64, 65_537, 2**31, 2**62, 2**63 - 1, -(2**63))
"""Lengths, counts and indices that are seldom right."""
