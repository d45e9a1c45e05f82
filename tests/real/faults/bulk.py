"""Many messages through one producer or one group, with the memory that they take: `python -m tests.real.faults.bulk`.

Twenty times on the way the journal gets a note of how many messages have passed and how much memory the process holds.
"""

from __future__ import annotations

import argparse
import itertools
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from quikapp_events import QuikappProducer

from eventpact import Settings
from tests.real.faults import journal
from tests.real.faults.handler import group_of
from tests.real.faults.sender import message

if TYPE_CHECKING:
    from eventpact import Context, Event
    from eventpact.consume.gaps import Gap

LOOKS: Final = 20
SHORT_QUEUE: Final = {"queue.buffering.max.messages": "10000"}
SHORT_FETCH: Final = {"queued.min.messages": "10000", "queued.max.messages.kbytes": "4096"}
"""So that it is not the pace of the brokers that says how much the client holds."""
_KEYS: Final = 1000


def resident() -> int:
    """Bytes of memory that this process holds (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


class Meter:
    """Counts what passes, and notes the memory now and then."""

    def __init__(self, book: journal.Journal, count: int) -> None:
        self._book = book
        self._every = count // LOOKS
        self._passed = itertools.count(1)  # threads may share it

    def handle(self, event: Event, context: Context) -> None:
        """Take note of a handled event."""
        self.one_more()

    def miss(self, gap: Gap) -> None:
        """Nothing must be gone."""
        raise AssertionError(str(gap))

    def one_more(self) -> None:
        """Take note of a message."""
        passed = next(self._passed)
        if passed % self._every == 0:
            self._book.write(journal.NOTE, "memory", passed, resident())


def send(meter: Meter, count: int) -> None:
    """Send `count` messages as fast as they go."""
    settings = replace(Settings.from_env(), producer=SHORT_QUEUE)
    with QuikappProducer(settings) as producer:
        for number in range(count):
            producer.send(message("ann", number, _KEYS))
            meter.one_more()


def handle(meter: Meter, count: int) -> None:
    """Handle `count` messages as fast as they come."""
    settings = replace(Settings.from_env(), consumer=SHORT_FETCH)
    group_of("SearchIndexer", meter).run(settings, max_events=count, idle_timeout=120)


def main() -> None:
    """Do one side."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--journal", type=Path, required=True)
    parser.add_argument("--side", choices=["send", "handle"], required=True)
    parser.add_argument("--count", type=int, required=True)
    arguments = parser.parse_args()
    meter = Meter(journal.Journal(arguments.journal), arguments.count)
    side = send if arguments.side == "send" else handle
    side(meter, arguments.count)


if __name__ == "__main__":
    main()
