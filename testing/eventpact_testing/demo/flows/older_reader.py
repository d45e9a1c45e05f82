"""A service that was not updated: it reads MessageSent with the package from before version 2."""

from __future__ import annotations

import dataclasses
import threading
from typing import TYPE_CHECKING

from quikapp_events import MessageSent
from quikapp_events.groups import SearchIndexer

from eventpact.errors import EventPactError
from eventpact_testing.demo.flows.ledger import FlowResult, Ledger
from eventpact_testing.demo.flows.runner import PATIENCE, counting, main

if TYPE_CHECKING:
    from eventpact import Context, Settings


def flow(settings: Settings, count: int) -> FlowResult:
    """Read `count` messages that were written with a newer version than this package knows."""
    if MessageSent.contract.version != 1:
        raise EventPactError(f"the older package should know version 1, it has {MessageSent.contract.version}")
    ledger = Ledger()
    enough = threading.Event()
    messages = 0

    def read(_event: MessageSent, _context: Context) -> None:
        nonlocal messages
        messages += 1
        if messages >= count:
            enough.set()

    group = counting(SearchIndexer, ledger, on_message_sent=read)  # type: ignore[type-abstract]  # it is made concrete
    settings = dataclasses.replace(settings, consumer_group="search-indexer-not-updated")
    stop = threading.Event()
    thread = threading.Thread(target=group.run, args=(settings,), kwargs={"stop": stop})
    thread.start()
    try:
        if not enough.wait(PATIENCE):
            raise EventPactError(f"the older package read {messages} of {count} newer messages")
    finally:
        stop.set()
        thread.join(PATIENCE)
    return ledger.result("older quikapp package", notes=(f"{messages} messages read as version 1",))


if __name__ == "__main__":
    main(flow)
