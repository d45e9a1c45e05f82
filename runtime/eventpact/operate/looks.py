"""Looks at a change of a cluster until it shows: a controller answers before every broker has heard of what it did."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LOOK_AGAIN: Final = 0.005
"""Seconds before the second look; each further wait is twice as long, for brokers that need their time."""
_LONGEST_PAUSE: Final = 0.1
"""Seconds that no wait between two looks exceeds."""
_LEAST: Final = 0.1
"""Seconds that a question is given, however little time is left."""


class Looks:
    """Iterate to look again and again until time is up.

    Time begins anew with the beginning of a look that saw progress: a hundred topics take longer than one, and a leader
    that hangs holds up the one look that asks it.
    """

    def __init__(
        self,
        timeout: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Give up `timeout` seconds after the last progress."""
        self._timeout = timeout
        self._clock = clock
        self._sleep = sleep
        self._began = clock()
        self._deadline = self._began + timeout

    @property
    def left(self) -> float:
        """Seconds that a question may take now."""
        return max(_LEAST, self._deadline - self._clock())

    def progressed(self) -> None:
        """Say that this look saw a part of the change that the one before did not."""
        self._deadline = self._began + self._timeout

    def __iter__(self) -> Iterator[None]:
        pause = _LOOK_AGAIN
        while True:
            self._began = self._clock()
            yield
            if self._clock() >= self._deadline:
                return
            self._sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
