"""An orderly end when the process is told to end: SIGTERM, as service managers send it, and Ctrl-C.

    stop = threading.Event()
    with eventpact.shutdown.on_signals(stop):
        Notifier().run(settings, stop=stop)

The first signal asks for the end and lets it take its time; the second one ends the process at once.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType

_LOG: Final = logging.getLogger("eventpact.shutdown")

END: Final = (signal.SIGTERM, signal.SIGINT)
"""What a service manager sends, and what Ctrl-C does."""


@contextmanager
def on_signals(stop: threading.Event, signals: Sequence[signal.Signals] = END) -> Iterator[threading.Event]:
    """Set `stop` when a signal comes, while the block runs; to be used in the main thread.

    Handlers that were there before are called too, except for Python's own of Ctrl-C, which would interrupt. They are
    back in place after the first signal, and after the block.
    """
    earlier = {number: signal.getsignal(number) for number in signals}

    def restore() -> None:
        for number, handler in earlier.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def asked(number: int, frame: FrameType | None) -> None:
        restore()
        stop.set()
        _LOG.info("%s: coming to an end; another one ends at once", signal.Signals(number).name)
        handler = earlier[signal.Signals(number)]
        if callable(handler) and handler is not signal.default_int_handler:
            handler(number, frame)

    for number in signals:
        signal.signal(number, asked)
    try:
        yield stop
    finally:
        if not stop.is_set() or any(signal.getsignal(number) is asked for number in signals):
            restore()


def close_on_signal(close: Callable[[float], None], timeout: float, number: signal.Signals = signal.SIGTERM) -> None:
    """Call `close(timeout)` when a signal comes, and let the signal do afterwards what it did before.

    It is called in a thread of its own: the main thread may be anywhere, in the middle of a send for instance.
    """
    earlier = signal.getsignal(number)

    def asked(_: int, __: FrameType | None) -> None:
        # Only the main thread may do this, and a second signal is to end the process at once.
        signal.signal(number, signal.SIG_DFL if earlier is None else earlier)
        _LOG.info("%s: coming to an end within %g s", number.name, timeout)
        threading.Thread(target=end, name="eventpact-shutdown").start()

    def end() -> None:
        try:
            close(timeout)
        finally:
            os.kill(os.getpid(), number)

    signal.signal(number, asked)
