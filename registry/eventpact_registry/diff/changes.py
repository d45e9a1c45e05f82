"""What can change between two contract repositories, as data: the vocabulary that rules judge.

A change knows the system it is in as it is now (as it was, where that is gone), the place that shows it (in the base,
for what was removed), and how to say itself in a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from eventpact_registry.contracts.scalars import duration
from eventpact_registry.contracts.yaml_file import pointer_of

if TYPE_CHECKING:
    from eventpact_registry.contracts.model import (
        ConsumerGroup,
        Location,
        Mode,
        SchemaVersion,
        SubjectStrategy,
        System,
        Topic,
        VersionedType,
    )
    from eventpact_registry.diff.schema_changes import SchemaChange


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Change:
    """A difference between two repositories."""

    sentence: ClassVar[str]
    """What happened, with the change's attributes in braces."""

    system: System

    @property
    def subject(self) -> str:
        """What changed, as a user names it: `quikapp/message.sent`."""
        return self.system.name

    @property
    def location(self) -> Location:
        """The place that shows it; in the base for what was removed."""
        return self.system.locate("")

    @property
    def text(self) -> str:
        """What happened to the subject, in a sentence."""
        return self.sentence.format(change=self)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SystemAdded(Change):
    """A system is new."""

    sentence = "system added"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SystemRemoved(Change):
    """A system is gone."""

    sentence = "system removed"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PackageVersionChanged(Change):
    """The generated package has another version."""

    sentence = "package version changed from {change.old} to {change.new}"
    old: str
    new: str

    @property
    def location(self) -> Location:
        """The version in `system.yaml`."""
        return self.system.locate("/package/version")


# Topics


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TopicChange(Change):
    """Something about a topic; `topic` is as it is now, or was when it is gone."""

    pointer: ClassVar[str] = ""
    """Where `topic.yaml` says it."""

    topic: Topic

    @property
    def subject(self) -> str:
        """`quikapp/message.sent`."""
        return f"{self.system.name}/{self.topic.folder}"

    @property
    def location(self) -> Location:
        """The setting in `topic.yaml`, or the default that it is left to."""
        return self.topic.locate(self.pointer)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TopicAdded(TopicChange):
    """A topic is new."""

    sentence = "topic added, {change.topic.name} with {change.topic.partitions} partitions"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TopicRemoved(TopicChange):
    """A topic is gone."""

    sentence = "topic removed, {change.topic.name}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SettingChanged(TopicChange):
    """A setting of a topic has another value."""

    old: Any
    new: Any

    @property
    def before(self) -> str:
        """The old value as a user writes it."""
        return self.written(self.old)

    @property
    def after(self) -> str:
        """The new value as a user writes it."""
        return self.written(self.new)

    @staticmethod
    def written(value: Any) -> str:
        """A value as a user writes it."""
        if isinstance(value, tuple):
            return ", ".join(value) or "none"
        return "none" if value is None else str(value)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TopicRenamed(SettingChanged):
    """A topic has another name on the broker, which makes it another topic."""

    sentence = "topic renamed from {change.before} to {change.after}"
    pointer = "/name"
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PartitionsChanged(SettingChanged):
    """A topic has another number of partitions."""

    sentence = "partitions changed from {change.before} to {change.after}"
    pointer = "/partitions"
    old: int
    new: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReplicationChanged(SettingChanged):
    """A topic's partitions are held by another number of brokers."""

    sentence = "replication factor changed from {change.before} to {change.after}"
    pointer = "/replication-factor"
    old: int
    new: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RetentionChanged(SettingChanged):
    """Records are kept for another time, in milliseconds; -1 is for ever."""

    sentence = "retention changed from {change.before} to {change.after}"
    pointer = "/retention"
    old: int
    new: int

    @staticmethod
    def written(value: int) -> str:
        """As `topic.yaml` says it."""
        return duration(value)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CleanupPolicyChanged(SettingChanged):
    """Something else happens to old records."""

    sentence = "cleanup policy changed from {change.before} to {change.after}"
    pointer = "/cleanup-policy"
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeyChanged(SettingChanged):
    """Records are keyed by something else; an empty tuple is no key."""

    sentence = "key changed from {change.before} to {change.after}"
    pointer = "/key"
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompatibilityChanged(SettingChanged):
    """The topic's schemas evolve under another mode."""

    sentence = "compatibility changed from {change.before} to {change.after}"
    pointer = "/compatibility"
    old: Mode
    new: Mode


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SubjectStrategyChanged(SettingChanged):
    """The topic's subjects are named another way, so that its schemas are looked for elsewhere."""

    sentence = "subject strategy changed from {change.before} to {change.after}"
    pointer = "/subject-strategy"
    old: SubjectStrategy
    new: SubjectStrategy


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PurposeChanged(SettingChanged):
    """The topic is for something else."""

    sentence = "purpose changed from {change.before} to {change.after}"
    pointer = "/purpose"
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DeadLettersChanged(SettingChanged):
    """What cannot be handled goes elsewhere; None is nowhere."""

    sentence = "dead letters changed from {change.before} to {change.after}"
    pointer = "/dead-letters"
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ConfigChanged(SettingChanged):
    """A further setting of the topic has another value; None is the broker's own."""

    sentence = "{change.name} changed from {change.before} to {change.after}"
    name: str
    old: str | None
    new: str | None

    @property
    def location(self) -> Location:
        """The setting under `config`."""
        return self.topic.locate(pointer_of("config", self.name))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeaderChange(TopicChange):
    """Something about a header."""

    header: str

    @property
    def location(self) -> Location:
        """The header under `headers`."""
        return self.topic.locate(pointer_of("headers", self.header))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeaderAdded(HeaderChange):
    """Records have another header."""

    sentence = "header {change.header} added"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeaderDropped(HeaderChange):
    """Records no longer have a header; `old_topic` is the topic as it was."""

    sentence = "header {change.header} dropped"
    old_topic: Topic

    @property
    def location(self) -> Location:
        """The header where it stood."""
        return self.old_topic.locate(pointer_of("headers", self.header))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeaderChanged(HeaderChange):
    """A header is filled from something else."""

    sentence = "header {change.header} changed from {change.old} to {change.new}"
    old: str
    new: str


