"""Plain values: without the names of union branches, compared leaf by leaf, and shown as JSON."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from datetime import date, time
from decimal import Decimal
from enum import Enum
from math import copysign, isnan
from typing import Any
from uuid import UUID


def bare(value: Any) -> Any:
    """A value as decoding gives it: `("io.shop.Card", {...})` is the record alone."""
    match value:
        case tuple():
            return bare(value[1])
        case dict():
            return {key: bare(item) for key, item in value.items()}
        case list():
            return [bare(item) for item in value]
        case _:
            return value


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where two values part."""

    path: str
    expected: Any
    found: Any


def difference(expected: Any, found: Any, path: str = "") -> Difference | None:
    """Where two decoded values part: 1, 1.0 and True are three values, 0.0 and -0.0 two, and NaN is itself."""
    if type(expected) is not type(found):
        return Difference(path, expected, found)
    match expected:
        case dict():
            if expected.keys() != found.keys():
                return Difference(path, sorted(expected), sorted(found))
            pairs = ((_step(path, key), item, found[key]) for key, item in expected.items())
        case list():
            if len(expected) != len(found):
                return Difference(path, expected, found)
            pairs = ((f"{path}[{index}]", item, found[index]) for index, item in enumerate(expected))
        case _:
            return None if _same(expected, found) else Difference(path, expected, found)
    return next((one for place, left, right in pairs if (one := difference(left, right, place)) is not None), None)


def _step(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _same(expected: Any, found: Any) -> bool:
    if isinstance(expected, float):
        if isnan(expected) or isnan(found):
            return isnan(expected) and isnan(found)
        return expected == found and copysign(1, expected) == copysign(1, found)
    return bool(expected == found)


def shown(value: Any) -> Any:
    """A value, plain or of a generated class, as JSON can show it: a named branch as `{"io.shop.Card": ...}`."""
    match value:
        case (str() as name, inner):
            return {name: shown(inner)}
        case dict():
            return {key: shown(item) for key, item in value.items()}
        case list() | tuple():
            return [shown(item) for item in value]
        case bytes():
            return value.decode("latin-1")
        case Enum():
            return value.value
        case date() | time():
            return value.isoformat()
        case Decimal() | UUID():
            return str(value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {one.name: shown(getattr(value, one.name)) for one in fields(value)}
        case _:
            return value
