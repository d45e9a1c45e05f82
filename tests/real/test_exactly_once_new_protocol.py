"""Exactly once under the protocol of KIP-848, where offsets in transactions name the epoch that brokers gave a member.

They give a new one whenever they move partitions. So the moments that matter are those in which a member has a
transaction open while another one joins, leaves or dies.
"""

from __future__ import annotations

import itertools
import threading
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from eventpact import Context, Settings, Topics
from eventpact.operate.groups import Groups
from eventpact.operate.tenants import Tenants
from tests.real.members import running, until
from tests.runtime.raw import committed, read_all
from tests.runtime.sample import TOPICS, Author, Noted, Posted, PostReader, SampleProducer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eventpact_testing.kafka import KafkaCluster

TRANSACTION = 50
"""Records of a transaction at most: there are several to each member, however they share the partitions."""
MIDDLE = TRANSACTION + TRANSACTION // 2


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Of a service that chose the protocol, and has somewhere to send notes to."""
    Tenants(Topics(settings, timeout=20), TOPICS).create("acme")
    return replace(settings, consumer={**settings.consumer, "group.protocol": "consumer"})


class Noting(PostReader, name="noting"):
    """Sends a note for every post; in the middle of a transaction it waits for what happens to it."""

    def __init__(self, producer: SampleProducer, *, middle: int = MIDDLE, dies: bool = False) -> None:
        super().__init__()
        self.handled: list[str] = []
        self.in_the_middle = threading.Event()
        self.happened = threading.Event()
        self._producer = producer
        self._middle = middle
        self._dies = dies

    def on_posted(self, event: Posted, context: Context) -> None:
        self.handled.append(event.event_id)
        self._producer.send(Noted(note=event.event_id), tenant_id="acme")
        if len(self.handled) == self._middle:
            self.in_the_middle.set()
            until(self.happened.is_set)
            if self._dies:
                raise SystemExit


class Posts:
    """Posts with numbers of their own, of seven authors."""

    def __init__(self, producer: SampleProducer) -> None:
        self._producer = producer
        self._numbers = itertools.count()
        self.count = 0

    def send(self, count: int) -> None:
        for number in itertools.islice(self._numbers, count):
            self._producer.send(Posted(event_id=str(number), author=Author(id=f"k{number % 7}")))
        self._producer.flush()
        self.count += count

    def until(self, happened: Callable[[], object]) -> None:
        """Go on sending until something has happened."""

        def look() -> bool:
            self.send(10)
            return bool(happened())

        until(look)


@pytest.fixture
def posts(producer: SampleProducer) -> Posts:
    return Posts(producer)


@contextmanager
def member(settings: Settings, name: str, **arguments: object) -> Iterator[tuple[Noting, threading.Event]]:
    """A member that runs, and what stops it."""
    with SampleProducer(settings, register="dev", transactional_id=name) as sending:
        group = Noting(sending, **arguments)  # type: ignore[arg-type]  # they are its own
        with running(group, settings, exactly_once=True, producer=sending, transaction_size=TRANSACTION) as stop:
            yield group, stop


def check(kafka: KafkaCluster, group: str, posts: Posts) -> None:
    """Every post is dealt with, and has one note."""
    until(lambda: sum(committed(kafka, group, "sample.posted").values()) >= posts.count)
    notes = [int(record.key() or b"") for record in read_all(kafka, "sample.notes.acme", posts.count)]
    assert sorted(notes) == list(range(posts.count))


def test_partitions_that_go_to_a_second_member_in_a_transaction_lose_and_repeat_nothing(
    posts: Posts, settings: Settings, kafka: KafkaCluster, unique: str
) -> None:
    groups = Groups(settings, timeout=20)
    posts.send(500)
    with member(settings, f"{unique}-1") as (first, stop):
        until(first.in_the_middle.is_set)
        with member(settings, f"{unique}-2") as (second, _):
            until(lambda: len(groups.describe(unique).members) == 2)
            first.happened.set()
            posts.until(second.in_the_middle.is_set)
            stop.set()
            second.happened.set()
            before = len(second.handled)
            posts.until(lambda: len(second.handled) > before + TRANSACTION)
            check(kafka, unique, posts)

    assert len(first.handled) > MIDDLE


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # so does its thread
def test_a_member_that_dies_in_a_transaction_leaves_all_of_it_to_the_other(
    posts: Posts, settings: Settings, kafka: KafkaCluster, unique: str
) -> None:
    posts.send(500)
    with member(settings, f"{unique}-1", dies=True) as (dying, _):
        until(dying.in_the_middle.is_set)
        with member(settings, f"{unique}-2") as (other, _):
            other.happened.set()
            dying.happened.set()
            posts.until(lambda: len(other.handled) >= 2 * MIDDLE)
            check(kafka, unique, posts)

    assert set(dying.handled) & set(other.handled), "no transaction was open when it died"
