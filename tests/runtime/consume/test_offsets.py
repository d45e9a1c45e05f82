"""How far a group member has come, and what it tells the broker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from eventpact.consume.offsets import Offsets

if TYPE_CHECKING:
    import confluent_kafka
    from confluent_kafka import TopicPartition

A, B = ("t", 0), ("t", 1)


class Notebook:
    """Stands where the client's consumer does, and writes down what it is told to commit."""

    def __init__(self) -> None:
        self.commits: list[dict[tuple[str, int], int]] = []

    def commit(self, *, offsets: list[TopicPartition], **_: Any) -> None:
        self.commits.append({(offset.topic, offset.partition): offset.offset for offset in offsets})


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def offsets(notebook: Notebook) -> Offsets:
    return Offsets(cast("confluent_kafka.Consumer", notebook))


def test_the_offset_after_the_last_record_is_committed(offsets: Offsets, notebook: Notebook) -> None:
    offsets.passed(*A, 5)
    offsets.passed(*A, 6)
    offsets.passed(*B, 0)

    offsets.commit()

    assert notebook.commits == [{A: 7, B: 1}]


def test_what_did_not_move_is_not_committed_again(offsets: Offsets, notebook: Notebook) -> None:
    offsets.passed(*A, 5)
    offsets.commit()
    offsets.passed(*B, 0)

    offsets.commit()
    offsets.commit()

    assert notebook.commits == [{A: 6}, {B: 1}]


def test_a_record_held_back_holds_back_all_after_it(offsets: Offsets, notebook: Notebook) -> None:
    for offset in range(5, 10):
        offsets.passed(*A, offset)

    offsets.hold(*A, 8)
    offsets.hold(*A, 7)
    offsets.commit()

    assert notebook.commits == [{A: 7}]


def test_when_the_first_one_is_held_back_nothing_is_committed(offsets: Offsets, notebook: Notebook) -> None:
    offsets.passed(*A, 5)
    offsets.passed(*A, 6)

    offsets.hold(*A, 5)
    offsets.commit()
    offsets.hand_back_all()

    assert notebook.commits == []


def test_partitions_handed_back_are_committed_and_forgotten(offsets: Offsets, notebook: Notebook) -> None:
    offsets.passed(*A, 5)
    offsets.passed(*B, 5)

    offsets.hand_back([A])
    offsets.commit()

    assert notebook.commits == [{A: 6}, {B: 6}]


def test_partitions_lost_are_not_committed(offsets: Offsets, notebook: Notebook) -> None:
    offsets.passed(*A, 5)

    offsets.forget([A])
    offsets.commit()
    offsets.hand_back_all()

    assert notebook.commits == []
