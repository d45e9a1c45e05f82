"""Keeps a member in its group while its only thread is in a handler: polls in its place, and takes no records."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact.consume.inline import Inline

_LOOK: Final = 0.25
"""Seconds between two looks at what the handling thread does."""

AFTER: Final = 5.0
"""Seconds of handling after which another thread polls, or a third of `max.poll.interval.ms` where that is less.

Meanwhile a rebalance of the group waits for this member. Polling sooner would cost more: it needs partitions paused,
which throws away what the client has fetched ahead.
"""


class Keeper:
    """A thread that serves the client while `inline` is busy for long."""

    def __init__(
        self,
        inline: Inline,
        *,
        after: float,
        polling: threading.Lock,
        hold: Callable[[], None],
        serve: Callable[[], None],
        watch: Callable[[], None],
    ) -> None:
        """`hold` pauses everything until the session polls itself, `serve` polls once; `watch` is called at each look.

        `polling` is held by whoever calls the client.
        """
        self._inline = inline
        self._after = after
        self._polling = polling
        self._hold, self._serve, self._watch = hold, serve, watch
        self.failure: BaseException | None = None
        """What went wrong while it polled, and has to end the run."""
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="eventpact-keeper", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def close(self) -> None:
        """Stop; the thread is gone when this returns."""
        self._closed.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closed.wait(min(_LOOK, self._after / 4)):
            since = self._inline.busy_since
            if since is not None and time.monotonic() - since >= self._after and self.failure is None:
                try:
                    self._stand_in(since)
                except BaseException as error:  # noqa: BLE001 - the session raises it
                    self.failure = error
            self._watch()

    def _stand_in(self, since: float) -> None:
        while self._inline.busy_since == since and not self._closed.is_set():
            with self._polling:
                if self._inline.busy_since == since:
                    self._hold()
                    self._serve()
            self._watch()
            self._inline.free.wait(_LOOK)
