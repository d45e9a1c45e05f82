"""Codecs for classes as they are generated: frozen, slotted dataclasses and `StrEnum`s."""

from __future__ import annotations

import copy
import dataclasses
import gc
import json
import pickle
import weakref
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest

from eventpact import avro
from eventpact.avro.binding import twin
from tests.runtime.avro.schemas import record, record_json

pytestmark = pytest.mark.usefixtures("executor")


class Event:
    """Stands for the base of generated events: no slots of its own, and something for the class."""

    __slots__ = ()


class Status(StrEnum):
    NEW = "NEW"
    DONE = "DONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    name: str
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Event):
    order_id: UUID
    at: datetime
    status: Status = Status.NEW
    items: tuple[Item, ...] = ()
    extra: Item | Gift | None = None
    tags: dict[str, str] = field(default_factory=dict)
    previous: Order | None = None


ITEM = record_json(
    "name: string",
    'price: {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}',
    name="shop.Item",
)
ORDER = record_json(
    'orderId: {"type": "string", "logicalType": "uuid"}',
    'at: {"type": "long", "logicalType": "timestamp-millis"}',
    'status: {"type": "enum", "name": "Status", "symbols": ["NEW", "DONE"], "default": "NEW"} = "NEW"',
    f'items: {{"type": "array", "items": {json.dumps(ITEM)}}} = []',
    f'extra: ["null", "Item", {json.dumps(record_json("name: string", name="Gift"))}] = null',
    'tags: {"type": "map", "values": "string"} = {}',
    'previous: ["null", "Order"] = null',
    name="shop.Order",
)
CLASSES = {
    "shop.Order": avro.Binding(Order, ("order_id", "at", "status", "items", "extra", "tags", "previous")),
    "shop.Item": avro.Binding(Item, ("name", "price")),
    "shop.Gift": avro.Binding(Gift, ("name",)),
    "shop.Status": avro.Binding(Status),
}
FIRST = Order(
    order_id=UUID(int=1),
    at=datetime(2026, 11, 21, tzinfo=UTC),
    items=(Item(name="tea", price=Decimal("3.20")),),
    extra=Gift(name="card"),
    tags={"a": "b"},
)
SECOND = Order(order_id=UUID(int=2), at=FIRST.at, status=Status.DONE, previous=FIRST)


def orders() -> avro.Codec:
    """A codec of orders and all that they hold."""
    return avro.Codec(avro.parse(json.dumps(ORDER)), classes=CLASSES)


def test_instances_round_trip_with_all_that_they_hold() -> None:
    decoded: Order = orders().decode(orders().encode(SECOND))

    assert decoded == SECOND
    assert type(decoded) is Order
    assert decoded.previous is not None
    assert type(decoded.previous.items) is tuple
    assert type(decoded.previous.extra) is Gift
    assert decoded.status is Status.DONE


def test_decoded_instances_are_like_any_others() -> None:
    item = avro.Codec(avro.parse(json.dumps(ITEM)), classes=CLASSES)
    made = FIRST.items[0]
    decoded = item.decode(item.encode(made))

    assert repr(decoded) == repr(made)
    assert hash(decoded) == hash(made)
    assert pickle.loads(pickle.dumps(decoded)) == made
    assert copy.copy(decoded) == copy.deepcopy(decoded) == made
    assert dataclasses.replace(decoded, name="x") == Item(name="x", price=made.price)
    match decoded:
        case Item(name=name):
            assert name == "tea"
    with pytest.raises(dataclasses.FrozenInstanceError):
        decoded.name = "other"


def test_decoded_instances_that_come_to_hold_themselves_are_let_go() -> None:
    class Tag(str):
        """Text that may hold something, and that can be watched."""

        __slots__ = ("__weakref__", "order")

    decoded: Order = orders().decode(orders().encode(SECOND))
    assert decoded.previous is not None
    tag: Any = Tag("x")
    tag.order = decoded
    decoded.previous.tags["self"] = tag
    gone = weakref.ref(tag)

    del decoded, tag
    gc.collect()

    assert gone() is None


def test_a_wrong_class_is_an_error_that_names_both() -> None:
    with pytest.raises(avro.EncodeError, match=r"^expected an Order, got Item$"):
        orders().encode(FIRST.items[0])
    with pytest.raises(avro.EncodeError, match=r"^extra: expected None or an Item or a Gift, got dict$"):
        orders().encode(dataclasses.replace(FIRST, extra={"name": "x"}))  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(avro.EncodeError, match=r"^items\[0\].price: expected a Decimal \(decimal\), got float$"):
        orders().encode(dataclasses.replace(FIRST, items=(Item(name="x", price=1.5),)))  # type: ignore[arg-type]  # as above
    with pytest.raises(avro.EncodeError, match=r"^status: expected a Status, got str$"):
        orders().encode(dataclasses.replace(FIRST, status="LOST"))  # type: ignore[arg-type]  # as above


def test_lists_and_symbols_will_do_for_tuples_and_members() -> None:
    loose = dataclasses.replace(FIRST, items=list(FIRST.items), status="NEW")  # type: ignore[arg-type]  # not for mypy

    assert orders().encode(loose) == orders().encode(FIRST)


