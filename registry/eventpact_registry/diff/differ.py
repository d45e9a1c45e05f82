"""Compares two contract repositories and says what changed, as typed changes in a stable order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from eventpact import avro
from eventpact_registry.diff import changes, event_changes, topic_changes
from eventpact_registry.diff.changes import Change
from eventpact_registry.diff.reuse import reused
from eventpact_registry.diff.schema_changes import FieldAdded
from eventpact_registry.diff.schemas import diff_versions

if TYPE_CHECKING:
    from eventpact_registry.contracts.model import ConsumerGroup, SchemaVersion, System, Topic, VersionedType
    from eventpact_registry.contracts.repository import ContractRepository
    from eventpact_registry.diff.schema_changes import SchemaChange

Changes: TypeAlias = Iterator[Change]
T = TypeVar("T")

_SETTINGS: Final[tuple[tuple[str, Callable[..., Change]], ...]] = (
    ("name", topic_changes.TopicRenamed),
    ("purpose", topic_changes.PurposeChanged),
    ("partitions", topic_changes.PartitionsChanged),
    ("replication_factor", topic_changes.ReplicationChanged),
    ("retention_ms", topic_changes.RetentionChanged),
    ("cleanup_policy", topic_changes.CleanupPolicyChanged),
    ("key", topic_changes.KeyChanged),
    ("compatibility", topic_changes.CompatibilityChanged),
    ("subject_strategy", topic_changes.SubjectStrategyChanged),
    ("dead_letters", topic_changes.DeadLettersChanged),
)
"""Attribute of a topic to the change that says it."""


def diff(old: ContractRepository, new: ContractRepository) -> list[Change]:
    """Everything that changed, system by system in order of name: topics, then events and types, then groups.

    Where one side is known by its schemas alone, nothing is said of what stands only on the other.
    """
    changed = _repositories(old, new)
    if old.schemas_only or new.schemas_only:
        return [change for change in changed if isinstance(change, _TOLD_BY_SCHEMAS)]
    return list(changed)


_TOLD_BY_SCHEMAS: Final = (event_changes.EventChange, topic_changes.CompatibilityChanged)
"""What a registry can tell: of its topics, groups and packages it knows nothing."""


def _repositories(old: ContractRepository, new: ContractRepository) -> Changes:
    for before, after in _paired(old.systems, new.systems):
        if before is None and after is not None:
            yield changes.SystemAdded(system=after)
        elif after is None and before is not None:
            yield changes.SystemRemoved(system=before)
        yield from _systems(before, after)


def _systems(old: System | None, new: System | None) -> Changes:
    system = new or old
    if system is None:
        return
    if old and new and old.package_version != new.package_version:
        yield changes.PackageVersionChanged(system=new, old=old.package_version, new=new.package_version)
    for before, after in _paired(old.topics if old else {}, new.topics if new else {}):
        yield from _topics(system, before, after)
    for carried, carries in paired_events(old, new):
        yield from _events(system, carried, carries)
    yield from _groups(system, old, new)


def _topics(system: System, old: Topic | None, new: Topic | None) -> Changes:
    if old is None and new is not None:
        yield topic_changes.TopicAdded(system=system, topic=new)
    elif new is None and old is not None:
        yield topic_changes.TopicRemoved(system=system, topic=old)
    elif old is not None and new is not None:
        for attribute, change in _SETTINGS:
            before, after = getattr(old, attribute), getattr(new, attribute)
            if before != after:
                yield change(system=system, topic=new, old=before, new=after)
        for name in _union(old.config, new.config):
            if old.config.get(name) != new.config.get(name):
                yield topic_changes.ConfigChanged(
                    system=system, topic=new, name=name, old=old.config.get(name), new=new.config.get(name)
                )
        yield from _headers(system, old, new)


def _headers(system: System, old: Topic, new: Topic) -> Changes:
    for header in _union(old.headers, new.headers):
        if header not in old.headers:
            yield topic_changes.HeaderAdded(system=system, topic=new, header=header)
        elif header not in new.headers:
            yield topic_changes.HeaderDropped(system=system, topic=new, header=header, old_topic=old)
        elif old.headers[header] != new.headers[header]:
            before, after = old.headers[header], new.headers[header]
            yield topic_changes.HeaderChanged(system=system, topic=new, header=header, old=before, new=after)


Carried: TypeAlias = tuple["Topic | None", "VersionedType"]
"""An event with its topic, or a shared type with none."""


def paired_events(old: System | None, new: System | None) -> Iterator[tuple[Carried | None, Carried | None]]:
    """Events and shared types of both sides, in order of name; one under a newer name stands beside what it was."""
    before, after = _carried(old), _carried(new)
    gone = {(topic is None, event.full_name): name for name, (topic, event) in before.items() if name not in after}
    former = {
        name: was
        for name, (topic, event) in after.items()
        if name not in before
        for version in event.versions
        if (was := gone.get((topic is None, getattr(version.schema, "name", "")))) is not None
    }
    renamed = frozenset(former.values())
    for name in sorted(_union(before, after)):
        if name not in renamed:
            yield before.get(former.get(name, name)), after.get(name)


def _carried(system: System | None) -> dict[str, Carried]:
    """Events and shared types by short name, which both keep through renames of their records' namespaces."""
    if system is None:
        return {}
    types: dict[str, Carried] = {f"types/{shared.name}": (None, shared) for shared in system.types.values()}
    return {event.name: (topic, event) for topic, event in system.events()} | types