# Events and shared types


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventChange(Change):
    """Something about an event, or about a shared type when there is no topic."""

    topic: Topic | None
    event: VersionedType

    @property
    def subject(self) -> str:
        """`quikapp/MessageSent`."""
        return f"{self.system.name}/{self.event.name}"

    @property
    def location(self) -> Location:
        """The latest version's name."""
        return self.event.latest.locate("/name")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventAdded(EventChange):
    """An event or shared type is new."""

    sentence = "added"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventRemoved(EventChange):
    """An event or shared type is gone with all its versions."""

    sentence = "removed"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventMoved(EventChange):
    """An event is on another topic; `old` and `new` are folders."""

    sentence = "moved from {change.old} to {change.new}"
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SubjectRenamed(EventChange):
    """An event's subject has another name, though the strategy is the same."""

    sentence = "subject renamed from {change.old} to {change.new}"
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VersionChange(EventChange):
    """Something about one version."""

    version: SchemaVersion

    @property
    def location(self) -> Location:
        """The version's name."""
        return self.version.locate("/name")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VersionAdded(VersionChange):
    """A version is new; `changes` say what it does to the one before."""

    sentence = "version {change.version.version} added"
    changes: tuple[SchemaChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VersionRemoved(VersionChange):
    """A version is gone."""

    sentence = "version {change.version.version} removed"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VersionMutated(VersionChange):
    """A version means something else than it did; `old_version` is what it was."""

    sentence = "version {change.version.version} changed in place"
    old_version: SchemaVersion
    changes: tuple[SchemaChange, ...] = ()

    @property
    def location(self) -> Location:
        """The first place that changed."""
        return self.changes[0].location if self.changes else self.version.locate("/name")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VersionReworded(VersionChange):
    """A version has another text of the same meaning: documentation, attributes or layout."""

    sentence = "version {change.version.version} reworded"
    old_version: SchemaVersion
    changes: tuple[SchemaChange, ...] = ()


# Groups


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupChange(Change):
    """Something about a consumer group; `group` is as it is now, or was when it is gone."""

    group: ConsumerGroup

    @property
    def subject(self) -> str:
        """`quikapp/notification-service`."""
        return f"{self.system.name}/{self.group.name}"

    @property
    def location(self) -> Location:
        """The group in `system.yaml`."""
        return self.group.locate("")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupAdded(GroupChange):
    """A group is new."""

    sentence = "group added"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupRemoved(GroupChange):
    """A group is gone."""

    sentence = "group removed"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupTopicsChanged(GroupChange):
    """A group reads other topics; `gained` and `lost` are folders."""

    sentence = "reads other topics: {change.list_gained}{change.list_lost}"
    gained: tuple[str, ...]
    lost: tuple[str, ...]

    @property
    def list_gained(self) -> str:
        """The topics that it reads now."""
        return "".join(f" +{folder}" for folder in self.gained).strip()

    @property
    def list_lost(self) -> str:
        """The topics that it no longer reads."""
        return "".join(f" -{folder}" for folder in self.lost)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupPinChanged(GroupChange):
    """A group reads an event as another version; None is the latest."""

    sentence = "reads {change.event} as {change.after}, and read it as {change.before}"
    event: str
    old: int | None
    new: int | None

    @property
    def before(self) -> str:
        """The version that it was pinned to."""
        return f"version {self.old}" if self.old else "the latest version"

    @property
    def after(self) -> str:
        """The version that it is pinned to."""
        return f"version {self.new}" if self.new else "the latest version"

    @property
    def location(self) -> Location:
        """The pin, or the group where there is none."""
        return self.group.locate(pointer_of("reads", self.event))
