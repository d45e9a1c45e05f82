"""Generated classes through their generated codecs: what a package is for."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest

from eventpact import EventContract, SchemaReference, avro
from eventpact.errors import DecodeError, EncodeError
from tests.codegen.conftest import Import
from tests.codegen.packages import GOLDEN, system, written
from tests.registry.contracts.building import avsc, field


@pytest.fixture
def torture(import_from: Import) -> ModuleType:
    return import_from(GOLDEN / "torture", "torture_events")


@pytest.fixture
def bookshop(import_from: Import) -> ModuleType:
    return import_from(GOLDEN / "bookshop", "bookshop_events")


def order(bookshop: ModuleType) -> Any:
    """An order with something in every field."""
    money = bookshop.Money(amount=Decimal("12.50"))
    return bookshop.OrderPlaced(
        data=bookshop.OrderPlacedData(
            order_id="o-1",
            customer_id="c-1",
            total=money,
            lines=(bookshop.OrderLine(isbn="978", copies=2, discount=bookshop.Money(amount=Decimal("0.50"))),),
            deliver_on=date(2026, 3, 2),
            attributes={"gift": "yes"},
            shipping=bookshop.Parcel(address="1 Long Lane"),
        )
    )


def every_type(torture: ModuleType, **given: object) -> Any:
    """An event with its defaults, as far as it has any."""
    return torture.EveryType(
        **{
            "a_required_optional": None,
            "either_record": torture.Circle(centre=torture.EveryPoint(x=1)),
            "a_fixed_decimal": Decimal("1.25"),
            "a_local_micros": datetime(2026, 3, 2, 8),
            "a_local_nanos": 1,
            "not_a_number": 0.5,
            **given,
        }
    )


def test_an_event_comes_back_as_it_was(bookshop: ModuleType) -> None:
    event = order(bookshop)

    decoded = bookshop.OrderPlaced.contract.decode(bookshop.OrderPlaced.contract.encode(event))

    assert decoded == event
    assert type(decoded.data.shipping) is bookshop.Parcel
    assert decoded.data.total.currency is bookshop.Currency.EUR


def test_every_type_comes_back_as_it_was(torture: ModuleType) -> None:
    now = datetime.now(UTC).replace(microsecond=1000)
    event = every_type(torture, texts="free text", an_optional="\u20ac", a_timestamp_millis=now)
    contract = torture.EveryType.contract

    assert contract.decode(contract.encode(event)) == event


def test_the_bytes_are_those_of_the_plain_codec(torture: ModuleType) -> None:
    contract = torture.EveryType.contract
    plain = avro.Codec(avro.parse(contract.schema))

    value = plain.decode(contract.encode(every_type(torture)))

    assert value["aString"] == "\"\"\" + __import__('os') + '\\\n\u2028"
    assert value["anEnum"] == "title"
    assert plain.encode(value) == contract.encode(every_type(torture))


def test_types_that_contain_themselves_and_each_other_come_back(torture: ModuleType) -> None:
    tree = torture.TreeGrown(
        root=torture.Node(
            children=(torture.Node(), torture.Node(bird=torture.Bird(friend=torture.Bird(size=torture.Size.L)))),
            bird=torture.Bird(nest=torture.Node()),
        )
    )
    contract = torture.TreeGrown.contract

    assert contract.decode(contract.encode(tree)) == tree


def test_names_that_mean_something_to_python_come_back(torture: ModuleType) -> None:
    event = torture.Event(class_="c", _init="i", date=date(2026, 1, 1), str="s", tuple=(1, 2), decimal=None)
    contract = torture.Event.contract

    assert contract.decode(contract.encode(event)) == event
    assert event.header.type == "event"


def test_an_event_that_does_not_fit_is_refused_with_its_path(bookshop: ModuleType) -> None:
    event = order(bookshop)
    wrong = replace(event, data=replace(event.data, total=bookshop.Money(amount=Decimal("0.001"))))

    with pytest.raises(EncodeError, match="total"):
        bookshop.OrderPlaced.contract.encode(wrong)


def test_bytes_of_something_else_are_refused(bookshop: ModuleType) -> None:
    with pytest.raises(DecodeError):
        bookshop.OrderPlaced.contract.decode(b"\x02\x00")


def test_a_pinned_group_reads_what_newer_services_send(bookshop: ModuleType, import_from: Import) -> None:
    pinned = import_from(GOLDEN / "bookshop", "bookshop_events.v1.order").OrderPlaced
    current = bookshop.OrderPlaced.contract

    read = pinned.contract.decoder(schema_of(current))(current.encode(order(bookshop)))

    assert type(read) is pinned
    assert read.data.order_id == "o-1"
    assert type(read.metadata) is import_from(GOLDEN / "bookshop", "bookshop_events.v1.types").EventMetadata


def schema_of(contract: EventContract) -> avro.Schema:
    """A contract's schema with its references resolved."""
    return avro.parse(contract.schema, references=list(parsed(contract.references)))


def parsed(references: tuple[SchemaReference, ...]) -> Iterator[avro.Schema]:
    for reference in references:
        inner = list(parsed(reference.references))
        yield from inner
        yield avro.parse(reference.schema, references=inner)


