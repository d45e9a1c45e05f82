"""Records of any topic as they were on the wire, kept in container files: for replays and dead letters.

The value stays as the producer wrote it, in the registry's wire format or not, so that nothing is lost of what cannot
be decoded.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final, Self, Unpack

import confluent_kafka
from confluent_kafka import TIMESTAMP_CREATE_TIME, TIMESTAMP_NOT_AVAILABLE

from eventpact.adapters import adapt
from eventpact.consume.record import headers_of, milliseconds_of, place_of
from eventpact.containers.reading import DEFAULT_LIMITS, read_events
from eventpact.containers.writing import ContainerWriter, write_events
from eventpact.errors import DecodeError
from eventpact.wire import unframe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from confluent_kafka import Message

    from eventpact.adapters import Adapter
    from eventpact.containers.layout import Limits
    from eventpact.containers.reading import ContainerReader
    from eventpact.containers.source import Place
    from eventpact.containers.writing import Options

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

ARCHIVE_SCHEMA: Final = json.dumps(
    {
        "type": "record",
        "name": "ArchivedRecord",
        "namespace": "io.eventpact",
        "doc": "A Kafka record as it was on the wire.",
        "fields": [
            {"name": "topic", "type": "string", "doc": "Where it was read."},
            {"name": "partition", "type": "int"},
            {"name": "offset", "type": "long"},
            {
                "name": "timestamp",
                "type": ["null", {"type": "long", "logicalType": "timestamp-millis"}],
                "default": None,
                "doc": "When it was written, as its producer or the broker says.",
            },
            {"name": "key", "type": ["null", "bytes"], "default": None},
            {
                "name": "value",
                "type": ["null", "bytes"],
                "default": None,
                "doc": "As it was on the wire; null ends a key on a compacted topic.",
            },
            {
                "name": "headers",
                "type": {
                    "type": "array",
                    "items": {
                        "type": "record",
                        "name": "ArchivedHeader",
                        "fields": [
                            {"name": "name", "type": "string"},
                            {"name": "value", "type": ["null", "bytes"], "default": None},
                        ],
                    },
                },
                "default": [],
                "doc": "In their order; names may repeat.",
            },
            {
                "name": "schemaId",
                "type": ["null", "long"],
                "default": None,
                "doc": "The registry's id of the value's schema, where the value is in the wire format.",
            },
            {
                "name": "farTimestampMs",
                "type": ["null", "long"],
                "default": None,
                "doc": "When it was written, in milliseconds since 1970, where that is no instant of years 1 to 9999.",
            },
        ],
    }
)
"""The Avro schema of archives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedHeader:
    """One header of a record."""

    name: str
    value: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedRecord:
    """A Kafka record as it was on the wire."""

    topic: str
    partition: int
    offset: int
    timestamp: datetime | None = None
    """When it was written, in whole milliseconds; None where nobody said, or `far_timestamp_ms` does."""
    key: bytes | None = None
    value: bytes | None = None
    headers: tuple[ArchivedHeader, ...] = ()
    schema_id: int | None = None
    """Of the value's schema, where the value is in the wire format."""
    far_timestamp_ms: int | None = None
    """When it was written, where that is no instant of years 1 to 9999, as of a producer that counts in microseconds;
    as Kafka has it, in milliseconds since 1970."""

    @classmethod
    def of(cls, message: Message) -> Self:
        """A record that confluent-kafka has read."""
        topic, partition, offset = place_of(message)
        milliseconds = milliseconds_of(message)
        at = None if milliseconds is None else _instant(milliseconds)
        value = message.value()
        return cls(
            topic=topic,
            partition=partition,
            offset=offset,
            timestamp=at,
            far_timestamp_ms=milliseconds if at is None else None,
            key=message.key(),
            value=value,
            headers=tuple(
                ArchivedHeader(name=name, value=held.encode() if isinstance(held, str) else held)
                for name, held in headers_of(message)
            ),
            schema_id=_schema_id(value),
        )

    @property
    def position(self) -> str:
        """`topic/partition@offset`: the name of the record."""
        return f"{self.topic}/{self.partition}@{self.offset}"

    @property
    def timestamp_ms(self) -> int | None:
        """When it was written, in milliseconds since 1970."""
        if self.timestamp is None:
            return self.far_timestamp_ms
        return (self.timestamp - _EPOCH) // timedelta(milliseconds=1)

    def message(self) -> Message:
        """The record as confluent-kafka would have read it."""
        written = self.timestamp_ms
        return confluent_kafka.Message(
            topic=self.topic,
            partition=self.partition,
            offset=self.offset,
            key=self.key,
            value=self.value,
            headers=[(header.name, header.value) for header in self.headers],
            timestamp=(TIMESTAMP_NOT_AVAILABLE, -1) if written is None else (TIMESTAMP_CREATE_TIME, written),
        )


def read_archive(place: Place, *, limits: Limits = DEFAULT_LIMITS) -> ContainerReader[ArchivedRecord]:
    """The records of an archive; raises as `read_events`."""
    return read_events(place, archived(), limits=limits)


def write_archive(place: Place, records: Iterable[ArchivedRecord], **options: Unpack[Options]) -> int:
    """Write records to an archive; returns how many. Raises as `write_events`."""
    return write_events(place, records, event=archived(), **options)


def archive_writer(place: Place, **options: Unpack[Options]) -> ContainerWriter[ArchivedRecord]:
    """A writer of an archive, for records that come one at a time (see `ContainerWriter.of_events`)."""
    return ContainerWriter.of_events(place, archived(), **options)


@cache
def archived() -> Adapter[ArchivedRecord]:
    """The adapter that reads and writes archives."""
    return adapt(ArchivedRecord, schema=ARCHIVE_SCHEMA)


def _instant(milliseconds: int) -> datetime | None:
    try:
        return _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None


def _schema_id(value: bytes | None) -> int | None:
    if value is None:
        return None
    try:
        return unframe(value)[0]
    except DecodeError:
        return None
