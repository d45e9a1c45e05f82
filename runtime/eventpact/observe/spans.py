"""OpenTelemetry spans: one for each event that is sent, one for each record or batch that is handled.

Names of spans and attributes follow OpenTelemetry's semantic conventions for messaging and Kafka (version 1.27 and
later, in development there). No attribute holds a part of an event: no key, no payload, no message of an exception.
"""

from __future__ import annotations

from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from opentelemetry import trace
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from eventpact.in_hand import IN_HAND
from eventpact.produce.kept import Kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from confluent_kafka import KafkaError, Message
    from opentelemetry.context import Context as TraceContext
    from opentelemetry.trace import TracerProvider
    from opentelemetry.util.types import AttributeValue

    from eventpact.consume.context import Context
    from eventpact.event import EventContract

_SYSTEM: Final = "messaging.system"
_OPERATION: Final = "messaging.operation.name"
_OPERATION_TYPE: Final = "messaging.operation.type"
_DESTINATION: Final = "messaging.destination.name"
_TEMPLATE: Final = "messaging.destination.template"
_PARTITION: Final = "messaging.destination.partition.id"
_OFFSET: Final = "messaging.kafka.offset"
_TOMBSTONE: Final = "messaging.kafka.message.tombstone"
_GROUP: Final = "messaging.consumer.group.name"
_CONVERSATION: Final = "messaging.message.conversation_id"
_BATCH: Final = "messaging.batch.message_count"
_ERROR: Final = "error.type"
_EVENT: Final = "eventpact.event"
"""Short name of the event; the conventions have no word for it."""
_SPOOLED: Final = "eventpact.spooled"
"""True where the event went to the spool, to be sent later."""
_ATTEMPT: Final = "eventpact.attempt"
"""Which attempt this is, where it is not the first."""


class OpenTelemetrySpans:
    """Makes the spans of this process."""

    def __init__(self, provider: TracerProvider | None = None) -> None:
        self._tracer = trace.get_tracer("eventpact", version("eventpact"), provider)

    def current(self) -> str | None:
        """The `traceparent` of the active span; `None` when there is none."""
        return _formatted(trace.get_current_span().get_span_context())

    def sending(
        self, contract: EventContract, topic: str, told: Callable[..., Any]
    ) -> tuple[str | None, Callable[..., Any]]:
        """Begin the span of one event: its `traceparent`, and the delivery callback that ends it and calls `told`."""
        attributes = {**_common("send", contract), _DESTINATION: topic}
        span = self._tracer.start_span(
            _named("send", contract, topic), _sender(), kind=SpanKind.PRODUCER, attributes=attributes
        )

        def ended(error: KafkaError | None, message: Message) -> None:
            if error is not None:
                _failed(span, error.name())
            elif isinstance(message, Kept):
                span.set_attribute(_SPOOLED, True)
            else:
                span.set_attribute(_PARTITION, str(message.partition()))
                if (offset := message.offset()) is not None:  # with `acks=0` nobody says
                    span.set_attribute(_OFFSET, offset)
            span.end()
            told(error, message)

        return _formatted(span.get_span_context()), ended

    @contextmanager
    def handling(self, group: str, contract: EventContract | None, contexts: Sequence[Context]) -> Iterator[None]:
        """The span of a handler's call for one record, or of a batch's; an exception inside marks it failed.

        That of one record continues its producer's trace; that of a batch begins one. Both link to the producers.
        """
        first = contexts[0]
        attributes = _common("process", contract) | {_GROUP: group}
        parent: TraceContext | None = None
        if len(contexts) == 1:
            attributes |= _record(first) | _beyond(first, contract)
            producer = _parsed(first.traceparent)
            parent = None if producer is None else set_span_in_context(NonRecordingSpan(producer))
            links = [] if producer is None else [Link(producer)]
        else:
            attributes[_BATCH] = len(contexts)
            topics = {context.topic for context in contexts}
            if len(topics) == 1:
                attributes[_DESTINATION] = first.topic
            links = [Link(one, _record(context)) for context in contexts if (one := _parsed(context.traceparent))]
        with self._tracer.start_as_current_span(
            _named("process", contract, first.topic),
            parent,
            SpanKind.CONSUMER,
            attributes,
            links,
            record_exception=False,  # its message may quote the event
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except BaseException as error:
                kind = type(error)
                _failed(
                    span,
                    kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}",
                )
                raise


def _sender() -> TraceContext | None:
    """The parent of a producer's span: the active span, else that of the record in hand."""
    if trace.get_current_span().get_span_context().is_valid:
        return None
    hand = IN_HAND.get()
    producer = None if hand is None else _parsed(hand.context.traceparent)
    return None if producer is None else set_span_in_context(NonRecordingSpan(producer))


def _named(operation: str, contract: EventContract | None, topic: str) -> str:
    return f"{operation} {topic if contract is None else contract.topic}"


def _common(operation: str, contract: EventContract | None) -> dict[str, AttributeValue]:
    attributes: dict[str, AttributeValue] = {_SYSTEM: "kafka", _OPERATION: operation, _OPERATION_TYPE: operation}
    if contract is not None:
        attributes[_EVENT] = contract.name
        if "{" in contract.topic:
            attributes[_TEMPLATE] = contract.topic
    return attributes


def _record(context: Context) -> dict[str, AttributeValue]:
    return {_DESTINATION: context.topic, _PARTITION: str(context.partition), _OFFSET: context.offset}


def _beyond(context: Context, contract: EventContract | None) -> dict[str, AttributeValue]:
    """What is worth saying of one record where there is something to say."""
    values: dict[str, AttributeValue] = {_CONVERSATION: context.correlation_id}
    if context.attempt > 1:
        values[_ATTEMPT] = context.attempt
    if contract is None and context.schema_id is None:
        values[_TOMBSTONE] = True
    return values


def _failed(span: Span, kind: str) -> None:
    span.set_attribute(_ERROR, kind)
    span.set_status(StatusCode.ERROR)


def _formatted(span: SpanContext) -> str | None:
    return f"00-{span.trace_id:032x}-{span.span_id:016x}-{span.trace_flags:02x}" if span.is_valid else None


def _parsed(traceparent: str | None) -> SpanContext | None:
    if traceparent is None:
        return None
    _, trace_id, span_id, flags, *_ = traceparent.split("-")
    return SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16)))
