"""The parts of a consumed record in plain types; the client's own are optional where a record always has them."""

from __future__ import annotations

from operator import methodcaller
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from confluent_kafka import TIMESTAMP_NOT_AVAILABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from confluent_kafka import Message

Place: TypeAlias = tuple[str, int, int]
"""Topic, partition and offset."""

RawHeaders: TypeAlias = "Sequence[tuple[str, str | bytes | None]]"

_headers: Final[Callable[[Message], Any]] = methodcaller("headers")
"""Asks the client. Where it finds a name that is no UTF-8, it sets an exception and returns a list all the same, which
the interpreter notices in a call like this one, and not in `message.headers()` once that was called often."""

_UNREADABLE: Final[list[tuple[str, str | bytes | None]]] = []
"""The headers of a record whose headers cannot be read; never changed."""


def place_of(message: Message) -> Place:
    """Where the record is."""
    return str(message.topic()), int(message.partition() or 0), int(message.offset() or 0)


def headers_of(message: Message) -> RawHeaders:
    """Its headers in their order, repeated names included; none where they cannot be read: see `has_lost_headers`."""
    try:
        headers = _headers(message)
    except (SystemError, UnicodeError):
        # Asked once more, the client hands out a list with holes; who looks into it ends the process.
        message.set_headers(_UNREADABLE)
        return _UNREADABLE
    if not headers:
        return headers if headers is _UNREADABLE else ()
    return list(headers.items()) if isinstance(headers, dict) else headers


def has_lost_headers(message: Message) -> bool:
    """Whether it has headers that cannot be read: a name that is no UTF-8, which the protocol allows, spoils all."""
    return headers_of(message) is _UNREADABLE


def milliseconds_of(message: Message) -> int | None:
    """When it was written, in milliseconds since 1970; `None` where nobody said."""
    kind, milliseconds = message.timestamp()
    return None if kind == TIMESTAMP_NOT_AVAILABLE else milliseconds
