"""What generated packages know of their contracts, brought to a registry: for services whose contracts are elsewhere.

A package holds each version that it can write or read, and the shared types these use, with their numbers. They are
imported under these numbers, so a lookup finds what it finds in production, though versions in between are missing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, TypeVar

from confluent_kafka.schema_registry import SchemaRegistryClient

from eventpact import Event, Group, Producer
from eventpact.errors import SettingsError
from eventpact.names import topic_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

    from eventpact import SchemaReference, Settings, TopicContract

T = TypeVar("T")

_Known = dict[tuple[str, int], tuple[str, "tuple[SchemaReference, ...]"]]
"""Subject and version to text and references, in the order in which they can be registered."""

_FIRST: Final = 1


class KnownPackage:
    """A generated package that is installed."""

    def __init__(self, name: str) -> None:
        """Import it.

        Raises:
            SettingsError: it is not installed.
        """
        self.name = name
        try:
            self._package = import_module(name)
        except ImportError as error:
            raise SettingsError(f"eventpact_packages names {name}, which cannot be imported: {error}") from error

    @property
    def systems(self) -> set[str]:
        """The systems whose events it has: one, unless somebody put several together."""
        return {producer.system for producer in self._producers()}

    @property
    def topics(self) -> list[TopicContract]:
        """Its topics, those left out whose names hold parameters."""
        topics: tuple[TopicContract, ...] = import_module(f"{self.name}.topics").TOPICS
        return [topic for topic in topics if topic.template.is_literal]

    def schemas(self) -> _Known:
        """What it can write or read and is registered under one subject, shared types first."""
        known: _Known = {}
        for event in self._events():
            contract = event.contract
            if topic_name(contract.subject).is_literal:
                _add_references(contract.references, known)
                known[contract.subject, contract.version] = (contract.schema, contract.references)
        return known

    def _producers(self) -> Iterator[type[Producer]]:
        return _classes(self._package, Producer)

    def _events(self) -> set[type[Event]]:
        written = {event for producer in self._producers() for event in producer.events}
        groups = _classes(import_module(f"{self.name}.groups"), Group)
        return written | {event for group in groups for event, _ in group.handlers.values()}


def import_known(packages: Iterable[KnownPackage], settings: Settings) -> None:
    """Bring everything to an empty registry; it is left in the mode IMPORT."""
    client = SchemaRegistryClient(settings.registry_config())
    client.update_global_mode("IMPORT")
    known: _Known = {}
    for package in packages:
        known |= package.schemas()
    for schema_id, ((subject, version), (text, references)) in enumerate(known.items(), _FIRST):
        pins = [{"name": one.name, "subject": one.subject, "version": one.version} for one in references]
        body = {"schema": text, "references": pins, "id": schema_id, "version": version}
        client._rest_client.post(f"subjects/{subject}/versions", body)  # its own method takes neither id nor version
    client.close()


def _add_references(references: Iterable[SchemaReference], known: _Known) -> None:
    for reference in references:
        _add_references(reference.references, known)
        known.setdefault((reference.subject, reference.version), (reference.schema, reference.references))


def _classes(package: ModuleType, kind: type[T]) -> Iterator[type[T]]:
    """The classes of one kind that a package, or a module, exports."""
    exported = (getattr(package, name) for name in package.__all__)
    return (one for one in exported if isinstance(one, type) and issubclass(one, kind))
