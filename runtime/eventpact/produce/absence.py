"""How long no broker has been there: the client says so again and again while that lasts, and never that it is over."""

from __future__ import annotations

from typing import Final

_REPEATED: Final = 5.0
"""Seconds after which a report that was not repeated is over: the client tries to connect every 2 s."""


class Absence:
    """What was reported of brokers that are all away; times are those of any steady clock."""

    def __init__(self) -> None:
        self._since = 0.0
        self._reported: float | None = None

    def reported(self, now: float) -> None:
        """The client says that no broker is there."""
        if self.seconds(now) is None:
            self._since = now
        self._reported = now

    def over(self) -> None:
        """Something was acknowledged."""
        self._reported = None

    def seconds(self, now: float) -> float | None:
        """For how long no broker has been there; `None` where one is, as far as is known."""
        if self._reported is None or now - self._reported > _REPEATED:
            return None
        return now - self._since
