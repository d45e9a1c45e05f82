"""Values that attack the encoder: methods that lie, raise, or change what is being encoded.

Whatever they do, a codec answers with bytes that can be read or with an `EncodeError`, the same on every executor.
"""

from __future__ import annotations

import dataclasses
import gc
import json
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from eventpact import avro
from eventpact.avro.form import Form
from tests.runtime.avro.outcomes import outcome, writing
from tests.runtime.avro.schemas import enum, fixed, record_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.usefixtures("executor")


def refuse(*_: Any, **__: Any) -> Any:
    raise ZeroDivisionError("not with me")


def endless(*_: Any, **__: Any) -> Any:
    return endless()


def always(answer: Any) -> Any:
    return lambda *_, **__: answer


BEHAVIOURS = {
    "raises": refuse,
    "recurses": endless,
    **{repr(answer): always(answer) for answer in (None, True, -1, 10**30, 0.5, "A", b"bad", (1, 2), [1], {"a": 1})},
}


METHODS = [
    "__bool__",
    "__bytes__",
    "__buffer__",
    "__class_getitem__",
    "__contains__",
    "__eq__",
    "__float__",
    "__format__",
    "__getitem__",
    "__hash__",
    "__index__",
    "__int__",
    "__iter__",
    "__len__",
    "__lt__",
    "__ge__",
    "__repr__",
    "__rshift__",
    "__and__",
    "__neg__",
    "__str__",
    "__sub__",
    "__add__",
    "__trunc__",
    "as_tuple",
    "bit_length",
    "days",
    "encode",
    "get",
    "hex",
    "isoformat",
    "items",
    "keys",
    "microsecond",
    "seconds",
    "to_integral_value",
    "timestamp",
    "toordinal",
    "tobytes",
    "utcoffset",
    "values",
]
"""What an encoder might call."""


def attacker(base: type[Any], behaviour: Any, *arguments: Any) -> Any:
    """An instance of a subclass whose every method misbehaves."""
    kept = {"__hash__", "__repr__"} if base is UUID else {"__repr__"}
    methods = {name: behaviour for name in METHODS if name not in kept}
    return type(f"Hostile{base.__name__.title()}", (base,), methods)(*arguments)


BASES: dict[str, tuple[type[Any], tuple[Any, ...], Any]] = {
    "str": (str, ("text",), "string"),
    "int": (int, (7,), "int"),
    "long": (int, (7,), "long"),
    "float": (float, (1.5,), "double"),
    "bytes": (bytes, (b"ab",), "bytes"),
    "fixed": (bytes, (b"ab",), fixed(2)),
    "enum": (str, ("A",), enum("A", "B")),
    "list": (list, ([1, 2],), {"type": "array", "items": "int"}),
    "tuple": (tuple, ((1, 2),), {"type": "array", "items": "int"}),
    "dict of a record": (dict, ({"a": 1},), record_json("a: int")),
    "dict of a map": (dict, ({"a": 1},), {"type": "map", "values": "int"}),
    "datetime": (datetime, (2026, 1, 2, 3, 4, 5, 6, UTC), {"type": "long", "logicalType": "timestamp-millis"}),
    "decimal": (Decimal, ("1.25",), {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}),
    "uuid": (UUID, ("0b6ff5ad-8ab0-4e7b-9f5c-3bd7b1b8a7c4",), {"type": "string", "logicalType": "uuid"}),
}


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
@pytest.mark.parametrize("kind", BASES)
def test_subclasses_whose_methods_misbehave_make_bytes_or_an_encode_error(kind: str, behaviour: str) -> None:
    base, arguments, schema = BASES[kind]
    same_outcome(schema, lambda: attacker(base, BEHAVIOURS[behaviour], *arguments))


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
@pytest.mark.parametrize("kind", BASES)
def test_objects_that_only_act_like_a_value_are_refused_or_taken_alike(kind: str, behaviour: str) -> None:
    same_outcome(BASES[kind][2], lambda: attacker(object, BEHAVIOURS[behaviour]))


class Impostor:
    """Equal to a symbol and found under its hash, and no text for all that."""

    def __eq__(self, other: object) -> bool:
        return other == "A"

    def __hash__(self) -> int:
        return hash("A")


def test_what_equals_a_symbol_is_not_one() -> None:
    same_outcome(enum("A", "B"), Impostor)
    with pytest.raises(avro.EncodeError, match="expected a str that is a symbol of Status, got Impostor"):
        avro.Codec(avro.parse(enum("A", "B"))).encode(Impostor())


def same_outcome(schema: Any, value: Callable[[], Any]) -> None:
    """Encode a value, made anew each time, alone and as a branch: compared with the interpreter."""
    for wrapped in (schema, ["null", schema], ["null", "boolean", schema]):
        codec = avro.Codec(avro.parse(json.dumps(wrapped)))
        ours = outcome(codec.encode, value())
        assert ours == outcome(writing(codec.schema, Form()), value())
        if isinstance(ours, str):  # bytes, and no error
            codec.decode(codec.encode(value()))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    name: str
    count: int = 0


class Meddler:
    """An item that is asked for its name through Python code."""

    def __init__(self, act: Callable[[], object]) -> None:
        self.act = act
        self.count = 5

    @property
    def name(self) -> str:
        self.act()
        return "meddled"


