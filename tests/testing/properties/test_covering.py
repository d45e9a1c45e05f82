"""Covering values: every branch, symbol and boundary, each in the smallest message."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings

from eventpact import avro
from eventpact_testing.properties.covering import covering
from eventpact_testing.properties.plain import bare, difference
from tests.runtime.avro.values import schemas


def record(name: str, **fields: Any) -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": [{"name": key, "type": type_} for key, type_ in fields.items()]}


@settings(max_examples=60, deadline=None)
@given(schemas(depth=2))
def test_they_are_valid(schema: Any) -> None:
    parsed = avro.parse(json.dumps(schema))
    codec = avro.Codec(parsed)

    for value in covering(parsed):
        assert difference(bare(value), codec.decode(codec.encode(value))) is None


def test_a_branch_of_a_union_in_a_union_in_an_array_comes_up() -> None:
    shop = record("Shop", id="boolean")
    voucher = record("Voucher", by=["null", record("Partner", id="boolean"), shop])
    line = record("Line", discount=["null", record("Percent", value="boolean"), voucher])
    schema = avro.parse(record("Order", lines={"type": "array", "items": line}))

    assert {"lines": [{"discount": ("Voucher", {"by": ("Shop", {"id": False})})}]} in covering(schema)


def test_every_symbol_comes_up_once_beside_the_smallest_rest() -> None:
    schema = avro.parse(record("R", a={"type": "enum", "name": "E", "symbols": ["X", "Y", "Z"]}, b="boolean"))

    assert covering(schema) == [
        {"a": "X", "b": False},
        {"a": "Y", "b": False},
        {"a": "Z", "b": False},
        {"a": "X", "b": True},
    ]


def test_types_that_contain_themselves_end() -> None:
    found = covering(avro.parse(record("Node", next=["null", "Node"])))

    assert found == [{"next": None}, {"next": {"next": None}}]
