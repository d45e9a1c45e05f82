"""Contracts made to hurt: whatever types do to each other, each is judged, compared and proved in bounded time.

The time-outs are guards, far above what any of it takes: without bounds, each of these runs for hours or for ever.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from eventpact import avro
from eventpact.errors import DecodeError, EncodeError
from eventpact_registry.diff.comparison import compare
from eventpact_registry.gate import check, lint
from tests.registry.contracts.building import ORDER_PLACED, SHOP, TOPIC, Files, avsc, field, load, problems

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.timeout(60)

EVENT: Final = "shop/order.placed/OrderPlaced"
Json = Any


def record(name: str, *fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "record", "name": name, "doc": "What it is.", "fields": list(fields)}


def order(type_: Json) -> str:
    return avsc("OrderPlaced", field("orderId"), field("r", type_))


def doubling(levels: int, *ways: Callable[[Json], Json]) -> Callable[[str], str]:
    """Types that hold the next one several times over: paths and messages double at each level."""

    def level(number: int, last: str) -> dict[str, Any]:
        if number == levels:
            return record(f"R{number}", field("z", last))
        first, *others = ways
        inner = field("a", first(level(number + 1, last)))
        return record(f"R{number}", inner, *(field(f"f{at}", way(f"R{number + 1}")) for at, way in enumerate(others)))

    return lambda last: order(level(0, last))


def chain(length: int, link: Callable[[Json], Json]) -> Callable[[str], str]:
    """Types that hold each the next one, named before they are defined, so that the JSON stays flat."""

    def types(last: str) -> Json:
        links = [record(f"R{at}", field("next", link(f"R{at + 1}"))) for at in range(length)]
        return ["null", *links, record(f"R{length}", field("z", last))]

    return lambda last: order(types(last))


def mutual(count: int) -> Callable[[str], str]:
    """Types each of which holds any of all."""
    names = [f"M{at}" for at in range(count)]

    def types(last: str) -> Json:
        anything = field("u", ["null", *names]), field("v", {"type": "array", "items": names})
        return ["null", *(record(name, *anything, field("z", last if name == "M0" else "int")) for name in names)]

    return lambda last: order(types(last))


def plain(inner: Json) -> Json:
    return inner


def nullable(inner: Json) -> Json:
    return ["null", inner]


def listed(inner: Json) -> Json:
    return {"type": "array", "items": inner}


BOMBS: Final[dict[str, Callable[[str], str]]] = {
    "records that double": doubling(30, plain, plain),
    "nullable records that triple": doubling(20, nullable, nullable, nullable),
    "lists, maps and nullables": doubling(25, listed, lambda inner: {"type": "map", "values": inner}, nullable),
    "a chain of 1,000": chain(1_000, plain),
    "a chain of 700 nullables": chain(700, nullable),
    "25 records that hold each other": mutual(25),
    "a union of 600 records": lambda last: order(["null", *(record(f"U{at}", field("a", last)) for at in range(600))]),
    "a union of 600 records of other names": lambda last: order(
        ["null", *(record(f"{last.title()}{at}", field("a", last)) for at in range(600))]
    ),
    "1,500 fields": lambda last: avsc("OrderPlaced", field("orderId"), *(field(f"f{at}", last) for at in range(1_500))),
    "10,000 symbols": lambda last: order(
        {"type": "enum", "name": "E", "doc": "", "symbols": [f"{last}{at}" for at in range(10_000)]}
    ),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_hostile_schema_is_judged_and_compared(bomb: Callable[[str], str]) -> None:
    full: Files = {"shop/order.placed/topic.yaml": TOPIC + "compatibility: FULL_TRANSITIVE\n"}
    old, new = bomb("int"), bomb("string")
    before, after = load({**full, f"{EVENT}.v1.avsc": old}), load({**full, f"{EVENT}.v1.avsc": new})
    both = load({**full, f"{EVENT}.v1.avsc": old, f"{EVENT}.v2.avsc": new})

    assert lint(before) is not None
    assert any(finding.mode == "FULL_TRANSITIVE" for finding in check(both, before))
    assert "VERSION_MUTATED" in {finding.rule for finding in check(after, before)}
    assert any(compare(before, after).judgements[0].breaks.values())


def test_what_is_wrong_once_is_found_once_whatever_leads_to_it() -> None:
    bomb = BOMBS["records that double"]

    found = check(load({f"{EVENT}.v1.avsc": bomb("int"), f"{EVENT}.v2.avsc": bomb("string")}))

    assert [finding.rule for finding in found if finding.mode] == ["TYPE_INCOMPATIBLE"]


def test_a_message_that_nobody_could_read_is_not_shown() -> None:
    bomb = BOMBS["records that double"]

    [found] = [
        one for one in check(load({f"{EVENT}.v1.avsc": bomb("int"), f"{EVENT}.v2.avsc": bomb("string")})) if one.mode
    ]

    assert found.counterexample is None


def test_a_field_that_comes_back_is_looked_for_among_types_that_double() -> None:
    def with_note(last: str, *fields: dict[str, Any]) -> str:
        schema = json.loads(BOMBS["records that double"](last))
        return json.dumps({**schema, "fields": [*schema["fields"], *fields]})

    gone: Files = {
        f"{EVENT}.v1.avsc": with_note("int", field("note", "int", default=0)),
        f"{EVENT}.v2.avsc": with_note("int"),
    }

    found = check(load({**gone, f"{EVENT}.v3.avsc": with_note("int", field("note", default=""))}), load(gone))

    assert "FIELD_NAME_REUSED" in {finding.rule for finding in found}


def test_types_in_two_files_are_compared_one_by_one() -> None:
    schema = json.loads(BOMBS["a chain of 1,000"]("int"))
    twin: Files = {
        f"{EVENT}.v1.avsc": json.dumps(schema),
        "shop/order.paid/topic.yaml": TOPIC,
        "shop/order.paid/OrderPaid.v1.avsc": json.dumps({**schema, "name": "OrderPaid"}).replace('"int"', '"string"'),
    }

    [found] = [finding for finding in lint(load(twin)) if finding.rule == "TYPE_DEFINED_TWICE"]

    assert "io.shop.R1000 is defined here" in found.message


def test_references_that_lead_to_one_type_in_ever_more_ways_are_followed_once() -> None:
    def pins(*numbers: int) -> list[dict[str, Any]]:
        return [{"name": f"io.shop.T{number}", "version": 1} for number in numbers]

    types: Files = {
        f"shop/types/T{at}.v1.avsc": avsc(
            f"T{at}",
            *(field(f"f{before}", f"io.shop.T{before}") for before in range(max(at - 2, 0), at)),
            field("x"),
            references=pins(*range(max(at - 2, 0), at)),
        )
        for at in range(60)
    }

    assert lint(load(types)) is not None


def test_an_event_with_thousands_of_versions_is_refused() -> None:
    versions: Files = {f"{EVENT}.v{number}.avsc": ORDER_PLACED for number in range(1, 2_001)}

    assert problems(versions) == [
        "shop/order.placed/OrderPlaced.v501.avsc:1:1: OrderPlaced has 2,000 versions, and contracts may have 500 of "
        "one type (hint: begin a new event)"
    ]


def test_thousands_of_groups_and_approvals_are_judged() -> None:
    groups = "".join(
        f"  g{at}: {{description: A., topics: ['order.*'], reads: {{OrderPlaced: 1}}}}\n" for at in range(2_000)
    )
    approvals = "".join(
        f"  - {{rule: KEY_CHANGED, at: 'shop/x{at}*', reason: It is., by: me, until: 2999-01-01}}\n"
        for at in range(2_000)
    )
    many: Files = {
        "shop/system.yaml": f"{SHOP['shop/system.yaml']}groups:\n{groups}",
        "eventpact.yaml": f"approvals:\n{approvals}",
    }

    assert {finding.rule for finding in check(load(many), load())} >= {"APPROVAL_UNUSED"}


@pytest.mark.parametrize("length", [100, 3_000])
def test_a_codec_of_a_chain_encodes_and_decodes_or_names_the_limit(length: int) -> None:
    codec = avro.Codec(avro.parse(chain(length, plain)("int")))
    value: Any = {"z": 1}
    for _ in range(length):
        value = {"next": value}
    data = b"\x02x\x02\x02"  # the first of the records, whose own bytes are those of the last

    if length < 900:
        encoded = codec.encode({"orderId": "x", "r": value})
        assert encoded == data
        assert codec.decode(encoded) == {"orderId": "x", "r": value}
    else:
        with pytest.raises(EncodeError, match="recursion limit is"):
            codec.encode({"orderId": "x", "r": value})
        with pytest.raises(DecodeError, match="recursion limit is"):
            codec.decode(data)
