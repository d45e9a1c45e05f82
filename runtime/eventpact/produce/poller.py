"""A thread that serves delivery reports while nobody is sending, and looks after what else has to be done meanwhile.

Sending serves reports too; without the thread, the last ones of a quiet producer would wait for its next event. While
somebody sends, the thread stays away: each report that it serves costs both threads a turn at the interpreter's lock.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_LOG: Final = logging.getLogger("eventpact.produce")

_IDLE: Final = 0.1
"""Seconds between two looks when nobody waits."""

_WORKING: Final = 0.01
"""Seconds of one look when there is more to do."""

_BUSY: Final = 128
"""Sends between two looks that show that the sender serves its own reports, as it does every 64 sends."""

_AWAITED: Final = 0.05
"""Seconds of one look when somebody waits; a report ends it at once."""


class Poller:
    """Calls `poll(seconds)` now and then, and all the time while somebody waits; and `tick()` each time.

    `sent` tells how many events were sent, by which a busy sender shows. `tick` says whether it has more to do at once;
    what it raises is logged.
    """

    def __init__(
        self,
        poll: Callable[[float], object],
        *,
        sent: Callable[[], int] = lambda: 0,
        tick: Callable[[], bool] = lambda: False,
    ) -> None:
        self._poll = poll
        self._sent = sent
        self._tick = tick
        self._seen = 0
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

    @property
    def is_here(self) -> bool:
        """Whether the caller runs on this thread: then nobody serves reports while it waits."""
        return self._thread is threading.current_thread()

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
        more = False
        while not self._closed:
            if self._waiting:
                self._poll(_AWAITED)
            elif more:
                self._poll(_WORKING)
            else:
                self._wake.wait(_IDLE)
                self._wake.clear()
                seen, self._seen = self._seen, self._sent()
                if self._seen - seen < _BUSY:
                    self._poll(0)
            try:
                more = self._tick()
            except Exception:  # noqa: BLE001 - without this thread no report is served any more
                more = False
                _LOG.exception("a producer's background work failed; it goes on")
