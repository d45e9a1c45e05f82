"""Partitions that go while a transaction is open, with a client that only notes what it is told."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import confluent_kafka
import pytest

from eventpact.consume.offsets import Offsets
from eventpact.consume.patience import Patience
from eventpact.consume.statistics import GroupStatistics
from eventpact.consume.transactions import Transacted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact.consume.handling import Turn

PARTITION = ("orders", 0)
SECONDS = 10.0
"""That nothing here should take."""


class Cluster:
    """Stands where consumer, transactions, failures and handler are."""

    def __init__(self) -> None:
        self.ended: list[str] = []
        self.sought: list[object] = []
        self.handling, self.handled = threading.Event(), threading.Event()
        self.went_meanwhile = self.settle = self.taken_back = dict
        self.client = None

    def step(self, turn: Turn, _: object) -> None:
        self.handling.set()
        assert self.handled.wait(SECONDS)
        turn.done += 1

    def consumer_group_metadata(self) -> None:
        self.went_meanwhile()

    def begin(self, _: float) -> None: ...

    def send_offsets(self, *_: object) -> None: ...

    def through(self, _: object) -> None: ...

    def seek(self, place: object) -> None:
        self.sought.append(place)

    def commit(self, _: float) -> None:
        self.ended.append("committed")

    def abort(self, _: float) -> None:
        self.ended.append("aborted")


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


@pytest.fixture
def polling() -> threading.Lock:
    return threading.Lock()


@pytest.fixture
def member(cluster: Cluster, polling: threading.Lock) -> Iterator[Transacted]:
    stand_in: Any = cluster
    offsets = Offsets(stand_in)
    offsets.mark(PARTITION)
    member = Transacted(stand_in, offsets, Patience("group", 1.0), threading.Event())
    running: Any = SimpleNamespace(producer=SimpleNamespace(transactions=cluster), transaction_size=10)
    member.bind(stand_in, running, failures=stand_in, isolation=stand_in, statistics=GroupStatistics(), polling=polling)
    record = confluent_kafka.Message(topic=PARTITION[0], partition=PARTITION[1], offset=0)
    with ThreadPoolExecutor(1) as handler:
        offered = handler.submit(member.offer, [record])
        assert cluster.handling.wait(SECONDS)
        yield member
        cluster.handled.set()
        offered.result(SECONDS)


def test_a_partition_that_goes_waits_for_its_transaction_which_is_committed_meanwhile(
    cluster: Cluster, polling: threading.Lock, member: Transacted
) -> None:
    threading.Timer(0.05, cluster.handled.set).start()

    with polling:  # as whoever polls, in whose callback partitions go
        hanging = member.revoke({PARTITION}, SECONDS)

    assert hanging == []
    assert cluster.ended == ["committed"]


def test_offsets_of_a_partition_that_went_before_they_are_sent_are_taken_back(
    cluster: Cluster, member: Transacted
) -> None:
    committed = threading.Event()

    def went_meanwhile() -> dict[str, str]:
        member._leaving, member._left = set(), {PARTITION}
        committed.set()
        return {}

    cluster.went_meanwhile = went_meanwhile  # type: ignore[assignment]  # a hook
    cluster.handled.set()

    assert committed.wait(SECONDS)
    member.free.wait(SECONDS)
    assert cluster.ended == ["aborted"]


def test_a_partition_that_went_and_came_back_is_read_from_what_was_committed_not_from_what_was_in_hand(
    cluster: Cluster, member: Transacted
) -> None:
    def went_and_came_back() -> dict[str, str]:
        member._leaving, member._left = set(), {PARTITION}
        return {}

    cluster.went_meanwhile = went_and_came_back  # type: ignore[assignment]  # a hook
    cluster.handled.set()

    assert member.free.wait(SECONDS)
    assert cluster.ended == ["aborted"]
    assert cluster.sought == []
    assert member.rewound == set()
