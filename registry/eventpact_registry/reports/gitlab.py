"""Findings as GitLab's Code Quality report, which a merge request shows at its lines.

The format is that of GitLab's documentation (docs.gitlab.com, "Code Quality report format"), a part of Code Climate's.
"""

from __future__ import annotations

import json
from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from eventpact_registry.findings import Severity
from eventpact_registry.reports.evidence import paragraph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eventpact_registry.findings import Finding

_SEVERITIES: Final = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(findings: Sequence[Finding], *, color: bool = False) -> str:  # noqa: ARG001 - all formats are called alike
    """The array of issues; an empty one when there is nothing, so that GitLab sees old issues as resolved."""
    seen: Counter[str] = Counter()
    issues = [_issue(finding, seen) for finding in findings]
    return json.dumps(issues, indent=2, ensure_ascii=False) + "\n"


def _issue(finding: Finding, seen: Counter[str]) -> dict[str, Any]:
    place = finding.location
    return {
        "description": paragraph(finding),
        "check_name": finding.rule,
        "fingerprint": _fingerprint(finding, seen),
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": place.file.removeprefix("./"), "lines": {"begin": place.line}},
    }


def _fingerprint(finding: Finding, seen: Counter[str]) -> str:
    """What GitLab knows an issue by from one run to the next: not its line, which moves, and no two alike in a run."""
    key = "\0".join([finding.rule, finding.location.file, finding.path, finding.message])
    seen[key] += 1
    return sha256(f"{key}\0{seen[key]}".encode()).hexdigest()
