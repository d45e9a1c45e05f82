"""Topics that an exactly-once group writes to: what lies behind its open transaction is said, and not passed over."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import confluent_kafka
import pytest

from eventpact import Settings, TopicContract, Topics
from eventpact.consume.dead_letters import DeadLetterInfo
from eventpact.errors import BrokerError
from eventpact.operate.browsing import Browsing
from eventpact.operate.dead_letters import DeadLetters
from eventpact.operate.groups import Groups
from eventpact.operate.offset_files import export_offsets, plan_restore
from eventpact.operate.positions import EARLIEST, LATEST, Position
from eventpact.operate.redriving import any_topic
from eventpact.operate.redriving import redrive as send_back
from eventpact.operate.replay_sources import TopicSource
from eventpact.operate.replaying import Replay
from tests.cli import conftest as command_line
from tests.runtime.raw import PATIENCE, read_all, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_testing.kafka import KafkaCluster
    from tests.cli.commands import Run

redrive = partial(send_back, origins=any_topic)
"""Sends letters wherever they say that they came from."""

run, work = command_line.run, command_line.work
"""Fixtures of the commands' own tests."""


@pytest.fixture
def settings(kafka: KafkaCluster) -> Settings:
    return Settings(brokers=kafka.bootstrap_servers, client_id="operator", timeout=PATIENCE)


@pytest.fixture
def topics(settings: Settings, unique: str) -> Iterator[list[str]]:
    """Two topics of one partition."""
    names = [f"{unique}.source", f"{unique}.copy"]
    cluster = Topics(settings)
    cluster.create(
        *(TopicContract(name=name, partitions=1, replication_factor=1, config={"retention.ms": "-1"}) for name in names)
    )
    yield names
    cluster.delete(*names)


@contextmanager
def open_transaction(kafka: KafkaCluster, topic: str, value: bytes) -> Iterator[confluent_kafka.Producer]:
    """A producer whose transaction has written a record and is committed at the end."""
    producer = confluent_kafka.Producer(
        {
            "bootstrap.servers": kafka.bootstrap_servers,
            "transactional.id": topic,
            "transaction.timeout.ms": 600_000,  # the broker is not to end it while the test still looks
        }
    )
    producer.init_transactions(PATIENCE)
    producer.begin_transaction()
    told: list[object] = []
    producer.produce(topic, value, on_delivery=lambda error, _: told.append(error))
    while not told:
        producer.poll(0.1)
    assert told == [None]
    yield producer
    producer.commit_transaction(PATIENCE)


def values(kafka: KafkaCluster, topic: str, expected: int) -> list[bytes | None]:
    return [one.value() for one in read_all(kafka, topic, expected)]


def test_what_lies_behind_an_open_transaction_is_counted_and_read_later(
    kafka: KafkaCluster, settings: Settings, topics: list[str], unique: str
) -> None:
    source, copy = topics
    write(kafka, source, b"1", b"2")
    with open_transaction(kafka, source, b"open"):
        write(kafka, source, b"4", b"5", b"6")

        browsing = Browsing(settings, [source])
        browsed = [record.value for record in browsing.records()]
        last = [record.value for record in Browsing(settings, [source], since=Position("last", 1)).records()]
        until = Position("offset", 5)
        first = Replay(settings, TopicSource(settings, [source], until=until), name=unique, topic=copy).run()

    assert len(values(kafka, source, 6)) == 6  # the transaction's end is known to readers a moment after it
    second = Replay(settings, TopicSource(settings, [source], until=until), name=unique, topic=copy).run()

    assert (browsed, browsing.total, browsing.unread) == ([b"1", b"2"], 2, {(source, 0): 4})
    assert last == [b"2"]
    assert (first.total, first.unread) == (2, {(source, 0): 3})
    assert (second.total, second.unread) == (3, {})
    assert values(kafka, copy, 5) == [b"1", b"2", b"open", b"4", b"5"]


def test_the_moment_of_a_groups_place_is_that_of_the_record_in_an_open_transaction(
    kafka: KafkaCluster, settings: Settings, topics: list[str], unique: str
) -> None:
    source, groups = topics[0], Groups(settings)
    write(kafka, source, b"0", b"1")
    groups.commit(unique, {(source, 0): 2})
    with open_transaction(kafka, source, b"open"):
        write(kafka, source, b"3", b"4", b"5")
        kept = export_offsets(groups, settings, unique, now=datetime.now(UTC))
    groups.commit(unique, {(source, 0): 6})

    [change] = plan_restore(groups, kept, by="time").changes

    assert change.new <= 2


