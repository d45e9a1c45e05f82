"""How far a group member has come, and what it tells the broker."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, cast

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from eventpact.consume.offsets import Offsets

if TYPE_CHECKING:
    import confluent_kafka

A, B = ("t", 0), ("t", 1)


class Notebook:
    """Stands where the client's consumer does, and writes down what it is told to commit."""

    def __init__(self) -> None:
        self.commits: list[dict[tuple[str, int], int]] = []
        self.refusals: list[int] = []
        self.threads: set[threading.Thread] = set()
        self.answers = threading.Event()
        self.answers.set()

    def commit(self, *, offsets: list[TopicPartition], **_: Any) -> None:
        self.threads.add(threading.current_thread())
        self.answers.wait()
        if self.refusals:
            raise KafkaException(KafkaError(self.refusals.pop(0)))
        self.commits.append({(offset.topic, offset.partition): offset.offset for offset in offsets})


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def offsets(notebook: Notebook) -> Offsets:
    """Of a member that holds two partitions."""
    offsets = Offsets(cast("confluent_kafka.Consumer", notebook))
    offsets.mark(A)
    offsets.mark(B)
    return offsets


def test_the_offset_after_the_last_record_is_committed(offsets: Offsets, notebook: Notebook) -> None:
    offsets.passed({A: 6, B: 0})

    offsets.commit(offsets.changed())

    assert notebook.commits == [{A: 7, B: 1}]


def test_what_did_not_move_is_not_committed_again(offsets: Offsets, notebook: Notebook) -> None:
    offsets.passed({A: 5})
    offsets.commit(offsets.changed())
    offsets.passed({B: 0})

    offsets.commit(offsets.changed())
    offsets.commit(offsets.changed())

    assert notebook.commits == [{A: 6}, {B: 1}]


def test_a_record_held_back_holds_back_all_after_it(offsets: Offsets, notebook: Notebook) -> None:
    offsets.passed({A: 9})

    offsets.hold(*A, 8)
    offsets.hold(*A, 7)
    offsets.commit(offsets.changed())

    assert notebook.commits == [{A: 7}]


def test_what_came_to_nothing_is_committed_again(offsets: Offsets, notebook: Notebook) -> None:
    offsets.passed({A: 5})
    offsets.commit(offsets.changed())

    offsets.not_committed()
    offsets.commit(offsets.changed())

    assert notebook.commits == [{A: 6}, {A: 6}]


def test_what_the_broker_has_not_confirmed_is_committed_again_before_a_partition_goes(offsets: Offsets) -> None:
    offsets.passed({A: 5, B: 5})
    offsets.commit(offsets.changed())

    offsets.answered([TopicPartition(*B, 6)])

    assert (offsets.changed(), offsets.unsettled()) == ({}, {A: 6})


def test_a_partition_is_confirmed_by_the_last_commit_alone(offsets: Offsets) -> None:
    for offset in (5, 6):
        offsets.passed({A: offset})
        offsets.commit(offsets.changed())

    offsets.answered([TopicPartition(*A, 6)])
    assert offsets.unsettled() == {A: 7}

    offsets.answered([TopicPartition(*A, 7)])
    assert offsets.unsettled() == {}


def test_a_commit_that_crosses_a_rebalance_is_sent_again(offsets: Offsets, notebook: Notebook) -> None:
    offsets.passed({A: 5})
    notebook.refusals = [
        KafkaError.ILLEGAL_GENERATION,
        KafkaError.REBALANCE_IN_PROGRESS,
        KafkaError.STALE_MEMBER_EPOCH,
    ]

    offsets.hand_back(offsets.changed())

    assert notebook.commits == [{A: 6}]
    assert not notebook.refusals


def test_partitions_are_handed_back_in_the_thread_that_the_client_waits_for(
    offsets: Offsets, notebook: Notebook
) -> None:
    offsets.passed({A: 5})

    offsets.hand_back(offsets.changed())

    assert notebook.threads == {threading.current_thread()}
    assert offsets.changed() == {}


def test_a_commit_that_is_refused_for_good_is_told_and_not_repeated(
    offsets: Offsets, notebook: Notebook, caplog: pytest.LogCaptureFixture
) -> None:
    offsets.passed({A: 5})
    notebook.refusals = [KafkaError.UNKNOWN_MEMBER_ID]

    offsets.commit_and_wait(offsets.changed())

    assert not notebook.commits
    assert "offsets were not committed" in caplog.text


def test_a_commit_that_no_cluster_answers_is_told_and_waited_for_no_longer(
    offsets: Offsets, notebook: Notebook, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("eventpact.consume.offsets._ANSWER", 0.05)
    offsets.passed({A: 5})
    notebook.answers.clear()

    offsets.commit_and_wait(offsets.changed())

    assert not notebook.commits
    assert "may be handled again: t/0@6" in caplog.text
    notebook.answers.set()


def test_partitions_that_went_are_not_committed(offsets: Offsets) -> None:
    offsets.passed({A: 5, B: 5})

    offsets.forget([A])
    offsets.passed({A: 7})  # it was in hand when its partition went

    assert offsets.changed() == {B: 6}


def test_what_ends_after_its_partition_went_and_came_back_moves_nothing(offsets: Offsets) -> None:
    old = offsets.mark(A)
    old.take(5)
    offsets.forget([A])
    offsets.mark(A)

    old.finish(5)

    assert offsets.changed() == {}
