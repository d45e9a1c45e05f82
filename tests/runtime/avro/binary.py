"""Avro binary data for differential tests, made and read without the codec that is on trial.

`random_datum` writes data of a schema; `transcode` carries out a decode plan the slow way, straight from the writer's
bytes to the bytes of the reader's schema, which can be compared with those of another implementation.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Any, Final

from eventpact.avro import defaults
from eventpact.avro.model import Array, Enum, Fixed, Map, Primitive, Record, Schema, Union
from eventpact.avro.plan import (
    ArrayPlan,
    EnumPlan,
    FailPlan,
    FixedPlan,
    MapPlan,
    Plan,
    ReaderUnionPlan,
    RecordPlan,
    ScalarPlan,
    SkipPlan,
    WriterUnionPlan,
)
from eventpact.avro.resolve import resolve

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

_MAX_DEPTH: Final = 12
_INTS: Final = (0, 1, -1, 63, -64, 64, 2**24 + 1, 2**31 - 1, -(2**31))
_LONGS: Final = (*_INTS, 2**53 + 1, -(2**62), 2**60 + 2**36 + 1, 2**63 - 1, -(2**63))
_FLOATS: Final = (0.0, -0.0, 1.5, -3.25e10, math.inf)
_TEXTS: Final = ("", "a", "héllo", "\U0001f600", "x" * 70)


class Endless(Exception):  # noqa: N818 - a property of some schemas
    """A record needs itself: no datum of it ends."""


class Unreadable(Exception):  # noqa: N818 - the outcome under test
    """The plan leads to a mismatch."""


def random_datum(schema: Schema, rng: random.Random, depth: int = 0) -> bytes:
    """Data of this schema.

    Raises:
        Endless: none was found within a bounded depth.
    """
    if depth > _MAX_DEPTH:
        raise Endless
    deeper = depth + 1
    match schema:
        case Primitive(kind=kind):
            return _RANDOM[kind](rng)
        case Enum(symbols=symbols):
            if not symbols:
                raise Endless
            return long(rng.randrange(len(symbols)))
        case Fixed(size=size):
            return rng.randbytes(size)
        case Array(items=items):
            listed = [random_datum(items, rng, deeper) for _ in range(_length(rng, depth))]
            return _blocks(listed, rng)
        case Map(values=values):
            keys = [sized(f"k{i}".encode()) for i in range(_length(rng, depth))]
            return _blocks([key + random_datum(values, rng, deeper) for key in keys], rng)
        case Union(branches=branches):
            order = rng.sample(range(len(branches)), len(branches))
            for index in order:
                try:
                    return long(index) + random_datum(branches[index], rng, deeper)
                except Endless:
                    continue
            raise Endless
        case Record(fields=fields):
            return b"".join([random_datum(field.type, rng, deeper) for field in fields])


def transcode(plan: Plan, data: bytes) -> bytes:
    """The bytes of the reader's schema that the plan makes of the writer's bytes.

    Raises:
        Unreadable: the plan fails on these bytes.
    """
    reading = _Reading(data)
    out = reading.carry_out(plan)
    assert reading.position == len(data), "the plan left bytes unread"
    return out


class _Reading:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def carry_out(self, plan: Plan) -> bytes:
        match plan:
            case ScalarPlan(wire=wire, reader=reader):
                return _scalar(self.scalar(wire), wire, reader.kind)
            case FixedPlan(reader=reader):
                return self.take(reader.size)
            case EnumPlan(reader=reader, symbols=symbols):
                symbol = symbols[self.long()]
                if not isinstance(symbol, str):
                    raise Unreadable(symbol.message)
                return long(reader.symbols.index(symbol))
            case ArrayPlan(items=items):
                return _block([self.carry_out(items) for _ in self.items()])
            case MapPlan(values=values):
                entries = {self.take(self.long()): self.carry_out(values) for _ in self.items()}
                return _block([sized(key) + value for key, value in entries.items()])
            case RecordPlan():
                return self.record(plan)
            case WriterUnionPlan(branches=branches):
                return self.carry_out(branches[self.long()])
            case ReaderUnionPlan(index=index, plan=inner):
                return long(index) + self.carry_out(inner)
            case SkipPlan(writer=writer):
                return self.carry_out(resolve(writer=writer, reader=writer).plan)
            case FailPlan(mismatch=mismatch):
                raise Unreadable(mismatch.message)

    def record(self, plan: RecordPlan) -> bytes:
        fields: dict[int, bytes] = {
            index: defaults.encode(plan.reader.fields[index].type, default) for index, default in plan.defaults
        }
        for step in plan.steps:
            read = self.carry_out(step.plan)
            if step.target is not None:
                fields[step.target] = read
        return b"".join([fields[index] for index in range(len(plan.reader.fields))])

    def scalar(self, kind: str) -> Any:
        match kind:
            case "null":
                return None
            case "boolean":
                return self.take(1)
            case "int" | "long":
                return self.long()
            case "float":
                return struct.unpack("<f", self.take(4))[0]
            case "double":
                return struct.unpack("<d", self.take(8))[0]
            case _:
                return self.take(self.long())

    def items(self) -> Iterator[int]:
        while count := self.long():
            if count < 0:
                self.long()
            yield from range(abs(count))

    def take(self, size: int) -> bytes:
        taken = self.data[self.position : self.position + size]
        assert len(taken) == size
        self.position += size
        return taken

    def long(self) -> int:
        shift = value = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return (value >> 1) ^ -(value & 1)


def long(number: int) -> bytes:
    """An int or long: zigzag, seven bits a byte, least first."""
    zigzag = (number << 1) ^ (number >> 63)
    out = bytearray()
    while zigzag > 0x7F:
        out.append(zigzag & 0x7F | 0x80)
        zigzag >>= 7
    return bytes([*out, zigzag])


def sized(data: bytes) -> bytes:
    """Bytes or a string: the length in front."""
    return long(len(data)) + data


def _block(items: list[bytes]) -> bytes:
    return long(len(items)) + b"".join(items) + b"\0" if items else b"\0"


def _blocks(items: list[bytes], rng: random.Random) -> bytes:
    """The items in one block, or in several, some of which say their size for readers who skip."""
    if rng.random() < 0.5:
        return _block(items)
    out = b""
    while items:
        count = rng.randint(1, len(items))
        inner = b"".join(items[:count])
        out += long(-count) + sized(inner) if rng.random() < 0.5 else long(count) + inner
        items = items[count:]
    return out + b"\0"


def _length(rng: random.Random, depth: int) -> int:
    return rng.choice((0, 1, 2, 3)) if depth < 4 else 0


def _scalar(value: Any, wire: str, kind: str) -> bytes:
    """A value read as `wire`, written as `kind`."""
    match kind:
        case "null":
            return b""
        case "boolean":
            return bytes(value)
        case "int" | "long":
            return long(value)
        case "float":
            return _float(value) if wire == "float" else _nearest_float(value)
        case "double":
            return struct.pack("<d", value)
        case _:
            return sized(value)


def _float(number: float) -> bytes:
    return struct.pack("<f", number)


def _nearest_float(number: int) -> bytes:
    """The float nearest to a whole number, rounded once (by way of a double it would be rounded twice)."""
    size = abs(number).bit_length()
    if size > 53:
        lost = size - 53
        sticky = abs(number) >> lost << lost
        sticky |= (1 << lost) if sticky != abs(number) else 0
        number = int(math.copysign(1, number)) * sticky
    return _float(float(number))


_RANDOM: Final[dict[str, Callable[[random.Random], bytes]]] = {
    "null": lambda _: b"",
    "boolean": lambda rng: rng.choice((b"\0", b"\1")),
    "int": lambda rng: long(rng.choice(_INTS)),
    "long": lambda rng: long(rng.choice(_LONGS)),
    "float": lambda rng: struct.pack("<f", rng.choice(_FLOATS)),
    "double": lambda rng: struct.pack("<d", rng.choice(_FLOATS)),
    "bytes": lambda rng: sized(rng.choice(_TEXTS).encode()),
    "string": lambda rng: sized(rng.choice(_TEXTS).encode()),
}
