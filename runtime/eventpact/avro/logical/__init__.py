"""Logical types: what each is in Python, and the functions that lead from and to its underlying type.

One table for both executors: the interpreter calls the functions, emitted code names them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from eventpact.avro.logical import decimals, duration, instants, uuids
from eventpact.avro.logical.duration import Duration

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eventpact.avro.model import Fixed, Primitive


@dataclass(frozen=True, slots=True)
class Conversion:
    """One logical type on one underlying type."""

    type: type
    """The class of its values."""
    expected: str
    """What a value must be, as an error says it."""
    to_wire: Callable[..., Any]
    """(value, *arguments) to the underlying int or bytes; for a string its UTF-8."""
    from_wire: Callable[..., Any]
    """The way back."""
    to_arguments: tuple[str, ...] = ()
    """Of `precision`, `scale` and `size`: what `to_wire` needs besides the value."""
    from_arguments: tuple[str, ...] = ()


_CONVERSIONS: Final[Mapping[tuple[str, str], Conversion]] = {
    ("decimal", "bytes"): Conversion(
        Decimal,
        "a Decimal",
        decimals.decimal_to_bytes,
        decimals.decimal_from_bytes,
        ("precision", "scale"),
        ("precision", "scale"),
    ),
    ("decimal", "fixed"): Conversion(
        Decimal,
        "a Decimal",
        decimals.decimal_to_fixed,
        decimals.decimal_from_bytes,
        ("precision", "scale", "size"),
        ("precision", "scale"),
    ),
    ("uuid", "string"): Conversion(UUID, "a UUID", uuids.uuid_to_text, uuids.uuid_from_text),
    ("uuid", "fixed"): Conversion(UUID, "a UUID", uuids.uuid_to_fixed, uuids.uuid_from_fixed),
    ("date", "int"): Conversion(date, "a date", instants.date_to_days, instants.date_from_days),
    ("time-millis", "int"): Conversion(time, "a time", instants.time_to_millis, instants.time_from_millis),
    ("time-micros", "long"): Conversion(time, "a time", instants.time_to_micros, instants.time_from_micros),
    ("timestamp-millis", "long"): Conversion(
        datetime, "a datetime with time zone", instants.instant_to_millis, instants.instant_from_millis
    ),
    ("timestamp-micros", "long"): Conversion(
        datetime, "a datetime with time zone", instants.instant_to_micros, instants.instant_from_micros
    ),
    ("local-timestamp-millis", "long"): Conversion(
        datetime, "a datetime without time zone", instants.local_to_millis, instants.local_from_millis
    ),
    ("local-timestamp-micros", "long"): Conversion(
        datetime, "a datetime without time zone", instants.local_to_micros, instants.local_from_micros
    ),
    ("duration", "fixed"): Conversion(
        Duration, "an avro.Duration", duration.duration_to_fixed, duration.duration_from_fixed
    ),
}


def conversion(schema: Primitive | Fixed) -> Conversion | None:
    """How a type's logical type converts; None where it has none, or one whose values stay as they are.

    Nanoseconds stay numbers (`timestamp-nanos`, `local-timestamp-nanos`): Python's datetime counts microseconds.
    """
    return None if schema.logical is None else _CONVERSIONS.get((schema.logical.name, schema.kind))


def arguments(schema: Primitive | Fixed, names: tuple[str, ...]) -> tuple[int, ...]:
    """The values of a conversion's arguments for a type."""
    known = {
        "precision": schema.logical.precision if schema.logical else 0,
        "scale": schema.logical.scale if schema.logical else 0,
        "size": getattr(schema, "size", 0),
    }
    return tuple(known[name] for name in names)
