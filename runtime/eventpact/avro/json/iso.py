"""Logical types as people write them: ISO 8601 texts of what Avro counts, without loss at any resolution.

Each pair of functions leads from Avro's number or bytes to text and back. Strict on the way back: one form each, which
is also the one that is written; only times may have fewer decimals, and instants any offset.

All raise ValueError or OverflowError for what has no counterpart.
"""

from __future__ import annotations

import re
import struct
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from eventpact.avro.logical.duration import duration_from_fixed
from eventpact.avro.logical.instants import EPOCH, LOCAL_EPOCH, date_from_days, date_to_days

_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_CLOCK: Final = re.compile(r"(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?", re.ASCII)
_ZONE: Final = re.compile(r"Z|[+-]\d\d:\d\d", re.ASCII)
_DECIMAL: Final = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_DURATION: Final = re.compile(r"P(?:(\d+)M)?(?:(\d+)D)?(?:T(\d+)(?:\.(\d{1,3}))?S)?", re.ASCII)
_SECOND: Final = timedelta(seconds=1)
_DAY: Final = 86_400
_MAX_DIGITS: Final = 4_300


def date_text(days: int) -> str:
    """`2026-03-02`."""
    return date_from_days(days).isoformat()


def date_days(text: str) -> int:
    """Days since 1970-01-01."""
    if not _DATE.fullmatch(text):
        raise ValueError("write it as 2026-03-02")
    return date_to_days(date.fromisoformat(text))


def time_text(count: int, decimals: int) -> str:
    """`08:30:00.250`, from parts of a second since midnight."""
    seconds, fraction = divmod(count, _unit(decimals))
    if not 0 <= seconds < _DAY:
        raise ValueError("a day has no such time")
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}.{fraction:0{decimals}}"


def time_count(text: str, decimals: int) -> int:
    """Parts of a second since midnight."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise ValueError("write it as 08:30:00.250")
    hour, minute, second = map(int, found.groups()[:3])
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError("a day has no such time")
    return ((hour * 60 + minute) * 60 + second) * _unit(decimals) + _fraction(found[4], decimals)


def instant_text(count: int, decimals: int) -> str:
    """`2026-03-02T08:30:00.250Z`, from parts of a second since 1970."""
    return f"{_moment(EPOCH, count, decimals)}Z"


def instant_count(text: str, decimals: int) -> int:
    """Parts of a second since 1970 in UTC."""
    form = "write it as 2026-03-02T08:30:00.250Z, with Z or an offset at its end"
    day, clock, zone = _split(text, form)
    if not _ZONE.fullmatch(zone):
        raise ValueError(form)
    midnight = datetime.fromisoformat(f"{day}T00:00:00{zone}").astimezone(UTC)
    return (midnight - EPOCH) // _SECOND * _unit(decimals) + time_count(clock, decimals)


def local_text(count: int, decimals: int) -> str:
    """`2026-03-02T08:30:00.250`, from parts of a second since 1970 wherever that is."""
    return _moment(LOCAL_EPOCH, count, decimals)


def local_count(text: str, decimals: int) -> int:
    """Parts of a second since 1970-01-01T00:00, wherever that is."""
    form = "write it as 2026-03-02T08:30:00.250, without a zone"
    day, clock, zone = _split(text, form)
    if zone:
        raise ValueError(form)
    return date_days(day) * _DAY * _unit(decimals) + time_count(clock, decimals)


def decimal_text(value: Decimal) -> str:
    """`12.50`, never with an exponent."""
    return format(value, "f")


def decimal_value(text: str) -> Decimal:
    """The exact number."""
    if not _DECIMAL.fullmatch(text) or len(text) > _MAX_DIGITS:
        raise ValueError("write it as 12.50")
    return Decimal(text)


def duration_text(raw: bytes) -> str:
    """`P1M2DT3.004S`: months, days and seconds, each left out where it is zero."""
    span = duration_from_fixed(raw)
    date_part = (f"{span.months}M" if span.months else "") + (f"{span.days}D" if span.days else "")
    seconds, millis = divmod(span.millis, 1000)
    time_part = f"T{seconds}{f'.{millis:03}' if millis else ''}S" if span.millis or not date_part else ""
    return f"P{date_part}{time_part}"


def duration_bytes(text: str) -> bytes:
    """The 12 bytes of Avro's duration."""
    found = _DURATION.fullmatch(text)
    if found is None or text == "P" or len(text) > 64:
        raise ValueError("write it as P1M2DT3.004S: months, days and seconds")
    months, days, seconds = (int(part or 0) for part in found.groups()[:3])
    try:
        return struct.pack("<III", months, days, seconds * 1000 + _fraction(found[4], 3))
    except struct.error:
        raise ValueError("months, days and milliseconds go from 0 to 4294967295") from None


def _unit(decimals: int) -> int:
    return int(10**decimals)


def _moment(epoch: datetime, count: int, decimals: int) -> str:
    seconds, fraction = divmod(count, _unit(decimals))
    moment = epoch.replace(tzinfo=None) + timedelta(seconds=seconds)
    return f"{moment.isoformat(timespec='seconds')}.{fraction:0{decimals}}"


def _split(text: str, form: str) -> tuple[str, str, str]:
    """Day, time of day, and what follows it; `form` says how it is written."""
    day, clock = text[:10], text[11:]
    found = _CLOCK.match(clock)
    if not _DATE.fullmatch(day) or text[10:11] != "T" or found is None:
        raise ValueError(form)
    return day, found[0], clock[found.end() :]


def _fraction(digits: str | None, decimals: int) -> int:
    if digits is None:
        return 0
    if len(digits) > decimals:
        raise ValueError(f"it is counted with {decimals} decimals")
    return int(digits.ljust(decimals, "0"))
