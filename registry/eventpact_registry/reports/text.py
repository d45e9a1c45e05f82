"""Findings for people: on a terminal in colour, in a pipe as plain lines that editors can jump from."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Final

from eventpact_registry.findings import Severity
from eventpact_registry.reports.style import Style

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eventpact_registry.findings import Finding

_COLORS: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_LABEL_WIDTH: Final = 8


def render(findings: Sequence[Finding], *, color: bool = False) -> str:
    """Each finding with its evidence, and a line that counts them."""
    style = Style(color)
    blocks = [block(finding, style) for finding in findings]
    return "\n\n".join([*blocks, _summary(findings, style)]) + "\n"


def block(finding: Finding, style: Style) -> str:
    """One finding with its evidence."""
    return "\n".join(_lines(finding, style))


def _lines(finding: Finding, style: Style) -> Iterator[str]:
    label = "approved" if finding.approved else finding.severity.value
    yield f"{style(str(finding.location), 'bold')}: {style(label, _COLORS[finding.severity], 'bold')} {finding.rule}"
    yield f"  {finding.message}"
    for label, text in _evidence(finding):
        yield f"    {style(label.ljust(_LABEL_WIDTH), 'dim')} {text}"


def _evidence(finding: Finding) -> Iterator[tuple[str, str]]:
    if finding.mode:
        yield "mode", finding.mode
    if finding.groups:
        yield "groups", ", ".join(finding.groups)
    if finding.packages:
        yield "packages", ", ".join(finding.packages)
    proof = finding.counterexample
    if proof is not None:
        yield "message", json.dumps(proof.value, ensure_ascii=False)
        yield "written", f"with {proof.writer}, {len(proof.data)} bytes"
        yield "fails", f"in {proof.reader}: {proof.error}"
    if finding.hint:
        yield "fix", finding.hint
    if finding.approved:
        yield "approved", f"by {finding.approved.by} until {finding.approved.until}: {finding.approved.reason}"
    if finding.docs:
        yield "docs", finding.docs


def _summary(findings: Sequence[Finding], style: Style) -> str:
    if not findings:
        return style("nothing found", "green")
    counts = Counter(finding.severity for finding in findings if not finding.approved)
    parts = [
        style(_plural(counts[severity], severity), _COLORS[severity], "bold")
        for severity in Severity
        if counts[severity]
    ]
    approved = sum(finding.approved is not None for finding in findings)
    return ", ".join([*parts, f"{approved} approved"] if approved else parts)


def _plural(count: int, severity: Severity) -> str:
    word = "note" if severity is Severity.INFO else severity.value
    return f"{count} {word}{'' if count == 1 else 's'}"
