from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from confluent_kafka import KafkaError
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from eventpact import Context, Settings, tracing
from eventpact.in_hand import IN_HAND, Hand
from eventpact.produce.kept import Kept
from eventpact_testing.broker import LocalBroker
from tests.runtime.raw import read, write
from tests.runtime.sample import Noted, Posted, PostReader, SampleProducer

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
INCOMING = f"00-{TRACE}-{SPAN}-01"
SECRET = "the-card-number-4111"


class Spans:
    """What was exported, and the provider that exports it."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self._exporter))

    def ended(self) -> list[ReadableSpan]:
        return list(self._exporter.get_finished_spans())

    def named(self, name: str) -> ReadableSpan:
        [span] = [span for span in self.ended() if span.name == name]
        return span


@pytest.fixture
def spans() -> Iterator[Spans]:
    found = Spans()
    tracing.instrument(found.provider)
    yield found
    tracing.uninstrument()


def record(traceparent: str | None = INCOMING, **more: int) -> Context:
    headers = [] if traceparent is None else [("traceparent", traceparent.encode())]
    return Context(
        "sample.posted", more.get("partition", 1), more.get("offset", 7), headers=headers, correlation_id="c"
    )


def carried(broker: LocalBroker) -> list[str | None]:
    """The `traceparent` headers of what stands on the topic."""
    found = [dict(one.headers() or ()).get("traceparent") for one in read(broker, "sample.posted", 1)]
    return [value.decode() if isinstance(value, bytes) else value for value in found]


@pytest.mark.parametrize(
    "header",
    [
        "",
        "rubbish",
        INCOMING[:-1],
        INCOMING + "-extra",
        INCOMING.upper(),
        INCOMING.replace("00-", "ff-", 1),
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        b"\xff\xfe",
        None,
    ],
)
def test_a_broken_traceparent_is_not_passed_on(header: str | bytes | None) -> None:
    assert tracing.traceparent(header) is None


@pytest.mark.parametrize("header", [INCOMING, INCOMING.encode(), f"cc-{TRACE}-{SPAN}-01-what-comes-later"])
def test_a_right_traceparent_is_passed_on_as_it_is(header: str | bytes) -> None:
    assert tracing.traceparent(header) == (header.decode() if isinstance(header, bytes) else header)


def test_nothing_is_sent_on_where_nothing_is_in_hand() -> None:
    assert tracing.outgoing() is None


def test_events_sent_while_handling_carry_the_trace_on_without_opentelemetry(
    settings: Settings, broker: LocalBroker
) -> None:
    hand = Hand()
    hand.context, hand.since = record(), 0.0
    with SampleProducer(settings, register="dev") as producer:
        token = IN_HAND.set(hand)
        producer.send_and_wait(Posted(event_id="e"))
        IN_HAND.reset(token)

    assert carried(broker) == [INCOMING]


class Answering(PostReader):
    """Sends a note for each post it reads."""

    producer: SampleProducer

    def on_posted(self, event: Posted, context: Context) -> None:
        self.producer.send_and_wait(Noted(note=event.event_id), tenant_id="acme")


class AnsweringLater(Answering):
    async def on_posted(self, event: Posted, context: Context) -> None:  # type: ignore[override]  # a group may be async
        await asyncio.sleep(0)
        await asyncio.wrap_future(self.producer.submit(Noted(note=event.event_id), tenant_id="acme"))


@pytest.mark.parametrize("concurrency", [1, 3])
@pytest.mark.parametrize("group", [Answering, AnsweringLater])
def test_what_a_handler_sends_carries_the_trace_of_its_event(
    group: type[Answering], concurrency: int, settings: Settings, broker: LocalBroker
) -> None:
    traces = {f"e{number}": f"00-{TRACE}-{number:016x}-01" for number in range(1, 6)}
    with SampleProducer(settings, register="dev") as producer:
        hand = Hand()
        for event_id, trace in traces.items():
            hand.context, hand.since = record(trace), 0.0
            token = IN_HAND.set(hand)
            producer.send_and_wait(Posted(event_id=event_id))
            IN_HAND.reset(token)
        answering = group()
        answering.producer = producer
        answering.run(settings, max_events=5, concurrency=concurrency)

    found = {one.key(): dict(one.headers() or ())["traceparent"] for one in read(broker, "sample.notes.acme", 5)}
    assert found == {event_id.encode(): trace.encode() for event_id, trace in traces.items()}


def test_opentelemetry_is_not_imported_before_it_is_asked_for() -> None:
    look = "import sys, eventpact.produce.producer, eventpact.consume.group; "
    done = subprocess.run(
        [sys.executable, "-c", look + "print([m for m in sys.modules if 'opentelemetry' in m or 'prometheus' in m])"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == "[]"


def test_a_send_is_a_producer_span_that_ends_with_its_acknowledgement(
    spans: Spans, settings: Settings, broker: LocalBroker
) -> None:
    with SampleProducer(settings, register="dev") as producer:
        delivery = producer.send_and_wait(Posted(event_id="e", text=SECRET))

    span = spans.named("send sample.posted")
    assert span.kind is SpanKind.PRODUCER
    assert dict(span.attributes or {}) == {
        "messaging.system": "kafka",
        "messaging.operation.name": "send",
        "messaging.operation.type": "send",
        "messaging.destination.name": "sample.posted",
        "messaging.destination.partition.id": str(delivery.partition),
        "messaging.kafka.offset": delivery.offset,
        "eventpact.event": "Posted",
    }
    assert span.context is not None
    [header] = carried(broker)
    assert str(header).startswith(f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}-")


def test_a_send_to_a_tenants_topic_is_named_by_the_declared_topic(spans: Spans, settings: Settings) -> None:
    with SampleProducer(settings, register="dev") as producer:
        producer.send_and_wait(Noted(note="n"), tenant_id="acme")

    span = spans.named("send sample.notes.{tenant_id}")
    attributes = span.attributes or {}
    assert attributes["messaging.destination.template"] == "sample.notes.{tenant_id}"
    assert attributes["messaging.destination.name"] == "sample.notes.acme"


def test_a_send_that_goes_to_the_spool_says_so(spans: Spans) -> None:
    told: list[object] = []
    assert tracing.SPANS is not None
    _, delivered = tracing.SPANS.sending(Posted.contract, "sample.posted", lambda *both: told.append(both[0]))

    delivered(None, Kept("sample.posted"))

    attributes = spans.named("send sample.posted").attributes or {}
    assert attributes["eventpact.spooled"] is True
    assert "messaging.kafka.offset" not in attributes
    assert told == [None]


def test_a_send_that_fails_is_a_failed_span(spans: Spans) -> None:
    assert tracing.SPANS is not None
    _, delivered = tracing.SPANS.sending(Posted.contract, "sample.posted", lambda *_: None)

    delivered(KafkaError(KafkaError.MSG_SIZE_TOO_LARGE), Kept("sample.posted"))

    span = spans.named("send sample.posted")
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == "MSG_SIZE_TOO_LARGE"


def test_a_producer_span_is_a_child_of_the_active_one(spans: Spans, settings: Settings) -> None:
    with (
        SampleProducer(settings, register="dev") as producer,
        spans.provider.get_tracer("tests").start_as_current_span("outer"),
    ):
        producer.send_and_wait(Posted(event_id="e"))

    outer, sent = spans.named("outer"), spans.named("send sample.posted")
    assert sent.parent is not None
    assert outer.context is not None
    assert sent.parent.span_id == outer.context.span_id


def test_handling_continues_the_producers_trace_and_links_to_it(spans: Spans, settings: Settings) -> None:
    with SampleProducer(settings, register="dev") as producer:
        producer.send_and_wait(Posted(event_id="e", text=SECRET, correlation="c-9"))
    PostReader().run(settings, max_events=1)

    sent, handled = spans.named("send sample.posted"), spans.named("process sample.posted")
    assert handled.kind is SpanKind.CONSUMER
    assert sent.context is not None
    assert handled.context is not None
    assert handled.parent is not None
    assert handled.context.trace_id == sent.context.trace_id
    assert handled.parent.span_id == sent.context.span_id
    assert [link.context.span_id for link in handled.links] == [sent.context.span_id]
    attributes = dict(handled.attributes or {})
    assert attributes["messaging.consumer.group.name"] == "post-reader"
    assert attributes["messaging.message.conversation_id"] == "c-9"
    assert attributes["messaging.kafka.offset"] == 0
    assert attributes["messaging.operation.type"] == "process"
    assert SECRET not in str([span.to_json() for span in spans.ended()])


@pytest.mark.parametrize("concurrency", [1, 3])
@pytest.mark.parametrize("group", [Answering, AnsweringLater])
def test_what_a_handler_sends_is_a_child_of_its_own_span(
    group: type[Answering],
    concurrency: int,
    spans: Spans,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with SampleProducer(settings, register="dev") as producer:
        producer.send_many([Posted(event_id=str(number)) for number in range(5)]).raise_for_failures()
        answering = group()
        answering.producer = producer
        answering.run(settings, max_events=5, concurrency=concurrency)

    handled = {one.context.span_id: one for one in spans.ended() if one.context and one.name == "process sample.posted"}
    parents = [one.parent for one in spans.ended() if one.name == "send sample.notes.{tenant_id}"]
    assert len(handled) == 5
    assert {parent and parent.span_id for parent in parents} == handled.keys()
    assert not [line for line in caplog.records if line.name.startswith("opentelemetry")]


def test_a_failing_attempt_is_a_failed_span_without_the_exceptions_message(spans: Spans, settings: Settings) -> None:
    class Failing(PostReader):
        def on_posted(self, event: Posted, context: Context) -> None:
            if context.attempt == 1:
                raise ValueError(event.text)

    with SampleProducer(settings, register="dev") as producer:
        producer.send_and_wait(Posted(event_id="e", text=SECRET))
    Failing().run(settings, max_events=1)

    first, second = (span for span in spans.ended() if span.name == "process sample.posted")
    assert first.status.status_code is StatusCode.ERROR
    assert (first.attributes or {})["error.type"] == "ValueError"
    assert second.status.status_code is not StatusCode.ERROR
    assert (second.attributes or {})["eventpact.attempt"] == 2
    assert SECRET not in str([span.to_json() for span in spans.ended()])


def test_a_batch_is_one_span_linked_to_each_record(spans: Spans) -> None:
    records = [record(f"00-{TRACE}-{number:016x}-01", offset=number) for number in (1, 2, 3)] + [record(None)]

    with tracing.handling("post-reader", Posted.contract, records):
        pass

    [span] = spans.ended()
    assert span.parent is None
    assert [link.context.span_id for link in span.links] == [1, 2, 3]
    assert [dict(link.attributes or {})["messaging.kafka.offset"] for link in span.links] == [1, 2, 3]
    attributes = dict(span.attributes or {})
    assert attributes["messaging.batch.message_count"] == 4
    assert "messaging.kafka.offset" not in attributes


def test_a_tombstone_says_so(spans: Spans) -> None:
    with tracing.handling("note-reader", None, [record()]):
        pass

    assert (spans.named("process sample.posted").attributes or {})["messaging.kafka.message.tombstone"] is True


def test_a_handler_that_is_cancelled_ends_its_span(spans: Spans) -> None:
    with pytest.raises(KeyboardInterrupt), tracing.handling("g", Posted.contract, [record()]):
        raise KeyboardInterrupt

    assert (spans.named("process sample.posted").attributes or {})["error.type"] == "KeyboardInterrupt"


def test_a_record_of_another_producer_starts_a_trace_of_its_own(
    spans: Spans, settings: Settings, broker: LocalBroker
) -> None:
    with SampleProducer(settings, register="dev") as producer:
        producer.send_and_wait(Posted(event_id="e"))
    [sent] = read(broker, "sample.posted", 1)
    write(broker, "sample.posted", sent.value() or b"")
    PostReader().run(settings, max_events=2)

    parents = [span.parent for span in spans.ended() if span.name == "process sample.posted"]
    assert sum(parent is None for parent in parents) == 1


def test_the_setting_switches_spans_on(settings: Settings) -> None:
    assert tracing.SPANS is None
    with SampleProducer(replace(settings, tracing=True), register="dev"):
        switched_on = tracing.SPANS is not None
    tracing.uninstrument()

    assert switched_on
