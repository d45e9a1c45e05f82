"""The delivery chat: a message reaches its recipient, and its sender learns that it was DELIVERED and READ."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from delivery_events import (
    ChatMessageSent,
    DeliveryProducer,
    MessageStatus,
    MessageStatusChanged,
    NotificationCreated,
    TypingChanged,
)
from delivery_events.groups import CommunicationServiceGroup

from eventpact.errors import EventPactError
from eventpact_testing.demo.flows.ledger import FlowResult, Ledger
from eventpact_testing.demo.flows.runner import PATIENCE, drive, main, send_all
from eventpact_testing.examples import examples

if TYPE_CHECKING:
    from concurrent.futures import Future
    from typing import Any

    from eventpact import Context, Event, Settings


class CommunicationService(CommunicationServiceGroup):
    """Delivers messages, and answers each step with the next: SENT, DELIVERED, READ."""

    def __init__(self, producer: DeliveryProducer, ledger: Ledger, messages: int) -> None:
        self._producer = producer
        self._ledger = ledger
        self._awaited = messages
        self.inbox: dict[str, str] = {}
        """Message id to recipient, of what has reached a device."""
        self.steps: dict[str, list[MessageStatus]] = {}
        """Message id to the steps that its sender was told, in order."""
        self.all_read = threading.Event()

    def on_chat_message_sent(self, event: ChatMessageSent, context: Context) -> None:
        """Put the message into its recipient's inbox and tell its sender so."""
        self.inbox[event.message_id] = event.recipient_id
        self._tell_sender(event.message_id, event.conversation_id, event.sender_id, MessageStatus.DELIVERED)
        self._ledger.handled(self, context)

    def on_message_status_changed(self, event: MessageStatusChanged, context: Context) -> None:
        """Show the sender the step; the recipient of this demonstration reads whatever is delivered at once."""
        steps = self.steps.setdefault(event.message_id, [])
        steps.append(event.status)
        if event.status is MessageStatus.DELIVERED:
            self._tell_sender(event.message_id, event.conversation_id, event.user_id, MessageStatus.READ)
        self._ledger.handled(self, context)
        if event.status is MessageStatus.READ:
            self._awaited -= 1
            if self._awaited == 0:
                self.all_read.set()

    def on_typing_changed(self, event: TypingChanged, context: Context) -> None:  # noqa: ARG002 - shown, not kept
        """Show who is typing."""
        self._ledger.handled(self, context)

    def on_notification_created(self, event: NotificationCreated, context: Context) -> None:  # noqa: ARG002 - shown, not kept
        """Show the notification."""
        self._ledger.handled(self, context)

    def _tell_sender(self, message_id: str, conversation_id: str, sender_id: str, status: MessageStatus) -> None:
        step = MessageStatusChanged(
            message_id=message_id, conversation_id=conversation_id, user_id=sender_id, status=status
        )
        self._producer.submit(step).add_done_callback(lambda future: self._acknowledged(step, future))

    def _acknowledged(self, step: Event, future: Future[Any]) -> None:
        if future.exception() is None:
            self._ledger.sent(step, step.contract.topic)


def messages(count: int) -> list[ChatMessageSent]:
    """Couriers and customers in a hundred conversations."""
    return [
        ChatMessageSent(
            content=f"I am {number % 9 + 1} minutes away.",
            sender_id=f"courier-{number % 100}",
            recipient_id=f"customer-{number % 100}",
            conversation_id=f"order-{number % 100}",
            message_id=f"m-{number:06d}",
        )
        for number in range(count)
    ]


def flow(settings: Settings, count: int) -> FlowResult:
    """Send `count` messages; each has to come back to its sender as DELIVERED, then as READ."""
    ledger = Ledger()
    with DeliveryProducer(settings) as producer:
        service = CommunicationService(producer, ledger, count)
        with drive(settings, [service], ledger) as stage:
            send_all(producer, [*examples(TypingChanged, 1), *examples(NotificationCreated, 1)], ledger)
            stage.warmed_up()
            send_all(producer, messages(count), ledger)
            send_all(producer, examples(TypingChanged, count // 10, seed=1), ledger)
            send_all(producer, examples(NotificationCreated, count // 10, seed=1), ledger)
            if not service.all_read.wait(PATIENCE):
                raise EventPactError(
                    f"only {len(service.steps)} of {count} messages came back to their senders as READ"
                )
            producer.flush(PATIENCE)
            ledger.wait(PATIENCE)
            poisoned = stage.poison(ChatMessageSent)
    wrong = [steps for steps in service.steps.values() if steps != [MessageStatus.DELIVERED, MessageStatus.READ]]
    if wrong or len(service.inbox) != count:
        raise EventPactError(f"{len(wrong)} messages went through other steps than DELIVERED, READ: {wrong[:3]}")
    return ledger.result("delivery", poisoned=poisoned.readers, dead_letters=poisoned.dead_letters)


if __name__ == "__main__":
    main(flow)
