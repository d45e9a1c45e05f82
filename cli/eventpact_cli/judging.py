"""What `lint` and `check` share: their options, and how findings end a run."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

import click

from eventpact_cli import ending
from eventpact_cli.collecting import nothing_collected

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from eventpact_registry.diff.comparison import Comparison
    from eventpact_registry.findings import Finding

F = TypeVar("F", bound="Callable[..., Any]")

FORMATS: Final = ("text", "json", "github", "gitlab", "junit", "sarif", "markdown")
_SUMMARY: Final = "GITHUB_STEP_SUMMARY"
_HELP: Final = """\
text for people, json for machines; github for annotations in a pull request and the job's summary, markdown for a
comment on one; gitlab for its Code Quality report; junit and sarif for what takes those."""


def finding_options(command: F) -> F:
    """`--format` and `--quiet`."""
    form = click.option(
        "--format",
        "form",
        type=click.Choice(FORMATS),
        default="text",
        show_default=True,
        help=_HELP,
    )
    quiet = click.option("--quiet", is_flag=True, help="Print nothing when there is no error.")
    return form(quiet(command))


def tells_changes(form: str) -> bool:
    """Whether a format tells what changed, besides what is found."""
    return form == "markdown" or (form == "github" and bool(os.environ.get(_SUMMARY)))


def report(
    judge: Callable[[], list[Finding]],
    *,
    form: str,
    quiet: bool,
    changes: Callable[[], Sequence[Comparison]] = tuple,
) -> NoReturn:
    """Print what `judge` finds and exit: 1 when there is an error among it, else 0.

    Contract files that cannot be read are findings here too, so that every format shows them. `changes` is asked only
    for formats that tell what changed.
    """
    from eventpact.errors import ContractError
    from eventpact_registry.findings import Severity
    from eventpact_registry.reports.formats import problems_as_findings

    try:
        with nothing_collected():
            findings = judge()
    except ContractError as error:
        if not any(problem.file for problem in error.problems):  # it is about the source itself, not about its files
            raise
        findings, changes = problems_as_findings(error), tuple
    failed = any(finding.severity is Severity.ERROR for finding in findings)
    if failed or not quiet:
        click.echo(_rendered(findings, form, changes), nl=False)
    summary = os.environ.get(_SUMMARY)
    if form == "github" and summary:
        with Path(summary).open("a", encoding="utf-8") as stream:
            stream.write(_rendered(findings, "markdown", changes))
    click.get_current_context().exit(ending.FOUND if failed else 0)


def _rendered(findings: Sequence[Finding], form: str, changes: Callable[[], Sequence[Comparison]]) -> str:
    from eventpact_registry.reports.formats import FORMATS as RENDERERS
    from eventpact_registry.reports.style import wants_color

    if form == "markdown":
        from eventpact_registry.reports import markdown

        return markdown.render(findings, changes=changes())
    return RENDERERS[form](findings, color=wants_color(sys.stdout, os.environ))
