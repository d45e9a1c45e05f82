"""Consumer groups: the base of the classes that a generated package has one of for each group of its system."""

from __future__ import annotations

from abc import ABC
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping

    from eventpact.consume.context import Context
    from eventpact.event import Event
    from eventpact.settings import Settings


class Group(ABC):
    """A consumer group with one method an event.

    A generated subclass, itself abstract, carries the class attributes below and one abstract method an event; a
    service subclasses it, writes the methods and calls `run`.

        class NotificationService(Group, name="notification-service", system="quikapp"):
            topics = ("QuikApp.message.sent", "QuikApp.user.*")
            handlers = {"io.quikapp.message.MessageSent": (MessageSent, "on_message_sent"), …}
    """

    name: ClassVar[str]
    """The group's name on the broker; set by the class keyword `name`."""
    system: ClassVar[str] = ""
    """The system whose contracts declare the group; set by the class keyword `system`."""
    topics: ClassVar[tuple[str, ...]] = ()
    """Topic names on the broker, where `{parameter}` stands for a run-time parameter and `*` for any text. A topic
    that appears later and matches is picked up while the group runs."""
    ignored_topics: ClassVar[tuple[str, ...]] = ()
    """Names, in the same notation, that a `*` in `topics` must not match: dead letter and retry topics."""
    handlers: ClassVar[Mapping[str, tuple[type[Event], str]]] = {}
    """Full name of each event to the class it is read as and the method that takes it."""
    settings: ClassVar[Mapping[str, str]] = {}
    """What the contracts set for this group's consumer, in librdkafka's names; the environment overrides it."""

    def __init_subclass__(cls, *, name: str | None = None, system: str | None = None) -> None:
        super().__init_subclass__()
        if name is not None:
            cls.name = name
        if system is not None:
            cls.system = system

    def run(
        self,
        settings: Settings | None = None,
        *,
        stop: threading.Event | None = None,
        max_events: int | None = None,
        idle_timeout: float | None = None,
    ) -> None:
        """Consume until `stop` is set, `max_events` are done or nothing has come for `idle_timeout` seconds."""
        raise NotImplementedError

    def on_unknown(self, full_name: str, context: Context) -> None:  # noqa: B027 - a hook with nothing to do by default
        """Take note of a record whose event this group has no method for. Does nothing unless overridden."""
