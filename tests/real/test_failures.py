"""Retry topics and dead letters on Apache Kafka: order, tiers, sizes, groups that share them, members that die."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from eventpact import Context, EventContract, Producer, Settings, TopicContract, Topics
from eventpact.consume.dead_letters import letter_of
from eventpact.consume.record import headers_of
from tests.real.failing_member import DEAD, TIERS, TOPIC, Failing
from tests.real.members import running, until
from tests.runtime.raw import committed, read, read_all, write
from tests.runtime.sample import Author, Posted, PostReader, SampleProducer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_testing.kafka import KafkaCluster
    from tests.real.conftest import Registry

KEYS, EVENTS = 15, 12
PATIENCE = 90.0

NARROW = "failing.narrow"
NARROW_DEAD = "failing.narrow.dead"
WIDE = "failing.wide"
WIDE_DEAD = "failing.wide.dead"
LARGE = 2_000_000


def topic(name: str, partitions: int, **config: str) -> TopicContract:
    return TopicContract(
        name=name,
        partitions=partitions,
        replication_factor=1,
        config={name.replace("_", "."): value for name, value in config.items()},
    )


@pytest.fixture
def settings(kafka: KafkaCluster, embedded: Registry, unique: str) -> Iterator[Settings]:
    """Of a service whose topics are there, and gone afterwards."""
    settings = Settings(
        brokers=kafka.bootstrap_servers,
        client_id="tests",
        registry_url=embedded.url,
        consumer_group=unique,
        timeout=PATIENCE,
    )
    topics = Topics(settings)
    topics.create(
        topic(TOPIC, 3),
        *(topic(tier, 2) for tier in TIERS),
        topic(DEAD, 1),
        topic(NARROW, 1, max_message_bytes="1000"),
        topic(NARROW_DEAD, 1, max_message_bytes="1000"),
        topic(WIDE, 1, max_message_bytes="5000000"),
        topic(WIDE_DEAD, 1, max_message_bytes="5000000"),
    )
    yield settings
    topics.delete(*(name for name in topics.states() if name.startswith("failing.")))


class FailingProducer(Producer, system="sample"):
    events = (Failing,)


@pytest.fixture
def producer(settings: Settings) -> Iterator[FailingProducer]:
    with FailingProducer(settings, register="dev") as producer:
        yield producer


def dead(kafka: KafkaCluster) -> dict[str, set[int]]:
    """Ids of the events among the dead letters, which the handler put into its exception's message, and attempts."""
    found: dict[str, set[int]] = defaultdict(set)
    for letter in read_all(kafka, DEAD):
        info = letter_of(headers_of(letter))
        assert info is not None
        assert (info.topic, info.reason, info.exception) == (TOPIC, "handler-failed", "builtins.LookupError")
        found[info.message].add(info.attempts)
    return found


