"""A member of a group whose handler often fails: `python -m tests.real.failing_member BROKERS REGISTRY JOURNAL`.

It writes a line for each attempt and each success to the journal, at once, so that nothing is lost when it is killed.
Whether an attempt fails is decided by event and attempt alone, so that every member decides alike.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import ClassVar
from zlib import crc32

from eventpact import Context, EventContract, Group, Settings
from tests.runtime.sample import Posted

TOPIC = "failing.posted"
TIERS = ("failing.again.1", "failing.again.2")
DEAD = "failing.dead"


class Failing(Posted):
    """On topics of this test, with two short tiers, keys in order."""

    __slots__ = ()
    contract: ClassVar[EventContract] = replace(
        Posted.contract,
        topic=TOPIC,
        subject=f"{TOPIC}-value",
        dead_letters=DEAD,
        retry_attempts=2,
        retry_backoff_ms=2,
        retry_tiers=((TIERS[0], 60), (TIERS[1], 150)),
        retry_in_order=True,
    )


class Member(Group, name="failing", system="sample"):
    topics = (TOPIC,)
    handlers: ClassVar = {"io.sample.Posted": (Failing, "on_posted")}

    def __init__(self, journal: int) -> None:
        self._journal = journal

    def on_posted(self, event: Posted, context: Context) -> None:
        self._note("try", event, context)
        if crc32(f"{event.event_id} {context.attempt}".encode()) % 100 < 45:
            raise LookupError(event.event_id)
        self._note("done", event, context)

    def _note(self, what: str, event: Posted, context: Context) -> None:
        os.write(self._journal, f"{what} {event.event_id} {context.attempt} {os.getpid()}\n".encode())


if __name__ == "__main__":
    brokers, registry, path = sys.argv[1:]
    settings = Settings(
        brokers=brokers,
        client_id="failing",
        registry_url=registry,
        session_timeout_ms=6000,
        consumer_group="failing",
        timeout=60,
    )
    Member(os.open(path, os.O_WRONLY | os.O_APPEND)).run(settings)
