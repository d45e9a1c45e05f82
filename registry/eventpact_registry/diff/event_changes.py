"""What can change about an event or a shared type, and about its versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eventpact_registry.diff.changes import Change

if TYPE_CHECKING:
    from eventpact_registry.contracts.model import Location, SchemaVersion, Topic, VersionedType
    from eventpact_registry.diff.schema_changes import SchemaChange


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
