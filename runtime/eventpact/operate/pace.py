"""A limit on how many records a second are written, which a stop does not lift."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from typing import Self


class Pace:
    """Lets one thing at a time pass, so many a second on average; without a rate, at once."""

    def __init__(
        self,
        rate: float | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """Begin with one that may pass at once.

        Args:
            rate: how many a second, above 0; None for no limit.
            clock: tells the time in seconds.
            sleep: waits so many seconds; what it returns is true where the wait was cut short by a stop.

        Raises:
            ValueError: the rate lets nothing pass.
        """
        if rate is not None and not rate > 0:
            raise ValueError(f"a rate is a number of records a second above 0, not {rate}")
        self._step = None if rate is None else 1 / rate
        self._clock = clock
        self._sleep = sleep
        self._next = clock()

    @classmethod
    def until(cls, rate: float | None, stop: threading.Event | None) -> Self:
        """A pace whose waits end when `stop` is set."""
        return cls(rate, sleep=time.sleep if stop is None else stop.wait)

    @property
    def delay(self) -> float:
        """Seconds until the next one may pass."""
        return 0.0 if self._step is None else max(0.0, self._next - self._clock())

    def wait(self) -> bool:
        """Wait for one to pass; false when a stop came first, and it may not.

        What was not used is lost: after a pause no burst follows.
        """
        if self._step is None:
            return True
        left = self.delay
        if left > 0 and self._sleep(left):
            return False
        self._next = max(self._next, self._clock() - self._step) + self._step
        return True
