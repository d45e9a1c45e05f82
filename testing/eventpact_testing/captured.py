"""Events that a service sent, as the typed events they are: for tests to look through.

    with capturing() as captured:
        post_message("Hello")
        sent = captured.one(MessageSent, {"data.user_id": "u-ada"})

Every producer of this process is heard, made before or inside the block, by the test or by the service itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, overload

import pytest

from eventpact import Event, Producer
from eventpact.names import topic_name
from eventpact.produce.route import attribute, headers_of, key_of
from eventpact.produce.sender import Sender

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from eventpact import Settings

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Sent:
    """One event that was sent, and what went with it."""

    event: Event
    topic: str
    key: bytes | None
    headers: Mapping[str, bytes]


class CapturedEvents(Sequence[Event]):
    """The events in the order in which they were sent.

    One that could not be encoded, has no schema or found no room is not among them, nor what a transaction took back.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        """For producers that the test makes itself."""
        self.sent: list[Sent] = []
        """The same with topic, key and headers."""

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> list[Event]: ...
    def __getitem__(self, index: int | slice) -> Event | list[Event]:
        return [one.event for one in self.sent][index]

    def __len__(self) -> int:
        return len(self.sent)

    def __repr__(self) -> str:
        return f"CapturedEvents({[one.event for one in self.sent]!r})"

    @property
    def classes(self) -> list[type[Event]]:
        """The class of each event: `captured_events.classes == [MessageSent, PushNotification]`."""
        return [type(one.event) for one in self.sent]

    def of(self, event: type[E], fields: Mapping[str, object] | None = None) -> list[E]:
        """The events of a class, of those with these values: `{"data.user_id": "u-ada"}`.

        Raises:
            AttributeError: the class has no such field.
        """
        wanted = [(attribute(path), value) for path, value in (fields or {}).items()]
        of_class = (one.event for one in self.sent if isinstance(one.event, event))
        return [found for found in of_class if all(read(found) == value for read, value in wanted)]

    def one(self, event: type[E], fields: Mapping[str, object] | None = None) -> E:
        """The only event of a class, or with these values.

        Raises:
            AssertionError: there is none, or more than one; says what was sent.
        """
        found = self.of(event, fields)
        if len(found) != 1:
            which = f" with {dict(fields)!r}" if fields else ""
            sent = "".join(f"\n  {one.event!r}" for one in self.sent) or " nothing"
            raise AssertionError(
                f"expected one {event.__name__}{which}, found {len(found)} among the {len(self.sent)} sent:{sent}"
            )
        return found[0]

    def clear(self) -> None:
        """Forget what was sent up to now."""
        self.sent.clear()


@contextmanager
def capturing(settings: Settings) -> Iterator[CapturedEvents]:
    """Listen to all producers of this process until the block ends; `settings` are kept for those that tests make."""
    captured = CapturedEvents(settings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Sender, "queue", _listening(Sender.queue, captured))
        patch.setattr(Sender, "queue_all", _one_by_one)
        patch.setattr(Producer, "transaction", _taking_back(Producer.transaction, captured))
        yield captured


def _listening(queue: Callable[..., None], captured: CapturedEvents) -> Callable[..., None]:
    """What every send passes through, with an ear at it."""

    def heard(sender: Sender, event: Event, parameters: dict[str, str], told: Any) -> None:
        queue(sender, event, parameters, told)
        contract = event.contract
        headers = {name: _bytes(value) for name, value in headers_of(contract)(event) if value is not None}
        topic = topic_name(contract.topic).fill(parameters)
        captured.sent.append(Sent(event, topic, key_of(contract)(event), headers))

    return heard


def _one_by_one(sender: Sender, events: Iterable[Event], parameters: dict[str, str], told: Any) -> None:
    for event in events:
        sender.queue(event, parameters, told)


def _taking_back(transaction: Callable[..., Any], captured: CapturedEvents) -> Callable[..., Any]:
    """Transactions whose events are forgotten when they are aborted."""

    @contextmanager
    def heard(producer: Producer, *, timeout: float = 60.0) -> Iterator[Producer]:
        before = len(captured.sent)
        try:
            with transaction(producer, timeout=timeout) as begun:
                yield begun
        except BaseException:
            del captured.sent[before:]
            raise

    return heard


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value
