"""What a system's changes since a base ask of its package's version, by semantic versioning (semver.org 2.0.0).

The package is what services import: a change is weighed by what it does to their code. What may hold more values than
before is an addition; what is taken away, renamed, or needed from now on is a break. Settings that only the cluster
knows (partitions, retention) ask for nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from eventpact.avro.model import MISSING
from eventpact_registry.diff import changes, event_changes, schema_changes, topic_changes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from eventpact_registry.contracts.model import Location, System
    from eventpact_registry.contracts.repository import ContractRepository
    from eventpact_registry.diff.changes import Change
    from eventpact_registry.diff.schema_changes import SchemaChange


class Level(IntEnum):
    """The part of a version that a change asks to be raised."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


_LEVELS: Final[Mapping[type[Change], Level]] = {
    topic_changes.TopicRemoved: Level.MAJOR,
    topic_changes.TopicRenamed: Level.MAJOR,
    topic_changes.PurposeChanged: Level.MAJOR,
    topic_changes.KeyChanged: Level.MAJOR,
    topic_changes.SubjectStrategyChanged: Level.MAJOR,
    topic_changes.HeaderDropped: Level.MAJOR,
    topic_changes.HeaderAdded: Level.MINOR,
    topic_changes.HeaderChanged: Level.MINOR,
    topic_changes.DeadLettersChanged: Level.MINOR,
    event_changes.EventAdded: Level.MINOR,
    event_changes.EventRemoved: Level.MAJOR,
    event_changes.EventMoved: Level.MAJOR,
    event_changes.SubjectRenamed: Level.MAJOR,
    event_changes.VersionRemoved: Level.MAJOR,
    event_changes.VersionAdded: Level.PATCH,
    event_changes.VersionMutated: Level.PATCH,
    event_changes.VersionReworded: Level.PATCH,
    changes.GroupAdded: Level.MINOR,
    changes.GroupRemoved: Level.MAJOR,
    changes.GroupTopicsChanged: Level.MINOR,
    changes.GroupEventsLost: Level.MAJOR,
    changes.GroupPinChanged: Level.MINOR,
}
"""At least; a version asks for what the changes inside it do."""

_SCHEMA_LEVELS: Final[Mapping[type[SchemaChange], Level]] = {
    schema_changes.DocChanged: Level.PATCH,
    schema_changes.DefaultChanged: Level.MINOR,
    schema_changes.EnumDefaultChanged: Level.MINOR,
    schema_changes.EnumSymbolAdded: Level.MINOR,
    schema_changes.UnionBranchAdded: Level.MINOR,
}
"""Everything else is a break, unless `_schema_level` knows better."""

_WIDENED: Final = frozenset({("int", "long"), ("float", "double")})
"""Types that are one in Python."""
_VERSION: Final = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:(a|b|rc)(\d+))?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Release(changes.Change):
    """Everything that changed in a system since a base, as one release of its package."""

    sentence = "package {change.system.package_name} would be released as {change.system.package_version}"
    old: System
    changes: tuple[Change, ...]

    @property
    def location(self) -> Location:
        """The version in `system.yaml`."""
        return self.system.locate("/package/version")

    @property
    def weightiest(self) -> Change | None:
        """The change that asks for most, the first of several; None when none asks for anything."""
        found = max(self.changes, key=level, default=None)
        return found if found is not None and level(found) else None

    @property
    def went_back(self) -> bool:
        """Whether the version is lower than it was."""
        return _key(self.system.package_version) < _key(self.old.package_version)

    @property
    def due(self) -> str | None:
        """The lowest version that the changes ask for; None when the package has it, or more."""
        asked = level(self.weightiest) if self.weightiest else Level.NONE
        old, new = _key(self.old.package_version), _key(self.system.package_version)
        if asked is Level.NONE:
            return None
        if old[3:] != _FINAL:  # a pre-release promises nothing yet: any later one will do
            return None if new > old else ".".join(map(str, old[:3]))
        # Below 1.0.0 anything may change with the minor version, and the patch version is for the rest.
        parts = max(1, 4 - asked) if old[0] else min(3, 5 - asked)
        if new[:parts] > old[:parts]:
            return None
        raised = (*old[: parts - 1], old[parts - 1] + 1, 0, 0)[:3]
        return ".".join(map(str, raised))


_FINAL: Final = (3, 0)
_STAGES: Final = {"a": 0, "b": 1, "rc": 2}


def _key(version: str) -> tuple[int, ...]:
    """A version as numbers in order; a pre-release comes before what it precedes."""
    match = _VERSION.fullmatch(version)
    if match is None:  # the file's model lets nothing else through
        raise ValueError(f"{version!r} is no package version")
    stage = (_STAGES[match[4]], int(match[5])) if match[4] else _FINAL
    return (int(match[1]), int(match[2]), int(match[3]), *stage)


def releases(old: ContractRepository, new: ContractRepository, found: Iterable[Change]) -> Iterator[Release]:
    """A release for each system that is on both sides; `found` is what `diff` says of them."""
    if old.schemas_only or new.schemas_only:
        return
    gathered = list(found)
    for name, system in new.systems.items():
        if name in old.systems:
            of_system = tuple(change for change in gathered if change.system is system)
            yield Release(system=system, old=old.systems[name], changes=of_system)


def level(change: Change) -> Level:
    """What a change asks for. Of a shared type alone nothing: events ask for it when they take it up."""
    if isinstance(change, event_changes.EventChange) and change.topic is None:
        return Level.NONE
    inner: tuple[SchemaChange, ...] = getattr(change, "changes", ())
    return max([_LEVELS.get(type(change), Level.NONE), *map(_schema_level, inner)])


def _schema_level(change: SchemaChange) -> Level:
    match change:
        case schema_changes.FieldRemoved():
            return Level.MAJOR
        case schema_changes.FieldAdded():
            return Level.MINOR if change.field.has_default else Level.MAJOR
        case schema_changes.DefaultChanged() if change.new is MISSING:
            return Level.MAJOR
        case schema_changes.TypeChanged() if (change.old, change.new) in _WIDENED:
            return Level.MINOR
        case schema_changes.TypeChanged() if change.new in {f"null or {change.old}", f"{change.old} or null"}:
            return Level.MINOR
        case _:
            return _SCHEMA_LEVELS.get(type(change), Level.MAJOR)
