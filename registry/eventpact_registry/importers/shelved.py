"""Subjects as a registry holds them, ready to be arranged: read, parsed, and with deleted versions filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eventpact.avro.source import read
from eventpact.errors import NotRegistered, RegistryError, SchemaError
from eventpact_registry.contracts.model import Reference
from eventpact_registry.importers.drafts import Note, SeriesDraft, VersionDraft
from eventpact_registry.importers.subject_names import left_out, may_be_in
from eventpact_registry.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eventpact.avro.model import Schema
    from eventpact_registry.client import Pin, RegistryClient
    from eventpact_registry.contracts.model import Mode
    from eventpact_registry.importers.drafts import Wishes


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A subject of a registry as an event or type with its versions."""

    name: str
    level: Mode | None
    """Its own compatibility level, if it has one."""
    owner: str | None
    """Whose it is, as far as the registry knows."""
    series: SeriesDraft
    kind: str
    """Of the latest version: `record`, `enum` or `fixed`."""
    needs: frozenset[str]
    """Subjects that its versions refer to."""


def read_subjects(client: RegistryClient, wishes: Wishes, notes: list[Note]) -> dict[str, Subject]:
    """Every subject that may be imported, and all that these refer to, by name.

    Raises:
        RegistryError: the registry could not be asked.
    """
    shelf = Shelf(client)
    wanted = set()
    for name in sorted(shelf.subjects()):
        reason = left_out(name)
        if reason is not None:
            notes.append(Note(name, f"left out: it {reason}"))
        elif wishes.namespace is None or may_be_in(name, wishes.namespace):
            wanted.add(name)
    fetched: set[str] = set()
    while wanted - fetched:
        shelf.fetch(wanted - fetched)
        fetched |= wanted
        wanted |= {
            pin.subject for name in fetched for number in shelf.numbers(name) for pin in shelf.pins(name, number)
        }
    subjects = {}
    for name in sorted(fetched):
        subject = _Reading(client, shelf, name).subject(notes)
        if subject is not None:
            subjects[name] = subject
    return subjects


@dataclass(frozen=True, slots=True)
class _Reading:
    """One subject being read."""

    client: RegistryClient
    shelf: Shelf
    name: str

    def subject(self, notes: list[Note]) -> Subject | None:
        numbers = self.shelf.numbers(self.name)
        if not numbers:
            return None
        try:
            schemas = {number: self.shelf.schema(self.name, number) for number in numbers}
            drafts = {found.version: _draft(found.text, found.references) for found in self.shelf.versions(self.name)}
        except (RegistryError, SchemaError) as error:
            notes.append(Note(self.name, f"left out: {error}"))
            return None
        latest = schemas[numbers[-1]]
        full_name = getattr(latest, "name", None)
        reason = "it holds no named type" if full_name is None else _renamed(schemas.values(), full_name)
        if full_name is None or reason is not None:
            notes.append(Note(self.name, f"left out: {reason}"))
            return None
        versions = tuple(self._version(number, drafts, notes) for number in range(1, numbers[-1] + 1))
        needs = frozenset(pin.subject for number in numbers for pin in self.shelf.pins(self.name, number))
        return Subject(
            name=self.name,
            level=self.shelf.level(self.name),
            owner=self.shelf.owner(self.name),
            series=SeriesDraft(full_name, versions),
            kind=latest.kind,
            needs=needs,
        )

    def _version(self, number: int, drafts: dict[int, VersionDraft], notes: list[Note]) -> VersionDraft:
        """A version, or what stands for one that the registry no longer lists."""
        if number in drafts:
            return drafts[number]
        try:
            found = self.client.version(self.name, number, deleted=True)
            draft = _draft(found.text, _references(found.pins))
        except (NotRegistered, SchemaError):
            after = min(later for later in drafts if later > number)
            notes.append(Note(self.name, f"version {number} was deleted for good: version {after} stands in its place"))
            return drafts[after]
        notes.append(Note(self.name, f"version {number} was deleted in the registry, and is imported all the same"))
        return draft


def _draft(text: str, references: Iterable[Reference]) -> VersionDraft:
    body = read(text)[0]
    if not isinstance(body, dict):
        raise SchemaError("it holds no named type")
    body.pop("references", None)  # contracts have an attribute of that name
    return VersionDraft(body, tuple(references))


def _references(pins: Iterable[Pin]) -> tuple[Reference, ...]:
    return tuple(Reference(pin.name, pin.version) for pin in pins)


def _renamed(schemas: Iterable[Schema], full_name: str) -> str | None:
    """Why versions are not those of one event: a series has one name, or aliases that lead back to the older ones."""
    later = {full_name.rpartition(".")[2]}
    for schema in reversed(list(schemas)):
        name = str(getattr(schema, "name", ""))
        if name.rpartition(".")[2] not in later:
            return f"it holds {name} and {full_name}, and a contract is one event"
        later.update(alias.rpartition(".")[2] for alias in getattr(schema, "aliases", ()))
    return None
