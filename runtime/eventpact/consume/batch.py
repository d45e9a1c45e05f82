"""Records that are handled together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from confluent_kafka import Message

    from eventpact.consume.context import Received
    from eventpact.consume.handlers import Handler


class Batch:
    """Records that one batch method is called with: three lists, side by side."""

    __slots__ = ("contexts", "events", "handler", "messages")

    handler: Handler
    """Whose method it is."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.contexts: list[Received] = []
        self.events: list[Any] = []

    def without(self, gone: Iterable[bool]) -> Batch:
        """The same but for those that are gone."""
        rest = Batch()
        rest.handler = self.handler
        for is_gone, message, context, event in zip(gone, self.messages, self.contexts, self.events, strict=True):
            if not is_gone:
                rest.messages.append(message)
                rest.contexts.append(context)
                rest.events.append(event)
        return rest
