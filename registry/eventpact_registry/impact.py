"""Which consumer groups and packages a change or a break hits, with the wildcards of groups' patterns resolved."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from eventpact_registry.diff.breaks import DataBreak, PinBreak
from eventpact_registry.diff.changes import Change, GroupChange, SystemAdded
from eventpact_registry.diff.event_changes import EventChange
from eventpact_registry.diff.topic_changes import TopicAdded, TopicChange
from eventpact_registry.rules.subjects import VersionGap

if TYPE_CHECKING:
    from eventpact_registry.contracts.model import System, Topic, VersionedType


def groups_reading(system: System, topic: Topic) -> tuple[str, ...]:
    """The groups whose patterns match a topic, as `system/group`, in order of name."""
    # Matched here and not by `System.topics_of`, because a topic that was removed is not among the system's any more.
    return tuple(
        f"{system.name}/{name}"
        for name, group in sorted(system.groups.items())
        if topic.purpose == "events" and any(fnmatchcase(topic.folder, pattern) for pattern in group.topics)
    )


def groups_using(system: System, shared: VersionedType) -> tuple[str, ...]:
    """The groups that read an event which holds a shared type, directly or through another one."""
    names = {shared.full_name}
    grown = True
    while grown:
        more = {
            other.full_name
            for other in system.types.values()
            if any(reference.name in names for version in other.versions for reference in version.references)
        }
        grown = not more <= names
        names |= more
    hit = {
        group
        for topic, event in system.events()
        if any(reference.name in names for version in event.versions for reference in version.references)
        for group in groups_reading(system, topic)
    }
    return tuple(sorted(hit))


def groups_hit(subject: object) -> tuple[str, ...]:
    """The groups that something judged by a rule is of concern to."""
    match subject:
        case DataBreak():
            return _groups_of_break(subject)
        case PinBreak() | GroupChange():
            return (f"{subject.system.name}/{subject.group.name}",)
        case TopicAdded() | SystemAdded():
            return ()
        case TopicChange():
            return groups_reading(subject.system, subject.topic)
        case EventChange() | VersionGap():
            if subject.topic is None:
                return groups_using(subject.system, subject.event)
            return groups_reading(subject.system, subject.topic)
        case _:
            return ()


def packages_hit(subject: object) -> tuple[str, ...]:
    """The distributions through which services are hit: producers and groups of a system share its package."""
    match subject:
        case DataBreak() | PinBreak() | Change() | VersionGap():
            return (subject.system.package_name,)
        case _:
            return ()


def _groups_of_break(found: DataBreak) -> tuple[str, ...]:
    """All groups of the topic, but when the later version cannot read, only those that read as it."""
    if found.topic is None:
        return groups_using(found.system, found.event)
    groups = groups_reading(found.system, found.topic)
    if not found.new_reads:
        return groups
    latest = found.event.latest.version
    return tuple(
        group
        for group in groups
        if found.system.groups[group.partition("/")[2]].reads.get(found.event.name, latest) == found.version.version
    )
