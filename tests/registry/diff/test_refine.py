"""What is wrong inside a union's branch is said as what it is, at the place where it is."""

from typing import Any

import pytest

from eventpact import avro
from eventpact_registry.diff.pairs import Pairs
from eventpact_registry.diff.pointers import at, dotted


def schema(*fields: tuple[str, Any]) -> avro.Schema:
    return avro.parse({"type": "record", "name": "Event", "fields": [{"name": n, "type": t} for n, t in fields]})


def inner(*names: str, name: str = "Inner") -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": [{"name": each, "type": "string"} for each in names]}


def causes(writer: avro.Schema, reader: avro.Schema) -> list[tuple[str, str]]:
    return [(one.kind, one.path) for one in Pairs().causes(writer, reader)]


@pytest.mark.parametrize(
    ("written", "read", "cause"),
    [
        (["null", inner()], ["null", inner("x")], ("READER_FIELD_MISSING_DEFAULT_VALUE", "/fields/0/type/1/fields/0")),
        (inner(), ["null", inner("x")], ("READER_FIELD_MISSING_DEFAULT_VALUE", "/fields/0/type/1/fields/0")),
        (["null", "string"], ["string", "long"], ("MISSING_UNION_BRANCH", "/fields/0/type")),
        (["null", inner("x")], ["null", inner("x", name="Other")], ("MISSING_UNION_BRANCH", "/fields/0/type")),
        (
            ["null", {"type": "enum", "name": "E", "symbols": ["A", "B"]}],
            ["null", {"type": "enum", "name": "E", "symbols": ["A"]}],
            ("MISSING_ENUM_SYMBOLS", "/fields/0/type/1/symbols"),
        ),
    ],
)
def test_the_cause_is_found_in_the_branch_of_the_same_name(written: Any, read: Any, cause: tuple[str, str]) -> None:
    assert causes(schema(("a", written)), schema(("a", read))) == [cause]


def test_unions_within_unions_are_looked_through() -> None:
    def outer(*names: str) -> Any:
        held = [{"name": "held", "type": ["null", inner(*names)]}]
        return ["null", {"type": "record", "name": "Outer", "fields": held}]

    assert causes(schema(("a", outer())), schema(("a", outer("x")))) == [
        ("READER_FIELD_MISSING_DEFAULT_VALUE", "/fields/0/type/1/fields/0/type/1/fields/0")
    ]


def test_a_field_that_moved_is_still_looked_into() -> None:
    writer, reader = schema(("b", "int"), ("a", ["null", inner()])), schema(("a", ["null", inner("x")]), ("b", "int"))

    assert causes(writer, reader) == [("READER_FIELD_MISSING_DEFAULT_VALUE", "/fields/0/type/1/fields/0")]


def test_what_is_no_union_is_left_as_it_is() -> None:
    assert causes(schema(("a", "string")), schema(("a", "int"))) == [("TYPE_MISMATCH", "/fields/0/type")]


def test_one_type_in_two_places_is_one_cause_told_where_it_is_met_first() -> None:
    def twice(*names: str) -> avro.Schema:
        return schema(("a", ["null", inner(*names)]), ("b", ["null", "Inner"]))

    assert causes(twice(), twice("x")) == [("READER_FIELD_MISSING_DEFAULT_VALUE", "/fields/0/type/1/fields/0")]


def test_a_writers_branch_that_a_reader_without_union_cannot_take_is_told_of_the_field_itself() -> None:
    writer, reader = schema(("a", ["null", inner("x")])), schema(("a", inner("x")))

    [(kind, path)] = causes(writer, reader)

    assert (kind, path) == ("TYPE_MISMATCH", "/fields/0/type/0")
    assert dotted(reader, path) == "a"
    assert at(reader, path) is reader.fields[0].type  # type: ignore[union-attr]  # it is a record
