"""A service that handles QuikApp's messages, and writes each down: `python -m tests.real.faults.handler`.

SIGTERM ends it in good order. What ends it otherwise is in its journal.
"""

from __future__ import annotations

import argparse
import json
import logging
import signal
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from quikapp_events import groups

from eventpact import Settings
from eventpact.errors import EventPactError
from eventpact.idempotent import Idempotent, SqliteStore
from tests.real.faults import journal

if TYPE_CHECKING:
    from eventpact import Context, Group
    from eventpact.consume.gaps import Gap


class Handlers:
    """What the group does with its events."""

    def __init__(self, book: journal.Journal, event: str, seconds: float, hang: str) -> None:
        self._book = book
        self._event = event
        self._seconds = seconds
        self._hang = hang

    def handle(self, event: Any, context: Context) -> None:
        """Take `seconds`, then write the event down."""
        if event.contract.name != self._event:
            return
        if self._event == "PushNotification":  # it is about a message, which is what is judged
            position = f"{context.topic}/{context.partition}@{context.offset}"
            self._book.write(journal.HANDLED, event.data.title, "unordered", 0, position)
            return
        if self._hang == f"{event.data.user_id}/{event.data.message_id}":
            self._book.write(journal.NOTE, "hangs")
            threading.Event().wait()
        if self._seconds:
            time.sleep(self._seconds)
        position = f"{context.topic}/{context.partition}@{context.offset}"
        self._book.write(journal.HANDLED, event.event_id, event.data.user_id, event.data.message_id, position)

    def miss(self, gap: Gap) -> None:
        """Write down how many records are gone that the group never saw."""
        self._book.write(journal.NOTE, "gone", gap.missing)


class Handles(Protocol):
    """What takes every event of a group."""

    def handle(self, event: Any, context: Context, /) -> None: ...

    def miss(self, gap: Gap, /) -> None: ...


def group_of(name: str, handlers: Handles) -> Group:
    """A group of the generated class with that name, whose methods all do the same."""
    base: type[Group] = getattr(groups, name)

    def method(_: Group, event: Any, context: Context) -> None:
        handlers.handle(event, context)

    methods: dict[str, Any] = {method_name: method for _, method_name in base.handlers.values()}
    methods["on_gap"] = lambda _, gap: handlers.miss(gap)
    return cast("Group", type(name, (base,), methods)())


def main() -> None:
    """Run a group until told to end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--journal", type=Path, required=True)
    parser.add_argument("--group", default="SearchIndexer")
    parser.add_argument("--event", default="MessageSent", help="what is written down")
    parser.add_argument("--once", type=Path, help="a file that remembers what was handled")
    parser.add_argument("--seconds", type=float, default=0.0, help="that a handler takes")
    parser.add_argument("--hang", default="", help="KEY/NUMBER of an event that is never done with")
    parser.add_argument("--properties", type=json.loads, default={}, help="consumer properties")
    parser.add_argument("--options", type=json.loads, default={}, help="arguments of Group.run")
    arguments = parser.parse_args()

    logging.basicConfig(format="%(asctime)s %(message)s")
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    book = journal.Journal(arguments.journal)  # from here on it can be ended
    settings = Settings.from_env()
    settings = replace(settings, consumer={**settings.consumer, **arguments.properties})
    group = group_of(arguments.group, Handlers(book, arguments.event, arguments.seconds, arguments.hang))
    if arguments.once:
        type(group).idempotent = Idempotent(SqliteStore(arguments.once, keep=timedelta(hours=1), fsync=False))
    book.write(journal.NOTE, "started")
    try:
        statistics = group.run(settings, stop=stop, **arguments.options)
    except EventPactError as error:
        book.write(journal.NOTE, "failed", type(error).__name__, error)
        raise SystemExit(1) from error
    book.write(journal.NOTE, "ended", statistics)


if __name__ == "__main__":
    main()
