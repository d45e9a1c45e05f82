"""The native executor: what it does itself, what it leaves to Python, and what it never does (grow, crash, swallow)."""

from __future__ import annotations

import dataclasses
import enum
import gc
import json
import re
import threading
import tomllib
import tracemalloc
import weakref
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from eventpact import avro
from eventpact.avro import executor
from eventpact.avro.form import Form
from eventpact.avro.native.decoding import decoding_program
from eventpact.avro.native.encoding import encoding_program
from eventpact.avro.resolve import resolve

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.skipif("native" not in executor.available(), reason="eventpact-native is not installed")

ROOT = Path(__file__).parents[3]
NESTED = {
    "type": "record",
    "name": "Tree",
    "fields": [{"name": "name", "type": "string"}, {"name": "trees", "type": {"type": "array", "items": "Tree"}}],
}


class Given(Exception):  # noqa: N818 - a sign, not an error
    """The native executor gave up."""


def gives_up(_: Any) -> Any:
    raise Given


def parse(schema: Any) -> avro.Schema:
    return avro.parse(json.dumps(schema))


def unaided(writer: Any, reader: Any = None, classes: dict[str, avro.Binding] | None = None) -> tuple[Any, Any]:
    """Encode with the writer and decode to the reader natively, or raise `Given`."""
    native: Any = executor.native()
    wrote = parse(writer)
    read = wrote if reader is None else parse(reader)
    form = Form(classes=classes or {})
    plan = resolve(writer=wrote, reader=read).plan
    encoder = native.Encoder(lambda: (encoding_program(wrote, form), gives_up))
    decoder = native.Decoder(lambda: (decoding_program(plan, form), gives_up))
    return encoder.encode, decoder.decode


def logical(kind: str, name: str, **more: Any) -> dict[str, Any]:
    fixed = {"name": "F"} if kind == "fixed" else {}
    return {"type": kind, "logicalType": name, **fixed, **more}


