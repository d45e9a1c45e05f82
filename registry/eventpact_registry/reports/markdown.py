"""Findings as Markdown, for a comment on a pull request and for a job's summary: a table, the evidence, what changed.

What contracts say is somebody's text: it is escaped so that it can neither break the table, nor mention people, nor
bring its own HTML (GitHub Flavored Markdown, sections 2.4, 4.10 and 6.6).
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Final

from eventpact.wording import counted
from eventpact_registry.diff.event_changes import VersionAdded, VersionMutated, VersionReworded
from eventpact_registry.findings import Severity
from eventpact_registry.reports.markup import code, fenced, inline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from eventpact_registry.diff.changes import Change
    from eventpact_registry.diff.comparison import Comparison, Judgement
    from eventpact_registry.findings import Finding

_MARKER: Final = "<!-- eventpact -->"
"""Opens every report, so that a job finds its own comment and writes it anew instead of adding another."""
_MAX_ROWS: Final = 100
_MAX_PROOFS: Final = 10
_MAX_CHANGES: Final = 200
_MAX_CHARACTERS: Final = 65_000
"""GitHub takes comments of 65,536 characters."""

_WORDS: Final = {Severity.ERROR: "**error**", Severity.WARNING: "warning", Severity.INFO: "note"}


def render(findings: Sequence[Finding], *, color: bool = False, changes: Sequence[Comparison] = ()) -> str:  # noqa: ARG001 - all formats are called alike
    """The report; `changes` are those against each base, shown below the findings."""
    blocks = [f"{_MARKER}\n## Contracts: {_summary(findings)}\n"]
    if findings:
        blocks.append("| | where | rule | what |\n|---|---|---|---|")
        blocks += [_row(finding) for finding in findings[:_MAX_ROWS]]
        blocks += [*_more(len(findings) - _MAX_ROWS, "finding"), ""]
        blocks += _proofs(findings)
    for comparison in changes:
        blocks += _comparison(comparison)
    return "\n".join(_fitting(blocks)).rstrip() + "\n"


def _fitting(blocks: Iterable[str]) -> Iterator[str]:
    """The blocks, each whole, until no more may stand in a comment."""
    size = 0
    for block in blocks:
        size += len(block) + 1
        if size > _MAX_CHARACTERS:
            yield "\n… and more than a comment can hold: see the job's log."
            return
        yield block


def _summary(findings: Sequence[Finding]) -> str:
    counts = Counter(finding.severity for finding in findings)
    nouns = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
    return ", ".join(counted(counts[kind], noun) for kind, noun in nouns.items() if counts[kind]) or "nothing found"


def _row(finding: Finding) -> str:
    what = [inline(finding.message)]
    if finding.mode:
        what.append(f"Breaks {code(finding.mode)}")
    if finding.groups:
        what.append(f"Hits {', '.join(map(code, finding.groups))}")
    if finding.approved:
        what.append(f"Approved by {inline(finding.approved.by)}: {inline(finding.approved.reason)}")
    if finding.hint:
        what.append(f"Fix: {inline(finding.hint)}")
    weight = "approved" if finding.approved else _WORDS[finding.severity]
    cells = (weight, code(str(finding.location)), code(finding.rule), "<br>".join(what))
    return f"| {' | '.join(cells)} |"


def _proofs(findings: Sequence[Finding]) -> Iterator[str]:
    """Messages that fail, folded away."""
    proven = [finding for finding in findings if finding.counterexample]
    for finding in proven[:_MAX_PROOFS]:
        proof = finding.counterexample
        if proof is None:
            continue
        yield "\n".join(
            [
                f"<details><summary>A message that fails: {inline(finding.message)}</summary>\n",
                fenced(json.dumps(proof.value, indent=2, ensure_ascii=False)),
                f"\nWritten with {inline(proof.writer)}. In {inline(proof.reader)}: {inline(proof.error)}",
                "\n</details>\n",
            ]
        )


def _comparison(comparison: Comparison) -> Iterator[str]:
    if not comparison.changes:
        return
    yield "### What changed\n"
    for change in comparison.changes[:_MAX_CHANGES]:
        yield from _change(change)
    yield from _more(len(comparison.changes) - _MAX_CHANGES, "change")
    yield ""
    for judgement in comparison.judgements[:_MAX_PROOFS]:
        yield "\n".join(_judgement(judgement))


def _change(change: Change) -> Iterator[str]:
    yield f"- {code(change.subject)} {inline(change.text)}"
    if isinstance(change, VersionAdded | VersionMutated | VersionReworded):
        for inner in change.changes[:_MAX_CHANGES]:
            yield f"  - {inline(inner.text)}"


def _judgement(judgement: Judgement) -> Iterator[str]:
    broken = [mode for mode, breaks in judgement.breaks.items() if breaks]
    title = f"{code(judgement.subject)}: {inline(judgement.new)} after {inline(judgement.old)}"
    yield f"<details><summary>{title} is compatible under {_modes(judgement, broken)}</summary>"
    yield ""
    yield "| mode | |"
    yield "|---|---|"
    for mode, breaks in judgement.breaks.items():
        yield f"| {code(mode.value)} | {'<br>'.join(map(inline, breaks)) or 'compatible'} |"
    yield ""
    yield "</details>"
    yield ""


def _modes(judgement: Judgement, broken: Sequence[object]) -> str:
    return "every mode" if not broken else counted(len(judgement.breaks) - len(broken), "mode") + " of seven"


def _more(count: int, noun: str) -> Iterable[str]:
    return [f"\n… and {counted(count, f'more {noun}')}."] if count > 0 else []
