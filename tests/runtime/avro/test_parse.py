"""Schemas from JSON (Avro 1.12, Schema Declaration)."""

from __future__ import annotations

import json

import pytest

from eventpact import avro
from tests.runtime.avro.schema_cases import CASES, Case
from tests.runtime.avro.schemas import enum, fixed, record, record_json


@pytest.mark.parametrize("case", [case for case in CASES if case.refusal is None], ids=str)
def test_what_avro_allows_parses(case: Case) -> None:
    avro.parse(case.text)


@pytest.mark.parametrize("case", [case for case in CASES if case.refusal is not None], ids=str)
def test_what_avro_forbids_is_refused_with_its_place(case: Case) -> None:
    with pytest.raises(avro.SchemaError) as caught:
        avro.parse(case.text)

    assert case.refusal is not None
    assert case.refusal in caught.value.message
    assert caught.value.path == case.path


def test_an_error_in_text_has_line_and_column() -> None:
    with pytest.raises(avro.SchemaError) as caught:
        avro.parse('{"type": "record", "name": "R", "fields": [\n  {"name": "a", "type": "B"}\n]}')

    assert (caught.value.line, caught.value.column) == (2, 25)
    assert str(caught.value).startswith("2:25: the type B is not defined")


def test_an_error_in_parsed_json_has_a_path_only() -> None:
    with pytest.raises(avro.SchemaError) as caught:
        avro.parse({"type": "array", "items": "B"})

    assert (caught.value.path, caught.value.line) == ("/items", None)


def test_a_complex_type_beside_the_field_gets_a_hint() -> None:
    with pytest.raises(avro.SchemaError) as caught:
        avro.parse('{"type": "record", "name": "R", "fields": [{"name": "a", "type": "array", "items": "int"}]}')

    assert caught.value.hint == 'write {"type": {"type": "array", ...}}'


def test_a_parsed_record_says_what_was_written() -> None:
    schema = record(
        'id: {"type": "string", "logicalType": "uuid"}',
        "age: int = 7 alias years n.o",
        name="User",
        namespace="io.app",
        doc="A person.",
        aliases=["Person", "io.old.User", ".Root"],
        owner="people",
    )

    assert schema.name == "io.app.User"
    assert schema.doc == "A person."
    assert schema.aliases == ("io.app.Person", "io.old.User", "Root")
    assert dict(schema.props) == {"owner": "people"}
    identity, age = schema.fields
    assert identity.type.kind == "string"
    assert not identity.has_default
    assert (age.name, age.default, age.aliases) == ("age", 7, ("years", "n.o"))


def test_a_default_of_null_is_a_default() -> None:
    [field] = record('a: ["null", "int"] = null').fields

    assert field.has_default
    assert field.default is None


def test_a_recursive_record_holds_itself() -> None:
    schema = record('next: ["null", "User"] = null')

    union = schema.fields[0].type
    assert isinstance(union, avro.Union)
    assert union.branches[1] is schema


def test_a_name_used_before_its_definition_is_the_same_type() -> None:
    schema = record(
        'many: {"type": "array", "items": ["null", "B"]}', 'one: {"type": "record", "name": "B", "fields": []}'
    )

    many, one = (field.type for field in schema.fields)
    assert isinstance(many, avro.Array)
    assert isinstance(many.items, avro.Union)
    assert many.items.branches[1] is one


def test_types_of_references_may_be_used() -> None:
    meta = avro.parse(record_json(f"kind: {json.dumps(enum('A', name='Kind'))}", name="Meta", namespace="io.app"))

    schema = avro.parse(record_json("meta: Meta", "kind: Kind", namespace="io.app"), references=[meta])

    assert isinstance(schema, avro.Record)
    assert schema.fields[0].type is meta
    assert list(avro.named_types(schema)) == ["io.app.User", "io.app.Meta", "io.app.Kind"]


def test_a_referenced_type_may_not_be_defined_again() -> None:
    meta = record(name="Meta")

    with pytest.raises(avro.SchemaError, match="Meta is already defined"):
        avro.parse([record_json(name="Meta")], references=[meta])


def test_references_may_bring_one_type_twice_but_not_two_of_a_name() -> None:
    first = avro.parse(record_json("a: int", name="Meta"))
    again = avro.parse(record_json("a: int", name="Meta", doc="the same"))
    other = avro.parse(record_json("a: long", name="Meta"))

    avro.parse(["null", "Meta"], references=[first, again])
    with pytest.raises(avro.SchemaError, match="the references define Meta in two ways"):
        avro.parse(["null", "Meta"], references=[first, other])


@pytest.mark.parametrize(
    ("schema", "logical"),
    [
        ({"type": "int", "logicalType": "date"}, avro.Logical("date")),
        ({"type": "long", "logicalType": "timestamp-nanos"}, avro.Logical("timestamp-nanos")),
        ({"type": "string", "logicalType": "uuid"}, avro.Logical("uuid")),
        ({**fixed(16), "logicalType": "uuid"}, avro.Logical("uuid")),
        ({**fixed(12), "logicalType": "duration"}, avro.Logical("duration")),
        ({"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}, avro.Logical("decimal", 9, 2)),
        ({"type": "bytes", "logicalType": "decimal", "precision": 9}, avro.Logical("decimal", 9, 0)),
        ({**fixed(4), "logicalType": "decimal", "precision": 9}, avro.Logical("decimal", 9, 0)),
        ({**fixed(4), "logicalType": "decimal", "precision": 10}, None),
        ({"type": "bytes", "logicalType": "decimal"}, None),
        ({"type": "bytes", "logicalType": "decimal", "precision": 0}, None),
        ({"type": "bytes", "logicalType": "decimal", "precision": 2, "scale": 3}, None),
        ({"type": "bytes", "logicalType": "decimal", "precision": "9"}, None),
        ({"type": "string", "logicalType": "decimal", "precision": 9}, None),
        ({"type": "long", "logicalType": "date"}, None),
        ({**fixed(15), "logicalType": "uuid"}, None),
        ({"type": "string", "logicalType": "e-mail"}, None),
        ({"type": "string", "logicalType": 5}, None),
    ],
)
def test_a_logical_type_that_does_not_fit_is_ignored(schema: object, logical: avro.Logical | None) -> None:
    parsed = avro.parse(schema)

    assert isinstance(parsed, (avro.Primitive, avro.Fixed))
    assert parsed.logical == logical
    assert ("logicalType" in parsed.props) == (logical is None)
