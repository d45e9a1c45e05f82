"""How long a group waits for a registry that does not answer, before it stops."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_LOG: Final = logging.getLogger("eventpact.consume")

_FIRST: Final = 0.5
_LONGEST: Final = 30.0
"""Seconds between two attempts, doubled from the first to the longest."""


class Patience:
    """Waits between attempts to ask the registry; threads may share it."""

    def __init__(self, name: str, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._since: float | None = None
        self._last = 0.0

    def wait(self, error: Exception) -> float | None:
        """Seconds after which to ask again; `None` when it has been long enough."""
        with self._lock:
            now = self._clock()
            if self._since is None or now - self._last > 2 * _LONGEST:
                self._since = now
            self._last = now
            waited = now - self._since
            if waited >= self._seconds:
                return None
            wait = min(_LONGEST, max(_FIRST, waited), max(_FIRST, self._seconds - waited))
        _LOG.warning("group %s: %s; records that need it wait, asking again in %.1f s", self._name, error, wait)
        return wait
