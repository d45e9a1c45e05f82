"""Examples of any schema: valid, plausible, and never without end."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from eventpact import avro
from eventpact_testing.examples import ValueMaker

LITERAL = {"type": "record", "name": "Literal", "fields": [{"name": "value", "type": "int"}]}
SUM = {"type": "record", "name": "Sum", "fields": [{"name": name, "type": "Expression"} for name in "abc"]}


def expression(*branches: Any) -> Any:
    return {"type": "record", "name": "Expression", "fields": [{"name": "is", "type": list(branches)}]}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "record", "name": "Tree", "fields": [{"name": "in", "type": {"type": "map", "values": "Tree"}}]},
        {"type": "record", "name": "Tree", "fields": [{"name": "in", "type": {"type": "array", "items": "Tree"}}]},
        {"type": "record", "name": "List", "fields": [{"name": "next", "type": ["List", "null"]}]},
        expression(SUM, "string"),
        expression(SUM, LITERAL),
    ],
    ids=["map", "array", "null", "string", "record"],
)
def test_a_value_of_a_schema_that_contains_itself_ends(schema: Any) -> None:
    parsed = avro.parse(schema)
    codec = avro.Codec(parsed)

    for seed in range(20):
        codec.encode(ValueMaker(Random(seed)).value(parsed))


def test_the_same_seed_makes_the_same_values() -> None:
    parsed = avro.parse(expression(SUM, LITERAL))

    assert ValueMaker(Random(1)).value(parsed) == ValueMaker(Random(1)).value(parsed)
    assert len({str(ValueMaker(Random(seed)).value(parsed)) for seed in range(20)}) > 1


@pytest.mark.parametrize(
    ("name", "part"),
    [("email", "@example.com"), ("avatarUrl", "https://"), ("currency", "EUR USD GBP"), ("ipAddress", "10.")],
)
def test_a_field_says_by_its_name_what_it_holds(name: str, part: str) -> None:
    parsed = avro.parse({"type": "record", "name": "R", "fields": [{"name": name, "type": "string"}]})

    value = ValueMaker(Random(0)).value(parsed)[name]

    assert part in value or value in part
