"""Contracts to a package model: which versions of which types a system's package needs, each defined once.

The newest version of every event is current. A shared type is current in the newest version that a current event
uses. What consumer groups pin, and the older shared types that come with it, are kept apart by their version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventpact import avro
from eventpact.avro.model import Enum, Fixed, Record
from eventpact.errors import ContractError
from eventpact_codegen.casing import kebab
from eventpact_codegen.model import (
    EventModel,
    GroupModel,
    Origin,
    PackageModel,
    Pin,
    SchemaFile,
    TopicModel,
    TypeId,
    flat,
)
from eventpact_codegen.subscriptions import subscription
from eventpact_codegen.walk import TypeTable, Walk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventpact.avro.model import Schema
    from eventpact_registry.contracts.model import ConsumerGroup, SchemaVersion, System, Topic, VersionedType


def collect(system: System) -> PackageModel:
    """The package model of a system.

    Raises:
        ContractError: two different definitions of one name would have to share a class.
    """
    return _Collector(system).package()


class _Collector:
    """Walks one system's events, once."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.table = TypeTable()
        self.shared_versions = _shared_versions(system)
        self.pins: dict[tuple[str, int], Pin] = {}
        self.current_shared = _current_shared(self, system)

    def package(self) -> PackageModel:
        system = self.system
        pinned = {
            (event.full_name, version)
            for group in system.groups.values()
            for topic in system.topics_of(group)
            for event in topic.events.values()
            if (version := group.reads.get(event.name, event.latest.version)) != event.latest.version
        }
        wanted = [(topic, event, event.latest) for topic, event in system.events()] + [
            (topic, event, version)
            for topic, event in system.events()
            for version in event.versions
            if (event.full_name, version.version) in pinned
        ]
        events = tuple(self.event(topic, event, version) for topic, event, version in wanted)
        if self.table.problems:
            raise ContractError(*self.table.problems)
        return PackageModel(
            system=system.name,
            namespace=system.namespace,
            description=system.description,
            owner=system.owner,
            distribution=system.package_name,
            version=system.package_version,
            keep_field_names=system.field_names == "avro",
            file=system.file,
            types=dict(sorted(self.table.types.items(), key=lambda item: item[0].sort_key)),
            events=events,
            groups=tuple(self.group(group) for group in system.groups.values()),
            topics=tuple(
                TopicModel(
                    name=topic.name,
                    description=topic.description,
                    partitions=topic.partitions,
                    replication_factor=topic.replication_factor,
                    config=topic.topic_config(),
                )
                for topic in system.topics.values()
            ),
            fill=system.fill,
            producer=system.producer,
            schemas=_schemas(system),
        )

    def event(self, topic: Topic, event: VersionedType, version: SchemaVersion) -> EventModel:
        schema = version.schema
        if not isinstance(schema, Record):
            raise TypeError(f"{version.file} holds no record")  # the loader admits nothing else
        owners = self.owners(version)
        walk = Walk(self.table, lambda full_name: self.identify(full_name, event, version, owners))
        type_id = walk.define(schema)
        names = {name for each in event.versions for name in _names(each.schema)}
        dead_letters = self.system.topics[topic.dead_letters].name if topic.dead_letters else None
        return EventModel(
            type=type_id,
            name=event.name,
            event_full_name=event.full_name,
            aliases=tuple(sorted(names - {schema.name})),
            version=version.version,
            topic=topic.name,
            parameters=topic.parameters,
            subject=topic.subject(event),
            event_type=topic.folder if len(topic.events) == 1 else kebab(event.name),
            schema=schema,
            text=version.text,
            pins=tuple(self.pin(name, number) for name, number in _pins(version)),
            types=walk.reached,
            key=topic.key,
            headers=topic.headers,
            dead_letters=dead_letters,
            retry_attempts=topic.retry.attempts,
            retry_backoff_ms=topic.retry.backoff_ms,
            retry_tiers=tuple((tier.name, tier.delay_ms or 0) for tier in self.system.tiers_of(topic)),
            retry_in_order=topic.retry.order == "key",
            compacted="compact" in topic.cleanup_policy,
            doc=schema.doc or "",
        )

    def identify(
        self,
        full_name: str,
        event: VersionedType,
        version: SchemaVersion,
        owners: Mapping[str, tuple[VersionedType, SchemaVersion]],
    ) -> tuple[TypeId, Origin]:
        """Which type a full name is in a version of an event, and where it is defined."""
        owner, source = owners.get(full_name, (event, version))
        current = self.current_shared[owner.full_name] if full_name in owners else event.latest.version
        pinned = None if source.version == current else source.version
        return TypeId(full_name, pinned), Origin(f"{owner.name} v{source.version}", source)

    def group(self, group: ConsumerGroup) -> GroupModel:
        topics, ignored = subscription(self.system, group)
        reads = []
        for topic in self.system.topics_of(group):
            for event in topic.events.values():
                version = group.reads.get(event.name, event.latest.version)
                pinned = None if version == event.latest.version else version
                reads.append(TypeId(event.versions[version - 1].schema.name, pinned))  # type: ignore[union-attr]  # an event's schema is a record
        return GroupModel(
            name=group.name,
            description=group.description,
            folders=group.topics,
            topics=topics,
            ignored_topics=ignored,
            reads=tuple(reads),
            settings={**self.system.consumer, **group.settings},
        )

    def pin(self, name: str, version: int) -> Pin:
        """A shared type in one version, with what it refers to; made once."""
        if (name, version) not in self.pins:
            _, source = self.shared_versions[name, version]
            inner = tuple(self.pin(inner_name, number) for inner_name, number in _pins(source))
            self.pins[name, version] = Pin(name, name, version, source.text, inner)
        return self.pins[name, version]

    def owners(self, version: SchemaVersion) -> dict[str, tuple[VersionedType, SchemaVersion]]:
        """Full name of every type that comes from a shared type, to that shared type and its version."""
        found: dict[str, tuple[VersionedType, SchemaVersion]] = {}
        for pin in flat(tuple(self.pin(name, number) for name, number in _pins(version))):
            shared, source = self.shared_versions[pin.name, pin.version]
            for reached in avro.named_types(source.schema):
                found.setdefault(reached, (shared, source))
        return found


def _shared_versions(system: System) -> dict[tuple[str, int], tuple[VersionedType, SchemaVersion]]:
    """Shared types by (name in that version, version) and by (current name, version)."""
    found = {}
    for shared in system.types.values():
        for version in shared.versions:
            for name in (shared.full_name, *_names(version.schema)[:1]):
                found[name, version.version] = (shared, version)
    return found


def _current_shared(collector: _Collector, system: System) -> dict[str, int]:
    """Shared type to the newest version that a current event uses; else the newest that any version uses."""
    newest: dict[str, int] = {}
    fallback: dict[str, int] = {}
    for _, event in system.events():
        for version in event.versions:
            into = newest if version is event.latest else fallback
            for shared, source in collector.owners(version).values():
                into[shared.full_name] = max(into.get(shared.full_name, 0), source.version)
    return fallback | newest


def _pins(version: SchemaVersion) -> list[tuple[str, int]]:
    return [(reference.name, reference.version) for reference in version.references]


def _names(schema: Schema) -> list[str]:
    """Full name and aliases of a named schema."""
    return [schema.name, *schema.aliases] if isinstance(schema, Record | Enum | Fixed) else []


def _schemas(system: System) -> tuple[SchemaFile, ...]:
    types = [*system.types.values(), *(event for _, event in system.events())]
    return tuple(
        SchemaFile(each.full_name, version.version, version.text) for each in types for version in each.versions
    )
