"""Groups that are told to stop when nobody answers any more."""

from __future__ import annotations

import ctypes
import threading
from typing import TYPE_CHECKING, ClassVar

import pytest

from eventpact import Context, Policy, Settings
from eventpact.consume import letters
from eventpact.errors import DeliveryError
from tests.runtime.sample import Posted, PostReader, SampleProducer

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact_testing.broker import LocalBroker

HANGING = 60.0
"""Seconds after which nobody believes that a run will return."""


def fall_silent(broker: LocalBroker) -> None:
    """Take requests and answer none, as a broker that is stopped with SIGSTOP."""
    delay = broker._library.rd_kafka_mock_broker_set_rtt
    delay.argtypes = (ctypes.c_void_p, ctypes.c_int32, ctypes.c_int)
    delay(broker._open(), 1, 3_600_000)


def die(broker: LocalBroker) -> None:
    """Refuse connections, as a broker that was killed."""
    broker.close()


class Cut(PostReader, name="cut"):
    """Loses its cluster while it handles, and is told to stop then."""

    def __init__(self, lose: Callable[[], None]) -> None:
        super().__init__()
        self.stop = threading.Event()
        self.lose = lose

    def on_posted(self, event: Posted, context: Context) -> None:
        self.end()
        super().on_posted(event, context)

    def end(self) -> None:
        self.lose()
        self.stop.set()


def ending_of(group: Cut, settings: Settings) -> DeliveryError | None:
    """What the run raises in the end."""
    raised: list[DeliveryError | None] = []

    def run() -> None:
        try:
            group.run(settings, stop=group.stop)
        except DeliveryError as error:
            raised.append(error)
        else:
            raised.append(None)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(HANGING)
    assert not thread.is_alive()
    return raised[0]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventpact.consume.offsets._ANSWER", 0.5)
    monkeypatch.setattr("eventpact.consume.session._CLOSING", 0.5)


@pytest.mark.parametrize("lose", [fall_silent, die])
def test_a_run_returns_and_names_what_is_not_committed(
    settings: Settings, broker: LocalBroker, lose: Callable[[LocalBroker], None], caplog: pytest.LogCaptureFixture
) -> None:
    with SampleProducer(settings, register="dev") as producer:
        producer.send_and_wait(Posted(event_id="e1"))
    group = Cut(lambda: lose(broker))

    assert ending_of(group, settings) is None

    assert [event.event_id for event in group.events if isinstance(event, Posted)] == ["e1"]
    assert "may be handled again: sample.posted/" in caplog.text


def test_a_run_whose_dead_letter_nobody_takes_returns(
    settings: Settings, broker: LocalBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing(Cut, name="failing"):
        errors: ClassVar = {ValueError: Policy.DEAD_LETTER}

        def on_posted(self, event: Posted, context: Context) -> None:
            self.end()
            raise ValueError

    monkeypatch.setitem(letters._ALWAYS, "message.timeout.ms", "1000")
    with SampleProducer(settings, register="dev") as producer:
        producer.send_and_wait(Posted(event_id="e1"))

    raised = ending_of(Failing(lambda: fall_silent(broker)), settings)

    assert raised is not None
    assert raised.failed == 1
