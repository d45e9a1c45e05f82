"""The formats that findings come in, by the name that `--format` takes."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol

from eventpact_registry.contracts.model import Location
from eventpact_registry.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eventpact.errors import ContractError


_DOCS: Final = "docs/reference/files.md"
"""What contract files may hold."""


class Format(Protocol):
    """Turns findings into text that ends with a line break, or into nothing."""

    def __call__(self, findings: Sequence[Finding], *, color: bool = False) -> str:
        """The text; `color` is for terminals and only where the format has any."""


def _format(module: str) -> Format:
    """The format of one of the modules beside this, which is imported when it is used: a run uses one or two."""

    def render(findings: Sequence[Finding], *, color: bool = False) -> str:
        text: str = import_module(f"eventpact_registry.reports.{module}").render(findings, color=color)
        return text

    return render


FORMATS: Final[Mapping[str, Format]] = {
    "text": _format("text"),
    "json": _format("as_json"),
    "github": _format("github"),
    "gitlab": _format("gitlab"),
    "junit": _format("junit"),
    "sarif": _format("sarif"),
    "markdown": _format("markdown"),
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
            docs=_DOCS,
        )
        for problem in error.problems
    ]