def test_the_current_class_reads_what_older_services_send(tmp_path: Path, import_from: Import) -> None:
    old = avsc("OrderPlaced", field("orderId"))
    new = avsc("OrderPlaced", field("orderId"), field("note", default="none given"))
    changes = {"shop/order.placed/OrderPlaced.v1.avsc": old, "shop/order.placed/OrderPlaced.v2.avsc": new}
    contract = import_from(written(tmp_path, changes), "shop_events.events").OrderPlaced.contract
    writer = avro.parse(old)

    event = contract.decoder(writer)(avro.Codec(writer).encode({"orderId": "o-1"}))

    assert (event.order_id, event.note) == ("o-1", "none given")


@pytest.mark.parametrize("name", ["Uuid", "Epoch", "Decimal", "Failure", "Classes", "Module", "C0", "Any"])
def test_events_named_like_what_codecs_use_work(tmp_path: Path, import_from: Import, name: str) -> None:
    changes = {
        f"shop/order.placed/{name}.v1.avsc": avsc(
            name, field("orderId"), field("id", {"type": "string", "logicalType": "uuid"})
        )
    }
    cls = getattr(import_from(written(tmp_path, changes), "shop_events.events"), name)
    event = cls(order_id="o-1", id=UUID(int=7))

    assert cls.contract.decode(cls.contract.encode(event)) == event


def test_classes_of_one_name_in_two_versions_share_no_codec(tmp_path: Path, import_from: Import) -> None:
    """Two current events, each with another version of a shared type: one full name, two classes."""

    def uses(name: str, version: int) -> str:
        pins = [{"name": "io.shop.Money", "version": version}]
        return avsc(name, field("orderId"), field("total", "io.shop.Money"), references=pins)

    folder = written(
        tmp_path,
        {
            "shop/types/Money.v1.avsc": avsc("Money", field("cents", "long")),
            "shop/types/Money.v2.avsc": avsc("Money", field("cents", "long"), field("currency", default="EUR")),
            "shop/order.placed/OrderPlaced.v1.avsc": uses("OrderPlaced", 1),
            "shop/order.placed/OrderSent.v1.avsc": uses("OrderSent", 2),
        },
    )
    events = import_from(folder, "shop_events.events")
    placed = events.OrderPlaced(order_id="o", total=import_from(folder, "shop_events.v1.types").Money(cents=1))
    sent = events.OrderSent(order_id="o", total=import_from(folder, "shop_events.types").Money(cents=1))

    for event in (placed, sent):
        assert event.contract.decode(event.contract.encode(event)) == event


def test_events_are_values(bookshop: ModuleType) -> None:
    money = bookshop.Money(amount=Decimal(1))
    lent = bookshop.BookLent(book_id="b", reader_id="r", due_at=date(2026, 1, 1))

    assert hash(money) == hash(bookshop.Money(amount=Decimal(1)))
    assert pickle.loads(pickle.dumps(lent)) == lent == copy.deepcopy(lent)
    assert replace(lent, book_id="c").book_id == "c"
    match lent:
        case bookshop.BookLent(book_id=book):
            assert book == "b"


def test_the_contract_says_where_the_event_goes(bookshop: ModuleType) -> None:
    contract = bookshop.OrderPlaced.contract

    assert (contract.system, contract.name, contract.version) == ("bookshop", "OrderPlaced", 2)
    assert (contract.topic, contract.subject) == ("shop.order.placed", "shop.order.placed-value")
    assert (contract.dead_letters, contract.compacted) == ("shop.dead-letters", False)
    assert [reference.name for reference in contract.references] == ["org.bookshop.EventMetadata", "org.bookshop.Money"]
    assert json.loads(contract.schema)["name"] == "OrderPlaced"
    assert bookshop.StockChanged.contract.compacted
    assert bookshop.StockChanged.contract.topic == "shop.stock.{branch}"
    assert bookshop.StockChanged.contract.subject == "org.bookshop.stock.StockChanged"


def test_an_event_that_was_renamed_knows_its_older_names(tmp_path: Path, import_from: Import) -> None:
    older = avsc("OrderMade", field("orderId"))
    newer = avsc("OrderPlaced", field("orderId"), aliases=["OrderMade"])
    reader = "reader: {description: Reads old orders., topics: [order.placed], reads: {OrderPlaced: 1}}"
    changes = {
        "shop/order.placed/OrderPlaced.v1.avsc": older,
        "shop/order.placed/OrderPlaced.v2.avsc": newer,
        "shop/system.yaml": system("groups:", f"  {reader}"),
    }
    folder = written(tmp_path, changes)

    current = import_from(folder, "shop_events.events").OrderPlaced.contract
    pinned = import_from(folder, "shop_events.v1.events").OrderMade.contract

    assert (current.full_name, current.aliases) == ("io.shop.OrderPlaced", ("io.shop.OrderMade",))
    assert (pinned.name, pinned.full_name, pinned.aliases) == (
        "OrderPlaced",
        "io.shop.OrderMade",
        ("io.shop.OrderPlaced",),
    )
    assert list(import_from(folder, "shop_events.groups").Reader.handlers) == ["io.shop.OrderPlaced"]
