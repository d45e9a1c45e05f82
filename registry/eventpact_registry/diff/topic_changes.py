"""What can change about a topic: its settings, its headers, whether it is there at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from eventpact.wording import counted
from eventpact_registry.contracts.scalars import duration
from eventpact_registry.contracts.yaml_file import pointer_of
from eventpact_registry.diff.changes import Change

if TYPE_CHECKING:
    from eventpact_registry.contracts.model import Location, Mode, SubjectStrategy, Topic


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

    sentence = "topic added, {change.topic.name} with {change.size}"

    @property
    def size(self) -> str:
        """`12 partitions`."""
        return counted(self.topic.partitions, "partition")


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
