"""Findings for machines: one JSON document, whose shape `docs/schemas/findings.schema.json` describes.

Within a `version` keys are only added, never renamed or removed.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from eventpact_registry.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eventpact_registry.findings import Approved, Counterexample, Finding

SHAPE_VERSION: Final = 1


def render(findings: Sequence[Finding], *, color: bool = False) -> str:  # noqa: ARG001 - all formats are called alike
    """The document, indented, in the order of the findings."""
    counts = Counter(finding.severity for finding in findings)
    document = {
        "version": SHAPE_VERSION,
        "summary": {
            **{severity.value: counts[severity] for severity in Severity},
            "approved": sum(finding.approved is not None for finding in findings),
        },
        "findings": [_finding(finding) for finding in findings],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _finding(finding: Finding) -> dict[str, Any]:
    place = finding.location
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message": finding.message,
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "revision": place.revision or None,
        "path": finding.path or None,
        "mode": finding.mode,
        "hint": finding.hint or None,
        "groups": list(finding.groups),
        "packages": list(finding.packages),
        "docs": finding.docs or None,
        "approved": _approved(finding.approved),
        "counterexample": _counterexample(finding.counterexample),
        "details": finding.details,
    }


def _approved(approved: Approved | None) -> dict[str, str] | None:
    if approved is None:
        return None
    return {
        "severity": approved.severity.value,
        "reason": approved.reason,
        "by": approved.by,
        "until": approved.until.isoformat(),
    }


def _counterexample(proof: Counterexample | None) -> dict[str, Any] | None:
    if proof is None:
        return None
    return {
        "writer": proof.writer,
        "reader": proof.reader,
        "value": proof.value,
        "data": base64.b64encode(proof.data).decode(),
        "error": proof.error,
    }
