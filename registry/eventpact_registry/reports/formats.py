"""The formats that findings come in, by the name that `--format` takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from eventpact_registry.contracts.model import Location
from eventpact_registry.findings import Finding, Severity
from eventpact_registry.reports import as_json, github, gitlab, junit, markdown, sarif, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eventpact.errors import ContractError


class Format(Protocol):
    """Turns findings into text that ends with a line break, or into nothing."""

    def __call__(self, findings: Sequence[Finding], *, color: bool = False) -> str:
        """The text; `color` is for terminals and only where the format has any."""


FORMATS: Final[Mapping[str, Format]] = {
    "text": text.render,
    "json": as_json.render,
    "github": github.render,
    "gitlab": gitlab.render,
    "junit": junit.render,
    "sarif": sarif.render,
    "markdown": markdown.render,
}


def problems_as_findings(error: ContractError) -> list[Finding]:
    """What is wrong in contract files as findings of the rule `CONTRACT`, so that every format can show it."""
    return [
        Finding(
            rule="CONTRACT",
            severity=Severity.ERROR,
            message=problem.message,
            location=Location(problem.file or "", problem.line or 1, problem.column or 1),
            hint=problem.hint or "",
        )
        for problem in error.problems
    ]
