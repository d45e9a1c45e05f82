"""What a handler is told about the record that carried its event."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventpact.consume.record import RawHeaders

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NO_PARAMETERS: Final[Mapping[str, str]] = {}


class Context:
    """Where an event came from; made for every record, so what few handlers ask for is worked out when asked.

    Tests of a service make their own: `Context(topic="QuikApp.message.sent")`.
    """

    __slots__ = (
        "_raw_headers",
        "attempt",
        "correlation_id",
        "key",
        "offset",
        "parameters",
        "partition",
        "schema_id",
        "timestamp_ms",
        "topic",
    )

    topic: str
    partition: int
    offset: int
    key: bytes | None
    timestamp_ms: int | None
    """When the record was written, in milliseconds since 1970; `None` where nobody said."""
    schema_id: int | None
    """Registry id of the schema the record was written with; `None` for a record without value."""
    correlation_id: str
    """Of the `correlation-id` header, else of the event itself, else new; events sent while handling carry it on."""
    parameters: Mapping[str, str]
    """Values of the topic's run-time parameters, `{"tenant_id": "acme"}`."""
    attempt: int
    """Which attempt at this record this is, from 1."""

    def __init__(
        self,
        topic: str,
        partition: int = 0,
        offset: int = 0,
        *,
        key: bytes | None = None,
        timestamp_ms: int | None = None,
        headers: RawHeaders = (),
        schema_id: int | None = None,
        correlation_id: str = "",
        parameters: Mapping[str, str] = _NO_PARAMETERS,
        attempt: int = 1,
    ) -> None:
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.key = key
        self.timestamp_ms = timestamp_ms
        self._raw_headers = headers
        self.schema_id = schema_id
        self.correlation_id = correlation_id
        self.parameters = parameters
        self.attempt = attempt

    @property
    def headers(self) -> dict[str, bytes]:
        """Record headers; of a repeated name the last value, and none without a value."""
        return {
            name: value.encode() if isinstance(value, str) else value
            for name, value in self._raw_headers
            if value is not None
        }

    @property
    def timestamp(self) -> datetime | None:
        """When the record was written, as its producer or the broker says."""
        return None if self.timestamp_ms is None else _EPOCH + timedelta(milliseconds=self.timestamp_ms)

    @property
    def position(self) -> str:
        """`topic/partition@offset`: the name of the record."""
        return f"{self.topic}/{self.partition}@{self.offset}"

    def __repr__(self) -> str:
        return f"Context({self.position})"
