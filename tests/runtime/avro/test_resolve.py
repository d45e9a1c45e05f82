"""How a reader's schema meets what a writer wrote (Avro 1.12, Schema Resolution): the verdict and its reasons."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventpact import avro
from tests.runtime.avro.pairs import make_pair
from tests.runtime.avro.schemas import enum, fixed, record, record_json

PRIMITIVES = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")
PROMOTIONS = {
    ("int", "long"),
    ("int", "float"),
    ("int", "double"),
    ("long", "float"),
    ("long", "double"),
    ("float", "double"),
    ("string", "bytes"),
    ("bytes", "string"),
}


@pytest.mark.parametrize(("writer", "reader"), list(itertools.product(PRIMITIVES, repeat=2)))
def test_a_primitive_is_read_as_itself_or_as_what_it_promotes_to(writer: str, reader: str) -> None:
    found = mismatches(json.dumps(writer), json.dumps(reader))

    allowed = writer == reader or (writer, reader) in PROMOTIONS
    assert found == ([] if allowed else [("TYPE_MISMATCH", "/")])


def test_a_field_added_without_default_breaks_old_messages() -> None:
    old = record("id: string")
    new = record("id: string", "email: string")

    [mismatch] = avro.resolve(writer=old, reader=new).mismatches

    assert mismatch.kind == "READER_FIELD_MISSING_DEFAULT_VALUE"
    assert mismatch.path == "/fields/1"
    assert mismatch.message == "field 'email' has no default and the writer has no such field"


def test_a_field_added_with_default_breaks_nothing() -> None:
    assert compatible(record("id: string"), record("id: string", "email: string = unknown"))


def test_a_default_of_null_counts_as_a_default() -> None:
    assert compatible(record("id: string"), record("id: string", 'email: ["null", "string"] = null'))


def test_a_field_removed_breaks_nothing() -> None:
    assert compatible(record("id: string", "email: string"), record("id: string"))


def test_fields_in_another_order_break_nothing() -> None:
    assert compatible(record("id: string", "age: int"), record("age: long", "id: bytes"))


def test_a_field_renamed_with_an_alias_breaks_nothing() -> None:
    assert compatible(record("mail: string"), record("email: string alias mail"))


def test_an_enum_field_added_with_a_default_symbol_only_is_missing_its_default() -> None:
    status = json.dumps(enum("A", default="A"))

    assert mismatches(record_json("id: int"), record_json("id: int", f"s: {status}")) == [
        ("TYPE_MISMATCH", "/fields/1/type")  # Java compares the enum with the writer's record
    ]


def test_a_changed_type_is_found_wherever_it_is() -> None:
    def nested(kind: str) -> dict[str, Any]:
        inner = record_json(f"a: {kind}", name="Inner")
        return record_json(
            "x: int", f"deep: {json.dumps({'type': 'array', 'items': {'type': 'map', 'values': inner}})}"
        )

    assert mismatches(nested("int"), nested("string")) == [
        ("TYPE_MISMATCH", "/fields/1/type/items/values/fields/0/type")
    ]


def test_every_mismatch_is_listed_in_order() -> None:
    writer = record_json(f"s: {json.dumps(enum('A', 'C', 'B'))}", f"h: {json.dumps(fixed(2))}", name="Old")
    reader = record_json(
        f"s: {json.dumps(enum('A', name='State'))}", f"h: {json.dumps(fixed(3))}", "new: int", name="New"
    )

    found = avro.resolve(writer=avro.parse(writer), reader=avro.parse(reader)).mismatches

    assert [(one.kind, one.path) for one in found] == [
        ("NAME_MISMATCH", "/name"),
        ("NAME_MISMATCH", "/fields/0/type/name"),
        ("MISSING_ENUM_SYMBOLS", "/fields/0/type/symbols"),
        ("FIXED_SIZE_MISMATCH", "/fields/1/type/size"),
        ("READER_FIELD_MISSING_DEFAULT_VALUE", "/fields/2"),
    ]
    assert "B, C" in found[2].message


def test_a_symbol_that_the_reader_lacks_needs_its_default() -> None:
    assert compatible(avro.parse(enum("A", "B")), avro.parse(enum("A", default="A")))
    assert mismatches(enum("A", "B"), enum("A")) == [("MISSING_ENUM_SYMBOLS", "/symbols")]


@pytest.mark.parametrize("schema", [record_json, enum, lambda **more: fixed(2, **more)])
def test_a_renamed_type_needs_an_alias(schema: Any) -> None:
    old, new = schema(name="Old"), schema(name="New")

    assert mismatches(old, new) == [("NAME_MISMATCH", "/name")]
    assert mismatches(old, schema(name="New", aliases=["Old"])) == []


def test_a_changed_namespace_needs_no_alias() -> None:
    assert mismatches(record_json(namespace="a"), record_json(namespace="b")) == []


def test_an_alias_without_namespace_means_the_types_own() -> None:
    new = record_json(name="New", namespace="io.app", aliases=["Old"])

    assert mismatches(record_json(name="Old", namespace="io.app"), new) == []
    assert mismatches(record_json(name="Old", namespace="io.other"), new) == [("NAME_MISMATCH", "/name")]


def test_an_empty_namespace_within_a_namespace_is_none() -> None:
    inner = record_json(name="Inner", namespace="")
    writer = record_json(f"a: {json.dumps(inner)}", namespace="io.app")
    reader = record_json(f"a: {json.dumps(inner | {'name': 'Other', 'aliases': ['.Inner']})}", namespace="io.app")

    assert mismatches(writer, reader) == []


def test_a_union_must_cover_what_is_written() -> None:
    assert mismatches(["null", "int", "string"], ["string", "null"]) == [("MISSING_UNION_BRANCH", "/1")]
    assert mismatches(["null", "int"], ["long", "null", "string"]) == []


def test_a_branch_that_changed_says_what_changed_in_it() -> None:
    old, new = (avro.parse(["null", record_json(f"a: {kind}")]) for kind in ("int", "string"))

    [mismatch] = avro.resolve(writer=old, reader=new).mismatches

    assert mismatch.path == "/1"
    assert mismatch.message == (
        "no branch of the reader's union can read record User: "
        "at /fields/0/type of the reader's own, int cannot be read as string"
    )


def test_a_single_type_fits_into_a_union_that_can_read_it() -> None:
    assert mismatches('"int"', ["null", "double"]) == []
    assert mismatches('"string"', ["null", "double"]) == [("MISSING_UNION_BRANCH", "/")]


def test_a_single_reader_must_read_every_branch() -> None:
    assert mismatches(["int", "null", "long"], '"long"') == [("TYPE_MISMATCH", "/1")]


def test_logical_types_do_not_count() -> None:
    assert mismatches({"type": "long", "logicalType": "timestamp-millis"}, '"long"') == []
    assert mismatches('"int"', {"type": "long", "logicalType": "time-micros"}) == []


def test_recursion_ends() -> None:
    writer = record_json('next: ["null", "User"]', "a: int")
    reader = record_json('next: ["null", "User"]', "a: string")

    assert mismatches(writer, reader) == [("TYPE_MISMATCH", "/fields/1/type")]


def test_mutual_recursion_ends() -> None:
    def pair(kind: str) -> dict[str, Any]:
        inner = record_json('back: {"type": "array", "items": "A"}', f"x: {kind}", name="B")
        return record_json(f"b: {json.dumps(inner)}", name="A")

    assert mismatches(pair("int"), pair("long")) == []
    assert mismatches(pair("long"), pair("int")) == [("TYPE_MISMATCH", "/fields/0/type/fields/1/type")]


def test_a_type_used_twice_is_reported_at_its_first_place_as_java_does() -> None:
    def twice(size: int) -> dict[str, Any]:
        return record_json(f"a: {json.dumps(fixed(size))}", "b: Hash")

    assert mismatches(twice(1), twice(2)) == [("FIXED_SIZE_MISMATCH", "/fields/0/type/size")] * 2


def test_a_field_that_matches_two_fields_is_a_mismatch() -> None:
    writer = record_json("a: int", "b: int")
    reader = record_json("b: int alias a", "c: int = 0")

    [mismatch] = avro.resolve(writer=avro.parse(writer), reader=avro.parse(reader)).mismatches

    assert (mismatch.kind, mismatch.path) == ("NAME_MISMATCH", "/fields/0")
    assert "'a' and 'b'" in mismatch.message


def test_a_schema_may_use_a_name_again_that_an_alias_keeps() -> None:
    schema = record_json("b: int alias a", "a: string = x")

    assert mismatches(schema, schema) == []


def test_fields_may_trade_names_by_their_aliases() -> None:
    assert mismatches(record_json("a: int", "b: string"), record_json("b: int alias a", "a: string alias b")) == []


def test_a_schema_resolves_with_itself_without_a_look() -> None:
    schema = record("id: string")

    assert avro.resolve(writer=schema, reader=schema).compatible


@settings(max_examples=200, deadline=None)
@given(st.randoms(use_true_random=False))
def test_every_schema_reads_its_own_data(rng: Any) -> None:
    pair = make_pair(rng)
    try:
        schema, again = avro.parse(pair.writer), avro.parse(pair.writer)
    except avro.SchemaError:
        return

    assert avro.resolve(writer=schema, reader=again).mismatches == ()


def compatible(writer: avro.Schema, reader: avro.Schema) -> bool:
    return avro.resolve(writer=writer, reader=reader).compatible


def mismatches(writer: Any, reader: Any) -> list[tuple[str, str]]:
    found = avro.resolve(writer=avro.parse(writer), reader=avro.parse(reader)).mismatches
    return [(one.kind, one.path) for one in found]
