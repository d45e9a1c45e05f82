"""The record that is being handled: what events sent meanwhile take their correlation id and trace from."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from eventpact.consume.context import Context


CORRELATION_HEADER: Final = "correlation-id"
"""The record header with the id of what an event came from."""


class Hand:
    """What one thread or task of a group is handling: its record changes, the hand stays.

    Setting a context variable for every record would cost as much as decoding a third of it.
    """

    __slots__ = ("context", "since")

    context: Context
    """That of the record in hand."""
    since: float | None
    """When it was taken, on the monotonic clock; `None` while the hand is empty. Quick records are taken together."""

    def __init__(self) -> None:
        self.since = None


IN_HAND: Final[ContextVar[Hand | None]] = ContextVar("eventpact.in_hand", default=None)
"""Set around the calls of handlers, in whichever thread or task they run; asked for correlation id and trace."""