def _events(system: System, old: Carried | None, new: Carried | None) -> Changes:
    if old is None and new is not None:
        yield event_changes.EventAdded(system=system, topic=new[0], event=new[1])
    elif new is None and old is not None:
        yield event_changes.EventRemoved(system=system, topic=old[0], event=old[1])
    elif old is not None and new is not None:
        yield from _moves(system, old, new)
        yield from _versions(system, old[1], *new)


def _moves(system: System, old: Carried, new: Carried) -> Changes:
    (before, old_event), (after, event) = old, new
    if before is None or after is None:
        return
    if before.folder != after.folder:
        yield event_changes.EventMoved(system=system, topic=after, event=event, old=before.folder, new=after.folder)
    subjects = before.subject(old_event), after.subject(event)
    if before.subject_strategy == after.subject_strategy and subjects[0] != subjects[1]:
        yield event_changes.SubjectRenamed(system=system, topic=after, event=event, old=subjects[0], new=subjects[1])


def _versions(system: System, old: VersionedType, topic: Topic | None, new: VersionedType) -> Changes:
    before = {version.version: version for version in old.versions}
    previous: SchemaVersion | None = None
    for version in new.versions:
        known = before.pop(version.version, None)
        if known is None:
            changed = tuple(_against_earlier(new, version, diff_versions(previous, version))) if previous else ()
            yield event_changes.VersionAdded(system=system, topic=topic, event=new, version=version, changes=changed)
        elif known.source != version.source:
            changed = tuple(diff_versions(known, version))
            # What the registry would take for another schema is one, even when this comparison has no word for it.
            same = known.references == version.references and avro.meaning(known.schema) == avro.meaning(version.schema)
            kind = event_changes.VersionReworded if same else event_changes.VersionMutated
            yield kind(system=system, topic=topic, event=new, version=version, old_version=known, changes=changed)
        previous = version
    for gone in before.values():
        yield event_changes.VersionRemoved(system=system, topic=topic, event=new, version=gone)


def _against_earlier(
    event: VersionedType, version: SchemaVersion, found: Iterable[SchemaChange]
) -> Iterator[SchemaChange]:
    """The changes of a new version; a field that was there once and comes back as something else is told apart."""
    earlier = [other for other in reversed(event.versions) if other.version < version.version - 1]
    for change in found:
        yield (reused(change, earlier) or change) if type(change) is FieldAdded else change


def _groups(system: System, old: System | None, new: System | None) -> Changes:
    for before, after in _paired(old.groups if old else {}, new.groups if new else {}):
        if before is None and after is not None:
            yield changes.GroupAdded(system=system, group=after)
        elif after is None and before is not None:
            yield changes.GroupRemoved(system=system, group=before)
        elif before is not None and after is not None and old and new:
            had = {topic.folder for topic in old.topics_of(before)}
            has = {topic.folder for topic in new.topics_of(after)}
            # A topic that is new or gone is told of once, and not again by every group that matches it.
            gained = sorted((has - had) & set(old.topics))
            lost = sorted((had - has) & set(new.topics))
            if gained or lost:
                yield changes.GroupTopicsChanged(system=system, group=after, gained=tuple(gained), lost=tuple(lost))
            there = {event.name for _, event in new.events()}
            missed = sorted((_events_of(old, before) - _events_of(new, after)) & there)
            if missed:
                yield changes.GroupEventsLost(system=system, group=after, events=tuple(missed))
            for event in _union(before.reads, after.reads):
                pins = before.reads.get(event), after.reads.get(event)
                if pins[0] != pins[1]:
                    yield changes.GroupPinChanged(system=system, group=after, event=event, old=pins[0], new=pins[1])


def _events_of(system: System, group: ConsumerGroup) -> set[str]:
    return {name for topic in system.topics_of(group) for name in topic.events}


def _paired(old: Mapping[str, T], new: Mapping[str, T]) -> Iterator[tuple[T | None, T | None]]:
    """What stands under the same name on both sides, in order of name."""
    for name in sorted(_union(old, new)):
        yield old.get(name), new.get(name)


def _union(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """All names, those of the old side first."""
    return list(dict.fromkeys((*old, *new)))
