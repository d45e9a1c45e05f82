"""Strategies from schemas: everything that is valid, nothing that is not, shrunk to what matters."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from eventpact import avro
from eventpact_testing import events, values
from eventpact_testing.strategies import Style
from tests.codegen.conftest import Import, import_from  # noqa: F401 - a fixture
from tests.codegen.packages import GOLDEN
from tests.runtime.avro.values import schemas


@pytest.fixture
def bookshop(import_from: Import) -> ModuleType:  # noqa: F811 - the fixture imported above
    return import_from(GOLDEN / "bookshop", "bookshop_events")


@pytest.fixture
def torture(import_from: Import) -> ModuleType:  # noqa: F811 - the fixture imported above
    return import_from(GOLDEN / "torture", "torture_events")


def record(*fields: dict[str, Any], name: str = "R") -> avro.Schema:
    return avro.parse(json.dumps({"type": "record", "name": name, "fields": list(fields)}))


def field(name: str, type_: Any = "string", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": type_, **more}


@settings(max_examples=60, deadline=None)
@given(schemas(), st.sampled_from([Style(), Style(name_branches=True), Style(logical_types=False)]), st.data())
def test_values_of_any_schema_are_written_and_come_back(schema: Any, style: Style, data: st.DataObject) -> None:
    parsed = avro.parse(json.dumps(schema))
    codec = avro.Codec(parsed, logical_types=style.logical_types)

    encoded = codec.encode(data.draw(values(parsed, style=style)))

    assert codec.encode(codec.decode(encoded)) == encoded


@pytest.mark.parametrize("name", ["OrderPlaced", "BookLent", "StockChanged"])
def test_events_of_a_generated_class_are_valid_and_keep_what_the_envelope_says(bookshop: ModuleType, name: str) -> None:
    cls = getattr(bookshop, name)

    @settings(max_examples=20, deadline=None, derandomize=True)
    @given(events(cls))
    def holds(event: Any) -> None:
        assert type(event) is cls
        assert cls.contract.decode(cls.contract.encode(event)) == event
        if hasattr(event, "event_type"):
            assert event.event_type == cls.contract.event_type

    holds()


def test_every_type_and_types_that_contain_themselves_are_made(torture: ModuleType) -> None:
    for cls in (torture.EveryType, torture.TreeGrown):

        @settings(max_examples=20, deadline=None, derandomize=True)
        @given(events(cls))
        def holds(event: Any) -> None:
            assert event.contract.encode(event)

        holds()


def test_fields_are_overridden_by_attribute_path_and_made_present(bookshop: ModuleType) -> None:
    given_fields = {
        "data.order_id": st.just("o-1"),
        "data.lines.isbn": st.just("978"),
        "data.shipping.address": st.just("x"),
    }

    @settings(max_examples=20, deadline=None, derandomize=True)
    @given(events(bookshop.OrderPlaced, **given_fields))
    def holds(event: Any) -> None:
        assert event.data.order_id == "o-1"
        assert {line.isbn for line in event.data.lines} <= {"978"}
        assert event.data.shipping.address == "x"

    holds()


def test_a_union_takes_only_branches_that_have_the_overridden_field() -> None:
    card = {"type": "record", "name": "Card", "fields": [field("digits")]}
    cash = {"type": "record", "name": "Cash", "fields": [field("currency")]}
    schema = record(field("paid", ["null", card, cash]))

    found = find(values(schema, {"paid.digits": st.just("4242")}), lambda _: True)

    assert found == {"paid": ("Card", {"digits": "4242"})}


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("data.userid", "has no field userid; did you mean user_id?"),
        ("data.zzz", "has no field zzz; it has user_id, tags"),
        ("data.user_id.more", "more is given inside of string, which has no fields"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused(path: str, said: str) -> None:
    inner = {
        "type": "record",
        "name": "Data",
        "fields": [field("user_id"), field("tags", {"type": "array", "items": "string"})],
    }

    with pytest.raises(ValueError, match=said.replace("?", r"\?")):
        values(record(field("data", inner)), {path: st.just("x")}).validate()


def test_a_plain_value_in_place_of_a_strategy_is_refused() -> None:
    with pytest.raises(TypeError, match=re.escape("content must be a strategy; for one value write st.just('x')")):
        values(record(field("content")), {"content": "x"})  # type: ignore[dict-item]  # that is the mistake


def test_a_path_inside_another_is_refused() -> None:
    with pytest.raises(ValueError, match="data is replaced as a whole"):
        values(record(field("data")), {"data": st.just("x"), "data.user_id": st.just("y")})


def test_a_class_that_was_not_generated_is_refused() -> None:
    with pytest.raises(TypeError, match="str is no generated event"):
        events(str)  # type: ignore[type-var]  # that is the mistake


def test_a_type_of_which_no_value_ends_is_refused() -> None:
    with pytest.raises(ValueError, match="no value of this schema ends"):
        values(record(field("next", "R")))


@pytest.mark.parametrize("wanted", [2**31 - 1, -(2**31), 64, -65, 8192])
def test_boundary_numbers_come_up(wanted: int) -> None:
    assert find(values(avro.parse('"int"')), lambda number: number == wanted) == wanted


def test_text_of_any_script_comes_up_but_no_half_surrogates() -> None:
    text = values(avro.parse('"string"'))

    assert find(text, lambda value: any(character > "\uffff" for character in value))

    @settings(max_examples=50, deadline=None)
    @given(text)
    def holds(value: str) -> None:
        assert value.encode().decode() == value

    holds()


@pytest.mark.parametrize(
    ("hint", "pattern"),
    [
        ("email", r"[a-z.+_0-9-]+@[a-z.]+"),
        ("url", r"https://\S+"),
        ("uuid", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        ("phone", r"\+\d+"),
        ("date-time", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"),
        ("ipv4", r"\d+(\.\d+){3}"),
    ],
)
def test_text_looks_like_the_format_of_its_field(hint: str, pattern: str) -> None:
    schema = record(field("value", format=hint), field("optional", ["null", "string"], format=hint))

    @settings(max_examples=20, deadline=None, derandomize=True)
    @given(values(schema))
    def holds(value: dict[str, str | None]) -> None:
        for text in value.values():
            assert text is None or re.fullmatch(pattern, text)

    holds()


def test_what_is_shrunk_is_small(bookshop: ModuleType) -> None:
    found = find(events(bookshop.OrderPlaced), lambda event: len(event.data.lines) == 2)

    assert [line.copies for line in found.data.lines] == [0, 0]
    assert (found.data.customer_id, found.data.attributes, found.data.shipping.address) == ("", {}, "")


def test_moments_shrink_to_1970() -> None:
    moments = values(avro.parse({"type": "long", "logicalType": "timestamp-millis"}))

    assert find(moments, lambda _: True) == datetime(1970, 1, 1, tzinfo=UTC)
    assert isinstance(find(values(avro.parse({"type": "string", "logicalType": "uuid"})), lambda _: True), UUID)


def test_a_value_that_leaves_its_branch_open_names_it() -> None:
    schema = avro.parse('["null", "int", "long", "boolean"]')

    assert find(values(schema), lambda value: isinstance(value, tuple)) == ("int", 0)
    assert find(values(schema), lambda value: isinstance(value, bool)) is False
    assert find(values(schema), lambda _: True) is None
