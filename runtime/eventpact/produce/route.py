"""How events of one class get onto one topic: resolved once, then used for every event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from eventpact import tracing
from eventpact.errors import DeliveryError
from eventpact.in_hand import CORRELATION_HEADER
from eventpact.produce.carrying import carried_correlation
from eventpact.produce.taking import taker
from eventpact.wire import prefix

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eventpact.event import Event, EventContract
    from eventpact.produce.delivery import Tally

Headers: TypeAlias = list[tuple[str, str | bytes | None]]
Taken: TypeAlias = tuple[bytes | None, Headers | None]
"""Key and headers of a record."""

_CONSTANT: Final = "="


@dataclass(frozen=True, slots=True)
class Route:
    """What the send path needs to know."""

    event: str
    """`MessageSent v2`, for messages to people."""
    topic: str
    prefix: bytes
    """The wire format's bytes before the event."""
    encode: Callable[[Event], bytes]
    take: Callable[[Event], Taken]
    """The record's key and headers."""
    correlated: bool
    """Whether the contract has a header `correlation-id`; where it has not, the context fills one."""
    traced: bool
    """Whether the contract has a header `traceparent`."""
    contract: EventContract
    tally: Tally
    """Counts the events that went along this route, and along others of the same contract."""


class SchemaIds(Protocol):
    """Who knows the ids that events are written with: the registry's catalog."""

    def schema_id(self, contract: EventContract, subject: str) -> int:
        """The id of an event's own schema under a subject; see `SchemaCatalog.schema_id`."""
        ...


def route(contract: EventContract, parameters: Mapping[str, str], topic: str, ids: SchemaIds, tally: Tally) -> Route:
    """The route of a contract's events to `topic`, which is the contract's topic with `parameters` filled in.

    Raises:
        NotRegistered: the registry does not know the event's schema.
        RegistryError: it could not be asked.
    """
    subject = contract.subject.format_map(parameters)
    return Route(
        event=f"{contract.name} v{contract.version}",
        topic=topic,
        prefix=prefix(ids.schema_id(contract, subject)),
        encode=contract.encode,
        take=taker_of(contract),
        correlated=_has_header(contract, CORRELATION_HEADER),
        traced=_has_header(contract, tracing.HEADER),
        contract=contract,
        tally=tally,
    )


def taker_of(contract: EventContract) -> Callable[[Event], Taken]:
    """A function that takes a record's key and headers from an event, as `key_of` and `headers_of` do.

    Where the contract's `correlation-id` holds nothing, it is filled from the context.
    """
    key, headers = key_of(contract), headers_of(contract)
    correlated = _has_header(contract, CORRELATION_HEADER)

    def both(event: Event) -> Taken:
        made = headers(event)
        if correlated and not any(name == CORRELATION_HEADER for name, _ in made):
            correlation = carried_correlation()
            if correlation:
                made.append((CORRELATION_HEADER, correlation.encode()))
        return key(event), made

    constants, paths = _told_apart(contract)
    return taker(contract.key, constants, paths, both)


def key_of(contract: EventContract) -> Callable[[Event], bytes | None]:
    """A function that takes a record's key from an event: the first of the contract's paths that holds something.

    On a compacted topic it raises `DeliveryError` for an event without key, which the broker would refuse too.
    """
    readers = [attribute(path) for path in contract.key]
    paths = " or ".join(contract.key) or "nothing"

    def key(event: Event) -> bytes | None:
        for read in readers:
            value = read(event)
            if value is not None:
                return value.encode() if value.__class__ is str else as_bytes(value)
        return None

    def required_key(event: Event) -> bytes:
        found = key(event)
        if found is None:
            raise DeliveryError(
                f"{contract.name} has no key (it is taken from {paths}), and its topic {contract.topic} is compacted: "
                "a record without key has no place there"
            )
        return found

    return required_key if contract.compacted else key


def headers_of(contract: EventContract) -> Callable[[Event], Headers]:
    """A function that makes a record's headers from an event; a header whose path holds nothing is left out."""
    constants, paths = _told_apart(contract)
    readers = [(name, attribute(path)) for name, path in paths]

    def headers(event: Event) -> Headers:
        made: Headers = [*constants]
        for name, read in readers:
            value = read(event)
            if value is not None:
                made.append((name, value.encode() if value.__class__ is str else as_bytes(value)))
        return made

    return headers


def _has_header(contract: EventContract, wanted: str) -> bool:
    return any(name == wanted for name, _ in contract.headers)


def _told_apart(contract: EventContract) -> tuple[list[tuple[str, bytes]], list[tuple[str, str]]]:
    """The contract's headers that are constants, and those that are read from the event."""
    constants = [(name, path[1:].encode()) for name, path in contract.headers if path.startswith(_CONSTANT)]
    return constants, [(name, path) for name, path in contract.headers if not path.startswith(_CONSTANT)]


def attribute(path: str) -> Callable[[Any], Any]:
    """A function that reads an attribute path (`data.user_id`); `None` where something on the way is `None`."""
    read = attrgetter(path)
    if "." not in path:
        return read

    def read_deep(event: Any) -> Any:
        try:
            return read(event)
        except AttributeError:
            value = event
            for step in path.split("."):
                value = getattr(value, step)  # raises where the path itself is wrong
                if value is None:
                    return None
            return value

    return read_deep


def as_bytes(value: Any) -> bytes:
    """A key or header value as text in UTF-8: times in ISO 8601, booleans as `true` and `false`, bytes as they are."""
    if isinstance(value, (bytes, str)):
        return value if isinstance(value, bytes) else value.encode()
    if isinstance(value, bool):
        return b"true" if value else b"false"
    if isinstance(value, (date, time)):  # datetime is a date
        return value.isoformat().encode()
    return str(value).encode()