def test_instances_of_a_subclass_are_written_as_the_class() -> None:
    class Special(Item):
        __slots__ = ()

    special = dataclasses.replace(FIRST, items=(Special(name="tea", price=Decimal("3.20")),), extra=None)

    assert orders().decode(orders().encode(special)).items == FIRST.items


def test_another_writers_bytes_become_the_readers_class() -> None:
    old = record(
        "note: string",
        'at: {"type": "int", "logicalType": "date"}',
        'status: {"type": "enum", "name": "Status", "symbols": ["LOST", "DONE"]}',
        'orderId: {"type": "string", "logicalType": "uuid"}',
        name="shop.Order",
    )
    data = avro.Codec(old, logical_types=False).encode(
        {"note": "x", "at": 5, "status": "LOST", "orderId": str(UUID(int=1))}
    )

    codec = orders()
    first, second = codec.decode(data, old), codec.decode(data, old)

    assert first == Order(order_id=UUID(int=1), at=datetime(1970, 1, 1, 0, 0, 0, 5000, tzinfo=UTC))
    assert first.tags is not second.tags
    assert first.items == ()


def test_defaults_may_be_instances() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Box:
        gift: Gift
        boxes: tuple[Gift, ...]

    reader = record(
        f'gift: {json.dumps(record_json("name: string", name="shop.Gift"))} = {{"name": "card"}}',
        'boxes: {"type": "array", "items": "shop.Gift"} = [{"name": "a"}]',
        name="shop.Box",
    )
    boxes = avro.Codec(reader, classes={**CLASSES, "shop.Box": avro.Binding(Box, ("gift", "boxes"))})

    decode = boxes.decoder(record(name="shop.Box"))
    first, second = decode(b""), decode(b"")

    assert first == Box(gift=Gift(name="card"), boxes=(Gift(name="a"),))
    assert first.gift is second.gift


def test_a_record_without_a_class_is_a_dict_among_instances() -> None:
    some = avro.Codec(avro.parse(json.dumps(ORDER)), classes={"shop.Item": CLASSES["shop.Item"]})

    decoded = some.decode(orders().encode(FIRST))

    assert decoded["items"] == FIRST.items
    assert decoded["extra"] == {"name": "card"}
    assert some.encode(decoded) == orders().encode(FIRST)


CHECKED: list[str] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    name: str

    def __post_init__(self) -> None:
        CHECKED.append(self.name)
        if self.name == "bad":
            raise ValueError("bad names are refused")


@dataclass(frozen=True, kw_only=True)
class WithDict:
    name: str


@dataclass(frozen=True, slots=True, kw_only=True, weakref_slot=True)
class Referable:
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended(Gift):
    pass


class Plain:
    def __init__(self, *, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plain) and other.name == self.name

    __hash__ = None  # type: ignore[assignment]  # not needed


@pytest.mark.parametrize("cls", [Checked, WithDict, Referable, Extended, Plain])
def test_classes_that_have_no_twin_are_called(cls: type[Any]) -> None:
    binding = avro.Binding(cls, ("name",))
    named = avro.Codec(record("name: string", name="Named"), classes={"Named": binding})

    decoded = named.decode(named.encode(cls(name="x")))

    assert decoded == cls(name="x")
    assert type(decoded) is cls
    assert cls is Referable or twin(binding) is None
    if cls is Referable:
        assert weakref.ref(decoded)() is decoded


def test_a_class_that_refuses_its_fields_makes_a_decode_error() -> None:
    named = avro.Codec(record("name: string", name="Named"), classes={"Named": avro.Binding(Checked, ("name",))})
    CHECKED.clear()

    assert named.decode(b"\x04ok").name == "ok"
    with pytest.raises(avro.DecodeError, match="Checked refuses its fields: bad names are refused"):
        named.decode(b"\x06bad")
    assert CHECKED[0] == "ok"


def test_attributes_may_stand_in_another_order_than_fields() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Pair:
        second: int = 0
        first: int

    pairs = avro.Codec(
        record("a: int", "b: int", name="Pair"), classes={"Pair": avro.Binding(Pair, ("first", "second"))}
    )

    assert pairs.decode(b"\x02\x04") == Pair(first=1, second=2)
    assert twin(avro.Binding(Pair, ("first", "second"))) is not None


def test_classes_that_cannot_hold_their_types_are_refused_at_once() -> None:
    status = avro.parse({"type": "enum", "name": "shop.Status", "symbols": ["NEW", "LOST"]})
    gift = record("name: string", "wrapped: boolean", name="shop.Gift")

    with pytest.raises(ValueError, match="'LOST' is not a valid Status"):
        avro.Codec(status, classes=CLASSES)
    with pytest.raises(TypeError, match="Gift is no enum"):
        avro.Codec(status, classes={"shop.Status": avro.Binding(Gift)})
    with pytest.raises(ValueError, match=r"shop.Gift has 2 fields, Gift is bound with 1 attributes"):
        avro.Codec(gift, classes=CLASSES)
    with pytest.raises(ValueError, match="'not one' is no identifier"):
        avro.Codec(gift, classes={"shop.Gift": avro.Binding(Gift, ("name", "not one"))})
