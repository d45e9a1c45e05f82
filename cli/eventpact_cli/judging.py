"""What `lint` and `check` share: their options, and how findings end a run."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

import click

from eventpact_cli import ending

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact_registry.findings import Finding

F = TypeVar("F", bound="Callable[..., Any]")

FORMATS: Final = ("text", "json", "github")


def finding_options(command: F) -> F:
    """`--format` and `--quiet`."""
    form = click.option(
        "--format",
        "form",
        type=click.Choice(FORMATS),
        default="text",
        show_default=True,
        help="text for people, json for machines, github for annotations in a pull request.",
    )
    quiet = click.option("--quiet", is_flag=True, help="Print nothing when there is no error.")
    return form(quiet(command))


def report(judge: Callable[[], list[Finding]], *, form: str, quiet: bool) -> NoReturn:
    """Print what `judge` finds and exit: 1 when there is an error among it, else 0.

    Contract files that cannot be read are findings here too, so that every format shows them.
    """
    from eventpact.errors import ContractError
    from eventpact_registry.findings import Severity
    from eventpact_registry.reports.formats import FORMATS as RENDERERS
    from eventpact_registry.reports.formats import problems_as_findings
    from eventpact_registry.reports.style import wants_color

    try:
        findings = judge()
    except ContractError as error:
        if not any(problem.file for problem in error.problems):  # it is about the source itself, not about its files
            raise
        findings = problems_as_findings(error)
    failed = any(finding.severity is Severity.ERROR for finding in findings)
    if failed or not quiet:
        click.echo(RENDERERS[form](findings, color=wants_color(sys.stdout, os.environ)), nl=False)
    click.get_current_context().exit(ending.FOUND if failed else 0)
