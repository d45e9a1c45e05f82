"""Avro's `duration`: a span of time in three units that have no fixed ratio."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

_LAYOUT: Final = struct.Struct("<III")


@dataclass(frozen=True, slots=True)
class Duration:
    """Months, days and milliseconds, each from 0 to 2^32 - 1 (Avro 1.12, "Duration").

    A month has no fixed number of days and a day none of milliseconds, so they are kept apart and have no order.
    """

    months: int = 0
    days: int = 0
    millis: int = 0


def duration_to_fixed(value: Duration) -> bytes:
    """The 12 bytes.

    Raises:
        ValueError: a unit is out of its range, or no whole number.
    """
    try:
        return _LAYOUT.pack(value.months, value.days, value.millis)
    except struct.error:
        raise ValueError("months, days and millis go from 0 to 4294967295") from None


def duration_from_fixed(raw: bytes) -> Duration:
    """The span of 12 bytes; struct.error for any other number."""
    return Duration(*_LAYOUT.unpack(raw))
