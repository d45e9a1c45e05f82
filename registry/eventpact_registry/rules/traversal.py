"""Walks a repository and hands every part of it to the lint rules, in a stable order."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, TypeAlias, TypedDict

from eventpact.avro.model import Array, Enum, Fixed, Map, Primitive, Record, Union
from eventpact_registry.rules.subjects import (
    EnumType,
    GroupPattern,
    NamedType,
    RecordField,
    RecordType,
    TopicSetting,
    VersionGap,
    WholeSchema,
    WholeSystem,
    WholeTopic,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact.avro.model import Named, Schema
    from eventpact_registry.contracts.model import System, Topic, VersionedType
    from eventpact_registry.contracts.repository import ContractRepository

Subject: TypeAlias = object


def subjects(repository: ContractRepository) -> Iterator[Subject]:
    """Every part of the repository as it is."""
    for system in repository.systems.values():
        yield WholeSystem(repository=repository, system=system)
        for group in system.groups.values():
            for index in range(len(group.topics)):
                yield GroupPattern(system=system, group=group, index=index)
        for shared in system.types.values():
            yield from _schema(repository, system, None, shared)
        for topic in system.topics.values():
            yield WholeTopic(repository=repository, system=system, topic=topic)
            for name, value in topic.config.items():
                yield TopicSetting(system=system, topic=topic, name=name, value=value)
            for event in topic.events.values():
                yield from _schema(repository, system, topic, event)


def _schema(
    repository: ContractRepository, system: System, topic: Topic | None, event: VersionedType
) -> Iterator[Subject]:
    yield from _gaps(system, topic, event)
    yield from _Schema({"repository": repository, "system": system, "topic": topic, "event": event}).parts()


def _gaps(system: System, topic: Topic | None, event: VersionedType) -> Iterator[Subject]:
    expected = 1
    for version in event.versions:
        if version.version != expected:
            yield VersionGap(system=system, topic=topic, event=event, version=version, first=expected)
        expected = version.version + 1


class _Common(TypedDict):
    """What every part of a schema is made with."""

    repository: ContractRepository
    system: System
    topic: Topic | None
    event: VersionedType


class _Schema:
    """One schema file; what it refers to is walked where it is defined."""

    def __init__(self, common: _Common) -> None:
        self._common = common
        self._latest = common["event"].latest
        self._seen = set(self._latest.shared)
        self._pending: deque[tuple[Named, str, str]] = deque()

    def parts(self) -> Iterator[Subject]:
        """Breadth first, so that a type is found where the way to it is shortest, however long others are."""
        yield WholeSchema(**self._common, pointer="")
        self._meet(self._latest.schema, "", "")
        while self._pending:
            yield from self._named(*self._pending.popleft())

    def _meet(self, schema: Schema, pointer: str, path: str) -> None:
        """Note the named types that stand at a place and have not been seen."""
        match schema:
            case Record() | Enum() | Fixed():
                if schema.name not in self._seen:
                    self._seen.add(schema.name)
                    self._pending.append((schema, pointer, path))
            case Array():
                self._meet(schema.items, f"{pointer}/items", path)
            case Map():
                self._meet(schema.values, f"{pointer}/values", path)
            case Union():
                for at, branch in enumerate(schema.branches):
                    self._meet(branch, f"{pointer}/{at}", path)
            case _:
                pass

    def _named(self, schema: Named, pointer: str, path: str) -> Iterator[Subject]:
        match schema:
            case Enum():
                yield EnumType(**self._common, pointer=pointer, type=schema)
            case Fixed():
                yield NamedType(**self._common, pointer=pointer, type=schema)
            case Record():
                yield RecordType(**self._common, pointer=pointer, type=schema)
                for at, field in enumerate(schema.fields):
                    place, name = f"{pointer}/fields/{at}", f"{path}.{field.name}" if path else field.name
                    yield RecordField(**self._common, pointer=place, record=schema, field=field, path=name)
                    if not isinstance(field.type, Primitive):
                        self._meet(field.type, f"{place}/type", name)
