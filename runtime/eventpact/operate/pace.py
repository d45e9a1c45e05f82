"""A limit on how many records a second are written."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Pace:
    """Lets one thing at a time pass, so many a second on average; without a rate, at once."""

    def __init__(
        self,
        rate: float | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._step = None if rate is None else 1 / rate
        self._clock = clock
        self._sleep = sleep
        self._next = clock()

    @property
    def delay(self) -> float:
        """Seconds until the next one may pass."""
        return 0.0 if self._step is None else max(0.0, self._next - self._clock())

    def wait(self) -> None:
        """Wait for one to pass. What was not used is lost: after a pause no burst follows."""
        if self._step is None:
            return
        left = self.delay
        if left > 0:
            self._sleep(left)
        self._next = max(self._next, self._clock() - self._step) + self._step
