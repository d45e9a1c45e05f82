"""What a failing case prints: who cannot read what, the smallest event that shows it, what the gate says of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from textwrap import indent
from typing import TYPE_CHECKING, Any

from eventpact_registry.diff.breaks import DataBreak, data_breaks
from eventpact_registry.diff.pairs import Pairs
from eventpact_registry.gate import check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_registry.contracts.repository import ContractRepository
    from eventpact_registry.findings import Finding
    from eventpact_testing.properties.case import Case, Violation


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that does not hold."""

    case: Case
    violation: Violation
    again: str
    """The command that repeats it."""


def explained(failure: Failure, repository: ContractRepository) -> str:
    """The whole report."""
    lines = (f"{label + ':':<9}{text}" if label else text for label, text in _lines(failure, repository))
    return "\n".join(line.rstrip() for line in lines)


def _lines(failure: Failure, repository: ContractRepository) -> Iterator[tuple[str, str]]:
    case, violation = failure.case, failure.violation
    yield "", f"{case.name}: {violation.message}"
    if case.reader is case.writer:
        yield "version", case.writer.file
    else:
        yield "written", case.writer.file
        yield "read", case.reader.file
    if violation.path:
        yield "at", violation.path
    yield "event", ""
    yield "", indent(_json(violation.value), "  ")
    for finding in _findings(case, repository):
        yield "gate", f"{finding.location}: {finding.rule}: {finding.message}"
        if finding.hint:
            yield "hint", finding.hint
    yield "again", failure.again


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=repr)


def _findings(case: Case, repository: ContractRepository) -> list[Finding]:
    """What the gate has to say of the very pair that failed."""
    breaks = [found for found in data_breaks(case.subject.system, Pairs()) if _is_about(found, case)]
    if not breaks:
        return []
    places = {(found.location, found.kind) for found in breaks}
    return [one for one in check(repository) if (one.location, one.details.get("kind")) in places]


def _is_about(found: DataBreak, case: Case) -> bool:
    pairs = {
        (other.file, found.version.file) if found.new_reads else (found.version.file, other.file)
        for other in found.others
    }
    return (case.writer.file, case.reader.file) in pairs
