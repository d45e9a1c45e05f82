"""How events of one class get onto one topic: resolved once, then used for every event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from eventpact.errors import DeliveryError
from eventpact.wire import prefix

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eventpact.event import Event, EventContract
    from eventpact.schemas import SchemaCatalog

Headers: TypeAlias = list[tuple[str, str | bytes | None]]

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
    key: Callable[[Event], bytes | None]
    headers: Callable[[Event], Headers]


def route(contract: EventContract, parameters: Mapping[str, str], topic: str, catalog: SchemaCatalog) -> Route:
    """The route of a contract's events to `topic`, which is the contract's topic with `parameters` filled in.

    Raises:
        NotRegistered: the registry does not know the event's schema.
        RegistryError: it could not be asked.
    """
    subject = contract.subject.format_map(parameters)
    return Route(
        event=f"{contract.name} v{contract.version}",
        topic=topic,
        prefix=prefix(catalog.schema_id(contract, subject)),
        encode=contract.encode,
        key=key_of(contract),
        headers=headers_of(contract),
    )


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
    constants: Headers = [(name, path[1:].encode()) for name, path in contract.headers if path.startswith(_CONSTANT)]
    readers = [(name, attribute(path)) for name, path in contract.headers if not path.startswith(_CONSTANT)]

    def headers(event: Event) -> Headers:
        made = constants.copy()
        for name, read in readers:
            value = read(event)
            if value is not None:
                made.append((name, value.encode() if value.__class__ is str else as_bytes(value)))
        return made

    return headers


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
