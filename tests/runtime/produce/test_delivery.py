"""What the log tells of events that were not acknowledged, and nobody waited for."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from confluent_kafka import KafkaError

from eventpact.clients import Complaints
from eventpact.errors import DeliveryError
from eventpact.produce.delivery import Ledger
from eventpact.produce.kept import Kept
from tests.runtime.sample import Posted, SampleProducer

if TYPE_CHECKING:
    from pathlib import Path

    from eventpact import Settings

LATE = KafkaError(KafkaError._MSG_TIMED_OUT)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Failing:
    """A ledger of a service that never flushes."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self.clock = Clock()
        self.ledger = Ledger(Complaints("broker:9092"), clock=self.clock)
        self._caplog = caplog

    def fail(self, times: int) -> list[str]:
        """What is logged while so many events fail, and when the ledger is looked at afterwards."""
        self._caplog.clear()
        for _ in range(times):
            self.ledger.failure(LATE, Kept("sample.posted"))  # type: ignore[arg-type]  # as much of a message as it asks for
        self.ledger.look()
        return [record.message for record in self._caplog.records if record.levelno == logging.WARNING]


@pytest.fixture
def failing(caplog: pytest.LogCaptureFixture) -> Failing:
    return Failing(caplog)


def test_a_burst_is_logged_by_its_first_failures_and_later_by_the_count_of_the_others(failing: Failing) -> None:
    first = failing.fail(40)
    failing.clock.now += 29.0
    meanwhile = failing.fail(5)
    failing.clock.now += 2.0
    [summary] = failing.fail(0)

    assert len(first) == 10
    assert all(line.startswith("not acknowledged on sample.posted") for line in first)
    assert meanwhile == []
    assert summary.startswith("35 more events failed within 31 s; the last: not acknowledged on sample.posted")


def test_failures_that_go_on_are_told_for_ever(failing: Failing) -> None:
    for _ in range(5):
        told = failing.fail(12)
        failing.clock.now += 31.0
        [summary] = failing.fail(0)

        assert len(told) == 10
        assert summary.startswith("2 more events failed")


def test_single_failures_are_all_logged(failing: Failing) -> None:
    told = []
    for _ in range(30):
        told += failing.fail(1)
        failing.clock.now += 31.0

    assert len(told) == 30


def test_what_a_flush_has_told_is_not_counted_again(failing: Failing) -> None:
    failing.fail(40)
    for _ in range(40):
        failing.ledger.fire_and_forget(LATE, Kept("sample.posted"))  # type: ignore[arg-type]  # as above
    with pytest.raises(DeliveryError, match="40 events failed"):
        failing.ledger.settle(0, 0)
    failing.clock.now += 31.0

    assert failing.fail(0) == []


def test_a_producer_that_is_never_flushed_counts_its_failures_in_the_log(
    settings: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = replace(settings, brokers="127.0.0.1:1", producer={**settings.producer, "message.timeout.ms": "10"})
    producer = SampleProducer(away, register="dev", breaker=None)
    for number in range(30):
        producer.send(Posted(event_id=str(number)))
    deadline, pause = time.monotonic() + 60, threading.Event()
    while producer.statistics.failed < 30 and time.monotonic() < deadline:
        pause.wait(0.01)

    monkeypatch.setattr(producer._ledger, "_clock", lambda: time.monotonic() + 31)
    while "20 more events failed" not in caplog.text and time.monotonic() < deadline:
        pause.wait(0.01)

    assert "20 more events failed" in caplog.text
    with pytest.raises(DeliveryError, match="30 events failed"):
        producer.close()


@pytest.mark.parametrize(("acks", "offset"), [("0", -1), ("1", 0)])
def test_without_acknowledgement_nobody_says_the_offset_and_nothing_has_failed(
    settings: Settings, acks: str, offset: int
) -> None:
    with SampleProducer(replace(settings, acks=acks), register="dev") as producer:
        assert producer.send_and_wait(Posted(event_id="e1")).offset == offset
        producer.send(Posted(event_id="e2"))
        producer.flush()
        assert producer.statistics.failed == 0


def test_without_acknowledgement_a_spool_keeps_nothing_while_brokers_take_events(
    settings: Settings, tmp_path: Path
) -> None:
    with SampleProducer(replace(settings, acks="0"), register="dev", spool=tmp_path / "spool.db") as producer:
        assert not producer.send_and_wait(Posted(event_id="e1")).spooled
        assert producer.statistics.spooled == 0
