"""Records that cannot be decoded or handled."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import pytest

from eventpact import Context, Settings
from eventpact.consume.dead_letters import letter_of
from eventpact.consume.record import headers_of
from eventpact.errors import DeliveryError
from eventpact.wire import frame
from tests.runtime.raw import committed, read, write
from tests.runtime.sample import Author, Posted, PostReader, SampleProducer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from confluent_kafka import Message

    from eventpact_testing.broker import LocalBroker


@pytest.fixture
def producer(settings: Settings) -> Iterator[SampleProducer]:
    with SampleProducer(settings, register="dev") as producer:
        yield producer


class Picky(PostReader, name="picky"):
    """Refuses every event whose text is `bad`, and those that are `late` the first time."""

    def __init__(self) -> None:
        super().__init__()
        self.attempts: list[int] = []

    def on_posted(self, event: Posted, context: Context) -> None:
        self.attempts.append(context.attempt)
        if event.text == "bad" or (event.text == "late" and context.attempt == 1):
            raise LookupError(f"nothing known of {event.event_id}")
        super().on_posted(event, context)


def headers(message: Message) -> dict[str, str]:
    return {name: value.decode() for name, value in headers_of(message) if isinstance(value, bytes)}


def test_a_failing_handler_is_called_again_and_then_the_record_is_a_dead_letter(
    producer: SampleProducer, settings: Settings, broker: LocalBroker
) -> None:
    producer.send_and_wait(Posted(event_id="e1", text="bad"))
    reader = Picky()

    statistics = reader.run(settings, max_events=1)

    assert reader.attempts == [1, 2, 3]
    assert (statistics.dead_lettered, statistics.retried, statistics.handled) == (1, 2, 0)
    [original] = read(broker, "sample.posted", 1)
    [letter] = read(broker, "sample.dead", 1)
    assert (letter.key(), letter.value()) == (original.key(), original.value())
    assert headers(letter) == {
        "event-type": "posted",
        "dead-letter-reason": "handler-failed",
        "dead-letter-exception": "builtins.LookupError",
        "dead-letter-message": "nothing known of e1",
        "dead-letter-group": "picky",
        "dead-letter-topic": "sample.posted",
        "dead-letter-partition": str(original.partition()),
        "dead-letter-offset": "0",
        "dead-letter-timestamp": str(original.timestamp()[1]),
        "dead-letter-schema-id": str(int.from_bytes((original.value() or b"")[1:5], "big")),
        "dead-letter-attempts": "3",
    }


def test_an_event_that_succeeds_the_second_time_is_handled(producer: SampleProducer, settings: Settings) -> None:
    producer.send_and_wait(Posted(event_id="e1", text="late"))
    reader = Picky()

    statistics = reader.run(settings, max_events=1)

    assert reader.attempts == [1, 2]
    assert (statistics.handled, statistics.retried, statistics.dead_lettered) == (1, 1, 0)


@pytest.mark.parametrize(
    ("value", "exception"),
    [
        (b"", "eventpact.errors.DecodeError"),
        (b"not in the wire format", "eventpact.errors.DecodeError"),
        (frame(1_000_000, b"written by nobody"), "eventpact.errors.NotRegistered"),
    ],
)
def test_an_undecodable_record_goes_to_dead_letters_at_once(
    settings: Settings, broker: LocalBroker, value: bytes, exception: str
) -> None:
    write(broker, "sample.posted", value, key=b"k", headers=[("trace", b"t1")])

    statistics = PostReader().run(settings, max_events=1)

    assert (statistics.dead_lettered, statistics.retried) == (1, 0)
    [letter] = read(broker, "sample.dead", 1)
    said = headers(letter)
    assert (letter.key(), letter.value()) == (b"k", value)
    assert said["trace"] == "t1"
    assert said["dead-letter-reason"] == "undecodable"
    assert said["dead-letter-exception"] == exception
    assert said["dead-letter-attempts"] == "1"


def test_a_truncated_event_goes_to_dead_letters_and_the_next_is_handled(
    producer: SampleProducer, settings: Settings, broker: LocalBroker
) -> None:
    producer.send_and_wait(Posted(event_id="e1"))
    [good] = read(broker, "sample.posted", 1)
    value = good.value() or b""
    write(broker, "sample.posted", value[:7], value, partition=good.partition() or 0)
    reader = PostReader()

    statistics = reader.run(settings, max_events=3)

    assert (statistics.handled, statistics.dead_lettered) == (2, 1)
    [letter] = read(broker, "sample.dead", 1)
    assert headers(letter)["dead-letter-schema-id"] == str(int.from_bytes(value[1:5], "big"))


def test_a_tenth_of_poison_does_not_stop_or_lose_the_rest(
    producer: SampleProducer, settings: Settings, broker: LocalBroker
) -> None:
    for n in range(180):
        producer.send(Posted(event_id=str(n)))
    producer.flush()
    write(broker, "sample.posted", *(b"poison %d" % n for n in range(20)))

    statistics = PostReader().run(settings, max_events=200)

    assert (statistics.handled, statistics.dead_lettered) == (180, 20)
    assert {letter.value() for letter in read(broker, "sample.dead", 20)} == {b"poison %d" % n for n in range(20)}
    assert sum(committed(broker, "post-reader", "sample.posted").values()) == 200


def test_a_dead_letter_that_fails_again_says_only_the_last_reason(settings: Settings, broker: LocalBroker) -> None:
    old: list[tuple[str, str | bytes | None]] = [("dead-letter-reason", b"handler-failed"), ("dead-letter-group", b"x")]
    write(broker, "sample.posted", b"poison", headers=old)

    PostReader().run(settings, max_events=1)

    [letter] = read(broker, "sample.dead", 1)
    names = [name for name, _ in headers_of(letter) if name.startswith("dead-letter-")]
    assert len(names) == len(set(names))
    assert headers(letter)["dead-letter-group"] == "post-reader"


def test_a_long_message_is_cut(producer: SampleProducer, settings: Settings, broker: LocalBroker) -> None:
    class Verbose(PostReader, name="verbose"):
        def on_posted(self, event: Posted, context: Context) -> None:
            raise ValueError("x" * 100_000)

    producer.send_and_wait(Posted(event_id="e1"))

    Verbose().run(settings, max_events=1)

    [letter] = read(broker, "sample.dead", 1)
    assert len(headers(letter)["dead-letter-message"]) == 1000


def test_a_dead_letter_keeps_the_trace_of_its_record(settings: Settings, broker: LocalBroker) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    write(broker, "sample.posted", b"poison", headers=[("traceparent", trace.encode())])

    PostReader().run(settings, max_events=1)

    [letter] = read(broker, "sample.dead", 1)
    info = letter_of(headers_of(letter))
    assert info is not None
    assert info.traceparent == trace


def test_what_says_that_a_record_is_undecodable_never_quotes_it(
    producer: SampleProducer, settings: Settings, broker: LocalBroker, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "4111 1111 1111 1111"
    producer.send_and_wait(Posted(event_id="e1", text=secret))
    [good] = read(broker, "sample.posted", 1)
    value = good.value() or b""
    damaged = [value[:-1], value[:-3] + b"\xff" * 3, value + b"\x00", value[:5] + b"\x7f" + value[5:], secret.encode()]
    write(broker, "sample.posted", *damaged)

    statistics = PostReader().run(settings, max_events=1 + len(damaged))

    assert statistics.dead_lettered >= 4
    said = [headers(letter)["dead-letter-message"] for letter in read(broker, "sample.dead", statistics.dead_lettered)]
    assert not [text for text in [*said, caplog.text] if "4111" in text or "1111" in text]


def test_a_redriven_record_that_fails_again_says_how_often_it_was_sent_back(
    settings: Settings, broker: LocalBroker
) -> None:
    write(broker, "sample.posted", b"poison", headers=[("dead-letter-redrives", b"2")])

    PostReader().run(settings, max_events=1)

    [letter] = read(broker, "sample.dead", 1)
    info = letter_of(headers_of(letter))
    assert info is not None
    assert info.redrives == 2


def test_headers_that_somebody_else_damaged_are_read_as_far_as_they_go() -> None:
    info = letter_of([("dead-letter-topic", b"orders"), ("dead-letter-offset", b"many"), ("dead-letter-reason", None)])

    assert info is not None
    assert (info.topic, info.partition, info.offset, info.reason, info.attempts) == ("orders", -1, -1, "", 1)
    assert letter_of([("event-type", b"posted")]) is None


def test_a_dead_letter_that_would_be_too_large_leaves_its_value_where_it_was(
    settings: Settings, broker: LocalBroker
) -> None:
    write(broker, "sample.posted", b"x" * 5000, key=b"k", headers=[("trace", b"t1")])
    narrow = replace(settings, producer={**settings.producer, "message.max.bytes": "1000"})

    statistics = PostReader().run(narrow, max_events=1)

    assert statistics.dead_lettered == 1
    [letter] = read(broker, "sample.dead", 1)
    assert (letter.key(), letter.value()) == (b"k", None)
    said = headers(letter)
    assert (said["trace"], said["dead-letter-left-bytes"]) == ("t1", "5000")
    assert (said["dead-letter-topic"], said["dead-letter-offset"]) == ("sample.posted", "0")
    assert sum(committed(broker, "post-reader", "sample.posted").values()) == 1


def test_a_dead_letter_whose_key_and_headers_are_too_large_still_says_where_it_is_from(
    settings: Settings, broker: LocalBroker
) -> None:
    write(broker, "sample.posted", b"poison", key=b"k" * 3000, headers=[("trace", b"t" * 3000)])
    narrow = replace(settings, producer={**settings.producer, "message.max.bytes": "1000"})

    PostReader().run(narrow, max_events=1)

    [letter] = read(broker, "sample.dead", 1)
    assert (letter.key(), letter.value()) == (None, None)
    info = letter_of(headers_of(letter))
    assert info is not None
    assert (info.position, info.left_bytes) == ("sample.posted/0@0", 6)


def test_a_dead_letter_that_cannot_be_written_stops_the_group_and_nothing_is_lost(
    producer: SampleProducer, settings: Settings, broker: LocalBroker
) -> None:
    class Talkative(PostReader, name="talkative"):
        def on_posted(self, event: Posted, context: Context) -> None:
            if event.event_id == "e2":
                raise ValueError("x" * 1000)

    for event_id in ("e1", "e2", "e3"):
        producer.send_and_wait(Posted(event_id=event_id, author=Author(id="a")))
    [good, *_] = read(broker, "sample.posted", 3)
    partition = good.partition() or 0
    # Not even what a dead letter says of its record fits into that.
    narrow = replace(settings, producer={**settings.producer, "message.max.bytes": "1000"})

    with pytest.raises(DeliveryError, match=rf"1 dead letters were not .* the first for sample\.posted/{partition}@1"):
        Talkative().run(narrow)

    assert committed(broker, "talkative", "sample.posted") == {partition: 1}
    assert Talkative().run(settings, max_events=2).dead_lettered == 1
    assert len(read(broker, "sample.dead", 1)) == 1


def test_a_hook_that_fails_makes_dead_letters_too(
    producer: SampleProducer, settings: Settings, broker: LocalBroker
) -> None:
    class Strict(PostReader, name="strict"):
        handlers: ClassVar = {"io.sample.Other": (Posted, "on_posted")}

        def on_unknown(self, full_name: str, context: Context) -> None:
            raise LookupError(full_name)

    schema = json.dumps({"type": "record", "name": "Stranger", "fields": []})
    schema_id = register(settings, schema)
    write(broker, "sample.posted", frame(schema_id, b""))

    statistics = Strict().run(settings, max_events=1)

    assert (statistics.dead_lettered, statistics.unknown) == (1, 0)
    [letter] = read(broker, "sample.dead", 1)
    assert headers(letter)["dead-letter-message"] == "Stranger"


def register(settings: Settings, schema: str) -> int:
    from confluent_kafka.schema_registry import Schema, SchemaRegistryClient

    client = SchemaRegistryClient({"url": settings.registry_url})
    return client.register_schema("stranger", Schema(schema, "AVRO"))