def letters(kafka: KafkaCluster, topic: str, origin: str, count: int) -> None:
    info = DeadLetterInfo(
        reason="handler-failed", exception="", message="", group="g", topic=origin, partition=0, offset=0
    )
    write(kafka, topic, *[b"%d" % number for number in range(count)], headers=list(info.headers()))


def test_letters_do_not_go_back_while_a_transaction_hides_which_ones_did(
    kafka: KafkaCluster, settings: Settings, topics: list[str]
) -> None:
    dead, origin = topics
    letters(kafka, dead, origin, 1)
    with open_transaction(kafka, dead, b"a letter of a group"):
        listed = DeadLetters(settings, [dead])
        found = [letter.id for letter in listed.letters()]
        with pytest.raises(BrokerError, match="a transaction is open on its partition 0; try again when it has ended"):
            redrive(replace(settings, timeout=10), dead)

    done = redrive(settings, dead)

    assert (found, listed.unread) == ([f"{dead}/0@0"], {(dead, 0): 1})
    assert (done.total, values(kafka, origin, 1)) == (1, [b"0"])


@pytest.mark.usefixtures("work")
def test_commands_say_what_they_could_not_read_yet(
    kafka: KafkaCluster, topics: list[str], run: Run, unique: str
) -> None:
    source, copy = topics
    at = {"KAFKA_BROKERS": kafka.bootstrap_servers, "SCHEMA_REGISTRY_URL": "http://127.0.0.1:1"}
    letters(kafka, source, copy, 1)
    with open_transaction(kafka, source, b"open"):
        write(kafka, source, b"4", b"5")
        ended = [
            run("consume", source, "--format", "json", **at),
            run("consume", source, "--format", "avro", "--out", "all.avro", **at),
            run("replay", source, "--to", copy, "--id", unique, **at),
            run("dead-letters", "list", "--topic", source, **at),
            run("dead-letters", "export", "--topic", source, "--out", "letters.avro", **at),
            run("dead-letters", "redrive", "--topic", source, "--any-topic", "--dry-run", **at),
        ]

    told = f"3 offsets of {source}/0 lie behind a transaction that is still open, and were not read"
    assert [told in one.err for one in ended] == [True] * len(ended), [one.err for one in ended]
    assert [one.code for one in ended] == [0] * len(ended)


class TestResumedRanges:
    """What `2d` or `last:50` means moves on; a replay that is taken up again keeps to the range that it began with."""

    @pytest.mark.parametrize(
        ("since", "until", "expected"),
        [
            (Position("last", 600), LATEST, range(200, 900)),
            (Position("last", 600), Position("last", 100), range(200, 700)),
            (EARLIEST, Position("last", 100), range(700)),
        ],
        ids=["moving start", "moving start and end", "moving end"],
    )
    def test_a_replay_covers_the_range_of_its_first_run(  # noqa: PLR0917 - fixtures and parameters
        self,
        kafka: KafkaCluster,
        settings: Settings,
        topics: list[str],
        unique: str,
        since: Position,
        until: Position,
        expected: range,
    ) -> None:
        source, copy = topics
        write(kafka, source, *[b"%d" % number for number in range(800)])
        first = Replay(settings, TopicSource(settings, [source], since, until), name=unique, topic=copy)
        stopping = Stopping(after=20)
        first.run(stop=stopping.event, on_record=stopping)
        write(kafka, source, *[b"%d" % number for number in range(800, 900)])

        second = Replay(settings, TopicSource(settings, [source], since, until), name=unique, topic=copy).run()
        third = Replay(settings, TopicSource(settings, [source], since, until), name=unique, topic=copy).run()

        assert (second.resumed, third.total) == (True, 0)
        assert values(kafka, copy, len(expected)) == [b"%d" % number for number in expected]


class Stopping:
    """Sets an event after some calls."""

    def __init__(self, after: int) -> None:
        self.event = threading.Event()
        self._left = after

    def __call__(self, _: object) -> None:
        self._left -= 1
        if not self._left:
            self.event.set()
