"""The schema half of a plan: which versions to register, and under which compatibility level."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from eventpact import avro
from eventpact.errors import Problem
from eventpact_registry.compatibility import incompatibilities
from eventpact_registry.contracts.model import Mode
from eventpact_registry.plan.desired import pins
from eventpact_registry.plan.state import SubjectState
from eventpact_registry.plan.steps import DeleteSubject, Note, RegisterVersion, SetLevel, SetOwner

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from eventpact.avro.model import Schema
    from eventpact_registry.contracts.model import SchemaVersion
    from eventpact_registry.plan.desired import DesiredSubject
    from eventpact_registry.plan.state import RegistryState
    from eventpact_registry.plan.steps import SchemaStep

_UNKNOWN = SubjectState(level=None, versions={})


@dataclass(slots=True)
class SubjectPlan:
    """What one subject needs."""

    before: list[SetLevel | SetOwner] = field(default_factory=list)
    register: list[SchemaVersion] = field(default_factory=list)
    after: list[SetLevel] = field(default_factory=list)
    conflicts: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def in_sync(self) -> bool:
        """Whether there is nothing to do and nothing in the way."""
        return not (self.before or self.register or self.after or self.conflicts)


def plan_subjects(wanted: Sequence[DesiredSubject], state: RegistryState) -> dict[str, SubjectPlan]:
    """What each subject needs, by name."""
    plans = {}
    for subject in wanted:
        found = state.subjects.get(subject.name, _UNKNOWN)
        plans[subject.name] = _plan_subject(subject, found)
        if not state.no_owners and subject.owner not in ("", found.owner):
            step = SetOwner(subject=subject.name, old=found.owner, new=subject.owner)
            plans[subject.name].before.append(step)  # so that versions have it from the first on
    return plans


def plan_deletions(retired: Sequence[str], state: RegistryState) -> Iterator[DeleteSubject]:
    """Deletions of what contracts no longer declare and the registry still has."""
    for name in retired:
        versions = state.subjects[name].versions
        if versions:
            yield DeleteSubject(subject=name, versions=len(versions))


def in_order(plans: Mapping[str, SubjectPlan]) -> Iterator[SchemaStep]:
    """The steps of all subjects: what a version refers to is registered before it."""
    for plan in plans.values():
        yield from plan.before
    pending = {(name, version.version): version for name, plan in plans.items() for version in plan.register}
    for name, version in list(pending):
        yield from _register(name, version, pending)
    for plan in plans.values():
        yield from plan.after


def _register(subject: str, number: int, pending: dict[tuple[str, int], SchemaVersion]) -> Iterator[RegisterVersion]:
    """Register a version that is still pending, after its predecessors and what it refers to."""
    version = pending.pop((subject, number), None)
    if version is None:
        return
    for earlier in range(1, number):
        yield from _register(subject, earlier, pending)
    for reference in version.references:
        yield from _register(reference.subject, reference.version, pending)
    yield RegisterVersion(subject=subject, version=number, text=version.text, pins=pins(version), file=version.file)


def _plan_subject(wanted: DesiredSubject, state: SubjectState) -> SubjectPlan:
    plan = SubjectPlan()
    newest = max(state.versions, default=0)
    for version in wanted.versions:
        if version.version > newest:
            plan.register.append(version)
        else:
            _compare(wanted.name, version, state, plan)
    if plan.register:
        _find_twins(wanted, plan)
    if plan.register and not state.writable:
        plan.conflicts.append(_read_only(wanted.name, plan.register[0]))
    unknown = [str(number) for number in state.versions if number > wanted.versions[-1].version]
    if unknown:
        text = f"the registry has version {', '.join(unknown)} that the contracts do not have"
        plan.notes.append(Note(wanted.name, text))
    _plan_level(wanted, state, plan)
    return plan


def _read_only(subject: str, version: SchemaVersion) -> Problem:
    at = version.locate("")
    return Problem(
        f"version {version.version} of {subject} cannot be registered: the subject is in a mode that refuses it",
        at.file,
        at.line,
        at.column,
        f"PUT /mode/{subject} with READWRITE on the registry, or leave the subject out with --select",
    )


def _compare(subject: str, version: SchemaVersion, state: SubjectState, plan: SubjectPlan) -> None:
    """A declared version against what the registry has under its number."""
    number = version.version
    if number not in state.versions:
        text = f"version {number} was deleted in the registry; later versions are there, so it stays deleted"
        plan.notes.append(Note(subject, text))
        return
    registered = state.versions[number]
    if registered is None:
        what = "is no valid Avro schema in the registry"
    elif registered is not version.schema and avro.meaning(registered) != avro.meaning(version.schema):
        what = "means something else in the registry"
    else:
        return
    at = version.locate("")
    plan.conflicts.append(
        Problem(
            f"version {number} of {subject} {what}",
            at.file,
            at.line,
            at.column,
            f"a registered version does not change: restore it, and add v{number + 1} with what is new",
        )
    )


def _find_twins(wanted: DesiredSubject, plan: SubjectPlan) -> None:
    """A registry keeps the same schema once a subject, so it would never give the second one a version."""
    seen: dict[tuple[str, object], int] = {}
    for version in wanted.versions:
        first = seen.setdefault((version.text, pins(version)), version.version)
        if first != version.version and version in plan.register:
            at = version.locate("")
            plan.conflicts.append(
                Problem(
                    f"version {version.version} of {wanted.name} is the same schema as version {first}, "
                    "and a registry keeps a schema once a subject",
                    at.file,
                    at.line,
                    at.column,
                    "change its doc at least, or remove the file",
                )
            )


def _plan_level(wanted: DesiredSubject, state: SubjectState, plan: SubjectPlan) -> None:
    """Set the declared level first, unless that would refuse what is declared: then it comes last."""
    blocked = _blocked(wanted, state, plan.register)
    if blocked is None:
        if state.level is not wanted.level:
            plan.before.append(SetLevel(subject=wanted.name, old=state.level, new=wanted.level))
        return
    reason = f"version {blocked.version} breaks {wanted.level}"
    if state.level is not Mode.NONE:
        plan.before.append(SetLevel(subject=wanted.name, old=state.level, new=Mode.NONE, reason=reason))
    plan.after.append(SetLevel(subject=wanted.name, old=Mode.NONE, new=wanted.level))
    text = f"{reason} and is registered all the same, because the contracts declare it"
    plan.notes.append(Note(wanted.name, text))


def _blocked(wanted: DesiredSubject, state: SubjectState, register: Sequence[SchemaVersion]) -> SchemaVersion | None:
    """The first version that the declared level would refuse."""
    previous: list[Schema] = [schema for schema in state.versions.values() if schema is not None]
    for version in register:
        if incompatibilities(wanted.level, version.schema, previous):
            return version
        previous.append(version.schema)
    return None
