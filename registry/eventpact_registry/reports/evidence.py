"""What stands beside a finding's message, as labelled lines, for the formats that show it as text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_registry.findings import Finding


def evidence(finding: Finding) -> Iterator[tuple[str, str]]:
    """Label and text: the mode, who is hit, the message that fails, what to do, where it is explained."""
    if finding.mode:
        yield "Mode", finding.mode
    if finding.groups:
        yield "Groups hit", ", ".join(finding.groups)
    if finding.packages:
        yield "Packages hit", ", ".join(finding.packages)
    proof = finding.counterexample
    if proof is not None:
        yield f"Message written with {proof.writer}", json.dumps(proof.value, ensure_ascii=False)
        yield f"Fails in {proof.reader}", proof.error
    if finding.approved:
        said = finding.approved
        yield "Approved", f"{said.reason} ({said.by}, until {said.until}; otherwise {said.severity.value})"
    if finding.hint:
        yield "Fix", finding.hint
    if finding.docs:
        yield "Rule", finding.docs


def paragraph(finding: Finding) -> str:
    """The message and what stands beside it, a line each."""
    return "\n".join([finding.message, *(f"{label}: {text}" for label, text in evidence(finding))])
