"""Events to records and back, for clients that know neither contracts nor our producer: what all integrations share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from eventpact.adapters.adapter import Adapter
from eventpact.consume.reader import Reader
from eventpact.errors import DecodeError, EncodeError, ParameterError
from eventpact.event import Event
from eventpact.names import topic_name
from eventpact.produce.route import headers_of, key_of
from eventpact.schemas import SchemaCatalog
from eventpact.subjects import SubjectStrategy
from eventpact.wire import prefix, unframe

if TYPE_CHECKING:
    from typing import Literal

    from eventpact.event import EventContract
    from eventpact.settings import Settings

    Way: TypeAlias = tuple[bytes, Callable[[Any], bytes]]

Subject: TypeAlias = SubjectStrategy | Callable[[str | None, str], str]
"""A strategy, or a function from the topic and the record's full name."""


class Contracts:
    """The contracts of what is sent: a generated class has its own, an adapter brings that of another class."""

    def __init__(self, *adapters: Adapter[Any]) -> None:
        self.adapted = {adapter.model: adapter.contract for adapter in adapters}

    def of(self, cls: type[Any]) -> EventContract:
        """The contract of a class.

        Raises:
            EncodeError: it has none.
        """
        contract: EventContract | None = self.adapted.get(cls) or getattr(cls, "contract", None)
        if contract is None:
            raise EncodeError(
                f"expected an event, got {cls.__name__}: send generated events, or give the serializer an adapter "
                f"for it (eventpact.adapt)"
            )
        return contract


class Serializing:
    """Events to values in the registry's wire format. Safe to share between threads.

    The registry is asked once for each class, topic and side; `prepare` does so beforehand.
    """

    def __init__(
        self,
        registry: Settings | SchemaCatalog,
        *adapters: Adapter[Any],
        subject: Subject | None = None,
        register: Literal["dev"] | None = None,
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            registry: where schemas are looked up.
            adapters: for classes that no contract made.
            subject: how subjects are named, by default as the contract says; keys by default `TOPIC-key`.
            register: `"dev"` registers what the registry does not know.
        """
        self._catalog = catalog_of(registry, register)
        self._contracts = Contracts(*adapters)
        self._subject = subject
        self._ways: dict[tuple[type[Any], str | None, bool], Way] = {}

    def encode(self, event: Any, topic: str | None = None, *, key: bool = False) -> bytes:
        """The value, or key, of a record.

        Raises:
            EncodeError: it is no event, or does not fit its schema.
            NotRegistered: the registry does not know its schema under the subject.
            RegistryError: the registry could not be asked.
        """
        way = self._ways.get((type(event), topic, key)) or self._found(type(event), topic, key)
        return way[0] + way[1](event)

    def knows(self, cls: type[Any], topic: str | None = None) -> bool:
        """Whether encoding an instance would ask nobody."""
        return (cls, topic, False) in self._ways

    def prepare(self, *events: type[Any] | Adapter[Any], topic: str | None = None, key: bool = False) -> None:
        """Ask the registry for the schemas of classes now; raises as `encode`."""
        for event in events:
            self._found(event.model if isinstance(event, Adapter) else event, topic, key)

    def takes(self, event: Any) -> bool:
        """Whether this is an event, or an instance of an adapter's class."""
        return isinstance(event, Event) or type(event) in self._contracts.adapted

    def _found(self, cls: type[Any], topic: str | None, key: bool) -> Way:
        contract = self._contracts.of(cls)
        schema_id = self._catalog.schema_id(contract, self._named(contract, topic, key))
        way: Way = prefix(schema_id), contract.encode
        self._ways[cls, topic, key] = way
        return way

    def _named(self, contract: EventContract, topic: str | None, key: bool) -> str:
        if callable(self._subject):
            return self._subject(topic, contract.full_name)
        strategy = self._subject or (SubjectStrategy.TOPIC_NAME if key else None)
        if strategy is None:
            return _filled(contract, topic)
        if topic is None and strategy is not SubjectStrategy.RECORD_NAME:
            raise EncodeError(
                f"{strategy} needs the topic, which this client does not tell its serializers: "
                "leave `subject` out, or use RecordNameStrategy"
            )
        return strategy.subject(topic or "", contract.full_name, key=key)


class Deserializing:
    """Values in the registry's wire format to events, whatever version wrote them. Safe to share between threads."""

    def __init__(self, registry: Settings | SchemaCatalog, *events: type[Any] | Adapter[Any]) -> None:
        """Prepare; nothing is asked yet. `events` are what is known: each record tells which of them it is."""
        if not events:
            raise TypeError("name the events to read: generated classes, or adapters")
        self._names = [event.contract.full_name for event in events]
        known: dict[str, tuple[Any, str]] = {event.contract.full_name: (event, "") for event in events}
        self._reader = Reader(known, catalog_of(registry))

    def decode(self, value: bytes) -> Any:
        """The event of a record.

        Raises:
            DecodeError: the value is not in the wire format, is of no known event, or does not hold what its schema
                says. Work and memory are bounded by its length.
            NotRegistered: the registry does not know its schema.
            RegistryError: the registry could not be asked.
        """
        schema_id, datum = unframe(value)
        way = self._reader.way(schema_id)
        if way.contract is None:
            raise DecodeError(f"the record holds {way.name}, which is none of {', '.join(self._names)}")
        return way.decode(datum)

    def knows(self, value: bytes) -> bool:
        """Whether decoding the value would ask nobody."""
        return self._reader.knows(value)


def key(event: Any, *adapters: Adapter[Any]) -> bytes | None:
    """The key of an event's record, as its contract says.

    Args:
        event: the event.
        adapters: for classes that no contract made.

    Raises:
        EncodeError: it is no event.
        DeliveryError: the topic is compacted and the event has no key.
    """
    return key_of(Contracts(*adapters).of(type(event)))(event)


def headers(event: Any, *adapters: Adapter[Any]) -> list[tuple[str, bytes]]:
    """The headers of an event's record, as its contract says.

    Args:
        event: the event.
        adapters: for classes that no contract made.

    Raises:
        EncodeError: it is no event.
    """
    made = headers_of(Contracts(*adapters).of(type(event)))(event)
    return [(name, value.encode() if isinstance(value, str) else value or b"") for name, value in made]


def catalog_of(registry: Settings | SchemaCatalog, register: Literal["dev"] | None = None) -> SchemaCatalog:
    """The registry's schemas, remembered."""
    return registry if isinstance(registry, SchemaCatalog) else SchemaCatalog(registry, register=register)


def _filled(contract: EventContract, topic: str | None) -> str:
    """The contract's subject, its parameters taken from the topic."""
    if "{" not in contract.subject:
        return contract.subject
    parameters = None if topic is None else topic_name(contract.topic).match(topic)
    if parameters is None:
        told = "this client does not tell its serializers the topic" if topic is None else f"{topic} is not one of it"
        raise ParameterError(f"the subject {contract.subject} of {contract.name} depends on the topic, and {told}")
    return contract.subject.format_map(parameters)