NOON = datetime(2026, 11, 21, 12, 30, 15, 678000, tzinfo=UTC)
VALUES: list[tuple[Any, Any]] = [
    ("null", None),
    ("boolean", True),
    ("int", -(2**31)),
    ("long", 2**63 - 1),
    ("float", 1.5),
    ("double", float("-inf")),
    ("bytes", b"\x00\xff" * 9000),
    ("string", "žluťoučký 🐎" * 2000),
    ({"type": "fixed", "name": "F", "size": 3}, b"abc"),
    ({"type": "enum", "name": "E", "symbols": [f"S{n}" for n in range(100)]}, "S99"),
    ({"type": "array", "items": "long"}, [1, -1, 2**40]),
    ({"type": "array", "items": {"type": "array", "items": "string"}}, [["a"], [], ["b", "c"]]),
    ({"type": "map", "values": ["null", "double"]}, {"a": 1.5, "ü": None}),
    (["null", "string"], None),
    (["string", "null"], "x"),
    (["null", "int", "long", "string", "bytes", {"type": "array", "items": "int"}], 2**40),
    (["boolean", "float", "double"], 0.1),
    (NESTED, {"name": "a", "trees": [{"name": "b", "trees": []}]}),
    (logical("int", "date"), date(1, 1, 1)),
    (logical("int", "time-millis"), time(23, 59, 59, 999000)),
    (logical("long", "time-micros"), time(23, 59, 59, 999999)),
    (logical("long", "timestamp-millis"), NOON),
    (logical("long", "timestamp-millis"), datetime(1, 1, 1, tzinfo=UTC)),
    (logical("long", "timestamp-micros"), datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
    (logical("long", "timestamp-nanos"), 1_795_257_825_678_901_234),
    (logical("long", "local-timestamp-millis"), NOON.replace(tzinfo=None)),
    (logical("long", "local-timestamp-micros"), datetime(9999, 12, 31, 23, 59, 59, 999999)),
    (logical("string", "uuid"), UUID("0b6ff5ad-8ab0-4e7b-9f5c-3bd7b1b8a7c4")),
    (logical("fixed", "uuid", size=16), UUID(int=1)),
    (logical("bytes", "decimal", precision=12, scale=2), Decimal("-1234567890.12")),
    (logical("bytes", "decimal", precision=60, scale=20), Decimal("9" * 40 + "." + "9" * 20)),
    (logical("fixed", "decimal", precision=12, scale=2, size=20), Decimal("0.00")),
    (logical("fixed", "duration", size=12), avro.Duration(1, 2, 2**32 - 1)),
]


@pytest.mark.parametrize(("schema", "value"), VALUES, ids=lambda part: json.dumps(part, default=str)[:50])
def test_every_type_is_written_and_read_without_python(schema: Any, value: Any) -> None:
    encode, decode = unaided(schema)
    python = avro.Codec(parse(schema), executor="python")

    raw = encode(value)

    assert raw == python.encode(value)
    assert decode(raw) == value
    assert repr(decode(raw)) == repr(python.decode(raw))


class Colour(enum.StrEnum):
    RED = "RED"
    BLUE = "BLUE"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    colour: Colour
    when: datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    parts: tuple[Leaf | Branch, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    parts: tuple[Leaf, ...] = ()

    def __post_init__(self) -> None:
        if len(self.parts) > 2:
            raise ValueError("too many parts")


@dataclasses.dataclass
class Open:
    parts: tuple[Leaf, ...] = ()


LEAF = {
    "type": "record",
    "name": "Leaf",
    "fields": [
        {"name": "colour", "type": {"type": "enum", "name": "Colour", "symbols": ["RED", "BLUE"]}},
        {"name": "when", "type": logical("long", "timestamp-millis")},
    ],
}
BRANCH = {
    "type": "record",
    "name": "Branch",
    "fields": [{"name": "parts", "type": {"type": "array", "items": [LEAF, "Branch"]}}],
}
CLASSES = {
    "Leaf": avro.Binding(Leaf, ("colour", "when")),
    "Colour": avro.Binding(Colour),
    "Branch": avro.Binding(Branch, ("parts",)),
}


def test_unions_of_records_are_told_apart_by_class_without_python() -> None:
    encode, decode = unaided(BRANCH, classes=CLASSES)
    tree = Branch(parts=(Leaf(colour=Colour.BLUE, when=NOON), Branch(parts=(Leaf(colour=Colour.RED, when=NOON),))))

    assert decode(encode(tree)) == tree
    assert hash(decode(encode(tree))) == hash(tree)


@pytest.mark.parametrize("cls", [Checked, Open])
def test_classes_that_cannot_be_filled_are_called(cls: Any) -> None:
    schema = {"type": "record", "name": "Box", "fields": [{"name": "parts", "type": {"type": "array", "items": LEAF}}]}
    classes = {**CLASSES, "Box": avro.Binding(cls, ("parts",))}
    encode, decode = unaided(schema, classes=classes)
    box = cls(parts=(Leaf(colour=Colour.RED, when=NOON),))

    assert decode(encode(box)) == box


def test_a_class_that_answers_for_its_attributes_is_asked() -> None:
    @dataclasses.dataclass(frozen=True, slots=True)
    class Shouting:
        name: str

        def __getattribute__(self, attribute: str) -> Any:
            value = object.__getattribute__(self, attribute)
            return value.upper() if attribute == "name" else value

    schema = {"type": "record", "name": "R", "fields": [{"name": "name", "type": "string"}]}
    encode, decode = unaided(schema, classes={"R": avro.Binding(Shouting, ("name",))})

    assert encode(Shouting("hey")) == b"\x06HEY"
    assert decode(b"\x06hey") == Shouting("hey")


def test_what_a_class_refuses_is_the_same_error() -> None:
    schema = {"type": "record", "name": "Box", "fields": [{"name": "parts", "type": {"type": "array", "items": LEAF}}]}
    codecs = [
        avro.Codec(parse(schema), classes={**CLASSES, "Box": avro.Binding(cls, ("parts",))}, executor="native")
        for cls in (Open, Checked)
    ]
    raw = codecs[0].encode(Open(parts=(Leaf(colour=Colour.RED, when=NOON),) * 3))

    with pytest.raises(avro.DecodeError, match="Checked refuses its fields: too many parts"):
        codecs[1].decode(raw)


def test_evolution_reads_straight_into_the_readers_classes_without_python() -> None:
    writer = {
        "type": "record",
        "name": "Leaf",
        "fields": [
            {"name": "gone", "type": {"type": "map", "values": NESTED}},
            {"name": "when", "type": logical("long", "timestamp-millis")},
            {"name": "size", "type": "int"},
        ],
    }
    reader = {
        "type": "record",
        "name": "Leaf",
        "fields": [
            {"name": "extent", "aliases": ["size"], "type": ["null", "double"]},
            {"name": "when", "type": logical("long", "timestamp-millis")},
            {"name": "tags", "type": {"type": "array", "items": "string"}, "default": ["new"]},
            {"name": "colour", "type": LEAF["fields"][0]["type"], "default": "BLUE"},  # type: ignore[index]  # JSON
        ],
    }
    encode, _ = unaided(writer)
    raw = encode({"gone": {"k": {"name": "x", "trees": []}}, "when": NOON, "size": 3})
    _, decode = unaided(writer, reader)

    first, second = decode(raw), decode(raw)

    assert first == {"extent": 3.0, "when": NOON, "tags": ["new"], "colour": "BLUE"}
    assert list(first) == ["extent", "when", "tags", "colour"]
    assert first["tags"] is not second["tags"]


def test_blocks_with_negative_counts_are_read_without_python() -> None:
    _, decode = unaided({"type": "array", "items": "long"})

    assert decode(b"\x03\x04\x02\x04\x02\x06\x00") == [1, 2, 3]


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 29, 2, 30, 0, 999, tzinfo=timezone(timedelta(hours=5, minutes=45, seconds=1))),
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=timezone(-timedelta(hours=12))),
    ],
)
def test_other_time_zones_are_written_as_their_instant(moment: datetime) -> None:
    schema = logical("long", "timestamp-micros")
    encode, decode = unaided(schema)

    assert encode(moment) == avro.Codec(parse(schema), executor="python").encode(moment)
    assert decode(encode(moment)) == moment


