"""Records that go through retry topics: when they are tried again, what they tell their handler, where they end."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from eventpact import Context, EventContract, Policy, Settings
from eventpact.consume.dead_letters import letter_of
from eventpact.consume.record import headers_of
from eventpact.consume.retries import waiting_of
from eventpact.errors import HandlerError, SettingsError
from tests.runtime.raw import committed, read, write
from tests.runtime.sample import Author, Posted, PostReader, SampleProducer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from eventpact_testing.broker import LocalBroker

IDLE = 5.0
"""Seconds without a record after which all have come, on a machine that is busy, too."""


class Tiered(Posted):
    """With two tiers of milliseconds."""

    __slots__ = ()
    contract: ClassVar[EventContract] = replace(
        Posted.contract, retry_attempts=2, retry_backoff_ms=1, retry_tiers=(("again.1", 40), ("again.2", 80))
    )


class Ordered(Posted):
    """The same, keys in order."""

    __slots__ = ()
    contract: ClassVar[EventContract] = replace(Tiered.contract, retry_in_order=True)


class Later(PostReader, name="later"):
    """Fails as often as it is told for each event, and keeps what it was called with."""

    handlers: ClassVar = {"io.sample.Posted": (Tiered, "on_posted")}

    def __init__(self, **failures: int) -> None:
        super().__init__()
        self.failures = failures
        self.calls: list[tuple[str, int]] = []
        self.told: list[tuple[Context, Mapping[str, bytes], str]] = []

    def on_posted(self, event: Posted, context: Context) -> None:
        self.calls.append((event.event_id, context.attempt))
        self.told.append((context, context.headers, context.position))
        left = self.failures.get(event.event_id, 0)
        if left:
            self.failures[event.event_id] = left - 1
            raise LookupError(f"not yet {left}")
        super().on_posted(event, context)


class InOrder(Later, name="in-order"):
    handlers: ClassVar = {"io.sample.Posted": (Ordered, "on_posted")}


@pytest.fixture
def producer(settings: Settings) -> Iterator[SampleProducer]:
    with SampleProducer(settings, register="dev") as producer:
        yield producer


@pytest.fixture(autouse=True)
def again(broker: LocalBroker) -> None:
    broker.create_topic("again.1", 2)
    broker.create_topic("again.2", 2)


def run(reader: PostReader, settings: Settings, **how: Any) -> Any:
    return reader.run(settings, stop=threading.Event(), **how)


def handled(reader: PostReader) -> list[str]:
    return [event.event_id for event in reader.events]  # type: ignore[attr-defined]  # a `Posted` each


def test_a_record_is_tried_in_place_then_on_each_tier_and_is_handled_at_last(
    producer: SampleProducer, settings: Settings, broker: LocalBroker
) -> None:
    producer.send_and_wait(Posted(event_id="e1"))
    reader = Later(e1=3)

    statistics = run(reader, settings, max_events=3)

    assert reader.calls == [("e1", 1), ("e1", 2), ("e1", 3), ("e1", 4)]
    assert (statistics.handled, statistics.delayed, statistics.retried, statistics.dead_lettered) == (1, 2, 1, 0)
    assert sum(committed(broker, "later", "again.1").values()) == 1
    assert sum(committed(broker, "later", "again.2").values()) == 1


def test_a_retried_record_is_handled_as_on_its_origin(producer: SampleProducer, settings: Settings) -> None:
    producer.send_and_wait(Posted(event_id="e1", author=Author(id="a", name="Ann"), correlation="c1"))
    reader = Later(e1=2)

    run(reader, settings, max_events=2)

    (first, headers, position), _, (again, same_headers, same_position) = reader.told
    assert (same_position, same_headers) == (position, headers)
    assert (again.key, again.timestamp_ms, again.schema_id) == (b"a", first.timestamp_ms, first.schema_id)
    assert again.correlation_id == "c1"


def test_a_record_waits_on_a_tier_raw_and_says_where_it_is_from_and_when_it_is_due(
    producer: SampleProducer, settings: Settings, broker: LocalBroker
) -> None:
    producer.send_and_wait(Posted(event_id="e1"))
    [original] = read(broker, "sample.posted", 1)

    before = time.time()

    run(Later(e1=2), settings, max_events=1)

    [record] = read(broker, "again.1", 1)
    assert (record.key(), record.value()) == (original.key(), original.value())
    waiting = waiting_of(headers_of(record))
    assert waiting is not None
    assert waiting.info.position == f"sample.posted/{original.partition()}@0"
    assert (waiting.info.group, waiting.info.attempts, waiting.info.exception) == ("later", 2, "builtins.LookupError")
    assert before + 0.039 <= waiting.due <= record.timestamp()[1] / 1000 + 0.041


def test_after_the_last_tier_a_record_is_a_dead_letter_that_names_its_origin(
    producer: SampleProducer, settings: Settings, broker: LocalBroker
) -> None:
    producer.send_and_wait(Posted(event_id="e1"))
    [original] = read(broker, "sample.posted", 1)

    statistics = run(Later(e1=99), settings, max_events=3)

    assert (statistics.delayed, statistics.dead_lettered) == (2, 1)
    [letter] = read(broker, "sample.dead", 1)
    info = letter_of(headers_of(letter))
    assert info is not None
    assert (info.position, info.attempts, info.reason) == (
        f"sample.posted/{original.partition()}@0",
        4,
        "handler-failed",
    )
    assert (letter.key(), letter.value()) == (original.key(), original.value())
    assert not any(name.startswith("retry-") for name, _ in headers_of(letter))


def test_others_are_handled_while_one_waits(producer: SampleProducer, settings: Settings) -> None:
    for event_id in ("e1", "e2", "e3"):
        producer.send_and_wait(Posted(event_id=event_id, author=Author(id="a")))
    reader = Later(e1=2)

    run(reader, settings, max_events=4)

    assert handled(reader) == ["e2", "e3", "e1"]


@pytest.mark.parametrize("how", [{}, {"concurrency": 3}, {"concurrency": 4, "ordering": "key"}])
def test_later_records_of_a_key_wait_where_order_is_asked_for(
    producer: SampleProducer, settings: Settings, how: dict[str, Any]
) -> None:
    for event_id in ("e1", "e2", "e3"):
        producer.send_and_wait(Posted(event_id=event_id, author=Author(id="a")))
    producer.send_and_wait(Posted(event_id="other", author=Author(id="b")))
    reader = InOrder(e1=3)

    statistics = run(reader, settings, idle_timeout=IDLE, **how)

    assert [event_id for event_id in handled(reader) if event_id != "other"] == ["e1", "e2", "e3"]
    assert handled(reader).index("other") < 3
    assert statistics.handled == 4
    assert {attempt for event_id, attempt in reader.calls if event_id != "e1"} == {1}


def test_a_batch_that_holds_a_failing_record_keeps_the_order_of_its_key(
    producer: SampleProducer, settings: Settings
) -> None:
    class Batched(InOrder, name="batched"):
        def on_posted_batch(self, events: Sequence[Posted], contexts: Sequence[Context]) -> None:
            if any(self.failures.get(event.event_id) for event in events):
                raise LookupError("one of them")
            for event, context in zip(events, contexts, strict=True):
                self.on_posted(event, context)

    for event_id in ("e1", "e2", "e3", "e4"):
        producer.send_and_wait(Posted(event_id=event_id, author=Author(id="a")))
    reader = Batched(e2=3)

    run(reader, settings, idle_timeout=IDLE)

    assert handled(reader) == ["e1", "e2", "e3", "e4"]


def test_a_coroutine_is_tried_again_on_tiers(producer: SampleProducer, settings: Settings) -> None:
    class Awaited(InOrder, name="awaited"):
        async def on_posted(self, event: Posted, context: Context) -> None:  # type: ignore[override]  # a group may
            await asyncio.sleep(0)
            super().on_posted(event, context)

    for event_id in ("e1", "e2"):
        producer.send_and_wait(Posted(event_id=event_id, author=Author(id="a")))
    reader = Awaited(e1=3)

    run(reader, settings, idle_timeout=IDLE, concurrency=4, ordering="key")

    assert handled(reader) == ["e1", "e2"]


def test_a_key_whose_first_record_is_given_up_goes_on_with_the_next(
    producer: SampleProducer, settings: Settings, broker: LocalBroker
) -> None:
    for event_id in ("e1", "e2"):
        producer.send_and_wait(Posted(event_id=event_id, author=Author(id="a")))
    reader = InOrder(e1=99)

    statistics = run(reader, settings, idle_timeout=IDLE)

    assert handled(reader) == ["e2"]
    assert statistics.dead_lettered == 1
    assert [call for call in reader.calls if call[0] == "e1"] == [("e1", n) for n in (1, 2, 3, 4)]
    assert reader.calls[-1] == ("e2", 1)


def test_who_takes_over_knows_which_keys_wait(producer: SampleProducer, settings: Settings) -> None:
    for event_id in ("e1", "e2"):
        producer.send_and_wait(Posted(event_id=event_id, author=Author(id="a")))
    run(InOrder(e1=99), settings, max_events=1)
    reader = InOrder()

    run(reader, settings, idle_timeout=IDLE)

    assert handled(reader) == ["e1", "e2"]


def test_a_key_that_is_through_comes_off_the_tiers(producer: SampleProducer, settings: Settings) -> None:
    class Busy(InOrder, name="busy"):
        def on_posted(self, event: Posted, context: Context) -> None:
            super().on_posted(event, context)
            if event.event_id == "e1":
                for number in range(2, 5):
                    producer.send_and_wait(Posted(event_id=f"e{number}", author=Author(id="a")))

    producer.send_and_wait(Posted(event_id="e1", author=Author(id="a")))
    reader = Busy(e1=2)

    statistics = run(reader, settings, max_events=5)

    assert handled(reader) == ["e1", "e2", "e3", "e4"]
    assert statistics.delayed == 1


def test_groups_share_retry_topics_and_pass_over_what_is_not_theirs(
    producer: SampleProducer, settings: Settings, broker: LocalBroker
) -> None:
    class Neighbour(Later, name="neighbour"):
        pass

    producer.send_and_wait(Posted(event_id="e1"))
    run(Later(e1=2), settings, max_events=1)
    neighbour, reader = Neighbour(), Later()

    run(neighbour, settings, max_events=2)
    run(reader, settings, max_events=1)

    assert neighbour.calls == [("e1", 1)]
    assert reader.calls == [("e1", 3)]
    assert sum(committed(broker, "neighbour", "again.1").values()) == 1


def test_what_nobody_of_ours_put_on_a_retry_topic_is_passed_over(settings: Settings, broker: LocalBroker) -> None:
    write(broker, "again.1", b"what is this")

    statistics = run(Later(), settings, max_events=1)

    assert (statistics.skipped, statistics.handled, statistics.dead_lettered) == (1, 0, 0)


def test_retry_topics_are_read_from_their_beginning_whatever_the_group_does_elsewhere(
    producer: SampleProducer, settings: Settings
) -> None:
    producer.send_and_wait(Posted(event_id="e1"))
    run(Later(e1=2), settings, max_events=1)
    reader = Later()

    run(reader, replace(settings, consumer={**settings.consumer, "auto.offset.reset": "latest"}), max_events=1)

    assert reader.calls == [("e1", 3)]


@pytest.mark.parametrize(
    ("policy", "counted"),
    [(Policy.SKIP, "skipped"), (Policy.DEAD_LETTER, "dead_lettered"), (Policy.RETRY, "delayed")],
)
def test_the_nearest_base_of_an_exception_decides(
    producer: SampleProducer, settings: Settings, policy: Policy, counted: str
) -> None:
    class Choosy(Later, name="choosy"):
        errors: ClassVar = {Exception: Policy.STOP, LookupError: policy, OSError: Policy.STOP}

        def on_posted(self, event: Posted, context: Context) -> None:
            self.calls.append((event.event_id, context.attempt))
            raise KeyError("a LookupError")

    producer.send_and_wait(Posted(event_id="e1"))
    reader = Choosy()

    statistics = run(reader, settings, max_events=1)

    assert getattr(statistics, counted) == 1
    assert statistics.records == 1
    assert len(reader.calls) == (2 if policy is Policy.RETRY else 1)


@pytest.mark.parametrize("how", [{}, {"concurrency": 2}, {"concurrency": 2, "ordering": "key"}])
def test_what_waits_for_hours_keeps_nobody_else_waiting(
    settings: Settings, broker: LocalBroker, producer: SampleProducer, how: dict[str, Any]
) -> None:
    class Patient(Later, name="patient"):
        pass

    few = replace(settings, consumer={**settings.consumer, "max.poll.records": "20"})
    due: list[tuple[str, str | bytes | None]] = [
        ("retry-letter-topic", b"sample.posted"),
        ("retry-letter-group", b"patient"),
        ("retry-letter-due", b"4102444800000"),
    ]
    for number in range(200):
        write(broker, "again.1", b"later", key=b"%d" % number, headers=due, partition=number % 2)
    for number in range(50):
        producer.send(Posted(event_id=f"e{number}"))
    producer.flush()
    reader = Patient()

    statistics = run(reader, few, max_events=50, **how)

    assert sorted(handled(reader)) == sorted(f"e{number}" for number in range(50))
    assert statistics.records == 50


@pytest.mark.parametrize(
    "errors", [{LookupError: "skip"}, {"LookupError": Policy.SKIP}, {KeyboardInterrupt: Policy.SKIP}]
)
def test_policies_that_are_none_are_refused_before_anything_is_read(settings: Settings, errors: Any) -> None:
    reader = Later()
    reader.errors = errors  # type: ignore[misc]  # of this one

    with pytest.raises(
        SettingsError, match=r"group later: `errors` says .*; it takes exception classes, and a `Policy`"
    ):
        run(reader, settings)


def test_an_exception_that_is_to_stop_the_group_does_so_at_once_and_the_record_is_read_again(
    producer: SampleProducer, settings: Settings, broker: LocalBroker
) -> None:
    class Careful(Later, name="careful"):
        errors: ClassVar = {LookupError: Policy.STOP}

    producer.send_and_wait(Posted(event_id="e1"))
    reader = Careful(e1=1)

    with pytest.raises(
        HandlerError, match=r"stops at sample\.posted/\d@0, as its `errors` say of LookupError: not yet"
    ):
        run(reader, settings)

    assert reader.calls == [("e1", 1)]
    assert committed(broker, "careful", "sample.posted") == {}
    assert run(reader, settings, max_events=1).handled == 1


HEADERS = {
    "reason": b"handler-failed",
    "topic": b"sample.posted",
    "partition": b"0",
    "offset": b"1",
    "group": b"later",
    "attempts": b"2",
    "timestamp": b"1000",
    "due": b"1",
}


@pytest.mark.parametrize(
    ("name", "damaged"),
    [
        ("partition", b"99999999999999999999"),
        ("offset", b"99999999999999999999"),
        ("offset", b"-7"),
        ("timestamp", b"9" * 24),
        ("attempts", b"-1000000000"),
        ("attempts", b"9999999999999"),
        ("attempts", b"many"),
        ("due", b"9" * 5000),
        ("due", "\u0663".encode()),
    ],
)
def test_a_record_whose_numbers_are_damaged_is_a_dead_letter_and_those_after_it_are_handled(
    producer: SampleProducer, settings: Settings, broker: LocalBroker, name: str, damaged: bytes
) -> None:
    producer.send_and_wait(Posted(event_id="e1"))
    value = read(broker, "sample.posted", 1)[0].value()
    for headers in ({**HEADERS, name: damaged}, HEADERS):
        named: list[tuple[str, str | bytes | None]] = [(f"retry-letter-{one}", held) for one, held in headers.items()]
        write(broker, "again.1", value, key=b"k", headers=named)
    reader = Later()

    statistics = reader.run(settings, max_events=3)

    assert sorted(reader.calls) == [("e1", 1), ("e1", 3)]
    assert (statistics.handled, statistics.dead_lettered, statistics.retried) == (2, 1, 0)
    [letter] = read(broker, "sample.dead", 1)
    info = letter_of(headers_of(letter))
    assert info is not None
    assert (letter.value(), info.reason, info.exception) == (value, "undecodable", "eventpact.errors.DecodeError")
    assert f"retry-letter-{name}" in info.message
