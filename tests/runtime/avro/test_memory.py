"""Parsing versions with a memory: what they repeat is shared, and what they mean is what it is without one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventpact import avro
from eventpact.avro.memory import Memory, Remembered
from tests.runtime.avro.pairs import make_pair
from tests.runtime.avro.schemas import enum, record_json


def parse_all(*sources: Any) -> list[avro.Schema]:
    memory = Memory()
    return [avro.parse(source, memory=memory) for source in sources]


def field_type(schema: avro.Schema, index: int = 0) -> avro.Schema:
    assert isinstance(schema, avro.Record)
    return schema.fields[index].type


def test_what_two_versions_repeat_is_one_object() -> None:
    status = enum("OPEN", name="Status")
    v1 = record_json(f"status: {json.dumps(status)}", "a: int")
    v2 = record_json(f"status: {json.dumps(status)}", "a: long")

    first, second = parse_all(v1, v2)

    assert field_type(first) is field_type(second)
    assert field_type(first, 1) is not field_type(second, 1)


def test_a_name_that_means_another_type_by_now_is_looked_up_again() -> None:
    def version(size: int) -> Any:
        hash_ = {"type": "fixed", "name": "Hash", "size": size}
        return record_json(f"made: {json.dumps(hash_)}", "kept: Hash")

    _, second = parse_all(version(2), version(3))

    assert field_type(second, 1) is field_type(second, 0)
    assert getattr(field_type(second, 1), "size", None) == 3


def test_a_record_inside_itself_is_its_own_versions() -> None:
    first, second = parse_all(record_json("next: User"), record_json("next: User", "a: int"))

    assert field_type(first) is first
    assert field_type(second) is second


def test_the_same_text_in_another_namespace_is_another_type() -> None:
    status = enum("OPEN", name="Status")
    text = f"status: {json.dumps(status)}"

    _, second = parse_all(record_json(text, namespace="a"), record_json(text, namespace="b"))

    assert list(avro.named_types(second)) == ["b.User", "b.Status"]


def parse_apart(*sources: Any, references: tuple[avro.Schema, ...] = ()) -> list[avro.Schema]:
    """Each as a schema of its own, with a memory that shares what means the same everywhere."""
    everywhere: dict[bytes, Remembered] = {}
    return [avro.parse(source, references, memory=Memory(everywhere)) for source in sources]


def test_two_schemas_share_what_means_the_same_in_any_namespace() -> None:
    shared = avro.parse(enum("OPEN", name="Status", namespace="s"))
    fields = ("a: int", 'b: ["null", "string"] = null', "c: s.Status")
    sources = [record_json(*fields, namespace=namespace) for namespace in ("a", "b")]

    first, second = parse_apart(*sources, references=(shared,))

    assert isinstance(first, avro.Record)
    assert isinstance(second, avro.Record)
    assert all(one is other for one, other in zip(first.fields, second.fields, strict=True))


def test_two_schemas_share_no_types_that_they_define_or_name_in_their_own_namespace() -> None:
    part = json.dumps(record_json("x: int", name="Part", namespace="common"))
    sources = [record_json(f"a: {part}", "next: User", namespace=namespace) for namespace in ("a", "b")]

    first, second = parse_apart(*sources)

    assert field_type(first, 0) is not field_type(second, 0)
    assert field_type(first, 1) is first
    assert field_type(second, 1) is second


def test_what_names_a_type_in_full_is_not_shared_where_that_is_another_type() -> None:
    ours, theirs = (avro.parse(enum(symbol, name="Status", namespace="s")) for symbol in ("OPEN", "SHUT"))
    everywhere: dict[bytes, Remembered] = {}

    first, second = (
        avro.parse(record_json("a: s.Status"), (status,), memory=Memory(everywhere)) for status in (ours, theirs)
    )

    assert (field_type(first), field_type(second)) == (ours, theirs)


def nested(depth: int) -> Any:
    """A record whose field, with a value `depth` deep, stands two records deep."""
    schema: Any = "int"
    for _ in range(depth):
        schema = {"type": "array", "items": schema}
    inner = {"type": "record", "name": "Inner", "fields": [{"name": "a", "type": schema}]}
    return {"type": "record", "name": "Outer", "fields": [{"name": "inner", "type": inner}]}


def test_what_nests_just_deep_enough_in_one_place_is_too_deep_in_a_deeper_one() -> None:
    at_the_limit = nested(126)
    deeper = {"type": "record", "name": "Outermost", "fields": [{"name": "outer", "type": at_the_limit}]}
    memory = Memory()
    avro.parse(at_the_limit, memory=memory)

    with pytest.raises(avro.SchemaError, match="nest more than 128 deep"):
        avro.parse(deeper, memory=memory)


def test_a_type_defined_twice_is_refused_though_it_was_defined_once_before() -> None:
    text = f"a: {json.dumps(record_json('x: int', name='Part'))}"
    memory = Memory()
    avro.parse(record_json(text), memory=memory)

    with pytest.raises(avro.SchemaError, match="Part is already defined"):
        avro.parse(record_json(f"b: {json.dumps(record_json('y: int', name='Part'))}", text), memory=memory)


@pytest.mark.parametrize("default", ["true", "1.0"])
def test_numbers_that_python_takes_for_equal_are_told_apart(default: str) -> None:
    memory = Memory()
    avro.parse('{"type": "record", "name": "A", "fields": [{"name": "a", "type": "int", "default": 1}]}', memory=memory)

    with pytest.raises(avro.SchemaError, match="does not fit"):
        avro.parse(
            f'{{"type": "record", "name": "A", "fields": [{{"name": "a", "type": "int", "default": {default}}}]}}',
            memory=memory,
        )


def test_nothing_is_learned_from_what_is_refused() -> None:
    memory = Memory()
    wrong = record_json("a: int = text")

    for _ in range(2):
        with pytest.raises(avro.SchemaError, match="does not fit"):
            avro.parse(wrong, memory=memory)


@settings(max_examples=300, deadline=None)
@given(rng=st.randoms(use_true_random=False))
def test_a_memory_changes_neither_what_is_parsed_nor_what_is_refused(rng: Any) -> None:
    everywhere: dict[bytes, Remembered] = {}
    for pair in (make_pair(rng), make_pair(rng)):
        memory = Memory(everywhere)
        for source in (pair.writer, pair.reader, pair.writer, pair.reader):
            assert outcome(source, memory) == outcome(source, None)


@settings(max_examples=300, deadline=None)
@given(rng=st.randoms(use_true_random=False))
def test_schemas_that_share_parts_have_the_mismatches_of_those_that_do_not(rng: Any) -> None:
    pair = make_pair(rng)
    try:
        apart = avro.parse(pair.writer), avro.parse(pair.reader)
    except avro.SchemaError:
        return
    writer, reader = parse_all(pair.writer, pair.reader)

    alone, shared = avro.resolve(writer=apart[0], reader=apart[1]), avro.resolve(writer=writer, reader=reader)

    assert alone.mismatches == shared.mismatches


def outcome(source: Any, memory: Memory | None) -> str:
    try:
        return avro.meaning(avro.parse(source, memory=memory))
    except avro.SchemaError as error:
        return str(error)
