"""Values that are nearly right: one place of a good value holds something else."""

from __future__ import annotations

import copy
import dataclasses
import math
import uuid
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from eventpact import avro

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    Path = tuple[Any, ...]


class Colour(StrEnum):
    RED = "RED"
    S0 = "S0"


class Number(IntEnum):
    ONE = 1


class Text(str):
    __slots__ = ()


class Whole(int):
    pass


class Real(float):
    __slots__ = ()


class Raw(bytes):
    pass


class Items(list[Any]):
    pass


class Moment(datetime):
    pass


class Identity(uuid.UUID):
    pass


STRANGERS: Final[tuple[Any, ...]] = (
    None,
    True,
    False,
    0,
    -1,
    2**31 - 1,
    2**31,
    -(2**31) - 1,
    2**63 - 1,
    2**63,
    -(2**63),
    -(2**63) - 1,
    10**400,
    Whole(7),
    Number.ONE,
    0.0,
    -0.0,
    0.1,
    3.5e38,
    1e300,
    math.nan,
    -math.inf,
    Real(1.5),
    "",
    "S0",
    "RED",
    "text",
    "a\ud800",
    "\0",
    "x" * 70,
    "é" * 5000,
    str(uuid.UUID(int=7)),
    Text("S0"),
    Colour.RED,
    Colour.S0,
    b"",
    b"12345",
    b"x" * 9000,
    Raw(b"12345"),
    bytearray(b"12345"),
    memoryview(b"12345"),
    [],
    [1, "a"],
    (),
    ("int", 1),
    ("null", None),
    ("string", "s"),
    ("E0", "S0"),
    ("R0", {}),
    ("nothing", 1),
    ("a", "b", "c"),
    Items([1]),
    {},
    {"a": 1},
    {"f0": None},
    {1: 2},
    {Text("a"): 1},
    MappingProxyType({"a": 1}),
    {1, 2},
    iter([1]),
    range(3),
    object(),
    int,
    Decimal(0),
    Decimal("-0.00"),
    Decimal("1.2345"),
    Decimal("1.23456"),
    Decimal("123456789012"),
    Decimal("1E+5"),
    Decimal("1E+999999"),
    Decimal("1E-999999"),
    Decimal("NaN"),
    Decimal("sNaN"),
    Decimal("-Infinity"),
    uuid.UUID(int=7),
    Identity(int=7),
    date.min,
    date.max,
    datetime.min,
    datetime.max,
    datetime.min.replace(tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC),
    datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
    datetime.max.replace(tzinfo=timezone(timedelta(hours=-12, seconds=1))),
    datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999_000, tzinfo=timezone(timedelta(hours=5, minutes=30))),
    datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(microseconds=1))),
    Moment(2026, 3, 1, tzinfo=UTC),
    time.min,
    time.max,
    time(1, 2, 3, 4000),
    time(1, tzinfo=UTC),
    time(1, fold=1),
    timedelta(1),
    avro.Duration(0, 0, 0),
    avro.Duration(2**32 - 1, 1, 2),
)
"""What may stand anywhere, right or wrong."""


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """The ways to everything inside a value, itself first."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, (list, tuple)):
        for index, inner in enumerate(value):
            yield from places(inner, (*path, index))
    elif dataclasses.is_dataclass(value) and not isinstance(value, (type, avro.Duration)):
        for field in dataclasses.fields(value):
            yield from places(getattr(value, field.name), (*path, field.name))


def with_stranger(value: Any, path: Path, stranger: Any) -> Any:
    """The value with something else in one place."""
    if not path:
        return stranger
    first, *rest = path
    if isinstance(value, dict):
        return {**value, first: with_stranger(value[first], tuple(rest), stranger)}
    if isinstance(value, (list, tuple)):
        items = list(value)
        items[first] = with_stranger(value[first], tuple(rest), stranger)
        return type(value)(items)
    changed = copy.copy(value)
    object.__setattr__(changed, first, with_stranger(getattr(value, first), tuple(rest), stranger))
    return changed


def mangled(value: Any, rng: random.Random) -> Any:
    """The value with a stranger in one place."""
    path = rng.choice(list(places(value)))
    return with_stranger(value, path, rng.choice(STRANGERS))
