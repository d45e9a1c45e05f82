"""Many records in hand at once, on the embedded broker and without any."""

from __future__ import annotations

import asyncio
import logging
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from eventpact import Context, Settings
from eventpact.consume.lanes import ThreadLanes
from eventpact.consume.patience import Patience
from eventpact.consume.pauses import Pauses
from eventpact.consume.slowness import Slowness
from eventpact.errors import HandlerError, RegistryError, SettingsError
from eventpact.in_hand import Hand
from eventpact_registry.server.embedded import EmbeddedRegistry
from eventpact_testing.java import free_ports
from tests.runtime.raw import committed, read
from tests.runtime.sample import Author, Noted, NoteReader, Posted, PostReader, SampleProducer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from confluent_kafka import TopicPartition

    from eventpact.consume.offsets import Partition
    from eventpact_testing.broker import LocalBroker


@pytest.fixture
def producer(settings: Settings) -> Iterator[SampleProducer]:
    with SampleProducer(settings, register="dev") as producer:
        yield producer


def send(producer: SampleProducer, count: int, *, keys: int = 7) -> None:
    events = (Posted(event_id=str(n), author=Author(id=f"k{n % keys}")) for n in range(count))
    producer.send_many(events).raise_for_failures()


class Crowd(PostReader, name="crowd"):
    """Counts how many are in hand at the same time."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()
        self.now = self.most = 0

    def on_posted(self, event: Posted, context: Context) -> None:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        threading.Event().wait(0.005)  # as long as a database takes
        with self.lock:
            self.now -= 1


@pytest.mark.parametrize(("ordering", "keys", "at_most"), [("partition", 20, 3), ("key", 20, 4), ("none", 1, 4)])
def test_records_are_handled_at_the_same_time_as_the_order_allows(
    producer: SampleProducer, settings: Settings, ordering: Any, keys: int, at_most: int
) -> None:
    send(producer, 100, keys=keys)
    group = Crowd()

    statistics = group.run(settings, concurrency=4, ordering=ordering, max_events=100)

    assert statistics.handled == 100
    assert 1 < group.most <= at_most


def test_coroutines_are_called_on_one_loop_and_tried_again_as_others_are(
    producer: SampleProducer, settings: Settings, broker: LocalBroker
) -> None:
    class Waiting(PostReader, name="coroutines"):
        attempts: ClassVar[list[int]] = []
        most = now = 0

        async def on_posted(self, event: Posted, context: Context) -> None:  # type: ignore[override]  # written by hand
            self.now += 1
            self.most = max(self.most, self.now)
            await asyncio.sleep(0.01)
            self.now -= 1
            if event.event_id == "3":
                self.attempts.append(context.attempt)
                raise LookupError("never")

    send(producer, 20)
    group = Waiting()

    statistics = group.run(settings, concurrency=4, ordering="none", max_events=20)

    assert (statistics.handled, statistics.dead_lettered, statistics.retried) == (19, 1, 2)
    assert group.attempts == [1, 2, 3]
    assert 1 < group.most <= 4
    assert [letter.key() for letter in read(broker, "sample.dead", 1)] == [b"k3"]


def test_a_batch_takes_what_is_there_and_what_fails_goes_one_by_one(
    producer: SampleProducer, settings: Settings
) -> None:
    class Many(PostReader, name="many"):
        batches: ClassVar[list[list[str]]] = []
        alone: ClassVar[list[str]] = []

        def on_posted(self, event: Posted, context: Context) -> None:
            self.alone.append(event.event_id)
            if event.event_id == "bad":
                raise LookupError("bad")

        def on_posted_batch(self, events: Sequence[Posted], contexts: Sequence[Context]) -> None:
            assert [event.author and event.author.id.encode() for event in events] == [c.key for c in contexts]
            self.batches.append([event.event_id for event in events])
            if "bad" in self.batches[-1]:
                raise LookupError("one of these")

    send(producer, 50)
    group = Many()
    group.run(settings, max_events=50)
    taken = [one for batch in group.batches for one in batch] + group.alone
    assert max(map(len, group.batches)) > 5
    assert sorted(map(int, taken)) == [*range(50)]

    events = [Posted(event_id=name, author=Author(id="k")) for name in ("a", "bad", "b")]
    producer.send_many(events).raise_for_failures()
    group.alone.clear()
    statistics = group.run(settings, max_events=3)
    assert (statistics.handled, statistics.dead_lettered) == (2, 1)
    assert group.alone.count("bad") == 3
    assert set(group.alone) <= {"a", "bad", "b"}


def test_a_handler_that_fails_for_good_stops_all_lanes_and_nothing_of_it_is_committed(
    producer: SampleProducer, settings: Settings, broker: LocalBroker
) -> None:
    class Failing(NoteReader, name="failing"):
        def on_noted(self, event: Noted, context: Context) -> None:
            raise ValueError("no")

    producer.send_and_wait(Noted(note="bad"), tenant_id="acme")

    with pytest.raises(HandlerError, match=r"group failing stops at sample\.notes\.acme/\d@0.*ValueError: no"):
        Failing().run(settings, concurrency=3, ordering="key")

    assert committed(broker, "failing", "sample.notes.acme") == {}


def test_a_group_whose_lanes_are_all_busy_is_not_idle(producer: SampleProducer, settings: Settings) -> None:
    class Slow(PostReader, name="slow"):
        def on_posted(self, event: Posted, context: Context) -> None:
            threading.Event().wait(2.5)  # longer than the client goes without a poll, and than the group may be idle

    send(producer, 8)
    # Polled every 0.5 s at least, for which everything is paused while there is no room.
    slow = {"max.poll.interval.ms": "1500", "max.poll.records": "1"}

    statistics = Slow().run(
        replace(settings, consumer={**settings.consumer, **slow}), concurrency=4, ordering="none", idle_timeout=2.0
    )

    assert statistics.handled == 8


def test_a_group_that_needs_no_more_records_waits_without_turning_in_circles(
    producer: SampleProducer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow(PostReader, name="last-ones"):
        def on_posted(self, event: Posted, context: Context) -> None:
            threading.Event().wait(0.5)

    rounds = 0
    tend = ThreadLanes.tend

    def counted(lanes: ThreadLanes, partitions: Collection[Partition]) -> set[Partition]:
        nonlocal rounds
        rounds += 1
        return tend(lanes, partitions)

    monkeypatch.setattr(ThreadLanes, "tend", counted)
    send(producer, 2)

    assert Slow().run(settings, concurrency=2, ordering="none", max_events=2).handled == 2
    assert rounds < 200


@pytest.mark.parametrize("concurrency", [1, 4])
def test_records_wait_for_a_registry_that_is_down_and_are_handled_when_it_is_back(
    settings: Settings, concurrency: int, tmp_path: Path
) -> None:
    [port] = free_ports(1)
    database = tmp_path / "registry.db"
    with EmbeddedRegistry(database, port=port) as registry:
        settings = replace(settings, registry_url=registry.url, timeout=1.0)
        with SampleProducer(settings, register="dev") as producer:
            send(producer, 5)
    group, found, asked = PostReader(), [], threading.Event()

    class Listening(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if "records that need it wait" in record.getMessage():
                asked.set()

    listening = Listening()
    logging.getLogger("eventpact.consume").addHandler(listening)
    arguments: Any = {"max_events": 5, "concurrency": concurrency, "ordering": "key"}
    thread = threading.Thread(target=lambda: found.append(group.run(settings, **arguments)))
    thread.start()
    try:
        assert asked.wait(30)
        assert not group.events
        with EmbeddedRegistry(database, port=port):
            thread.join(timeout=30)
    finally:
        logging.getLogger("eventpact.consume").removeHandler(listening)

    assert [(statistics.handled, statistics.dead_lettered) for statistics in found] == [(5, 0)]


def test_patience_with_a_registry_ends() -> None:
    now = [100.0]
    patience = Patience("g", 10.0, clock=lambda: now[0])
    waits = []
    while (wait := patience.wait(RegistryError("down"))) is not None:
        waits.append(wait)
        now[0] += wait

    assert waits == [0.5, 0.5, 1.0, 2.0, 4.0, 2.0]
    now[0] += 100
    assert patience.wait(RegistryError("down again")) == 0.5


class Switchboard:
    """Stands where the client's consumer does, and writes down what is paused."""

    def __init__(self) -> None:
        self.paused: set[tuple[str, int]] = set()

    def pause(self, partitions: list[TopicPartition]) -> None:
        self.paused |= {(one.topic, one.partition) for one in partitions}

    def resume(self, partitions: list[TopicPartition]) -> None:
        self.paused -= {(one.topic, one.partition) for one in partitions}


