"""Examples of any schema: valid, plausible, and never without end."""

from __future__ import annotations

import subprocess
import sys
from random import Random
from typing import Any

import pytest

from eventpact import avro
from eventpact_testing.examples import ValueMaker, examples
from tests.codegen.conftest import Import, import_from  # noqa: F401 - a fixture
from tests.codegen.packages import GOLDEN

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


def test_one_seed_gives_the_same_events_envelope_included(import_from: Import) -> None:  # noqa: F811 - the fixture
    order_placed = import_from(GOLDEN / "bookshop", "bookshop_events").OrderPlaced

    first, again, other = (list(examples(order_placed, 20, seed=seed)) for seed in (3, 3, 4))

    assert first == again
    assert first != other
    assert len({event.event_id for event in first}) == 20
    assert {event.event_type for event in first} == {order_placed.contract.event_type}
    assert [event.timestamp for event in first] == sorted({event.timestamp for event in first})


def test_a_class_that_is_no_event_is_refused() -> None:
    with pytest.raises(TypeError, match="str is no generated event"):
        next(examples(str, 1))  # type: ignore[type-var]  # that is the mistake


def test_examples_need_no_hypothesis() -> None:
    program = "import sys, eventpact_testing.examples; sys.exit('hypothesis' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
