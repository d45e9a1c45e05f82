"""The disk of a spool as its producer sees it: left alone for a moment when it refuses, and each trouble told once."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventpact.errors import DeliveryError

_LOG: Final = logging.getLogger("eventpact.produce")

Work: TypeAlias = Literal["keep", "send", "delete"]
"""What the disk is needed for."""

REST: Final = 1.0
"""Seconds before a disk that refused is asked again."""

_MEANWHILE: Final[Mapping[Work, str]] = {
    "keep": "what is on its way stays with the client, and is tried to be spooled every second",
    "send": "what waits in the spool is sent when it can be read",
    "delete": "what was acknowledged is deleted later, or sent twice after a crash",
}
"""What a trouble means for events."""

_OVER: Final[Mapping[Work, str]] = {
    "keep": "takes events again",
    "send": "can be read again",
    "delete": "lets acknowledged events be deleted again",
}


class Disk:
    """What is known of one disk; times are those of any steady clock. Its owner holds a lock around each call."""

    def __init__(self, path: object) -> None:
        """For the spool at `path`."""
        self._path = path
        self._refused_at = -REST
        self._since: dict[Work, float] = {}

    def rests(self, now: float) -> bool:
        """Whether it refused a moment ago."""
        return now - self._refused_at < REST

    def ask_again(self) -> None:
        """Leave it alone no longer: it is asked for the last time."""
        self._refused_at = -REST

    def refused(self, work: Work, error: DeliveryError, now: float) -> None:
        """It does not do a work; logged when the trouble begins."""
        self._refused_at = now
        if work not in self._since:
            self._since[work] = now
            _LOG.log(logging.ERROR if work == "keep" else logging.WARNING, "%s; %s", error, _MEANWHILE[work])

    def spared(self, work: Work) -> None:
        """A work is not needed any more: brokers have what was to be kept."""
        self._since.pop(work, None)

    def did(self, work: Work, now: float) -> None:
        """It did a work; logged when that ends a trouble."""
        since = self._since.pop(work, None)
        if since is not None:
            _LOG.warning("the spool %s %s, after %.0f s", self._path, _OVER[work], now - since)
