"""Records with a header whose name is no UTF-8: the protocol allows any bytes, and the Kafka client gives none then."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiokafka
import pytest
from aiokafka.record import default_records

from eventpact import Context, Settings
from eventpact.consume.dead_letters import letter_of
from eventpact.consume.record import has_lost_headers, headers_of
from eventpact.containers.archive import ArchivedRecord
from eventpact.wire import frame
from tests.runtime.consume.test_retry_topics import Later
from tests.runtime.raw import committed, read
from tests.runtime.sample import Posted, PostReader, SampleProducer

if TYPE_CHECKING:
    from collections.abc import Callable

    from confluent_kafka import Message

    from eventpact.consume.dead_letters import DeadLetterInfo
    from eventpact_testing.broker import LocalBroker


class Latin(str):
    """A name that goes on the wire as Latin-1: a client in a language without text would write it so."""

    __slots__ = ()

    def encode(self, *_: Any) -> bytes:
        return super().encode("latin-1")


@pytest.fixture
def write_latin(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Writes a record with such a header, and with one that is as it should be."""
    for module in ("message_accumulator", "producer"):  # the compiled one takes no class of ours for text
        monkeypatch.setattr(
            f"aiokafka.producer.{module}.DefaultRecordBatchBuilder", default_records._DefaultRecordBatchBuilderPy
        )

    async def work(value: bytes) -> None:
        async with aiokafka.AIOKafkaProducer(bootstrap_servers=settings.brokers) as producer:
            headers = [(Latin("größe"), b"9"), ("trace", b"t1")]
            await producer.send_and_wait("sample.posted", value, key=b"k", headers=headers, partition=0)

    return lambda value: asyncio.run(asyncio.wait_for(work(value), 30))


@pytest.fixture(autouse=True)
def often_read() -> None:
    """What is called often is compiled anew by the interpreter, which then checks less of what the client returns."""
    proper = Context("sample.posted", headers=[("trace", b"t1")])
    assert all(proper.headers == {"trace": b"t1"} for _ in range(100))


def info_of(letter: Message) -> DeadLetterInfo:
    info = letter_of(headers_of(letter))
    assert info is not None
    return info


def test_their_events_are_handled_without_headers(
    settings: Settings, broker: LocalBroker, write_latin: Callable[[bytes], None]
) -> None:
    with SampleProducer(settings, register="dev") as producer:
        producer.send_and_wait(Posted(event_id="first"))
    [whole] = read(broker, "sample.posted", 1)
    write_latin(whole.value() or b"")
    reader = PostReader()

    reader.run(settings, max_events=2)

    assert [context.headers for context in reader.contexts if context.position == "sample.posted/0@0"] == [{}]
    assert sum(committed(broker, "post-reader", "sample.posted").values()) == 2


def test_a_dead_letter_says_that_it_left_them(
    settings: Settings, broker: LocalBroker, write_latin: Callable[[bytes], None]
) -> None:
    write_latin(b"poison")

    statistics = PostReader().run(settings, max_events=1)

    assert statistics.dead_lettered == 1
    [letter] = read(broker, "sample.dead", 1)
    assert (letter.key(), letter.value(), info_of(letter).left_headers) == (b"k", b"poison", True)
    assert ("dead-letter-left-headers", b"unreadable") in headers_of(letter)
    assert not has_lost_headers(letter)


def test_a_dead_letter_of_a_record_with_proper_headers_says_nothing_of_the_kind(
    settings: Settings, broker: LocalBroker
) -> None:
    with SampleProducer(settings, register="dev") as producer:
        producer.send_and_wait(Posted(event_id="e1"))

    class Refusing(PostReader, name="refusing"):
        def on_posted(self, event: Posted, context: Context) -> None:
            raise ValueError

    Refusing().run(settings, max_events=1)

    assert not info_of(read(broker, "sample.dead", 1)[0]).left_headers


def test_a_record_that_went_through_retry_topics_says_so_still(
    settings: Settings, broker: LocalBroker, write_latin: Callable[[bytes], None]
) -> None:
    broker.create_topic("again.1", 1)
    broker.create_topic("again.2", 1)
    with SampleProducer(settings, register="dev") as producer:
        producer.send_and_wait(Posted(event_id="e1"))
    [whole] = read(broker, "sample.posted", 1)
    write_latin(whole.value() or b"")

    Later(e1=99).run(settings, max_events=6)

    left = [info_of(letter).left_headers for letter in read(broker, "sample.dead", 2)]
    assert sorted(left) == [False, True]


def test_an_archive_keeps_the_rest_of_such_a_record(
    settings: Settings, broker: LocalBroker, write_latin: Callable[[bytes], None]
) -> None:
    write_latin(frame(7, b"v"))

    [record] = map(ArchivedRecord.of, read(broker, "sample.posted", 1))

    assert (record.key, record.value, record.headers) == (b"k", frame(7, b"v"), ())


@pytest.mark.parametrize("milliseconds", [1_700_000_000_000_000, 2**63 - 1, -(2**62)])
def test_a_time_that_is_none_is_not_told(milliseconds: int) -> None:
    context = Context("sample.posted", timestamp_ms=milliseconds)

    assert (context.timestamp, context.timestamp_ms) == (None, milliseconds)
