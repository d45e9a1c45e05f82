"""A service that listens: the notification service of QuikApp, which prints who would be told.

Needs the package quikapp-events and the settings that `eventpact dev` prints. Stop it with Ctrl-C.
"""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

from quikapp_events.groups import NotificationService

from eventpact import Settings

if TYPE_CHECKING:
    from quikapp_events import MessageReaction, ProfileUpdated, StatusChanged
    from quikapp_events.v1.message import MessageSent

    from eventpact import Context


class Notifier(NotificationService):
    """Tells people what concerns them. Without one of these methods, mypy --strict names the one that is missing."""

    def on_message_sent(self, event: MessageSent, context: Context) -> None:
        """The contract pins this group to version 1 of MessageSent, so it knows no threads."""
        print(f"{event.data.user_id} in {event.data.channel_id}: {event.data.content}", flush=True)

    def on_message_reaction(self, event: MessageReaction, context: Context) -> None:
        print(f"{event.data.user_id} reacted", flush=True)

    def on_profile_updated(self, event: ProfileUpdated, context: Context) -> None:
        print(f"{event.data.user_id} has a new profile", flush=True)

    def on_status_changed(self, event: StatusChanged, context: Context) -> None:
        print(f"{event.data.user_id} has a new status", flush=True)


if __name__ == "__main__":
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    Notifier().run(Settings.from_env(), stop=stop)
