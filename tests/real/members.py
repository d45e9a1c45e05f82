"""Members of a group on a real broker: events for them, a thread each, and what is waited for meanwhile."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.runtime import raw
from tests.runtime.sample import Author, Posted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact import Settings
    from tests.runtime.sample import SampleProducer

PATIENCE = raw.PATIENCE
"""Seconds that anything may take."""


def send(producer: SampleProducer, count: int, *, keys: int = 7) -> None:
    """Events whose ids tell their place in the order of their key."""
    for number in range(count):
        producer.send(Posted(event_id=str(number), author=Author(id=f"k{number % keys}")))
    producer.flush()


def until(condition: Any) -> None:
    """Wait for what other threads do."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)


@contextmanager
def running(group: Any, settings: Settings, **arguments: Any) -> Iterator[threading.Event]:
    """A group that runs in a thread of its own; what it raised is raised at the end."""
    stop, raised = threading.Event(), []

    def run() -> None:
        try:
            group.run(settings, stop=stop, **arguments)
        except Exception as error:  # noqa: BLE001 - raised below
            raised.append(error)
        stop.set()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join()
    if raised:
        raise raised[0]
