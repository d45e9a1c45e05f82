"""From a record's schema id to the method that takes its event and the function that decodes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eventpact.avro.model import Record
from eventpact.errors import DecodeError
from eventpact.produce.route import attribute
from eventpact.wire import HEADER_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eventpact.event import Event, EventContract
    from eventpact.schemas import SchemaCatalog


@dataclass(frozen=True, slots=True)
class Way:
    """How records of one schema id are handled."""

    name: str
    """Full name of the event as written."""
    contract: EventContract | None
    """That of the class it is read as; `None` for an event the group has no method for."""
    decode: Callable[[bytes], Event]
    method: str
    correlation: Callable[[Any], Any] | None
    """Reads the correlation id from the event, where the contract says it has one."""
    identity: Callable[[Any], Any] | None = None
    """Reads the event's own id, likewise."""


class Reader:
    """Finds the way of each schema id once.

    An event is known by the full name of its writer's schema, which may be a name that the class's contract lists as an
    alias.
    """

    def __init__(self, handlers: Mapping[str, tuple[type[Event], str]], catalog: SchemaCatalog) -> None:
        self._catalog = catalog
        self._ways: dict[int, Way] = {}
        self._known: dict[str, tuple[EventContract, str]] = {}
        for event, method in handlers.values():
            for alias in event.contract.aliases:
                self._known.setdefault(alias, (event.contract, method))
        for name, (event, method) in handlers.items():
            self._known[name] = self._known[event.contract.full_name] = (event.contract, method)

    def way(self, schema_id: int) -> Way:
        """The way of records with this schema id.

        Raises:
            NotRegistered: the registry does not know the id.
            DecodeError: what it has under the id is no event.
            RegistryError: it could not be asked.
        """
        found = self._ways.get(schema_id)
        if found is None:
            found = self._ways[schema_id] = self._find(schema_id)
        return found

    def knows(self, value: bytes) -> bool:
        """Whether the schema of a record's value has been met, so that reading it asks nobody."""
        return int.from_bytes(value[1:HEADER_SIZE], "big") in self._ways

    def _find(self, schema_id: int) -> Way:
        writer = self._catalog.schema(schema_id)
        if not isinstance(writer, Record):
            raise DecodeError(f"schema {schema_id} is of kind {writer.kind}, an event is a record")
        contract, method = self._known.get(writer.name, (None, ""))
        if contract is None:
            return Way(writer.name, None, _undecoded, "", None)
        correlation, identity = (
            attribute(path) if path else None for path in (contract.correlation, contract.identity)
        )
        return Way(writer.name, contract, contract.decoder(writer), method, correlation, identity)


def _undecoded(_: bytes) -> Event:
    raise DecodeError("an unknown event is not decoded")
