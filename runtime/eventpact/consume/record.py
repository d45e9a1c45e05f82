"""The parts of a consumed record in plain types; the client's own are optional where a record always has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from confluent_kafka import TIMESTAMP_NOT_AVAILABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from confluent_kafka import Message

Place: TypeAlias = tuple[str, int, int]
"""Topic, partition and offset."""

RawHeaders: TypeAlias = "Sequence[tuple[str, str | bytes | None]]"


def place_of(message: Message) -> Place:
    """Where the record is."""
    return str(message.topic()), int(message.partition() or 0), int(message.offset() or 0)


def headers_of(message: Message) -> RawHeaders:
    """Its headers in their order, repeated names included."""
    headers = message.headers()
    if not headers:
        return ()
    return list(headers.items()) if isinstance(headers, dict) else headers


def milliseconds_of(message: Message) -> int | None:
    """When it was written, in milliseconds since 1970; `None` where nobody said."""
    kind, milliseconds = message.timestamp()
    return None if kind == TIMESTAMP_NOT_AVAILABLE else milliseconds
