"""The gate: what is wrong with contracts as they are, between their versions, and against a base.

    findings = check(repository, base)

It brings together what finds things (traversal, differ, resolver), what judges them (rules) and what adds the evidence
(the mode, the groups hit, a counterexample), and gives findings as data.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from eventpact_registry.approvals import Approvals, names_of
from eventpact_registry.contracts.problems import Problems, nearest
from eventpact_registry.diff.breaks import DataBreak, PinBreak, data_breaks, pin_breaks
from eventpact_registry.diff.changes import Change
from eventpact_registry.diff.counterexample import Counterexamples
from eventpact_registry.diff.differ import diff
from eventpact_registry.diff.event_changes import VersionAdded, VersionMutated
from eventpact_registry.diff.pairs import Pairs
from eventpact_registry.diff.release import releases
from eventpact_registry.diff.schema_changes import SchemaChange
from eventpact_registry.findings import Finding, Severity
from eventpact_registry.impact import groups_hit, packages_hit
from eventpact_registry.rules.catalog import rules
from eventpact_registry.rules.subjects import SchemaPart
from eventpact_registry.rules.traversal import subjects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import date

    from eventpact_registry.contracts.model import Location, Policy, System
    from eventpact_registry.contracts.repository import ContractRepository
    from eventpact_registry.rules.model import Rule, Verdict

_Thing: TypeAlias = tuple[object, object]
"""What is judged, and what the groups that it hits are known from: itself, or the change that it is a part of."""

Found: TypeAlias = tuple[Finding, tuple[str, ...]]
"""A finding before approvals, and the names of what it is about."""

_BREAKS: Final = (DataBreak, PinBreak)
_CHANGES: Final = (Change, SchemaChange)


def today() -> date:
    """The day in UTC, so that approvals run out at one time wherever the gate runs."""
    return datetime.now(UTC).date()


def lint(repository: ContractRepository, *, clock: Callable[[], date] = today) -> list[Finding]:
    """What rules say of the contracts as they are, in order of file and line.

    Raises:
        ContractError: a severity or an approval is for a rule that does not exist.
    """
    court = Court(repository, clock())
    return court.settled(court.found(_parts(repository)), without=(*_BREAKS, *_CHANGES))


def check(
    repository: ContractRepository, *bases: ContractRepository | None, clock: Callable[[], date] = today
) -> list[Finding]:
    """What `lint` finds, what versions and pins break, and what has changed against bases, in order of file and line.

    What has changed against several bases alike is found once.

    Raises:
        ContractError: a severity or an approval is for a rule that does not exist.
    """
    given = [base for base in bases if base]
    court = Court(repository, clock())
    return court.settled(court.found(evidence(repository, given)), without=unasked(given))


def breaks(repository: ContractRepository, *, clock: Callable[[], date] = today) -> list[Finding]:
    """What versions and pins break under their subjects' modes, in order of file and line; no other rule is asked.

    Raises:
        ContractError: a severity or an approval is for a rule that does not exist.
    """
    court = Court(repository, clock())
    return court.settled(court.found(_broken(repository)), without=(object,))


def unasked(bases: Iterable[ContractRepository]) -> tuple[type, ...]:
    """The kinds of things that a run against these bases has none of."""
    # A registry tells of some changes only, so that it cannot show that nothing needs an approval any more.
    return () if any(not base.schemas_only for base in bases) else _CHANGES


def evidence(repository: ContractRepository, bases: Iterable[ContractRepository]) -> Iterator[_Thing]:
    """All that is judged: parts of the contracts, what breaks, what has changed; system by system in each."""
    yield from _parts(repository)
    yield from _broken(repository)
    for base in bases:
        changes = diff(base, repository)
        for release in releases(base, repository, changes):
            yield release, release
        for change in changes:
            yield change, change
            if isinstance(change, VersionAdded | VersionMutated):
                for inner in change.changes:
                    yield inner, change


def _broken(repository: ContractRepository) -> Iterator[_Thing]:
    pairs = Pairs()
    for system in repository.systems.values():
        for data_break in data_breaks(system, pairs):
            yield data_break, data_break
        for pin_break in pin_breaks(system, pairs):
            yield pin_break, pin_break


def _parts(repository: ContractRepository) -> Iterator[_Thing]:
    for subject in subjects(repository):
        yield subject, subject


class Court:
    """The rules that are in force, and what they make of what they are given."""

    def __init__(self, repository: ContractRepository, day: date) -> None:
        self._severities = repository.policy.severities
        self._approvals = Approvals(repository.policy.approvals, day)
        self._rules = rules()
        _check_known(repository, self._rules)
        self._proofs = Counterexamples()
        self._in_force: dict[tuple[type, System | None], list[tuple[Rule, Severity]]] = {}

    def found(self, things: Iterable[_Thing]) -> list[Found]:
        """What the rules find."""
        return [
            (finding, tuple(names_of(carrier))) for thing, carrier in things for finding in self._judged(thing, carrier)
        ]

    def settled(self, found: list[Found], *, without: tuple[type, ...]) -> list[Finding]:
        """What was found, each once, in order of place and as approvals have it, and what is wrong with these.

        `without` are the kinds of things that this run has none of.
        """
        found = sorted(found, key=lambda one: _order(one[0]))
        once = {_identity(one[0]): one for one in reversed(found)}.values()
        findings = [self._approvals.applied(finding, names) for finding, names in once]
        asked = [rule.id for rule in self._rules.values() if not issubclass(rule.judges, without)]
        for approval in self._approvals.judged(asked):
            findings += self._judged(approval, approval)
        return sorted(findings, key=_order)

    def _judged(self, thing: Any, carrier: object) -> list[Finding]:
        return [
            _finding(rule, severity, thing, verdict, carrier, proofs=self._proofs)
            for rule, severity in self._rules_for(type(thing), getattr(carrier, "system", None))
            if (verdict := rule.judge(thing)) is not None
        ]

    def _rules_for(self, kind: type, system: System | None) -> list[tuple[Rule, Severity]]:
        """The rules on a kind of thing, with what they weigh in a system."""
        if (kind, system) not in self._in_force:
            levels = {**self._severities, **(system.severities if system else {})}
            self._in_force[kind, system] = [
                (rule, Severity(level))
                for rule in self._rules.values()
                if issubclass(kind, rule.judges) and (level := levels.get(rule.id, rule.severity)) != "off"
            ]
        return self._in_force[kind, system]


def _order(finding: Finding) -> tuple[Location, str, str]:
    return finding.location, finding.rule, finding.message


def _identity(finding: Finding) -> tuple[str, str, str, int, int]:
    """What makes two findings one: bases differ in where they were read, not in what they say."""
    place = finding.location
    line, column = (0, 0) if place.revision else (place.line, place.column)
    return finding.rule, finding.message, place.file, line, column


def _finding(
    rule: Rule, severity: Severity, thing: Any, verdict: Verdict, carrier: object, *, proofs: Counterexamples
) -> Finding:
    common: dict[str, Any] = {
        "rule": rule.id,
        "severity": severity,
        "message": verdict.message,
        "location": verdict.at or thing.location,
        "hint": verdict.hint,
        "groups": groups_hit(carrier),
        "packages": packages_hit(carrier),
        "docs": rule.docs,
    }
    match thing:
        case DataBreak() | PinBreak():
            name = thing.event.name
            return Finding(
                **common,
                path=thing.mismatch.path,
                mode=str(thing.mode) if isinstance(thing, DataBreak) else None,
                counterexample=proofs.find(name, thing.writer, thing.reader, thing.mismatch.path),
                details={
                    "kind": thing.mismatch.kind,
                    "writer": f"{name} version {thing.writer.version}",
                    "reader": f"{name} version {thing.reader.version}",
                    "resolver": thing.mismatch.message,
                },
            )
        case VersionMutated():
            # What the base wrote is on the topic: the sharpest proof is a message of it that can no longer be read.
            name, before, after = thing.event.name, thing.old_version, thing.version
            proof = proofs.find(name, before, after) or proofs.find(name, after, before)
            first = next(iter(thing.changes), None)
            path = (first.new_pointer or first.old_pointer or "") if first else ""
            return Finding(**common, path=path, counterexample=proof)
        case SchemaPart():
            return Finding(**common, path=thing.pointer)
        case SchemaChange():
            return Finding(**common, path=thing.new_pointer or thing.old_pointer or "")
        case _:
            return Finding(**common)


def _check_known(repository: ContractRepository, known: Mapping[str, Rule]) -> None:
    """A severity or an approval for a rule that does not exist would silently do nothing."""
    problems = Problems()
    policy = repository.policy
    owners: list[Policy | System] = [policy, *repository.systems.values()]
    named = [
        (name, owner.locate_rule(name) if owner.locate_rule else None) for owner in owners for name in owner.severities
    ]
    for name, place in [*named, *((approval.rule, approval.locate("/rule")) for approval in policy.approvals)]:
        if name not in known:
            problems.add(f"there is no rule {name}", place, hint=nearest(name, known))
    problems.raise_any()
