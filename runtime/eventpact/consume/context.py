"""What a handler is told about the record that carried its event."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Self
from uuid import uuid4

from confluent_kafka import TIMESTAMP_CREATE_TIME, TIMESTAMP_NOT_AVAILABLE, Message

from eventpact import tracing
from eventpact.consume.record import headers_of, milliseconds_of
from eventpact.in_hand import CORRELATION_HEADER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eventpact.consume.handlers import Handler
    from eventpact.consume.record import RawHeaders

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NO_PARAMETERS: Final[Mapping[str, str]] = {}
_NO_TIME: Final = (TIMESTAMP_NOT_AVAILABLE, -1)


class Context:
    """Where an event came from; made for every record, so what few handlers ask for is worked out when asked.

    Tests of a service make their own: `Context(topic="QuikApp.message.sent")`.
    """

    __slots__ = (
        "_attempt",
        "_carried",
        "_correlation_id",
        "_event",
        "_event_id",
        "_message",
        "_parameters",
        "_said",
        "_schema_id",
        "_source",
    )

    _attempt: int
    _carried: tuple[tuple[str, bytes], ...] | None
    """`None` until somebody sends."""
    _correlation_id: str | None
    """`None` until it is asked for."""
    _event: object
    _event_id: str | None
    _message: Message
    _parameters: Mapping[str, str]
    _said: tuple[str | None, str | None] | None
    """Correlation id and `traceparent` of the headers; `None` until one of them is asked for."""
    _schema_id: int | None
    _source: Handler

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
        event_id: str | None = None,
        parameters: Mapping[str, str] = _NO_PARAMETERS,
        attempt: int = 1,
    ) -> None:
        self._message = Message(
            topic=topic,
            partition=partition,
            offset=offset,
            key=key,
            headers=list(headers),
            timestamp=_NO_TIME if timestamp_ms is None else (TIMESTAMP_CREATE_TIME, timestamp_ms),
        )
        self._event = self._said = self._carried = None
        self._schema_id = schema_id
        self._correlation_id = correlation_id
        self._event_id = event_id
        self._parameters = parameters
        self._attempt = attempt

    def stand_for(self, original: Message) -> None:
        """Tell of another record than the one that was read: of the one that it is a later attempt at."""
        self._message = original
        self._said = self._carried = None

    @property
    def topic(self) -> str:
        """The topic's name on the broker."""
        return self._message.topic() or ""

    @property
    def partition(self) -> int:
        """Number of its partition."""
        return self._message.partition() or 0

    @property
    def offset(self) -> int:
        """Its place in the partition."""
        return self._message.offset() or 0

    @property
    def key(self) -> bytes | None:
        """The record's key as it is on the wire."""
        key = self._message.key()
        return key.encode() if isinstance(key, str) else key

    @property
    def timestamp_ms(self) -> int | None:
        """When the record was written, in milliseconds since 1970; `None` where nobody said."""
        return milliseconds_of(self._message)

    @property
    def timestamp(self) -> datetime | None:
        """When the record was written, as its producer or the broker says.

        `None` where nobody said, or what was said is no time before the year 10000: some write microseconds.
        """
        milliseconds = self.timestamp_ms
        try:
            return None if milliseconds is None else _EPOCH + timedelta(milliseconds=milliseconds)
        except OverflowError:
            return None

    @property
    def schema_id(self) -> int | None:
        """Registry id of the schema the record was written with; `None` for a record without value."""
        try:
            return self._schema_id
        except AttributeError:
            return self._source.schema_id

    @property
    def headers(self) -> dict[str, bytes]:
        """Record headers; of a repeated name the last value, and none without a value.

        None at all where the name of one is no UTF-8, which the Kafka client does not read.
        """
        return {
            name: value.encode() if isinstance(value, str) else value
            for name, value in headers_of(self._message)
            if value is not None
        }

    @property
    def correlation_id(self) -> str:
        """Of the `correlation-id` header, else of the event itself, else new; events sent while handling carry it."""
        found = self._correlation_id
        if found is None:
            found = self._correlation_id = self._said_correlation_id() or str(uuid4())
        return found

    @property
    def known_correlation_id(self) -> str | None:
        """The same, but `None` in place of a new one: what is asked before the event is decoded stays open."""
        found = self._correlation_id
        return self._said_correlation_id() if found is None else found

    @property
    def event_id(self) -> str | None:
        """The event's own id, where its contract says which field that is; the same in every attempt and copy."""
        try:
            return self._event_id
        except AttributeError:
            return self._of_event(self._source.identity)

    @property
    def traceparent(self) -> str | None:
        """The span that the event was sent in (W3C Trace Context); events sent while handling carry it on."""
        header = (self._said or self._read_headers())[1]
        return None if header is None else tracing.traceparent(header)

    @property
    def carried(self) -> tuple[tuple[str, bytes], ...]:
        """The headers `correlation-id` and `traceparent` of what is sent while it is handled; no trace, no second."""
        found = self._carried
        if found is None:
            carried = ((CORRELATION_HEADER, self.correlation_id), (tracing.HEADER, self.traceparent))
            found = self._carried = tuple((name, value.encode()) for name, value in carried if value)
        return found

    @property
    def parameters(self) -> Mapping[str, str]:
        """Values of the topic's run-time parameters, `{"tenant_id": "acme"}`."""
        try:
            return self._parameters
        except AttributeError:
            found = self._parameters = self._source.parameters_of(self.topic)
            return found

    @property
    def attempt(self) -> int:
        """Which attempt at this record this is, from 1."""
        try:
            return self._attempt
        except AttributeError:
            return 1

    @attempt.setter
    def attempt(self, attempt: int) -> None:
        self._attempt = attempt

    @property
    def position(self) -> str:
        """`topic/partition@offset`: the name of the record."""
        return f"{self.topic}/{self.partition}@{self.offset}"

    def __repr__(self) -> str:
        return f"Context({self.position})"

    def _said_correlation_id(self) -> str | None:
        return (self._said or self._read_headers())[0] or self._of_event(self._source.correlation)

    def _read_headers(self) -> tuple[str | None, str | None]:
        """Both at once, for the client makes the headers anew each time."""
        correlation = trace = None
        for name, value in headers_of(self._message):
            if name == CORRELATION_HEADER:
                correlation = correlation or value
            elif name == tracing.HEADER:
                trace = trace or value
        self._said = said = _text(correlation), _text(trace)
        return said

    def _of_event(self, read: Callable[[Any], Any] | None) -> str | None:
        found = None if read is None or self._event is None else read(self._event)
        return str(found) if found else None


class Received(Context):
    """The context of a record that was read for a group.

    Where every instruction counts, whoever makes it sets what `of` sets; others call that.
    """

    __slots__ = ()

    __init__ = object.__init__  # an `__init__` in Python takes longer than all the rest

    @classmethod
    def of(cls, message: Message, source: Handler, event: object = None) -> Self:
        """Of a record that `source` handles, with its event where it is decoded."""
        context: Self = cls()
        context._message = message
        context._event = event
        context._source = source
        context._said = context._carried = context._correlation_id = None
        return context


def _text(value: str | bytes | None) -> str | None:
    return value.decode(errors="replace") if isinstance(value, bytes) else value
