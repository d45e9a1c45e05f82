"""What can change between two contract repositories, as data: the vocabulary that rules judge.

A change knows the system it is in as it is now (as it was, where that is gone), the place that shows it (in the base,
for what was removed), and how to say itself in a sentence. Here are changes of systems and consumer groups; those of
topics and of events stand in modules of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from eventpact_registry.contracts.yaml_file import pointer_of

if TYPE_CHECKING:
    from eventpact_registry.contracts.model import ConsumerGroup, Location, System


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
class GroupEventsLost(GroupChange):
    """A group no longer gets events that are still there: it reads other topics, or they were moved."""

    sentence = "no longer gets {change.listed}"
    events: tuple[str, ...]

    @property
    def listed(self) -> str:
        """The events."""
        return ", ".join(self.events)


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