def recursive() -> tuple[avro.Schema, Any]:
    """A record as deep inside itself as it may be."""
    value: Any = {"name": "end", "trees": []}
    for _ in range(99):
        value = {"name": "in", "trees": [value]}
    return parse(NESTED), value


def chained() -> tuple[avro.Schema, Any]:
    """Records of 490 types inside each other."""
    schema, value = parse({"type": "record", "name": "R", "fields": [{"name": "inner", "type": "long"}]}), {"inner": 5}
    for number in range(490):
        inner = schema.name if isinstance(schema, avro.Record) else ""
        outer = {"type": "record", "name": f"R{number}", "fields": [{"name": "inner", "type": inner}]}
        schema, value = avro.parse(json.dumps(outer), references=[schema]), {"inner": value}  # type: ignore[dict-item]  # deep
    return schema, value


@pytest.mark.parametrize("deep", [recursive, chained])
def test_the_deepest_values_fit_a_small_stack(deep: Callable[[], tuple[avro.Schema, Any]]) -> None:
    schema, value = deep()
    codec = avro.Codec(schema, executor="native")
    codec.decode(codec.encode(value))  # prepared by Python, which wants more stack
    written: list[bytes] = []
    default = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=lambda: written.append(codec.encode(codec.decode(codec.encode(value)))))
        thread.start()
        thread.join()
    finally:
        threading.stack_size(default)

    assert written == [codec.encode(value)]


def test_what_is_no_error_passes_through() -> None:
    class Interrupting:
        @property
        def name(self) -> str:
            raise KeyboardInterrupt

    schema = {"type": "record", "name": "R", "fields": [{"name": "name", "type": "string"}]}
    codec = avro.Codec(parse(schema), classes={"R": avro.Binding(Interrupting, ("name",))}, executor="native")

    with pytest.raises(KeyboardInterrupt):
        codec.encode(Interrupting())


def test_a_codec_that_encodes_while_it_encodes_mixes_nothing_up() -> None:
    class Reentrant:
        @property
        def name(self) -> str:
            return avro.Codec(parse("string"), executor="native").encode("inner").decode("latin-1")

    schema = {"type": "array", "items": {"type": "record", "name": "R", "fields": [{"name": "name", "type": "string"}]}}
    codec = avro.Codec(parse(schema), classes={"R": avro.Binding(Reentrant, ("name",))}, executor="native")

    assert codec.encode((Reentrant(), Reentrant())) == b"\x04" + b"\x0c\x0ainner" * 2 + b"\x00"


