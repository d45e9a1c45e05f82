"""What an event is to the runtime: the base of generated classes and the contract each of them carries.

A generated package defines one class an event and hands the runtime everything it needs to send and receive it in an
`EventContract`: topic, subject, schema, key, headers, codec. Envelope fields that the contract asks the runtime to fill
have `new_id`, `now`, `source` and `correlation_id` as their default factories.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar, Final, cast
from uuid import UUID, uuid4

from eventpact.in_hand import IN_HAND
from eventpact.links import load
from eventpact.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from eventpact.avro.binding import Binding
    from eventpact.avro.model import Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaReference:
    """A shared type that a schema uses, pinned to one version, as the registry's `references` name it."""

    name: str
    """Full name of the shared type, `io.quikapp.EventMetadata`."""
    subject: str
    """The subject it is registered under."""
    version: int
    schema: str
    """Its text as the registry has it."""
    references: tuple[SchemaReference, ...] = ()
    """What the shared type itself uses."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventContract:
    """Everything the runtime knows about one version of one event; made by generated code, never by hand."""

    system: str
    name: str
    """Short name, `MessageSent`."""
    full_name: str
    """`io.quikapp.message.MessageSent`."""
    aliases: tuple[str, ...] = ()
    """Full names this event had before; records written under them are this event."""
    version: int
    """Contract version, which is the registry's version of `subject`."""
    topic: str
    """`QuikApp.message.sent`, or with run-time parameters `chat.messages.{tenant_id}`."""
    subject: str
    """Registry subject; may hold the topic's parameters."""
    event_type: str
    """What the envelope's type field and the `event-type` header say."""
    schema: str
    """The schema as the registry has it."""
    references: tuple[SchemaReference, ...] = ()
    key: tuple[str, ...] = ()
    """Attribute paths (`data.user_id`) tried in order, the first that is not `None` wins; empty: no key."""
    headers: tuple[tuple[str, str], ...] = ()
    """Header name to attribute path, or to a constant when the value starts with `=`."""
    identity: str | None = None
    """Attribute path of the event's own id, `event_id`; what tells duplicates, and names it in logs."""
    correlation: str | None = None
    """Attribute path of the correlation id, `metadata.correlation_id`; what handling the event passes on."""
    dead_letters: str | None = None
    """Name of the topic that takes records of this event that cannot be handled."""
    retry_attempts: int = 3
    """How often a handler is called for one record in place, at least 1."""
    retry_backoff_ms: int = 100
    """Wait before the second attempt; doubled for each further one."""
    retry_tiers: tuple[tuple[str, int], ...] = ()
    """Names of the retry topics that a record goes through after those attempts, each with the milliseconds that it
    waits there."""
    retry_in_order: bool = False
    """Whether later records of a key wait behind one that is on a retry topic."""
    compacted: bool = False
    """Whether the topic is compacted, so that a record without key has no place on it."""
    encode: Callable[[Event], bytes]
    """The event as Avro bytes; raises `EncodeError`."""
    decode: Callable[[bytes], Event]
    """Avro bytes of this very version as an event; raises `DecodeError`."""
    decoder: Callable[[Schema], Callable[[bytes], Event]]
    """Compiles a decode function for what another version wrote. The runtime keeps the result for each schema id."""
    classes: Callable[[], Mapping[str, Binding]] | None = None
    """The classes of the event and its types by full Avro name, for further codecs: files decode whole blocks."""

    def __repr__(self) -> str:
        return f"EventContract({self.full_name}, version {self.version}, on {self.topic or 'no topic'})"


class _ContractOnUse:
    """The contract of an event's class: imported with its codec when it is first asked for, then kept in the class."""

    def __get__(self, instance: Event | None, cls: type[Event]) -> EventContract:
        if not cls.__contract__:
            raise AttributeError(f"{cls.__name__} has no contract")
        contract: EventContract = load(cls.__contract__)
        cls.contract = contract
        return contract


class Event(Record):
    """Base of all generated events: records that know their contract."""

    __slots__ = ()

    contract: ClassVar[EventContract] = cast("EventContract", _ContractOnUse())
    """Topic, subject, schema, key, headers and codec."""


CORRELATION: Final[ContextVar[str | None]] = ContextVar("eventpact.correlation_id", default=None)
"""The correlation id that events made now take; use `correlated` and `correlation_id`."""
SOURCE: Final[ContextVar[str | None]] = ContextVar("eventpact.source", default=None)
"""The service that events made now name; use `identified` and `source`."""


def new_id() -> UUID:
    """A random (version 4) id for a new event."""
    return uuid4()


def now() -> datetime:
    """The current time in UTC, cut to the whole milliseconds that an event carries."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def source() -> str:
    """The name of this service: that of `identified`, else `KAFKA_CLIENT_ID`, else the program's name."""
    return SOURCE.get() or os.environ.get("KAFKA_CLIENT_ID", "").strip() or PurePath(sys.argv[0]).stem or "python"


def correlation_id() -> str:
    """The correlation id of the surrounding `correlated` block, else of the event being handled, else a new one."""
    given = CORRELATION.get()
    if given:
        return given
    hand = IN_HAND.get()
    return str(uuid4()) if hand is None else hand.context.correlation_id


@contextmanager
def correlated(identifier: str | None = None) -> Iterator[str]:
    """Give events made inside the block one correlation id, a new one when none is given; yields it."""
    chosen = identifier or str(uuid4())
    token = CORRELATION.set(chosen)
    try:
        yield chosen
    finally:
        CORRELATION.reset(token)


@contextmanager
def identified(service: str) -> Iterator[None]:
    """Let events made inside the block name `service` as their source."""
    token = SOURCE.set(service)
    try:
        yield
    finally:
        SOURCE.reset(token)
