"""A thread that serves delivery reports while nobody is sending.

Sending serves them too; without the thread, the last reports of a quiet producer would wait for its next event.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_IDLE: Final = 0.1
"""Seconds between two looks when nobody waits: each look competes with a busy sender for the interpreter."""

_AWAITED: Final = 0.05
"""Seconds of one look when somebody waits; a report ends it at once."""


class Poller:
    """Calls `poll(seconds)` now and then, and all the time while somebody waits."""

    def __init__(self, poll: Callable[[float], object]) -> None:
        self._poll = poll
        self._waiting = 0
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start unless it runs already."""
        with self._lock:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="eventpact-producer", daemon=True)
                self._thread.start()

    def await_one(self) -> None:
        """Somebody waits for a report from now on."""
        with self._lock:
            self._waiting += 1
        self._wake.set()

    def served_one(self) -> None:
        """Somebody got the report they waited for."""
        with self._lock:
            self._waiting -= 1

    def close(self) -> None:
        """Stop; the thread is gone when this returns."""
        self._closed = True
        self._wake.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        while not self._closed:
            if self._waiting:
                self._poll(_AWAITED)
            else:
                self._wake.wait(_IDLE)
                self._wake.clear()
                self._poll(0)
