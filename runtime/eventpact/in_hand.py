"""The record that is being handled: what events sent meanwhile take their correlation id and trace from."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from eventpact.consume.context import Context

IN_HAND: Final[ContextVar[Context | None]] = ContextVar("eventpact.in_hand", default=None)
"""Set around every call of a handler, in whichever thread or task it runs."""
