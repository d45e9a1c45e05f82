"""Where to begin on a partition: its start, its end, an offset, a moment, or so many records before the end.

earliest    latest    offset:1200    last:10    2026-03-01T08:00:00Z    2026-03-01    90m
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeAlias

from eventpact.errors import PositionError

Kind: TypeAlias = Literal["earliest", "latest", "time", "offset", "last"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_AGO: Final = re.compile(r"(\d{1,9})(s|m|h|d)", re.ASCII)
_COUNTED: Final = re.compile(r"(offset|last):(\d{1,18})", re.ASCII)
_UNITS: Final = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}

EXPECTED: Final = (
    "earliest, latest, offset:1200, last:10, an instant such as 2026-03-01T08:00:00Z, or how long ago, 90m or 2d"
)
"""What a position may be, for messages and help."""


@dataclass(frozen=True, slots=True)
class Position:
    """A place on each partition; `number` is an offset, a count of records, or milliseconds since 1970."""

    kind: Kind
    number: int = 0

    def __str__(self) -> str:
        """As it is written; a time as an instant in UTC."""
        if self.kind == "time":
            return instant_text(self.number)
        return f"{self.kind}:{self.number}" if self.kind in {"offset", "last"} else self.kind


EARLIEST: Final = Position("earliest")
LATEST: Final = Position("latest")


def instant_text(milliseconds: int) -> str:
    """A time in milliseconds since 1970 as an instant in UTC; as the number where it lies outside of years 1 to 9999.

    Kafka takes any number for a time: a producer that counts in microseconds writes such ones.
    """
    try:
        return (_EPOCH + milliseconds * _MILLISECOND).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except OverflowError:
        return str(milliseconds)


def moment(at: datetime) -> Position:
    """The first record that was written at an aware instant or later.

    Raises:
        PositionError: the instant has no zone.
    """
    if at.tzinfo is None:
        raise PositionError(f"{at.isoformat()} has no zone: add Z for UTC, or an offset like +01:00")
    return Position("time", (at - _EPOCH) // _MILLISECOND)


def parse_position(text: str, *, now: datetime) -> Position:
    """The position that a text names; `90m` is that long before `now`. A date is its midnight in UTC.

    Raises:
        PositionError: it names none.
    """
    if text in {"earliest", "latest"}:
        return EARLIEST if text == "earliest" else LATEST
    if counted := _COUNTED.fullmatch(text):
        return Position("offset" if counted[1] == "offset" else "last", int(counted[2]))
    try:
        if ago := _AGO.fullmatch(text):
            return moment(now - int(ago[1]) * _UNITS[ago[2]])
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise PositionError(f"'{text[:80]}' is no position: give {EXPECTED}") from None
    return moment(found.replace(tzinfo=UTC) if len(text) == len("2026-03-01") else found)
