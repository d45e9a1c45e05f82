"""Findings as GitHub Actions' workflow commands, which mark the lines of a pull request.

The syntax, and what must be escaped in it, are those of `@actions/core` (`issueCommand`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from eventpact_registry.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eventpact_registry.findings import Finding

_COMMANDS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_DATA: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def render(findings: Sequence[Finding], *, color: bool = False) -> str:  # noqa: ARG001 - all formats are called alike
    """One command a finding; nothing when there is none."""
    return "".join(f"{_command(finding)}\n" for finding in findings)


def _command(finding: Finding) -> str:
    place = finding.location
    properties = {"file": place.file, "line": str(place.line), "col": str(place.column), "title": finding.rule}
    if place.revision:
        # The line is one of the base; the pull request shows it only where the file still stands.
        properties["title"] += f" (in {place.revision})"
    written = ",".join(f"{name}={value.translate(_PROPERTY)}" for name, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {written}::{_message(finding).translate(_DATA)}"


def _message(finding: Finding) -> str:
    lines = [finding.message]
    if finding.mode:
        lines.append(f"Mode: {finding.mode}")
    if finding.groups:
        lines.append(f"Groups hit: {', '.join(finding.groups)}")
    if finding.packages:
        lines.append(f"Packages hit: {', '.join(finding.packages)}")
    proof = finding.counterexample
    if proof is not None:
        lines.append(f"Message written with {proof.writer}: {json.dumps(proof.value, ensure_ascii=False)}")
        lines.append(f"Fails in {proof.reader}: {proof.error}")
    if finding.hint:
        lines.append(f"Fix: {finding.hint}")
    if finding.approved:
        lines.append(f"Approved by {finding.approved.by} until {finding.approved.until}: {finding.approved.reason}")
    if finding.docs:
        lines.append(f"Docs: {finding.docs}")
    return "\n".join(lines)
