"""A service that sends QuikApp's messages, and writes down what became of each: `python -m tests.real.faults.sender`.

Messages are numbered within their key (the user), so that order can be judged. SIGTERM ends it in good order.
"""

from __future__ import annotations

import argparse
import json
import logging
import resource
import signal
import threading
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quikapp_events import MessageSent, MessageSentData, QuikappProducer

from eventpact import Settings
from eventpact.errors import EventPactError
from eventpact.produce.spool_settings import SpoolSettings
from tests.real.faults import journal

if TYPE_CHECKING:
    from concurrent.futures import Future

_TICK = 0.01


def message(sender: str, number: int, keys: int, padding: int = 0) -> MessageSent:
    """The message `number` of a sender, which is number `number // keys` of its user."""
    return MessageSent(
        data=MessageSentData(
            message_id=f"{number // keys}",
            channel_id="c-1",
            workspace_id="w-1",
            user_id=f"{sender}-{number % keys}",
            content=f"Message {number}: the build is green, please review before lunch." + "." * padding,
        )
    )


def told(book: journal.Journal, event_id: str, future: Future[Any]) -> None:
    """Write down what became of an event."""
    failure = future.exception()
    if failure is None:
        where = future.result()
        book.write(journal.ACKNOWLEDGED, event_id, where.partition)
    else:
        book.write(journal.FAILED, event_id, failure)


def limit_files(size: int) -> None:
    """Let no file of this process grow beyond `size` bytes: a disk that is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def main() -> None:
    """Send `--count` messages, `--rate` a second."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--journal", type=Path, required=True)
    parser.add_argument("--name", default="ann")
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--rate", type=float, default=1_000.0)
    parser.add_argument("--keys", type=int, default=40)
    parser.add_argument("--padding", type=int, default=0, help="bytes that each message has more than it needs")
    parser.add_argument("--properties", type=json.loads, default={}, help="producer properties")
    parser.add_argument("--spool", type=json.loads, help="arguments of SpoolSettings")
    parser.add_argument("--file-limit", type=int, help="bytes that a file may grow to, until SIGUSR1")
    parser.add_argument("--patience", type=float, default=60.0, help="seconds that the end may take")
    arguments = parser.parse_args()

    logging.basicConfig(format="%(asctime)s %(message)s")
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    book = journal.Journal(arguments.journal)  # from here on it can be ended
    settings = Settings.from_env()
    settings = replace(settings, producer={**settings.producer, **arguments.properties})
    if arguments.file_limit:
        limit_files(arguments.file_limit)
        signal.signal(signal.SIGUSR1, lambda *_: limit_files(resource.RLIM_INFINITY))
    producer = QuikappProducer(settings, spool=SpoolSettings(**arguments.spool) if arguments.spool else None)
    book.write(journal.NOTE, "started")
    began = time.monotonic()
    for number in range(arguments.count):
        ahead = number / arguments.rate - (time.monotonic() - began)
        if stop.is_set() or (ahead > _TICK and stop.wait(ahead)):
            break
        event = message(arguments.name, number, arguments.keys, arguments.padding)
        event_id = str(event.event_id)
        book.write(journal.SENT, event_id, event.data.user_id, event.data.message_id)
        try:
            producer.submit(event).add_done_callback(partial(told, book, event_id))
        except EventPactError as error:
            book.write(journal.FAILED, event_id, error)
    while producer.statistics.waiting and not stop.wait(_TICK):
        """The spool is still sent."""
    try:
        producer.close(arguments.patience)
    except EventPactError as error:
        book.write(journal.NOTE, "close", error)
    book.write(journal.NOTE, "ended")


if __name__ == "__main__":
    main()
