"""A fixed set of values in which each branch, symbol and boundary of a schema comes up, each in the smallest message.

Chance may miss a branch that is one of forty; these do not, and what fails in one of them needs no shrinking.
"""

from __future__ import annotations

from datetime import date, time
from decimal import Context, Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from eventpact import avro
from eventpact.avro.interpret.choose import branch_name
from eventpact.avro.logical import instants
from eventpact.avro.model import Array, Enum, Fixed, Map, Primitive, Record, Union
from eventpact_testing.endings import Endings
from eventpact_testing.strategies.leaves import MAX_DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from eventpact.avro.model import Schema

MAX_VALUES: Final = 2_000
"""Values of one schema; more are cut off."""


def covering(schema: Schema, *, logical_types: bool = True) -> list[Any]:
    """Plain values, the smallest first; unions of several types have their branches named."""
    endings = Endings(schema)
    walk = _Covering(endings, logical_types=logical_types)
    return list(islice(walk.values(schema, endings.least(schema) + 1), MAX_VALUES))


class _Covering:
    def __init__(self, endings: Endings, *, logical_types: bool) -> None:
        self._endings = endings
        self._logical_types = logical_types

    def values(self, schema: Schema, depth: float) -> Iterator[Any]:
        """The smallest value, then others that differ from it in one place."""
        match schema:
            case Record():
                yield from self._record(schema, depth - self._endings.contains_itself(schema))
            case Union(branches=branches):
                names = sum(branch.kind != "null" for branch in branches) > 1
                for branch in sorted(self._ending(branches, depth), key=lambda branch: branch.kind != "null"):
                    for value in self.values(branch, depth):
                        yield (branch_name(branch), value) if names and value is not None else value
            case Array(items=inner):
                yield []
                yield from self._filled(inner, depth, lambda *items: list(items))
            case Map(values=inner):
                yield {}
                yield from self._filled(inner, depth, lambda *items: dict(zip(("", "\U0001f511"), items, strict=False)))
            case Enum(symbols=symbols):
                yield from symbols
            case Primitive() | Fixed():
                yield from self._leaf(schema)

    def _ending(self, branches: tuple[Schema, ...], depth: float) -> list[Schema]:
        return [branch for branch in branches if self._endings.least(branch) <= depth]

    def _record(self, record: Record, depth: float) -> Iterator[Any]:
        variants = {field.name: self.values(field.type, depth) for field in record.fields}
        smallest = {name: next(values) for name, values in variants.items()}
        yield smallest
        for name, values in variants.items():
            for value in values:
                yield {**smallest, name: value}

    def _filled(self, inner: Schema, depth: float, container: Any) -> Iterator[Any]:
        if self._endings.least(inner) > depth:
            return
        first = None
        for position, value in enumerate(self.values(inner, depth)):
            first = value if position == 0 else first
            yield container(value)
        yield container(first, first)

    def _leaf(self, schema: Primitive | Fixed) -> Iterator[Any]:
        if schema.logical is not None and self._logical_types:
            if schema.logical.name == "decimal":
                yield from _decimals(schema)
            else:
                yield from _LOGICAL[schema.logical.name]
        elif isinstance(schema, Fixed):
            yield bytes(schema.size)
            yield bytes(255 - index % 256 for index in range(schema.size))
        else:
            yield from _PRIMITIVES[schema.kind]


def _decimals(schema: Primitive | Fixed) -> Iterator[Decimal]:
    scale = schema.logical.scale if schema.logical else 0
    precision = schema.logical.precision if schema.logical else 1
    most = 10 ** min(precision, MAX_DIGITS) - 1
    if isinstance(schema, Fixed):
        most = min(most, 2 ** (8 * schema.size - 1) - 1)
    for unscaled in (0, 1, -1, most, -most):
        yield Decimal(unscaled).scaleb(-scale, Context(prec=MAX_DIGITS + 1))


_INTS: Final = (0, 1, -1, 64, -65, 8192, 2**31 - 1, -(2**31))
_LONGS: Final = (*_INTS, 2**31, 2**53 + 1, 2**63 - 1, -(2**63))
_MILLIS: Final = (0, 1_767_225_600_000, -1, -62_135_596_800_000, 253_402_300_799_999)

_PRIMITIVES: Final[Mapping[str, tuple[Any, ...]]] = {
    "null": (None,),
    "boolean": (False, True),
    "int": _INTS,
    "long": _LONGS,
    "float": (0.0, 1.5, -0.0, 3.4028234663852886e38, float("inf"), float("nan")),
    "double": (0.0, 0.1, -0.0, 1.7976931348623157e308, float("-inf"), float("nan")),
    "bytes": (b"", b"a", b"\x00\xff", b"b" * 64),
    "string": ("", "a", "\x00", "e\u0301\U0001f600", "c" * 64),
}
_LOGICAL: Final[Mapping[str, tuple[Any, ...]]] = {
    "uuid": (UUID(int=0), UUID("3f2b8c1e-5d47-4a09-9c66-0b7f1d2e4a58"), UUID(int=2**128 - 1)),
    "date": (date(1970, 1, 1), date(2026, 2, 28), date.min, date.max),
    "time-millis": (time(), time(23, 59, 59, 999_000)),
    "time-micros": (time(), time(23, 59, 59, 999_999)),
    "timestamp-millis": tuple(map(instants.instant_from_millis, _MILLIS)),
    "timestamp-micros": tuple(instants.instant_from_micros(millis * 1000 + 1) for millis in _MILLIS),
    "timestamp-nanos": _LONGS,
    "local-timestamp-millis": tuple(map(instants.local_from_millis, _MILLIS)),
    "local-timestamp-micros": tuple(instants.local_from_micros(millis * 1000 + 1) for millis in _MILLIS),
    "local-timestamp-nanos": _LONGS,
    "duration": (avro.Duration(), avro.Duration(1, 2, 3), avro.Duration(*[2**32 - 1] * 3)),
}