ITEM = record_json("name: string", "count: int", name="Item")
LIST = record_json(f"items: {json.dumps({'type': 'array', 'items': ITEM})}", name="Box")
MAP = record_json(f"items: {json.dumps({'type': 'map', 'values': ITEM})}", name="Box")


@dataclasses.dataclass(slots=True, kw_only=True)
class Box:
    items: Any


def boxes(schema: Any) -> avro.Codec:
    classes = {"Box": avro.Binding(Box, ("items",)), "Item": avro.Binding(Meddler, ("name", "count"))}
    return avro.Codec(avro.parse(json.dumps(schema)), classes=classes)


MEDDLING: dict[str, Callable[[Box, list[Any]], object]] = {
    "clears it": lambda _, items: items.clear(),
    "shortens it": lambda _, items: items.pop(),
    "lengthens it": lambda _, items: items.append(items[0]) if len(items) < 50 else None,
    "replaces items": lambda _, items: items.__setitem__(slice(None), [None] * len(items)),
    "drops the box's": lambda box, _: setattr(box, "items", None),
}


@pytest.mark.parametrize("act", MEDDLING)
def test_a_list_that_changes_while_it_is_written_is_written_as_it_was(act: str) -> None:
    def made() -> Box:
        items: list[Any] = []
        box = Box(items=items)
        items += [Meddler(lambda: MEDDLING[act](box, items)) for _ in range(20)]
        return box

    codec = boxes(LIST)

    assert codec.encode(made()) == b"\x28" + b"\x0emeddled\x0a" * 20 + b"\x00"


@pytest.mark.parametrize("act", ["clear", "popitem", "grow", "swap"])
def test_a_map_that_changes_while_it_is_written_is_written_as_it_was(act: str) -> None:
    def made() -> Box:
        items: dict[str, Any] = {}

        def meddle() -> None:
            match act:
                case "clear":
                    items.clear()
                case "popitem" if items:
                    items.popitem()
                case "grow":
                    items[f"more{len(items)}"] = None
                case "swap" if items:
                    items.popitem()
                    items[f"other{len(items)}"] = None

        items.update({f"k{number}": Meddler(meddle) for number in range(9)})
        return Box(items=items)

    expected = b"".join([b"\x04k%d\x0emeddled\x0a" % number for number in range(9)])

    assert boxes(MAP).encode(made()) == b"\x12" + expected + b"\x00"


class Odd:
    """Whatever is asked of it raises; `__class__` too."""

    def __getattribute__(self, name: str) -> Any:
        raise SystemError(name)


@pytest.mark.parametrize("schema", [schema for _, _, schema in BASES.values()], ids=BASES)
def test_an_object_that_answers_nothing_is_an_encode_error(schema: Any) -> None:
    with pytest.raises(avro.EncodeError):
        avro.Codec(avro.parse(json.dumps(schema))).encode(Odd())


def test_attributes_that_are_not_set_are_an_encode_error() -> None:
    codec = avro.Codec(avro.parse(json.dumps(ITEM)), classes={"Item": avro.Binding(Item, ("name", "count"))})
    expected = writing(codec.schema, Form(classes={"Item": avro.Binding(Item, ("name", "count"))}))
    deleted = Item(name="x")
    object.__delattr__(deleted, "count")

    for incomplete in (Item.__new__(Item), deleted):
        assert outcome(codec.encode, incomplete) == outcome(expected, incomplete)
        with pytest.raises(avro.EncodeError, match="has no attribute"):
            codec.encode(incomplete)
    del deleted, incomplete
    gc.collect()


def test_a_time_zone_that_misbehaves_is_an_encode_error() -> None:
    instant = {"type": "long", "logicalType": "timestamp-millis"}
    for behaviour in BEHAVIOURS.values():
        zone = type("Zone", (tzinfo,), {"utcoffset": behaviour})()
        same_outcome(instant, lambda zone=zone: datetime(2026, 1, 1, tzinfo=zone))  # type: ignore[misc]  # binds now


def test_mappings_that_lie_about_themselves_are_alike() -> None:
    class Liar(Mapping[str, Any]):
        def __init__(self, keys: list[Any], size: int) -> None:
            self.names = keys
            self.size = size

        def __getitem__(self, key: str) -> Any:
            return 1

        def __iter__(self) -> Iterator[Any]:
            return iter(self.names)

        def __len__(self) -> int:
            return self.size

    for keys in (["a"], [], ["a", "b"], [1], ["a", "a"]):
        for size in (0, 1, 5):
            for schema in (record_json("a: int"), {"type": "map", "values": "int"}):
                same_outcome(schema, lambda keys=keys, size=size: Liar(keys, size))  # type: ignore[misc]  # as above


@pytest.mark.parametrize("size", [0, 1, 2, 5, 10**6])
@pytest.mark.parametrize("base", [list, tuple, dict])
def test_containers_that_lie_about_their_length_are_alike(base: type[Any], size: int) -> None:
    methods = {"__len__": lambda _: size, "__bool__": lambda _: True}
    if base is dict:
        liar = type("Liar", (dict,), methods)
        for schema in (record_json("a: int"), {"type": "map", "values": "int"}):
            same_outcome(schema, lambda: liar(a=1))
    else:
        same_outcome({"type": "array", "items": "int"}, lambda: type("Liar", (base,), methods)([1, 2]))
