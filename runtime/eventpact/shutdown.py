"""An orderly end when the process is told to end: SIGTERM, as service managers send it, and Ctrl-C.

    stop = threading.Event()
    with eventpact.shutdown.on_signals(stop):
        Notifier().run(settings, stop=stop)

The first signal asks for the end and lets it take its time; the second one ends the process at once.

Python runs a signal's handler between two instructions of the main thread, whatever lock that holds at the moment:
that of the very event which is to be set (`stop.wait()` takes it), that of a log's handler or of `threading` itself.
None of them may be waited for there. So a handler only puts other handlers back and starts a bare thread, which needs
no lock; that thread does the rest.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from _thread import start_new_thread  # `threading` has locks of its own to start one
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
    """Set `stop` soon after a signal comes, while the block runs; to be used in the main thread.

    Handlers that were there before are called too, except for Python's own of Ctrl-C, which would interrupt. They are
    back in place after the first signal, and after the block.
    """
    earlier = {number: signal.getsignal(number) for number in signals}
    came: list[int] = []

    def restore() -> None:
        for number, handler in earlier.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def asked(number: int, frame: FrameType | None) -> None:
        came.append(number)
        restore()
        start_new_thread(end, (signal.Signals(number).name,))
        handler = earlier[signal.Signals(number)]
        if callable(handler) and handler is not signal.default_int_handler:
            handler(number, frame)

    def end(name: str) -> None:
        stop.set()
        _LOG.info("%s: coming to an end; another one ends at once", name)

    for number in signals:
        signal.signal(number, asked)
    try:
        yield stop
    finally:
        if not came:
            restore()


def close_on_signal(close: Callable[[float], None], timeout: float, number: signal.Signals = signal.SIGTERM) -> None:
    """Call `close(timeout)` when a signal comes, and let the signal do afterwards what it did before.

    It is called in a thread of its own: the main thread may be anywhere, in the middle of a send for instance.
    """
    earlier = signal.getsignal(number)

    def asked(_: int, __: FrameType | None) -> None:
        # Only the main thread may do this, and a second signal is to end the process at once.
        signal.signal(number, signal.SIG_DFL if earlier is None else earlier)
        start_new_thread(begin, ())

    def begin() -> None:
        # A thread that the interpreter waits for at its end, unlike the bare one.
        threading.Thread(target=end, name="eventpact-shutdown").start()

    def end() -> None:
        _LOG.info("%s: coming to an end within %g s", number.name, timeout)
        try:
            close(timeout)
        finally:
            os.kill(os.getpid(), number)

    signal.signal(number, asked)