def test_a_codec_may_be_called_while_it_is_prepared() -> None:
    native: Any = executor.native()
    inner: list[bytes] = []

    def prepare() -> Any:
        if not inner:
            inner.append(b"")
            inner.append(encoder.encode(5))
        return (("long",),), gives_up

    encoder = native.Encoder(prepare)

    assert encoder.encode(5) == b"\x0a"
    assert inner[1] == b"\x0a"


def test_a_duration_of_unusual_numbers_is_left_to_python() -> None:
    class Number:
        def __index__(self) -> int:
            object.__setattr__(span, "months", 0)  # nothing else holds this number
            return 5

    span = avro.Duration(Number(), 2, 3)  # type: ignore[arg-type]  # what a caller may do all the same
    encode, _ = unaided(logical("fixed", "duration", size=12))

    with pytest.raises(Given):
        encode(span)


def test_memory_does_not_grow() -> None:
    codec = avro.Codec(parse(BRANCH), classes=CLASSES, executor="native")
    tree = Branch(parts=(Leaf(colour=Colour.BLUE, when=NOON), Branch(parts=(Leaf(colour=Colour.RED, when=NOON),))))
    raw = codec.encode(tree)

    def work(times: int) -> None:
        for _ in range(times):
            codec.encode(tree)
            codec.decode(raw)
            for wrong in (lambda: codec.decode(raw[:-3]), lambda: codec.encode(None)):
                with pytest.raises((avro.DecodeError, avro.EncodeError)):
                    wrong()

    work(200)
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        work(1000)
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()

    assert grown < 20_000


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    value: Any


@dataclasses.dataclass(slots=True)
class Changeable:
    value: Any


@dataclasses.dataclass(frozen=True, slots=True)
class Empty:
    pass


class Lazy:
    """A base with a place for what is worked out once."""

    __slots__ = ("_whole",)


@dataclasses.dataclass(frozen=True, slots=True)
class WorkedOut(Lazy):
    value: Any


class Loose:
    """A base that lets instances have any attribute."""


@dataclasses.dataclass(frozen=True, slots=True)
class WithDict(Loose):
    value: Any


def of_one(kind: Any, name: str = "R", **more: Any) -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": [{"name": "value", "type": kind, **more}]}


@pytest.mark.parametrize(
    ("schema", "cls", "value"),
    [
        (of_one("string"), Frozen, "x"),
        (of_one({"type": "array", "items": "string"}), Frozen, ("x",)),
        (of_one(logical("string", "uuid")), Frozen, UUID(int=1)),
        (of_one(["null", "R"]), Frozen, Frozen(Frozen(None))),
        (of_one(["null", of_one("int", "Inner")]), Frozen, Frozen(1)),
    ],
    ids=str,
)
def test_the_collector_need_not_look_at_what_can_never_be_part_of_a_cycle(schema: Any, cls: Any, value: Any) -> None:
    classes = {name: avro.Binding(cls, ("value",)) for name in ("R", "Inner")}
    encode, decode = unaided(schema, classes=classes)

    found = decode(encode(cls(value)))

    assert found == cls(value)
    assert not gc.is_tracked(found)
    assert not isinstance(found.value, (Frozen, UUID)) or not gc.is_tracked(found.value)


@pytest.mark.parametrize(
    ("schema", "classes", "value"),
    [
        (of_one({"type": "map", "values": "string"}), {"R": Frozen}, Frozen({"a": "b"})),
        (of_one(["null", {"type": "map", "values": "R"}]), {"R": Frozen}, Frozen({"a": Frozen(None)})),
        (of_one("string"), {"R": Changeable}, Changeable("x")),
        (of_one("string"), {"R": WorkedOut}, WorkedOut("x")),
        (of_one(["null", of_one("int", "Inner")]), {"R": Frozen, "Inner": WithDict}, Frozen(WithDict(1))),
        (of_one(of_one("int", "Inner")), {"R": Frozen, "Inner": Changeable}, Frozen(Changeable(1))),
        (of_one(of_one("int", "Inner")), {"R": Frozen}, Frozen({"value": 1})),
    ],
    ids=str,
)
def test_the_collector_looks_at_what_may_come_to_be_part_of_a_cycle(
    schema: Any, classes: dict[str, Any], value: Any
) -> None:
    encode, decode = unaided(schema, classes={name: avro.Binding(cls, ("value",)) for name, cls in classes.items()})

    found = decode(encode(value))

    assert found == value
    assert gc.is_tracked(found)


