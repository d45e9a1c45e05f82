"""A service that turns each message into a notification, exactly once: `python -m tests.real.faults.forwarder`.

The notification's title is the message's id, so that a reader can tell which message it is about.
"""

from __future__ import annotations

import argparse
import logging
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from quikapp_events import (
    NotificationData,
    NotificationTarget,
    NotificationType,
    PushNotification,
    QuikappProducer,
)
from quikapp_events.groups import NotificationService

from eventpact import Settings
from tests.real.faults import journal

if TYPE_CHECKING:
    from quikapp_events.message import MessageReaction
    from quikapp_events.user import ProfileUpdated, StatusChanged
    from quikapp_events.v1.message import MessageSent

    from eventpact import Context


class Forwarder(NotificationService):
    """Notifies of messages alone."""

    def __init__(self, producer: QuikappProducer) -> None:
        self._producer = producer

    def on_message_sent(self, event: MessageSent, context: Context) -> None:
        """Ask for a notification."""
        target = NotificationTarget(channel_id=event.data.channel_id, message_id=event.data.message_id)
        data = NotificationData(
            recipient_id=event.data.user_id,
            type=NotificationType.DIRECT_MESSAGE,
            title=str(event.event_id),
            body="",
            data=target,
        )
        self._producer.send(PushNotification(data=data))

    def on_message_reaction(self, event: MessageReaction, context: Context) -> None:
        """Nothing to tell."""

    def on_profile_updated(self, event: ProfileUpdated, context: Context) -> None:
        """Nothing to tell."""

    def on_status_changed(self, event: StatusChanged, context: Context) -> None:
        """Nothing to tell."""


def main() -> None:
    """Run until told to end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--journal", type=Path, required=True)
    parser.add_argument("--transactional-id", required=True)
    arguments = parser.parse_args()
    logging.basicConfig(format="%(asctime)s %(message)s")
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    book = journal.Journal(arguments.journal)  # from here on it can be ended
    settings = Settings.from_env()
    with QuikappProducer(settings, transactional_id=arguments.transactional_id) as producer:
        statistics = Forwarder(producer).run(
            settings, stop=stop, exactly_once=True, producer=producer, transaction_size=200
        )
    book.write(journal.NOTE, "ended", statistics.handled)


if __name__ == "__main__":
    main()
