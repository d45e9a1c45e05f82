"""Records that are handled together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, overload

from eventpact.consume.context import Received

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from confluent_kafka import Message

    from eventpact.consume.handlers import Handler


class Batch:
    """Records that one batch method is called with: lists side by side."""

    __slots__ = ("contexts", "events", "messages", "sources")

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.sources: list[Handler] = []
        """Who handles each; several where an event comes in several versions."""
        self.events: list[Any] = []
        self.contexts = Contexts(self.messages, self.sources, self.events)

    @property
    def handler(self) -> Handler:
        """Whose method it is; of several, that of the last record."""
        return self.sources[-1]

    def add(self, message: Message, source: Handler, event: Any, context: Received | None = None) -> None:
        """Add a record, with its context where it is made already."""
        if context is not None:
            self.contexts.made[len(self.messages)] = context
        self.messages.append(message)
        self.sources.append(source)
        self.events.append(event)

    def without(self, gone: Iterable[bool]) -> Batch:
        """The same but for those that are gone."""
        rest = Batch()
        for is_gone, *record in zip(gone, self.messages, self.sources, self.events, self.contexts, strict=True):
            if not is_gone:
                rest.add(*record)
        return rest


class Contexts(Sequence[Received]):
    """The contexts of a batch, each made when it is first asked for.

    Few handlers ask for many. A thousand at once would live long enough for the garbage collector to go over all that a
    service holds every few batches.
    """

    __slots__ = ("_events", "_messages", "_sources", "made")

    def __init__(self, messages: Sequence[Message], sources: Sequence[Handler], events: Sequence[Any]) -> None:
        """Of records that may still be added to; not of their batch, which would hold itself by its contexts."""
        self._messages = messages
        self._sources = sources
        self._events = events
        self.made: dict[int, Received] = {}
        """Those that were asked for, by their place."""

    def __len__(self) -> int:
        return len(self._messages)

    def __iter__(self) -> Iterator[Received]:
        return map(self._of, range(len(self)))

    @overload
    def __getitem__(self, index: int) -> Received: ...
    @overload
    def __getitem__(self, index: slice) -> list[Received]: ...
    def __getitem__(self, index: int | slice) -> Received | list[Received]:
        places = range(len(self))[index]
        return self._of(places) if isinstance(places, int) else [*map(self._of, places)]

    def _of(self, place: int) -> Received:
        found = self.made.get(place)
        if found is None:
            made = Received.of(self._messages[place], self._sources[place], self._events[place])
            found = self.made.setdefault(place, made)  # another thread of the service may have been quicker
        return found