def test_a_default_that_can_change_is_looked_at() -> None:
    empty = {"type": "record", "name": "R", "fields": []}
    encode, _ = unaided(empty, classes={"R": avro.Binding(Empty)})
    _, decode = unaided(
        empty, of_one({"type": "map", "values": "int"}, default={}), {"R": avro.Binding(Frozen, ("value",))}
    )

    assert gc.is_tracked(decode(encode(Empty())))


def test_classes_that_somebody_makes_and_forgets_are_let_go_with_what_they_keep() -> None:
    @dataclasses.dataclass(frozen=True, slots=True)
    class Passing:
        value: Any

    class Mark(enum.StrEnum):
        A = "A"

    marked = of_one({"type": "enum", "name": "Mark", "symbols": ["A"]})
    encode, decode = unaided(marked, classes={"R": avro.Binding(Frozen, ("value",)), "Mark": avro.Binding(Mark)})
    Mark.A.kept = decode(encode(Frozen(Mark.A)))  # type: ignore[attr-defined]  # what is never to be done
    encode, decode = unaided(of_one("int"), classes={"R": avro.Binding(Passing, ("value",))})
    Passing.kept = decode(encode(Passing(1)))  # type: ignore[attr-defined]  # as above
    gone = weakref.ref(Mark), weakref.ref(Passing)

    del Mark, Passing, encode, decode
    gc.collect()

    assert [one() for one in gone] == [None, None]


def test_classes_that_the_collector_knows_nothing_of_are_no_exception() -> None:
    encode, decode = unaided({"type": "record", "name": "R", "fields": []}, classes={"R": avro.Binding(Empty)})

    found = [decode(encode(Empty())) for _ in range(1_000)]
    gc.collect()

    assert found == [Empty()] * 1_000


def test_codecs_and_their_classes_are_let_go() -> None:
    @dataclasses.dataclass(frozen=True, slots=True)
    class Owner:
        name: str

    schema = parse({"type": "record", "name": "R", "fields": [{"name": "name", "type": "string"}]})
    codec = avro.Codec(schema, classes={"R": avro.Binding(Owner, ("name",))}, executor="native")
    Owner.codec = codec  # type: ignore[attr-defined]  # a cycle through the class, as contracts make it
    assert codec.decode(codec.encode(Owner("x"))) == Owner("x")
    gone = weakref.ref(Owner)

    del codec, Owner
    gc.collect()

    assert gone() is None


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ((), "a node that it does not have"),
        ((("array", 7, False),), "a node that it does not have"),
        ((("nonsense",),), "nothing is written by nonsense"),
        ((("array", "x", False),), "cannot be"),
    ],
)
def test_a_program_that_is_none_is_refused(program: Any, says: str) -> None:
    native: Any = executor.native()

    with pytest.raises((ValueError, TypeError), match=says):
        native.Encoder(lambda: (program, gives_up)).encode(None)


def test_a_program_of_a_plan_gives_each_field_one_origin() -> None:
    native: Any = executor.native()
    nodes: tuple[Any, ...] = (("dict", ["a", "b"], ([(0, 1), (0, 1)], [], False)), ("long",))

    with pytest.raises(ValueError, match="each field of a record has one origin"):
        native.Decoder(lambda: ((nodes, ()), gives_up)).decode(b"\x02\x02")


def test_all_name_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    native = tomllib.loads((ROOT / "native" / "pyproject.toml").read_text())["project"]
    crate = tomllib.loads((ROOT / "native" / "Cargo.toml").read_text())

    assert project["optional-dependencies"]["native"] == [f"eventpact-native=={executor.NATIVE_VERSION}"]
    assert native["version"] == crate["package"]["version"] == executor.NATIVE_VERSION
    pins = [d if isinstance(d, str) else d["version"] for d in crate["dependencies"].values()]
    assert all(re.fullmatch(r"=\d+\.\d+\.\d+", pin) for pin in pins)
