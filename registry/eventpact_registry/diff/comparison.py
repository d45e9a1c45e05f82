"""What `diff` shows: the changes between versions or repositories, and what each of the seven modes says of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eventpact_registry.compatibility import Incompatibility, incompatibilities
from eventpact_registry.contracts.model import Mode
from eventpact_registry.diff.differ import diff
from eventpact_registry.diff.event_changes import EventChange, VersionAdded, VersionMutated
from eventpact_registry.diff.pairs import Pairs
from eventpact_registry.diff.pointers import dotted
from eventpact_registry.diff.schemas import diff_versions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eventpact_registry.contracts.model import SchemaVersion, VersionedType
    from eventpact_registry.contracts.repository import ContractRepository
    from eventpact_registry.diff.changes import Change
    from eventpact_registry.diff.schema_changes import SchemaChange


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judgement:
    """What each mode says of one version after others; an empty tuple is a yes."""

    subject: str
    """`quikapp/MessageSent`."""
    old: str
    """`version 2`, or `versions 1 to 2` of the base."""
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
        (system.name, versioned.name, shared): versioned
        for system in old.systems.values()
        for shared, versioned in (
            *((True, versioned) for versioned in system.types.values()),
            *((False, versioned) for _, versioned in system.events()),
        )
    }
    judgements: dict[str, Judgement] = {}
    for change in changes:
        if isinstance(change, VersionAdded | VersionMutated):
            base = before.get((change.system.name, change.event.name, change.topic is None))
            if base is not None:
                judgements.setdefault(change.subject, _against_base(change, base))
    return Comparison(changes=tuple(changes), judgements=tuple(judgements.values()))


def compare_versions(subject: str, old: SchemaVersion, new: SchemaVersion) -> Comparison:
    """Two versions: what changed inside, and what each mode says of the new one after the old one."""
    changes = diff_versions(old, new)
    judgement = _judge(subject, (f"version {old.version}", f"version {new.version}"), [old], new)
    return Comparison(schema_changes=tuple(changes), judgements=(judgement,))


def _against_base(change: EventChange, base: VersionedType) -> Judgement:
    latest = change.event.latest
    # A version that was changed in place is judged against what it was, and against all others of the base.
    numbers = [version.version for version in base.versions]
    span = f"version {numbers[0]}" if len(numbers) == 1 else f"versions {numbers[0]} to {numbers[-1]}"
    return _judge(change.subject, (f"{span} of the base", f"version {latest.version}"), base.versions, latest)


def _judge(subject: str, names: tuple[str, str], previous: Sequence[SchemaVersion], new: SchemaVersion) -> Judgement:
    pairs = Pairs()
    schemas = [version.schema for version in previous]
    breaks = {}
    for mode in Mode:
        found = incompatibilities(mode, new.schema, schemas, pairs.causes)
        breaks[mode] = tuple(dict.fromkeys(_said(one, previous[one.index], new) for one in found))
    return Judgement(subject=subject, old=names[0], new=names[1], breaks=breaks)


def _said(found: Incompatibility, other: SchemaVersion, new: SchemaVersion) -> str:
    reader, cause = new if found.new_reads else other, found.mismatch
    cannot = "cannot read" if found.new_reads else "cannot be read by"
    place = dotted(reader.schema, cause.path)
    return f"{cannot} version {other.version}: {f'{place}: ' if place else ''}{cause.message}"
