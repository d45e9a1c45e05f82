"""What a dead letter says of itself: headers beside the raw key and value of a record that nobody could handle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from eventpact.consume.record import RawHeaders

PREFIX: Final = "dead-letter-"
"""What the headers of a dead letter begin with."""

REDRIVES: Final = "redrives"
"""What follows the prefix in the name of the header that a record keeps when it is sent back to its topic."""

DUE: Final = "due"
"""What follows the prefix of a retried record in the name of the header that says when it is to be tried again."""

_LEFT_HEADERS: Final = "left-headers"

TRACEPARENT: Final = "traceparent"
"""W3C Trace Context: the trace that the record belongs to, kept from its origin."""

_LONG: Final = 2**63 - 1
_DIGITS: Final = len(str(-_LONG))
_NUMBERS: Final = {
    "partition": (-1, 2**31 - 1),  # -1: unknown
    "offset": (-1, _LONG),
    "timestamp": (-_LONG, _LONG),
    "schema-id": (0, 2**32 - 1),
    "attempts": (0, 10**9),  # 0: put behind another record of its key, and not tried itself
    REDRIVES: (0, 10**9),
    "left-bytes": (0, _LONG),
    DUE: (0, 253_402_300_799_999),  # the last millisecond of the year 9999
}
"""What a header with a number is called after the prefix, and the least and the most that it may hold."""

_LONGEST: Final = 1000
"""Characters of an exception's message that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterInfo:
    """Where a dead letter came from, and why it is one."""

    reason: str
    """`undecodable`, `handler-failed`, or `too-large-to-retry` for one that no retry topic takes."""
    exception: str
    """The exception's class with its module, `builtins.ValueError`."""
    message: str
    """What the exception said, at most 1000 characters of it."""
    group: str
    """The consumer group that gave up."""
    topic: str
    partition: int
    offset: int
    timestamp_ms: int | None = None
    """When the original was written, in milliseconds since 1970."""
    schema_id: int | None = None
    """Registry id of the schema that it was written with, where one is known."""
    attempts: int = 1
    """How often a handler was called for it in all."""
    traceparent: str | None = None
    redrives: int = 0
    """How often it was sent back to its topic before it came here again."""
    left_bytes: int | None = None
    """Bytes of the value that is only at its origin still, because the letter would have been too large with it;
    `None` for a letter that holds it."""
    left_headers: bool = False
    """Whether the record has headers at its origin that could not be read, so that the letter has none of them."""

    @property
    def position(self) -> str:
        """`topic/partition@offset` of the original."""
        return f"{self.topic}/{self.partition}@{self.offset}"

    def headers(self, prefix: str = PREFIX) -> list[tuple[str, bytes]]:
        """As record headers; `traceparent` is none of them, it stays under its own name."""
        values = {
            "reason": self.reason,
            "exception": self.exception,
            "message": self.message,
            "group": self.group,
            "topic": self.topic,
            "partition": self.partition,
            "offset": self.offset,
            "timestamp": self.timestamp_ms,
            "schema-id": self.schema_id,
            "attempts": self.attempts,
            REDRIVES: self.redrives or None,
            "left-bytes": self.left_bytes,
            _LEFT_HEADERS: "unreadable" if self.left_headers else None,
        }
        return [(prefix + name, str(value).encode()) for name, value in values.items() if value is not None]


def letter_of(headers: RawHeaders, prefix: str = PREFIX) -> DeadLetterInfo | None:
    """What a record's headers say of it as a dead letter; `None` for one that is none.

    What is missing or damaged in them, as somebody else's tool may have left it, is told as unknown: text as "",
    numbers as -1 for the place, else as the field's default. `damaged_of` names the numbers that are damaged.
    """
    said = texts(headers, prefix)
    if "reason" not in said and "topic" not in said:
        return None
    return DeadLetterInfo(
        reason=said.get("reason", ""),
        exception=said.get("exception", ""),
        message=said.get("message", ""),
        group=said.get("group", ""),
        topic=said.get("topic", ""),
        partition=_number(said, "partition", -1),
        offset=_number(said, "offset", -1),
        timestamp_ms=number_of(said, "timestamp"),
        schema_id=number_of(said, "schema-id"),
        attempts=_number(said, "attempts", 1),
        traceparent=texts(headers).get(TRACEPARENT),
        redrives=redrives_of(headers),
        left_bytes=number_of(said, "left-bytes"),
        left_headers=_LEFT_HEADERS in said,
    )


def damaged_of(headers: RawHeaders, prefix: str) -> list[str]:
    """The names of headers under the prefix that are there and hold none of the numbers that they could."""
    said = texts(headers, prefix)
    return [prefix + name for name in _NUMBERS if name in said and number_of(said, name) is None]


def redrives_of(headers: RawHeaders) -> int:
    """How often a record was sent back to its topic already; a record that was is no dead letter while it is there."""
    return _number(texts(headers, PREFIX), REDRIVES, 0)


def texts(headers: RawHeaders, prefix: str = "") -> Mapping[str, str]:
    """Headers with a value whose names begin with the prefix, by what follows it; the last of a name counts."""
    return {
        name.removeprefix(prefix): value.decode(errors="replace") if isinstance(value, bytes) else value
        for name, value in headers
        if value is not None and name.startswith(prefix)
    }


def without(headers: RawHeaders, prefixes: Iterable[str]) -> list[tuple[str, str | bytes | None]]:
    """The headers that none of the prefixes begins."""
    ours = tuple(prefixes)
    return [(name, value) for name, value in headers if not name.startswith(ours)]


def bounded(message: str) -> str:
    """An exception's message, cut: it may quote what it failed on."""
    return message if len(message) <= _LONGEST else message[: _LONGEST - 1] + "…"


def number_of(said: Mapping[str, str], name: str) -> int | None:
    """The number under a name; `None` where there is none that it could be."""
    least, most = _NUMBERS[name]
    text = said.get(name, "")
    if not text.isascii() or not text.removeprefix("-").isdigit() or len(text) > _DIGITS:
        return None
    found = int(text)
    return found if least <= found <= most else None


def _number(said: Mapping[str, str], name: str, otherwise: int) -> int:
    found = number_of(said, name)
    return otherwise if found is None else found
