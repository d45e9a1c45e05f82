"""Values of types that hold no others: numbers up to their bounds, text of any script, logical types in their range."""

from __future__ import annotations

from datetime import date
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from eventpact import avro
from eventpact.avro.logical import instants
from eventpact_testing.strategies.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eventpact.avro.model import Fixed, Logical, Primitive

MAX_DIGITS: Final = 60
"""Digits of the longest decimal that is made, however many the schema allows."""

_EDGES: Final = (63, 64, -64, -65, 8191, 8192, -8192, -8193)
"""Where a number takes one byte more."""
_AWKWARD: Final = (
    "\x00",
    "\ufeff",
    "e\u0301",
    "\u202e",
    "\U0001f469\u200d\U0001f680",
    "\U0010ffff",
    "a" * 63,
    "é" * 64,
)
"""A zero, a byte order mark, a combining accent, right to left, two astral characters as one, and long text."""


def _whole(bits: int) -> st.SearchStrategy[int]:
    most = 2 ** (bits - 1) - 1
    return st.integers(-100, 100) | st.sampled_from([*_EDGES, most, -most - 1]) | st.integers(-most - 1, most)


_PLAIN: Final[Mapping[str, st.SearchStrategy[Any]]] = {
    "null": st.none(),
    "boolean": st.booleans(),
    "int": _whole(32),
    "long": _whole(64),
    "float": st.floats(width=32, allow_nan=False),
    "double": st.floats(allow_nan=False),
    "bytes": st.binary(max_size=40),
    "string": st.text(max_size=12) | st.sampled_from(_AWKWARD),
}


def leaf(schema: Primitive | Fixed, text_format: str | None, *, logical_types: bool) -> st.SearchStrategy[Any]:
    """Values of a primitive or fixed type; `text_format` is what the contract says of a text."""
    if schema.logical is not None and logical_types:
        return _logical(schema.logical, schema)
    if schema.kind == "fixed":
        return st.binary(min_size=schema.size, max_size=schema.size)
    if schema.kind == "string" and text_format is not None and text_format in FORMATS:
        return FORMATS[text_format]
    return _PLAIN[schema.kind]


def _logical(logical: Logical, schema: Primitive | Fixed) -> st.SearchStrategy[Any]:
    if logical.name == "decimal":
        return _decimals(logical, schema.size if schema.kind == "fixed" else None)
    return _LOGICAL[logical.name]


def _decimals(logical: Logical, size: int | None) -> st.SearchStrategy[Decimal]:
    digits = min(logical.precision, MAX_DIGITS)
    most = 10**digits - 1
    if size is not None:
        most = min(most, 2 ** (8 * size - 1) - 1)
    context = Context(prec=digits + 1)
    return st.integers(-most, most).map(lambda unscaled: Decimal(unscaled).scaleb(-logical.scale, context))


def _counted(first: Any, last: Any, count: Callable[[Any], int], read: Callable[[int], Any]) -> st.SearchStrategy[Any]:
    """Moments by the number that Avro writes for them, so that they shrink towards 1970."""
    return st.integers(count(first), count(last)).map(read)


_FIRST: Final = instants.EPOCH.replace(year=1)
_LAST: Final = instants.EPOCH.replace(year=9999, month=12, day=31, hour=23, minute=59, second=59, microsecond=999_999)
_LOCAL: Final = (_FIRST.replace(tzinfo=None), _LAST.replace(tzinfo=None))

_LOGICAL: Final[Mapping[str, st.SearchStrategy[Any]]] = {
    "uuid": st.uuids(),
    "date": _counted(date.min, date.max, instants.date_to_days, instants.date_from_days),
    "time-millis": st.integers(0, 86_400_000 - 1).map(instants.time_from_millis),
    "time-micros": st.integers(0, 86_400_000_000 - 1).map(instants.time_from_micros),
    "timestamp-millis": _counted(_FIRST, _LAST, instants.instant_to_millis, instants.instant_from_millis),
    "timestamp-micros": _counted(_FIRST, _LAST, instants.instant_to_micros, instants.instant_from_micros),
    "timestamp-nanos": _PLAIN["long"],
    "local-timestamp-millis": _counted(*_LOCAL, instants.local_to_millis, instants.local_from_millis),
    "local-timestamp-micros": _counted(*_LOCAL, instants.local_to_micros, instants.local_from_micros),
    "local-timestamp-nanos": _PLAIN["long"],
    "duration": st.builds(avro.Duration, *[st.integers(0, 2**32 - 1)] * 3),
}
