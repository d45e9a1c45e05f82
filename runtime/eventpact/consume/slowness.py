"""Handlers that take long are named in the log, so that one that hangs is found before anything else shows it."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from eventpact.in_hand import Hand

_LOG: Final = logging.getLogger("eventpact.consume")

SLOW: Final = 30.0
"""Seconds after which a record in hand is worth a line, and again after twice as long each time."""


class Slowness:
    """Looks at hands now and then."""

    def __init__(self, name: str, *, slow: float = SLOW, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._slow = slow
        self._clock = clock
        self._said: dict[tuple[int, float], float] = {}

    def look(self, hands: Iterable[Hand]) -> None:
        """Name what has been in hand for long."""
        now = self._clock()
        said: dict[tuple[int, float], float] = {}
        for hand in hands:
            since = hand.since
            if since is None or now - since < self._slow:
                continue
            key = id(hand), since
            said[key] = self._said.get(key, self._slow)
            if now - since >= said[key]:
                said[key] = 2 * (now - since)
                _LOG.warning("group %s: %s is being handled for %.0f s", self._name, hand.context.position, now - since)
        self._said = said
