"""The time that a group goes by: what time it is for records that wait, and the waits between two attempts.

How long something took, and when a connection is given up, is no matter of this clock: that is real time always.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import threading

_LOOK: Final = 0.1
"""Seconds between two looks of an event loop whether a waiting run was told to stop."""


class Clock:
    """Real time. A test's own clock overrides all three: `eventpact_testing.StepClock` waits for nothing."""

    def time(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        """Wait in this thread; true when the run was told to stop meanwhile."""
        return stop.wait(seconds)

    async def pause(self, seconds: float, stop: threading.Event) -> bool:
        """Wait in this task; true when the run was told to stop meanwhile."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while not stop.is_set() and (left := until - loop.time()) > 0:
            await asyncio.sleep(min(left, _LOOK))
        return stop.is_set()


REAL: Final = Clock()