def test_a_partition_goes_on_when_no_reason_is_left() -> None:
    board: Any = Switchboard()
    pauses = Pauses(board)
    a, b, c = ("t", 0), ("t", 1), ("t", 2)
    pauses.assigned([a, b])

    pauses.only("waiting", {a})
    pauses.hold_all()
    assert board.paused == {a, b}
    pauses.assigned([c])
    assert board.paused == {a, b, c}
    pauses.release_all()
    assert board.paused == {a}
    assert len(pauses) == 1
    pauses.only("waiting", set())
    assert board.paused == set()


def test_a_record_that_is_long_in_hand_is_named_and_again_after_twice_the_time(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = [0.0]
    slowness = Slowness("g", slow=30.0, clock=lambda: now[0])
    hand = Hand()
    hand.context, hand.since = Context("t", 1, 42), 0.0

    for moment in (10, 29, 31, 40, 61, 63, 70):
        now[0] = moment
        slowness.look([hand])

    assert caplog.messages == ["group g: t/1@42 is being handled for 31 s", "group g: t/1@42 is being handled for 63 s"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"concurrency": 0}, "concurrency=0 does not fit"),
        ({"ordering": "topic"}, "ordering='topic' is none of partition, key, none"),
        ({"exactly_once": True}, "exactly_once=True needs producer"),
        ({"exactly_once": True, "concurrency": 2}, "leave concurrency at 1"),
    ],
)
def test_arguments_that_do_not_make_sense_are_said_at_once(arguments: Any, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        PostReader().run(Settings(brokers="127.0.0.1:1", registry_url="http://127.0.0.1:1"), **arguments)
