"""What codecs hold: the events and nothing else, however many there were and however they failed."""

from __future__ import annotations

import gc
import json
import pickle
import resource
import sys
import tracemalloc
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from eventpact import avro
from tests.runtime.avro.schemas import enum, record_json

if TYPE_CHECKING:
    from collections.abc import Callable

STATM = Path("/proc/self/statm")
pytestmark = pytest.mark.usefixtures("executor")


class Status(StrEnum):
    NEW = "NEW"
    DONE = "DONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    order_id: UUID
    at: datetime
    total: Decimal
    status: Status
    lines: tuple[Line, ...]
    tags: dict[str, str]
    previous: Order | None = None


LINE = record_json("name: string", "count: long", name="Line")
ORDER = record_json(
    'order_id: {"type": "string", "logicalType": "uuid"}',
    'at: {"type": "long", "logicalType": "timestamp-micros"}',
    'total: {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}',
    f"status: {json.dumps(enum('NEW', 'DONE'))}",
    f'lines: {{"type": "array", "items": {json.dumps(LINE)}}}',
    'tags: {"type": "map", "values": "string"}',
    'previous: ["null", "Order"]',
    name="Order",
)
CLASSES = {
    "Order": avro.Binding(Order, ("order_id", "at", "total", "status", "lines", "tags", "previous")),
    "Line": avro.Binding(Line, ("name", "count")),
    "Status": avro.Binding(Status),
}


def order() -> Order:
    return Order(
        order_id=UUID(int=0xABCDEF << 90),
        at=datetime(2026, 11, 21, 10, 23, 45, 678901, tzinfo=UTC),
        total=Decimal("1234.56"),
        status=Status.DONE,
        lines=(Line(name="a first article", count=3), Line(name="a second article", count=2**40)),
        tags={"channel": "web shop", "campaign": "winter"},
        previous=None,
    )


def orders() -> avro.Codec:
    return avro.Codec(avro.parse(json.dumps(ORDER)), classes=CLASSES)


def lines() -> avro.Codec:
    return avro.Codec(avro.parse(json.dumps(LINE)), classes=CLASSES)


def resident() -> int:
    """Bytes of memory that the process has, or has had at most where the system does not say."""
    if STATM.exists():
        return int(STATM.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def test_a_million_round_trips_leave_nothing_behind() -> None:
    encode, decode = lines().encode, lines().decode
    line = Line(name="an article", count=2**40)

    def trips(count: int) -> None:
        for _ in range(count):
            decode(encode(line))

    trips(100_000)
    gc.collect()
    blocks, before = sys.getallocatedblocks(), resident()
    trips(900_000)
    gc.collect()

    assert sys.getallocatedblocks() - blocks < 1_000
    assert resident() - before < 4_000_000


def test_what_fails_half_way_leaves_nothing_behind() -> None:
    codec = orders()
    data = codec.encode(order())
    wrong = [b"\xff" * 12, *(data[:length] for length in range(len(data)))]
    unfit = [
        Order(**{name: getattr(order(), name) for name in CLASSES["Order"].attributes} | change)
        for change in ({"previous": 5}, {"tags": {"a": 1}}, {"lines": (Line(name="a", count=2**70),)}, {"total": 1.5})
    ]

    def fail() -> None:
        for cut in wrong:
            with pytest.raises(avro.DecodeError):
                codec.decode(cut)
        for value in unfit:
            with pytest.raises(avro.EncodeError):
                codec.encode(value)

    fail()
    gc.collect()
    blocks, held = sys.getallocatedblocks(), instances()
    for _ in range(20):
        fail()
    gc.collect()

    assert instances() == held
    assert sys.getallocatedblocks() - blocks < 200


def instances() -> int:
    """Orders that are somewhere; the collector need not know of lines, in which nothing can change."""
    return sum(isinstance(one, Order) for one in gc.get_objects())


def test_references_to_what_all_values_share_are_given_back() -> None:
    codec = orders()
    data = codec.encode(order())
    shared = [Order, Line, Status, Status.DONE, UTC, *CLASSES["Order"].attributes, "name", "channel", data]

    def counts() -> list[int]:
        gc.collect()
        return [sys.getrefcount(one) for one in shared]

    codec.encode(codec.decode(data))
    before = counts()
    for _ in range(1_000):
        codec.encode(codec.decode(data))
        with pytest.raises(avro.DecodeError):
            codec.decode(data[:-3])

    for one, least, most in zip(shared, before, counts(), strict=True):
        assert abs(most - least) < 50, one


def test_a_hundred_thousand_decoded_events_hold_no_more_than_the_events() -> None:
    codec = lines()
    line = Line(name="the name of an article", count=2**40)
    data, pickled = codec.encode(line), pickle.dumps(line)
    codec.decode(data)
    pickle.loads(pickled)

    decoded = held(lambda: [codec.decode(data) for _ in range(100_000)])
    made = held(lambda: [pickle.loads(pickled) for _ in range(100_000)])

    assert decoded <= made * 1.01


def test_decoded_events_with_all_that_they_hold_are_no_larger_than_made_ones() -> None:
    codec = orders()
    data, pickled = codec.encode(order()), pickle.dumps(order())
    assert codec.decode(data) == pickle.loads(pickled)

    decoded = held(lambda: [codec.decode(data) for _ in range(2_000)])
    made = held(lambda: [pickle.loads(pickled) for _ in range(2_000)])

    assert decoded <= made * 1.01


def held(make: Callable[[], Any]) -> int:
    """Bytes that what is made holds."""
    gc.collect()
    tracemalloc.start()
    try:
        made = make()
        gc.collect()
        return tracemalloc.get_traced_memory()[0] * bool(made)
    finally:
        tracemalloc.stop()
