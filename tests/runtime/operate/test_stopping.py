"""Runs that are told to stop: what is in hand is finished, and nothing more is taken, however much was read ahead."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest

from eventpact.consume.dead_letters import DeadLetterInfo
from eventpact.operate.pace import Pace
from eventpact.operate.publishing import publish
from eventpact.operate.reading import Reading
from eventpact.operate.redriving import any_topic
from eventpact.operate.redriving import redrive as send_back
from eventpact.operate.replay_sources import TopicSource
from eventpact.operate.replaying import Replay
from tests.runtime.raw import read_all, write
from tests.runtime.sample import Posted, SampleProducer

if TYPE_CHECKING:
    from eventpact import Settings
    from eventpact.containers import ArchivedRecord
    from eventpact_testing.broker import LocalBroker

redrive = partial(send_back, origins=any_topic)
"""Sends letters wherever they say that they came from."""

FAST = 1_000_000
"""A rate that never makes anybody wait for long."""


def letters(broker: LocalBroker, count: int) -> None:
    info = DeadLetterInfo(
        reason="handler-failed",
        exception="",
        message="",
        group="reader",
        topic="sample.posted",
        partition=0,
        offset=7,
    )
    write(broker, "sample.dead", *[b"%d" % number for number in range(count)], headers=list(info.headers()))


def test_nothing_that_was_read_ahead_is_handed_out_after_the_stop(broker: LocalBroker, settings: Settings) -> None:
    write(broker, "sample.dead", *[b"%d" % number for number in range(50)])
    stop, seen = threading.Event(), 0

    with Reading(settings, {("sample.dead", 0): 0}, {("sample.dead", 0): 50}, stop=stop) as reading:
        for message in reading.messages():
            if message is not None:
                seen += 1
                if seen == 3:
                    stop.set()

    assert seen == 3


def test_a_replay_that_is_stopped_while_it_waits_takes_no_further_record(
    broker: LocalBroker, settings: Settings
) -> None:
    write(broker, "sample.dead", b"1", b"2", b"3")
    stop = threading.Event()

    def after_the_first(_: ArchivedRecord) -> None:
        threading.Timer(0.1, stop.set).start()

    source = TopicSource(settings, ["sample.dead"])
    first = Replay(settings, source, name="slow", topic="sample.posted", rate=0.01).run(
        stop=stop, on_record=after_the_first
    )

    assert (first.total, first.stopped) == (1, True)
    assert [one.value() for one in read_all(broker, "sample.posted", 1)] == [b"1"]


def test_a_redrive_that_is_stopped_while_it_waits_sends_nothing_more(broker: LocalBroker, settings: Settings) -> None:
    letters(broker, 3)
    stop = threading.Event()

    done = redrive(
        settings,
        "sample.dead",
        rate=0.01,
        stop=stop,
        on_letter=lambda _: threading.Timer(0.1, stop.set).start(),
    )

    assert done.total == 1
    assert [one.value() for one in read_all(broker, "sample.posted", 1)] == [b"0"]


def test_a_stopped_redrive_loses_no_letter_whose_value_is_at_its_origin(
    broker: LocalBroker, settings: Settings
) -> None:
    write(broker, "sample.posted", b"large")
    info = DeadLetterInfo(
        reason="handler-failed",
        exception="",
        message="",
        group="reader",
        topic="sample.posted",
        partition=0,
        offset=0,
        left_bytes=5,
    )
    write(broker, "sample.dead", None, None, headers=list(info.headers()))
    stop = threading.Event()

    done = redrive(settings, "sample.dead", stop=stop, on_letter=lambda _: stop.set())

    assert (done.total, done.lost) == (1, {})


def test_publishing_that_is_stopped_while_it_waits_sends_nothing_more(settings: Settings) -> None:
    stop = threading.Event()

    with SampleProducer(settings, register="dev") as producer:
        done = publish(
            producer,
            (Posted(event_id=str(number)) for number in range(3)),
            rate=0.01,
            stop=stop,
            on_event=lambda _: threading.Timer(0.1, stop.set).start(),
        )

    assert (done.acknowledged, done.stopped) == (1, True)


@pytest.mark.parametrize("rate", [0, -1, float("nan")])
def test_a_rate_that_lets_nothing_pass_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="a rate is a number of records a second above 0"):
        Pace(rate)


def test_a_pace_tells_whether_it_was_waited_out() -> None:
    stop = threading.Event()
    free, bound = Pace(None), Pace.until(FAST, stop)
    slow = Pace.until(0.01, stop)
    assert (free.wait(), bound.wait(), slow.wait()) == (True, True, True)

    stop.set()

    assert slow.wait() is False
