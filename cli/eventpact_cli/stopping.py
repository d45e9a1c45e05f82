"""Ctrl-C and SIGTERM as a wish: what is under way is finished first, the second one ends at once."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING

from eventpact.shutdown import on_signals

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def stoppable() -> Iterator[Event]:
    """An event that is set by the first such signal; the next one does what it did before."""
    with on_signals(Event()) as stop:
        yield stop
