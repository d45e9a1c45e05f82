"""From a message to the notifications that it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import uuid5

from quikapp_events import NotificationData, NotificationTarget, NotificationType, PushNotification
from quikapp_events.groups import NotificationService

if TYPE_CHECKING:
    from quikapp_events import MessageReaction, ProfileUpdated, QuikappProducer, StatusChanged
    from quikapp_events.v1.message import MessageSent

    from eventpact import Context
    from notifier_service.settings_of_people import SettingsOfPeople

_LONGEST: Final = 500
"""Characters that a notification's body may have."""


class Notifier(NotificationService):
    """Tells people of messages that mention them.

    When it fails half way through a message it is called with it again, so some are told twice: devices know a
    notification by its id, which is always the same for one message and one person, and show it once.
    """

    def __init__(self, producer: QuikappProducer, people: SettingsOfPeople) -> None:
        self._producer = producer
        self._people = people

    def on_message_sent(self, event: MessageSent, context: Context) -> None:
        for user_id in event.data.mentions:
            if user_id != event.data.user_id and self._people.wants_push(user_id):
                self._producer.send(_notification(event, user_id))

    def on_message_reaction(self, event: MessageReaction, context: Context) -> None:
        """Reactions are shown in the app and nowhere else."""

    def on_profile_updated(self, event: ProfileUpdated, context: Context) -> None:
        """Nobody is told of it."""

    def on_status_changed(self, event: StatusChanged, context: Context) -> None:
        """Nobody is told of it."""


def _notification(event: MessageSent, user_id: str) -> PushNotification:
    return PushNotification(
        event_id=uuid5(event.event_id, user_id),
        data=NotificationData(
            recipient_id=user_id,
            type=NotificationType.MENTION,
            title=f"{event.data.user_id} mentions you",
            body=event.data.content[:_LONGEST],
            data=NotificationTarget(channel_id=event.data.channel_id, message_id=event.data.message_id),
        ),
    )