class Journal:
    """What the members wrote down."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def lines(self) -> list[tuple[str, str, int, str]]:
        split = [line.split() for line in self.path.read_text().splitlines()]
        return [(what, event, int(attempt), member) for what, event, attempt, member in split]

    def wait_for(self, successes: int) -> None:
        deadline = time.monotonic() + PATIENCE
        while len({event for what, event, *_ in self.lines() if what == "done"}) < successes:
            assert time.monotonic() < deadline, f"{len(self.lines())} lines and no more"
            time.sleep(0.1)


def test_keys_keep_their_order_over_tiers_while_members_come_go_and_are_killed(
    kafka: KafkaCluster, settings: Settings, producer: FailingProducer, embedded: Registry, tmp_path: Path
) -> None:
    journal = Journal(tmp_path / "journal")
    command = [sys.executable, "-m", "tests.real.failing_member", kafka.bootstrap_servers, embedded.url]

    def member() -> subprocess.Popen[bytes]:
        return subprocess.Popen([*command, str(journal.path)], cwd=Path(__file__).parents[2])

    def send(numbers: range) -> None:
        for number in numbers:
            for key in range(KEYS):
                producer.send(Failing(event_id=f"{key}-{number}", author=Author(id=f"k{key}")))
        producer.flush()

    members = [member(), member()]
    try:
        send(range(EVENTS // 2))
        journal.wait_for(KEYS)
        members[0].kill()
        members.append(member())
        send(range(EVENTS // 2, EVENTS))
        journal.wait_for(KEYS * EVENTS // 2)
        members[1].kill()
        everything = {f"{key}-{number}" for key in range(KEYS) for number in range(EVENTS)}
        deadline = time.monotonic() + PATIENCE
        while (
            everything - {event for what, event, *_ in journal.lines() if what == "done"} - (gone := dead(kafka)).keys()
        ):
            assert time.monotonic() < deadline, f"not settled, dead: {len(gone)}"
    finally:
        for process in members:
            process.kill()
            process.wait()

    lines = journal.lines()
    gone = dead(kafka)
    first_try: dict[str, int] = {}
    settled: dict[str, int] = {}
    tries = defaultdict(set)
    for at, (what, event, attempt, _) in enumerate(lines):
        first_try.setdefault(event, at)
        tries[event].add(attempt)
        if what == "done" or attempt in gone.get(event, ()):
            settled.setdefault(event, at)
    for key in range(KEYS):
        for number in range(1, EVENTS):
            before, event = f"{key}-{number - 1}", f"{key}-{number}"
            assert first_try[event] > settled[before], (
                f"{event} was tried before {before} was settled: "
                f"{[line for line in lines if line[1] in {before, event}]}"
            )
    again = len(lines) - len({(what, event, attempt) for what, event, attempt, _ in lines})
    retried = sum(1 for attempts in tries.values() if max(attempts) > 2)
    handled = {event for what, event, *_ in lines if what == "done"}
    print(
        f"sent {len(everything)}, handled {len(handled)}, dead letters {len(gone)}, lost 0, "
        f"tried on a retry topic {retried}, tried twice because a member was killed {again}"
    )
    assert retried
    assert gone


class Narrow(Posted):
    """Goes to topics that take no large record."""

    __slots__ = ()
    contract: ClassVar[EventContract] = replace(
        Failing.contract, dead_letters=NARROW_DEAD, retry_attempts=1, retry_tiers=((NARROW, 10),), retry_in_order=False
    )


class Hopeless(PostReader, name="hopeless"):
    topics: ClassVar = (TOPIC,)
    handlers: ClassVar = {"io.sample.Posted": (Narrow, "on_posted")}

    def on_posted(self, event: Posted, context: Context) -> None:
        raise LookupError("nothing known")


@pytest.mark.parametrize(
    "weak", [{}, {"acks": "0"}, {"producer": {"acks": "1", "max.in.flight": "100", "retries": "0"}}], ids=str
)
def test_a_record_that_no_topic_takes_does_not_stop_the_group_and_can_be_found_again(
    kafka: KafkaCluster, settings: Settings, producer: FailingProducer, weak: dict[str, Any]
) -> None:
    """However little a service's own events are waited for: its letters stand for records that were consumed."""
    settings = replace(settings, **weak)
    producer.send_and_wait(Failing(event_id="large", author=Author(id="a"), text="x" * 2000), timeout=PATIENCE)
    [original] = read(kafka, TOPIC, 1)
    place = (original.partition(), original.offset())

    statistics = Hopeless().run(settings, max_events=1)

    assert (statistics.dead_lettered, statistics.delayed) == (1, 0)
    [letter] = read(kafka, NARROW_DEAD, 1)
    info = letter_of(headers_of(letter))
    assert info is not None
    assert (info.reason, info.topic, info.partition, info.offset) == ("too-large-to-retry", TOPIC, *place)
    assert (letter.key(), letter.value()) == (b"a", None)
    assert info.left_bytes == len(original.value() or b"")
    assert sum(committed(kafka, str(settings.consumer_group), TOPIC).values()) == 1


class Wide(Failing):
    """On topics that take more than the Kafka client sends by default."""

    __slots__ = ()
    contract: ClassVar[EventContract] = replace(
        Failing.contract, topic=WIDE, dead_letters=WIDE_DEAD, retry_attempts=1, retry_tiers=()
    )


class WideProducer(Producer, system="sample"):
    events = (Wide,)
    settings: ClassVar = {"message.max.bytes": "5000000"}


class HopelessOfLarge(Hopeless, name="hopeless-of-large"):
    topics: ClassVar = (WIDE,)
    handlers: ClassVar = {"io.sample.Posted": (Wide, "on_posted")}


