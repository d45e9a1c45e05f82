"""Staying in the foreground until somebody asks to stop."""

from __future__ import annotations

import signal
from threading import Event
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType


def until_stopped() -> None:
    """Return on SIGINT or SIGTERM."""
    stop = Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    previous = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        while not stop.wait(0.5):  # in slices, so that Windows delivers the signal too
            pass
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
