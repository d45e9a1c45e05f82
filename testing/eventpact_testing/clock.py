"""The clock that retries wait by: it passes at once, or as a test steps it.

A group that goes by it waits so between two attempts, in place and on retry topics: no test sleeps.
"""

from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, Final

from eventpact.consume.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Callable

_PATIENCE: Final = 60.0
"""Seconds of real time that stepped work may take from one wait to the next."""


class StepClock(Clock):
    """Seconds from 0, which pass when somebody waits, or when a test says so.

    A group that goes by it takes it to be so much later than it is.

    Work that `start` runs stands still at each wait until `advance` has brought the clock that far. Waits of all other
    work pass at once, and the clock goes with them.
    """

    def __init__(self) -> None:
        self.now = 0.0
        """Seconds since the clock was made."""
        self.waits: list[float] = []
        """How long each wait was to take, in their order."""
        self._stepped: list[Stepped] = []
        self._lock = threading.Lock()

    def time(self) -> float:
        """Seconds since 1970: the real time, and what has passed on this clock."""
        return super().time() + self.now

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        """Let seconds pass, or stand still until a test lets them; true when the run is to end."""
        if not stop.is_set():
            work = _STEPPED.get()
            with self._lock:  # lanes wait at the same time
                self.waits.append(seconds)
                due = self.now + seconds
                if work not in self._stepped:
                    self.now = due
            if work in self._stepped:
                work.stand(due)
        return stop.is_set()

    async def pause(self, seconds: float, stop: threading.Event) -> bool:
        """As `wait`, which would hold up an event loop."""
        return await asyncio.to_thread(self.wait, seconds, stop)

    def advance(self, seconds: float) -> None:
        """Let seconds pass; stepped work that waited for a moment within them goes on to its next wait or its end."""
        until = self.now + seconds
        while due := [work for work in self._stepped if work.due is not None and work.due <= until + 1e-9]:
            first = min(due, key=lambda work: work.due or 0.0)
            self.now = max(self.now, first.due or 0.0)
            first.go_on()
        self.now = until

    def start(self, work: Callable[[], None]) -> Stepped:
        """Begin work that stands still at its waits; returns when it waits for the first time or has ended."""
        stepped = Stepped(work)
        self._stepped.append(stepped)
        stepped.go_on()
        return stepped


class Stepped:
    """Work on a thread of its own, which runs only while the test waits for it: never two things at once."""

    def __init__(self, work: Callable[[], None]) -> None:
        self.due: float | None = None
        """When it goes on; `None` when it has ended, or was not begun."""
        self._work = work
        self._failure: BaseException | None = None
        self._may_run = threading.Event()
        self._stands = threading.Event()
        self.thread = threading.Thread(
            target=copy_context().run, args=(self._run,), name="eventpact-stepped", daemon=True
        )
        self.thread.start()

    def go_on(self) -> None:
        """Run until the next wait or the end.

        Raises:
            TimeoutError: it neither waits nor ends.
        """
        self.due = None
        self._stands.clear()
        self._may_run.set()
        if not self._stands.wait(_PATIENCE):
            raise TimeoutError(f"the handler neither returned nor failed within {_PATIENCE:g} s")
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure

    def stand(self, due: float) -> None:
        """Stand still; called on its own thread."""
        self.due = due
        self._may_run.clear()
        self._stands.set()
        self._may_run.wait()

    def _run(self) -> None:
        _STEPPED.set(self)
        self._may_run.wait()
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001 - raised again where the test waits
            self._failure = error
        finally:
            self._stands.set()


_STEPPED: Final[ContextVar[Stepped | None]] = ContextVar("eventpact_testing.stepped", default=None)
"""The work that this code is part of, in whichever thread: lanes begin with the context of the run."""
