"""Dates, times and timestamps as Avro counts them, and the Python objects they stand for.

Python counts microseconds: what a schema counts more coarsely is floored, before 1970 too, as Java's
`Instant.toEpochMilli` does it. Each function raises TypeError, ValueError or OverflowError for what has no counterpart.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
LOCAL_EPOCH: Final = datetime(1970, 1, 1)
MILLISECOND: Final = timedelta(milliseconds=1)
MICROSECOND: Final = timedelta(microseconds=1)

EPOCH_DAY: Final = EPOCH.toordinal()
"""Of Python's count of days, in which 1 January of year 1 is 1."""
_MILLIS_PER_DAY: Final = 86_400_000


def date_to_days(value: date) -> int:
    """Days since 1970-01-01."""
    if isinstance(value, datetime):
        raise TypeError("a datetime is no date")
    return value.toordinal() - EPOCH_DAY


def date_from_days(days: int) -> date:
    """The date, from year 1 to 9999."""
    return date.fromordinal(days + EPOCH_DAY)


def time_to_millis(value: time) -> int:
    """Milliseconds since midnight."""
    return time_to_micros(value) // 1000


def time_to_micros(value: time) -> int:
    """Microseconds since midnight."""
    if value.tzinfo is not None:
        raise ValueError("a time of day names no time zone")
    return ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond


def time_from_millis(millis: int) -> time:
    """The time of day."""
    return time_from_micros(millis * 1000)


def time_from_micros(micros: int) -> time:
    """The time of day."""
    if not 0 <= micros < _MILLIS_PER_DAY * 1000:
        raise ValueError("a day has no such time")
    seconds, micros = divmod(micros, 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return time(hours, minutes, seconds, micros)


def instant_to_millis(value: datetime) -> int:
    """Milliseconds since 1970 in UTC."""
    return _millis(value - EPOCH)


def instant_to_micros(value: datetime) -> int:
    """Microseconds since 1970 in UTC."""
    return _micros(value - EPOCH)


def instant_from_millis(millis: int) -> datetime:
    """The instant, in UTC."""
    return EPOCH + millis * MILLISECOND


def instant_from_micros(micros: int) -> datetime:
    """The instant, in UTC."""
    return EPOCH + micros * MICROSECOND


def local_to_millis(value: datetime) -> int:
    """Milliseconds since 1970-01-01T00:00, wherever that is."""
    return _millis(value - LOCAL_EPOCH)


def local_to_micros(value: datetime) -> int:
    """Microseconds since 1970-01-01T00:00, wherever that is."""
    return _micros(value - LOCAL_EPOCH)


def local_from_millis(millis: int) -> datetime:
    """The date and time, without a time zone."""
    return LOCAL_EPOCH + millis * MILLISECOND


def local_from_micros(micros: int) -> datetime:
    """The date and time, without a time zone."""
    return LOCAL_EPOCH + micros * MICROSECOND


def _millis(since: timedelta) -> int:
    return since.days * _MILLIS_PER_DAY + since.seconds * 1000 + since.microseconds // 1000


def _micros(since: timedelta) -> int:
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
