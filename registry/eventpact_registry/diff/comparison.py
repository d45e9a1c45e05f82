"""What `diff` shows: the changes between versions or repositories, and what each of the seven modes says of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eventpact_registry.compatibility import Incompatibility, incompatibilities
from eventpact_registry.contracts.model import Mode
from eventpact_registry.diff.differ import diff, paired_events
from eventpact_registry.diff.event_changes import EventChange, VersionAdded, VersionMutated
from eventpact_registry.diff.pairs import Pairs
from eventpact_registry.diff.pointers import dotted
from eventpact_registry.diff.schemas import diff_versions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventpact_registry.contracts.model import SchemaVersion, VersionedType
    from eventpact_registry.contracts.repository import ContractRepository
    from eventpact_registry.contracts.version_names import NamedVersion
    from eventpact_registry.diff.changes import Change
    from eventpact_registry.diff.schema_changes import SchemaChange


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judgement:
    """What each mode says of one version after others; an empty tuple is a yes."""

    subject: str
    """`quikapp/MessageSent`."""
    old: str
    """`version 2`, `versions 1 to 2 of the base`, or `quikapp/MessageDeleted version 1` of another event."""
    new: str
    breaks: dict[Mode, tuple[str, ...]]
    """What a mode has against it, in the resolver's words, each once."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """Changes, and judgements of the versions among them."""

    changes: tuple[Change, ...] = ()
    """Between repositories."""
    schema_changes: tuple[SchemaChange, ...] = ()
    """Between two versions."""
    judgements: tuple[Judgement, ...] = ()


def compare(old: ContractRepository, new: ContractRepository) -> Comparison:
    """Two repositories: every change, and of each event that got or changed a version its latest against the base."""
    changes = diff(old, new)
    before = {
        id(carries[1]): carried[1]
        for name, system in new.systems.items()
        for carried, carries in paired_events(old.systems.get(name), system)
        if carried is not None and carries is not None
    }
    judgements: dict[str, Judgement] = {}
    for change in changes:
        if isinstance(change, VersionAdded | VersionMutated):
            base = before.get(id(change.event))
            if base is not None:
                judgements.setdefault(change.subject, _against_base(change, base))
    return Comparison(changes=tuple(changes), judgements=tuple(judgements.values()))


def compare_versions(old: NamedVersion, new: NamedVersion) -> Comparison:
    """Two versions: what changed inside, and what each mode says of the new one after the old one."""
    changes = diff_versions(old.version, new.version)
    before = f"version {old.version.version}"
    if old.subject != new.subject:  # two events: each is called by its name
        before = f"{old.subject} {before}"
    judgement = _judge(new.subject, before, {before: old.version}, new.version)
    return Comparison(schema_changes=tuple(changes), judgements=(judgement,))


def _against_base(change: EventChange, base: VersionedType) -> Judgement:
    # A version that was changed in place is judged against what it was, and against all others of the base.
    numbers = [version.version for version in base.versions]
    span = f"version {numbers[0]}" if len(numbers) == 1 else f"versions {numbers[0]} to {numbers[-1]}"
    previous = {f"version {version.version}": version for version in base.versions}
    return _judge(change.subject, f"{span} of the base", previous, change.event.latest)


def _judge(subject: str, old: str, previous: Mapping[str, SchemaVersion], new: SchemaVersion) -> Judgement:
    """What each mode says of a version after others, which are given by what they are called, oldest first."""
    pairs = Pairs()
    labels, versions = list(previous), list(previous.values())
    breaks = {}
    for mode in Mode:
        found = incompatibilities(mode, new.schema, [version.schema for version in versions], pairs.causes)
        said = (_said(one, labels[one.index], new if one.new_reads else versions[one.index]) for one in found)
        breaks[mode] = tuple(dict.fromkeys(said))
    return Judgement(subject=subject, old=old, new=f"version {new.version}", breaks=breaks)


def _said(found: Incompatibility, other: str, reader: SchemaVersion) -> str:
    cannot = "cannot read" if found.new_reads else "cannot be read by"
    place = dotted(reader.schema, found.mismatch.path)
    return f"{cannot} {other}: {f'{place}: ' if place else ''}{found.mismatch.message}"
