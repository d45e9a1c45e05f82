"""Findings as SARIF 2.1.0 (OASIS), which code scanning services and editors take."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from eventpact_registry.findings import Severity
from eventpact_registry.reports.evidence import paragraph
from eventpact_registry.rules.catalog import rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eventpact_registry.findings import Finding

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render(findings: Sequence[Finding], *, color: bool = False) -> str:  # noqa: ARG001 - all formats are called alike
    """One run with its results, and the documentation of the rules that they name."""
    named = list(dict.fromkeys(finding.rule for finding in findings))
    run = {
        "tool": {"driver": {"name": "eventpact", "rules": [_rule(rule) for rule in named]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, named.index(finding.rule)) for finding in findings],
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _rule(name: str) -> dict[str, Any]:
    rule = rules().get(name)
    if rule is None:  # CONTRACT: a file that no rule can judge
        return {"id": name, "shortDescription": {"text": "A contract file is not valid."}}
    about = {"Why": rule.reason, "Anti-pattern": rule.anti_pattern, "Best practice": rule.best_practice}
    return {
        "id": name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.reason or rule.summary},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "help": {
            "text": "\n".join(f"{label}: {text}" for label, text in about.items() if text),
            "markdown": "\n\n".join(f"**{label}**: {text}" for label, text in about.items() if text),
        },
    }


def _result(finding: Finding, rule_index: int) -> dict[str, Any]:
    place = finding.location
    key = "\0".join([finding.rule, place.file, finding.path, finding.message])
    properties = {
        "mode": finding.mode,
        "groups": list(finding.groups),
        "packages": list(finding.packages),
        "path": finding.path,
        "revision": place.revision,
    }
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "level": _LEVELS[finding.severity],
        "message": {"text": paragraph(finding)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(place.file.removeprefix("./")) or "."},
                    "region": {"startLine": place.line, "startColumn": place.column},
                }
            }
        ],
        "partialFingerprints": {"eventpact/v1": sha256(key.encode()).hexdigest()},
        "properties": {name: value for name, value in properties.items() if value},
    }
