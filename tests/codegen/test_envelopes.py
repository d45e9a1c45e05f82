"""Envelope fields that the runtime fills in when the caller leaves them out."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from eventpact import correlated, identified
from tests.codegen.conftest import Import
from tests.codegen.packages import refusals, sources, system, written
from tests.registry.contracts.building import TOPIC, avsc, field

ORDER = "shop/order.placed/OrderPlaced.v1.avsc"
SENT = "shop/order.placed/OrderSent.v1.avsc"
UUID_TEXT = {"type": "string", "logicalType": "uuid"}
INSTANT = {"type": "long", "logicalType": "timestamp-millis"}


def filled(fill: dict[str, str], *fields: dict[str, Any], others: dict[str, str] | None = None) -> dict[str, str]:
    """The shop with fields to fill on its event, beside the key."""
    lines = [f"  {path}: {what}" for path, what in fill.items()]
    return {
        "shop/system.yaml": system("fill:", *lines),
        ORDER: avsc("OrderPlaced", field("orderId"), *fields),
        **(others or {}),
    }


def nested(*fields: dict[str, Any], name: str = "meta") -> dict[str, Any]:
    """A field that holds a record of its own."""
    return field(name, {"type": "record", "name": name.title(), "fields": list(fields)})


def line_of(source: str, start: str) -> str:
    """The only line that starts so, without its indentation."""
    [line] = [line.strip() for line in source.split("\n") if line.strip().startswith(start)]
    return line


@pytest.mark.parametrize(
    ("fill", "avro_type", "default"),
    [
        ("id", UUID_TEXT, "field(default_factory=new_id)"),
        ("id", "string", "field(default_factory=lambda: str(new_id()))"),
        ("time", INSTANT, "field(default_factory=now)"),
        ("time", {"type": "long", "logicalType": "timestamp-micros"}, "field(default_factory=now)"),
        ("type", "string", '"order.placed"'),
        ("type", {"type": "enum", "name": "T", "symbols": ["other"]}, None),
        ("version", "int", "1"),
        ("version", "string", '"1"'),
        ("source", ["null", "string"], "field(default_factory=source)"),
        ("correlation", "string", "field(default_factory=correlation_id)"),
        ("correlation", UUID_TEXT, None),  # it comes from outside and may be any text
    ],
)
def test_what_is_filled_in(fill: str, avro_type: object, default: str | None) -> None:
    changes = filled({"it": fill}, field("it", avro_type))

    if default is None:
        [problem] = refusals(changes)
        assert f"field 'it' of io.shop.OrderPlaced cannot be filled with '{fill}': its type does not fit" in problem
    else:
        assert line_of(sources(changes)["shop_events/events.py"], "it: ").partition(" = ")[2] == default


def test_an_event_can_be_made_from_its_data_alone(tmp_path: Path, import_from: Import) -> None:
    fill = {"id": "id", "at": "time", "version": "version", "meta.source": "source", "meta.trace": "correlation"}
    fields = [
        field("id", UUID_TEXT),
        field("at", INSTANT),
        field("version", "int"),
        nested(field("source"), field("trace")),
    ]
    events = import_from(written(tmp_path, filled(fill, *fields)), "shop_events.events")

    with identified("checkout"), correlated("c-1"):
        first = events.OrderPlaced(order_id="o-1")
        second = events.OrderPlaced(order_id="o-1")

    assert isinstance(first.id, UUID)
    assert first.id != second.id
    assert abs((datetime.now(UTC) - first.at).total_seconds()) < 60
    assert (first.version, first.meta.source, first.meta.trace) == (1, "checkout", "c-1")


def test_what_the_caller_gives_counts_more(tmp_path: Path, import_from: Import) -> None:
    events = import_from(written(tmp_path, filled({"it": "source"}, field("it"))), "shop_events.events")

    assert events.OrderPlaced(order_id="o-1", it="mine").it == "mine"


def test_a_record_with_a_field_that_nobody_fills_must_be_given() -> None:
    source = sources(filled({"meta.source": "source"}, nested(field("source"), field("reason"))))

    assert line_of(source["shop_events/events.py"], "meta: ") == "meta: Meta"


def test_a_record_that_may_be_null_is_filled_too() -> None:
    meta = {"type": "record", "name": "Meta", "fields": [field("source")]}
    source = sources(filled({"meta.source": "source"}, field("meta", ["null", meta], default=None)))

    assert line_of(source["shop_events/events.py"], "meta: ") == "meta: Meta | None = field(default_factory=Meta)"


def test_a_fill_that_an_event_has_no_field_for_is_left_out() -> None:
    changes = filled({"it": "source"}, field("it"), others={SENT: avsc("OrderSent", field("orderId"))})

    assert "it: str" not in sources(changes)["shop_events/events.py"].split("class OrderSent")[1]


def test_constants_of_events_stay_apart_in_a_record_that_they_share() -> None:
    header = avsc("Header", field("type"), field("at", INSTANT))
    pinned = [{"name": "io.shop.Header", "version": 1}]
    changes = filled(
        {"header.type": "type", "header.at": "time"},
        others={
            "shop/types/Header.v1.avsc": header,
            ORDER: avsc("OrderPlaced", field("orderId"), field("header", "io.shop.Header"), references=pinned),
            SENT: avsc("OrderSent", field("orderId"), field("header", "io.shop.Header"), references=pinned),
        },
    )

    files = sources(changes)

    assert line_of(files["shop_events/types.py"], "type: ") == "type: str"
    placed, sent = files["shop_events/events.py"].split("class OrderSent")
    assert 'header: Header = field(default_factory=lambda: Header(type="order-placed"))' in placed
    assert 'header: Header = field(default_factory=lambda: Header(type="order-sent"))' in sent


def test_two_levels_of_records_are_filled_from_the_inside(tmp_path: Path, import_from: Import) -> None:
    inner = nested(field("source"), field("type"), name="origin")
    changes = filled({"meta.origin.source": "source", "meta.origin.type": "type"}, nested(inner))

    event = import_from(written(tmp_path, changes), "shop_events.events").OrderPlaced(order_id="o-1")

    assert event.meta.origin.type == "order.placed"


def test_keys_and_headers_name_attributes(tmp_path: Path, import_from: Import) -> None:
    changes = {
        "shop/order.placed/topic.yaml": TOPIC.replace("key: orderId", "key: [data.customerId, orderId]")
        + 'headers: {customer: data.customerId, content-type: "=avro"}\n',
        ORDER: avsc("OrderPlaced", field("orderId"), nested(field("customerId"), name="data")),
    }

    contract = import_from(written(tmp_path, changes), "shop_events.events").OrderPlaced.contract

    assert contract.key == ("data.customer_id", "order_id")
    assert dict(contract.headers) == {"customer": "data.customer_id", "content-type": "=avro"}