@pytest.mark.parametrize("producing", [{}, {"buffer.memory": "1000000"}], ids=str)
def test_a_dead_letter_is_as_large_as_its_topic_takes(
    kafka: KafkaCluster, settings: Settings, producing: dict[str, str]
) -> None:
    with WideProducer(settings, register="dev") as producer:
        producer.send_and_wait(Wide(event_id="large", author=Author(id="a"), text="x" * LARGE), timeout=PATIENCE)

    HopelessOfLarge().run(replace(settings, producer=producing), max_events=1)

    [letter] = read(kafka, WIDE_DEAD, 1)
    info = letter_of(headers_of(letter))
    assert info is not None
    assert (info.left_bytes, len(letter.value() or b"") > LARGE) == (None, True)


def test_groups_share_retry_topics(kafka: KafkaCluster, settings: Settings, producer: FailingProducer) -> None:
    class Unlucky(PostReader, name="unlucky"):
        topics: ClassVar = (TOPIC,)
        handlers: ClassVar = {"io.sample.Posted": (Failing, "on_posted")}

        def __init__(self) -> None:
            super().__init__()
            self.attempts: list[int] = []

        def on_posted(self, event: Posted, context: Context) -> None:
            self.attempts.append(context.attempt)
            if context.attempt < 3:
                raise LookupError("not yet")

    ours, theirs = (replace(settings, consumer_group=f"{settings.consumer_group}-{n}") for n in (1, 2))
    producer.send_and_wait(Failing(event_id="e1", author=Author(id="a")), timeout=PATIENCE)
    first, second = Unlucky(), Unlucky()

    first.run(ours, max_events=1)
    second.run(theirs, max_events=1)
    assert len(read(kafka, TIERS[0], 2)) == 2
    for reader, group in ((first, ours), (second, theirs)):
        with running(reader, group):
            until(lambda: 3 in reader.attempts)  # noqa: B023 - called in here alone
            until(lambda: sum(committed(kafka, str(group.consumer_group), TIERS[0]).values()) == 2)  # noqa: B023 - as well

    assert (first.attempts, second.attempts) == ([1, 2, 3], [1, 2, 3])


def test_poison_goes_to_dead_letters_between_events_that_wait(
    kafka: KafkaCluster, settings: Settings, producer: FailingProducer
) -> None:
    class Slow(PostReader, name="slow"):
        topics: ClassVar = (TOPIC,)
        handlers: ClassVar = {"io.sample.Posted": (Failing, "on_posted")}

        def on_posted(self, event: Posted, context: Context) -> None:
            if context.attempt < 3:
                raise LookupError("not yet")
            super().on_posted(event, context)

    for event_id in ("e1", "e2"):
        producer.send_and_wait(Failing(event_id=event_id, author=Author(id="a")), timeout=PATIENCE)
    [first, _] = read(kafka, TOPIC, 2)
    write(kafka, TOPIC, b"poison", key=b"a", partition=first.partition() or 0)
    reader = Slow()

    with running(reader, settings):
        until(lambda: len(reader.events) >= 2)
        letters = read_all(kafka, DEAD, 1)

    assert [event.event_id for event in reader.events] == ["e1", "e2"]  # type: ignore[attr-defined]  # a `Posted` each
    assert [letter.value() for letter in letters] == [b"poison"]


def test_tiers_keep_order_in_transactions_too(
    kafka: KafkaCluster, settings: Settings, producer: FailingProducer
) -> None:
    class Copier(PostReader, name="copier"):
        topics: ClassVar = (TOPIC,)
        handlers: ClassVar = {"io.sample.Posted": (Failing, "on_posted")}

        def on_posted(self, event: Posted, context: Context) -> None:
            copies.send(Posted(event_id=event.event_id))
            if event.event_id == "e1" and context.attempt < 4:
                raise LookupError("not yet")
            super().on_posted(event, context)
            if event.event_id == "e3":
                done.set()

    done = threading.Event()
    topics = Topics(settings)
    topics.create(topic("sample.posted", 1))
    for event_id in ("e1", "e2", "e3"):
        producer.send_and_wait(Failing(event_id=event_id, author=Author(id="a")), timeout=PATIENCE)
    reader = Copier()

    with SampleProducer(settings, register="dev", transactional_id=settings.consumer_group) as copies:
        statistics = reader.run(settings, producer=copies, exactly_once=True, stop=done)
    copied = [message.key() for message in read_all(kafka, "sample.posted", 3)]
    topics.delete("sample.posted")

    assert [event.event_id for event in reader.events] == ["e1", "e2", "e3"]  # type: ignore[attr-defined]  # a `Posted` each
    assert copied == [b"e1", b"e2", b"e3"]
    assert statistics.handled == 3
