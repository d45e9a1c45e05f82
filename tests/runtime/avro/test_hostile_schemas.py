"""Schemas made to hurt: each ends in an answer or a clear error, in bounded time and without Python's stack."""

from __future__ import annotations

import json
import random
import tracemalloc
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eventpact import avro
from eventpact.avro.mismatches import MAX_MISMATCHES
from tests.runtime.avro.pairs import make_pair
from tests.runtime.avro.schemas import fixed, record_json

pytestmark = pytest.mark.timeout(60)


def test_a_chain_of_5000_records_is_no_matter_of_the_stack() -> None:
    def chain(last: str) -> avro.Schema:
        links = [record_json(f"next: R{number + 1}", name=f"R{number}") for number in range(5_000)]
        return avro.parse([*links, record_json(f"a: {last}", name="R5000")])

    writer, reader = chain("int"), chain("string")

    assert len(avro.named_types(writer)) == 5_001
    assert avro.canonical(writer).count('"record"') == 5_001
    assert avro.meaning(writer) != avro.meaning(reader)
    assert not avro.resolve(writer=writer, reader=reader).compatible
    assert avro.resolve(writer=writer, reader=reader).plan


def test_records_that_double_at_each_level_report_a_bounded_list() -> None:
    def doubling(last: dict[str, Any]) -> avro.Schema:
        levels = [record_json(f"a: R{level + 1}", f"b: R{level + 1}", name=f"R{level}") for level in range(60)]
        return avro.parse([*levels, last | {"name": "R60"}])

    writer, reader = doubling(fixed(1)), doubling(fixed(2))
    found = avro.resolve(writer=avro.named_types(writer)["R0"], reader=avro.named_types(reader)["R0"]).mismatches

    assert len(found) == MAX_MISMATCHES
    assert found[0].path == "/" + "/".join(["fields/0/type"] * 60) + "/size"


def test_unions_within_unions_keep_their_messages_short() -> None:
    def chain(last: str) -> avro.Schema:
        links = [record_json(f'next: ["null", "R{number + 1}"]', name=f"R{number}") for number in range(500)]
        return avro.parse([*links, record_json(f"a: {last}", name="R500")])

    found = avro.resolve(writer=chain("int"), reader=chain("string")).mismatches

    assert len(found) == 501
    assert max(len(mismatch.message) for mismatch in found) < 400


def test_a_text_of_600_000_escapes_takes_little_memory() -> None:
    text = '{"type": "string", "doc": "' + "\\ud83d\\ude00" * 300_000 + '"}'

    tracemalloc.start()
    avro.parse(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 50_000_000


def test_rings_of_records_that_pair_up_without_end_are_called_entangled() -> None:
    def ring(size: int) -> avro.Schema:
        records = [
            record_json(f"next: n{(number + 1) % size}.R", name="R", namespace=f"n{number}") for number in range(size)
        ]
        return avro.named_types(avro.parse({"type": "array", "items": records}))["n0.R"]

    [mismatch] = avro.resolve(writer=ring(1_009), reader=ring(1_013)).mismatches

    assert "too entangled" in mismatch.message


def test_unions_of_a_thousand_records_are_compared_by_name() -> None:
    def union(kind: str) -> avro.Schema:
        return avro.parse([record_json(f"a: {kind}", name=f"R{number}") for number in range(1_000)])

    resolution = avro.resolve(writer=union("int"), reader=union("long"))

    assert resolution.compatible
    assert resolution.plan


def test_a_thousand_records_of_other_names_are_tried_a_bounded_number_of_times() -> None:
    def union(prefix: str) -> avro.Schema:
        return avro.parse([record_json("a: int", name=f"{prefix}{number}") for number in range(1_000)])

    resolution = avro.resolve(writer=union("W"), reader=union("R"))

    assert len(resolution.mismatches) == 1_000
    assert resolution.plan


@pytest.mark.parametrize("count", [256, 257, 3_000])
def test_a_union_wider_than_code_can_tell_apart_is_written_and_read(count: int) -> None:
    union = avro.parse([record_json("a: int", name=f"R{number}") for number in range(count)])
    value = (f"R{count - 1}", {"a": 7})
    codec = avro.Codec(union)

    assert codec.decode(codec.encode(value)) == {"a": 7}
    assert avro.Codec(avro.parse(record_json("b: int = 1", name="R5"))).decode(
        codec.encode(("R5", {"a": 7})), union
    ) == {"b": 1}


def test_chains_of_nullable_records_are_planned_and_skipped() -> None:
    def chain(last: str) -> avro.Schema:
        links = [record_json(f'next: ["null", "R{number + 1}"]', name=f"R{number}") for number in range(3_000)]
        return avro.parse([*links, record_json(f"a: {last}", name="R3000")])

    codec = avro.Codec(chain("int"))

    assert codec.decode(codec.encode(("R0", {"next": None})), chain("string")) == {"next": None}


def test_a_cyclic_value_is_refused() -> None:
    endless: dict[str, Any] = {"type": "array"}
    endless["items"] = endless

    with pytest.raises(avro.SchemaError, match="more than 128 deep"):
        avro.parse(endless)


def test_a_cyclic_default_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    tree = record_json('kids: {"type": "array", "items": {"type": "array", "items": "User"}}')
    tree["fields"][0]["default"] = endless

    with pytest.raises(avro.SchemaError, match="does not fit"):
        avro.parse(tree)


def test_numbers_of_any_size_are_refused_in_few_words() -> None:
    with pytest.raises(avro.SchemaError, match="a number of many digits"):
        avro.parse(fixed(10**5_000))


@pytest.mark.parametrize("value", [None, 5, 1.5, object(), b"\xff", ("null",), {1: 2}, {"type": {}}, [[]], ""])
def test_what_is_no_schema_at_all_is_refused(value: Any) -> None:
    with pytest.raises(avro.SchemaError):
        avro.parse(value)


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=40) | st.text(max_size=40))
@example(data='{"type": "record", "name": "\\u0000", "fields": []}')
def test_any_bytes_or_text_parse_or_are_refused(data: bytes | str) -> None:
    parse_or_refuse(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(rng=st.randoms(use_true_random=False), junk=JSON)
def test_a_schema_with_junk_somewhere_parses_or_is_refused_with_its_place(rng: random.Random, junk: Any) -> None:
    schema = [make_pair(rng).writer]
    places: list[tuple[Any, Any]] = [(schema, 0)]
    for holder, key in places:
        node = holder[key]
        if isinstance(node, dict):
            places += [(node, inner) for inner in node]
        elif isinstance(node, list):
            places += [(node, index) for index in range(len(node))]
    holder, key = rng.choice(places)
    holder[key] = junk

    parse_or_refuse(json.dumps(schema[0]))


def parse_or_refuse(data: bytes | str) -> None:
    try:
        schema = avro.parse(data)
    except avro.SchemaError:
        return
    assert avro.resolve(writer=schema, reader=avro.parse(data)).compatible
