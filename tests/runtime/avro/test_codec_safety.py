"""Bytes and values made to hurt: whatever they claim, a codec does little work, takes little memory and says why."""

from __future__ import annotations

import json
import random
import time
import tracemalloc
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from eventpact import avro
from eventpact.avro.limits import FREE_ZERO_BYTE_ITEMS, MAX_DEPTH, MAX_ZERO_BYTE_ITEMS
from tests.runtime.avro.schemas import fixed, record, record_json

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("executor")

EMPTY = {"type": "record", "name": "Empty", "fields": [{"name": "nothing", "type": "null"}]}


def codec(schema: Any) -> avro.Codec:
    return avro.Codec(avro.parse(json.dumps(schema)))


def long(value: int) -> bytes:
    return codec("long").encode(value)


def peak(work: Callable[[], object]) -> int:
    """The most bytes that were allocated at one time."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", ["string", "bytes"])
@pytest.mark.parametrize("length", [5, 10**6, 2**31, 2**62, 2**63 - 1])
def test_a_length_beyond_the_data_allocates_nothing(kind: str, length: int) -> None:
    sized = codec(kind)
    data = long(length) + b"abcd"

    def decode() -> None:
        with pytest.raises(avro.DecodeError, match=f"of {length} bytes runs past the end: 4 are left"):
            sized.decode(data)

    decode()
    assert peak(decode) < 200_000


@pytest.mark.parametrize("count", [5, 10**6, 2**31, 2**62, 2**63 - 1, -5, -(2**63)])
@pytest.mark.parametrize("item", ["int", "double", "string", fixed(1000), {"type": "array", "items": "null"}])
def test_a_count_beyond_the_data_loops_over_nothing(item: Any, count: int) -> None:
    data = long(count) + (long(2) if count < 0 else b"") + b"\x00\x00"

    for schema in ({"type": "array", "items": item}, {"type": "map", "values": item}):
        with pytest.raises(avro.DecodeError):
            codec(schema).decode(data)


@pytest.mark.parametrize("item", ["null", fixed(0), EMPTY, {**EMPTY, "fields": [{"name": "inner", "type": EMPTY}]}])
def test_items_that_take_no_bytes_are_limited(item: Any) -> None:
    if item != EMPTY and isinstance(item, dict) and item["type"] == "record":
        item = {**item, "name": "Outer"}
    items = codec({"type": "array", "items": item})
    few, many = FREE_ZERO_BYTE_ITEMS, MAX_ZERO_BYTE_ITEMS

    assert len(items.decode((long(few)) * 2 + b"\x00")) == 2 * few
    assert len(items.decode(long(many) + b"\x00")) == many
    for data in (long(many + 1), long(many) + long(few + 1), long(2**62)):
        with pytest.raises(avro.DecodeError, match=f"more than {many} items that take no bytes"):
            items.decode(data + b"\x00")


def test_items_that_take_no_bytes_are_limited_over_the_whole_datum() -> None:
    nested = codec({"type": "array", "items": {"type": "array", "items": "null"}})
    inner = long(MAX_ZERO_BYTE_ITEMS // 2) + b"\x00"

    assert len(nested.decode(long(2) + inner * 2 + b"\x00")) == 2
    with pytest.raises(avro.DecodeError, match="items that take no bytes"):
        nested.decode(long(3) + inner * 3 + b"\x00")


def test_skipping_items_that_take_no_bytes_takes_no_time() -> None:
    writer = record('many: {"type": "array", "items": "null"}', "id: int")

    start = time.process_time()
    assert codec(record_json("id: int")).decode(long(2**62) + b"\x00\x0e", writer) == {"id": 7}
    assert time.process_time() - start < 5


NESTED = [
    record_json("a: int", 'next: ["null", "Node"] = null', name="Node"),
    record_json("a: int", 'next: {"type": "array", "items": "Node"}', name="Node"),
    record_json("a: int", 'next: {"type": "map", "values": "Node"}', name="Node"),
]
STEPS = [b"\x02\x02", b"\x02\x02", b"\x02\x02\x00"]


@pytest.mark.parametrize(("schema", "step"), list(zip(NESTED, STEPS, strict=True)))
def test_records_inside_themselves_are_limited_in_depth(schema: Any, step: bytes) -> None:
    nodes = codec(schema)
    end = b"\x02\x00"
    closing = b"" if schema is NESTED[0] else b"\x00"

    deepest = step * (MAX_DEPTH - 1) + end + closing * (MAX_DEPTH - 1)
    value = nodes.decode(deepest)
    assert nodes.encode(value) == deepest

    for more in (1, 1000, 1_000_000):
        with pytest.raises(avro.DecodeError, match=f"records nest more than {MAX_DEPTH} deep"):
            nodes.decode(step * (MAX_DEPTH - 1 + more) + end + closing * (MAX_DEPTH - 1 + more))


def test_skipped_records_are_limited_in_depth_too() -> None:
    node = NESTED[0]
    writer = avro.parse(record_json(f"node: {json.dumps(node)}", "id: int"))
    reader = codec(record_json("id: int"))

    assert reader.decode(STEPS[0] * (MAX_DEPTH - 1) + b"\x02\x00" + b"\x0e", writer) == {"id": 7}
    with pytest.raises(avro.DecodeError, match="deep"):
        reader.decode(STEPS[0] * MAX_DEPTH + b"\x02\x00" + b"\x0e", writer)


def test_values_inside_themselves_are_an_encode_error() -> None:
    value: dict[str, Any] = {"a": 1}
    value["next"] = value
    with pytest.raises(avro.EncodeError, match="nest more than"):
        codec(NESTED[0]).encode(value)

    items: list[Any] = []
    items.append(items)
    endless = codec(record_json('a: {"type": "array", "items": ["int", "User"]}'))
    with pytest.raises(avro.EncodeError):
        endless.encode({"a": items})


def test_ambiguous_values_are_looked_at_once_and_not_once_for_each_way_there() -> None:
    branch = 'next: ["null", "A", "B"]'
    schema = record_json(
        f'next: ["null", "A", {json.dumps(record_json(branch, "leaf: int = 0", name="B"))}]', "leaf: int = 0", name="A"
    )
    value: Any = {"next": None, "leaf": "wrong"}
    for _ in range(60):
        value = {"next": value}

    start = time.process_time()
    with pytest.raises(avro.EncodeError):
        codec(schema).encode(value)
    assert time.process_time() - start < 5


def test_a_schema_of_200_levels_and_one_of_500_fields_work() -> None:
    deep: Any = "int"
    value: Any = 5
    known: list[avro.Schema] = []
    for level in range(200):
        fields = [{"name": "inner", "type": ["null", deep] if level % 2 else deep}]
        known.append(avro.parse({"type": "record", "name": f"L{level}", "fields": fields}, known[-1:]))
        deep = f"L{level}"
        value = {"inner": value}
    nested = avro.Codec(known[-1])
    wide = codec({"type": "record", "name": "W", "fields": [{"name": f"f{i}", "type": "string"} for i in range(500)]})
    many = {f"f{i}": str(i) for i in range(500)}

    assert nested.decode(nested.encode(value)) == value
    assert wide.decode(wide.encode(many)) == many


@pytest.mark.parametrize("kind", ["array", "map", "array in union"])
def test_containers_inside_containers_work_far_beyond_pythons_limit_of_nested_loops(kind: str) -> None:
    schema: Any = "int"
    value: Any = 5
    for _ in range(60):
        container = {"type": "map", "values": schema} if kind == "map" else {"type": "array", "items": schema}
        schema = ["null", container] if kind == "array in union" else container
        value = {"k": value} if kind == "map" else [value]
    containers = codec(schema)
    writer = avro.parse(record_json(f"skipped: {json.dumps(schema)}", "id: int"))
    data = containers.encode(value)

    assert containers.decode(data) == value
    assert codec(record_json("id: int")).decode(data + b"\x0e", writer) == {"id": 7}


def test_a_schema_that_repeats_itself_a_billion_times_compiles_small() -> None:
    known: list[avro.Schema] = []
    inner = '"int"'
    for level in range(30):
        fields = [{"name": name, "type": json.loads(inner)} for name in "ab"]
        known.append(avro.parse({"type": "record", "name": f"L{level}", "fields": fields}, known[-1:]))
        inner = f'"L{level}"'
    start = time.process_time()
    with pytest.raises(avro.DecodeError):
        avro.Codec(known[-1]).decode(b"\x00" * 100)
    with pytest.raises(avro.EncodeError):
        avro.Codec(known[-1]).encode({"a": None, "b": None})
    assert time.process_time() - start < 10


def test_random_bytes_raise_nothing_but_decode_errors() -> None:
    everything = codec(
        record_json(
            'a: {"type": "string", "logicalType": "uuid"}',
            'b: {"type": "long", "logicalType": "timestamp-millis"}',
            'c: {"type": "map", "values": ["null", "double", {"type": "array", "items": "User"}]}',
            'd: {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}',
            'e: {"type": "int", "logicalType": "time-millis"}',
            'f: {"type": "fixed", "name": "D", "size": 12, "logicalType": "duration"}',
        )
    )
    rng = random.Random(11)
    offsets = []
    for _ in range(5_000):
        data = rng.randbytes(rng.randrange(80))
        try:
            value = everything.decode(data)
        except avro.DecodeError as error:
            offsets.append(error.offset)
        else:
            assert everything.decode(everything.encode(value)) == value

    assert len(offsets) > 1_000
    assert None not in offsets


def test_data_cut_anywhere_are_an_error_that_says_where() -> None:
    inner = record_json("name: string", 'at: {"type": "long", "logicalType": "timestamp-millis"}', name="Inner")
    order = codec(
        record_json(
            'id: {"type": "string", "logicalType": "uuid"}',
            f'items: {{"type": "array", "items": {json.dumps(inner)}}}',
            'tags: {"type": "map", "values": ["null", "Inner", "double"]}',
            'hash: {"type": "fixed", "name": "Hash", "size": 9}',
            "total: float",
            "is_paid: boolean",
        )
    )
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    data = order.encode(
        {
            "id": UUID(int=5),
            "items": [{"name": "a" * 70, "at": moment}, {"name": "b", "at": moment}],
            "tags": {"x": None, "y": ("Inner", {"name": "c", "at": moment}), "z": 1.5},
            "hash": b"123456789",
            "total": 1.5,
            "is_paid": True,
        }
    )

    places = set()
    for length in range(len(data)):
        with pytest.raises(avro.DecodeError) as raised:
            order.decode(data[:length])
        assert raised.value.offset is not None
        assert 0 <= raised.value.offset <= length
        places.add(raised.value.path)

    assert places == {
        "id", "items", "items[0].name", "items[0].at", "items[1].name", "items[1].at", "tags", "tags['y']",
        "tags['y'].name", "tags['y'].at", "tags['z']", "hash", "total", "is_paid",
    }  # fmt: skip


def test_a_hundred_thousand_records_read_and_written_leave_nothing_behind() -> None:
    items = codec({"type": "array", "items": record_json("a: string", 'b: ["null", "long"]')})
    data = items.encode([{"a": "x", "b": 2**40}] * 1000)
    items.decode(data)

    def work() -> None:
        for _ in range(50):
            items.encode(items.decode(data))

    tracemalloc.start()
    try:
        work()
        before = tracemalloc.get_traced_memory()[0]
        work()
        assert tracemalloc.get_traced_memory()[0] - before < 20_000
    finally:
        tracemalloc.stop()
