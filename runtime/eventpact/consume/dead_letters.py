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

_LEFT_HEADERS: Final = "left-headers"

TRACEPARENT: Final = "traceparent"
"""W3C Trace Context: the trace that the record belongs to, kept from its origin."""

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
    numbers as -1 for the place, else as the field's default.
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
        timestamp_ms=_optional(said, "timestamp"),
        schema_id=_optional(said, "schema-id"),
        attempts=_number(said, "attempts", 1),
        traceparent=texts(headers).get(TRACEPARENT),
        redrives=redrives_of(headers),
        left_bytes=_optional(said, "left-bytes"),
        left_headers=_LEFT_HEADERS in said,
    )


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


def _optional(said: Mapping[str, str], name: str) -> int | None:
    try:
        return int(said[name])
    except (KeyError, ValueError):
        return None


def _number(said: Mapping[str, str], name: str, otherwise: int) -> int:
    found = _optional(said, name)
    return otherwise if found is None else found
