"""`eventpact check`: every version pair judged, and what a change breaks and for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from eventpact_cli.explaining import Explained
from eventpact_cli.judging import finding_options, report
from eventpact_cli.options import SourceType, contracts_option

if TYPE_CHECKING:
    from pathlib import Path

    from eventpact_registry.contracts.source import Source
    from eventpact_registry.findings import Finding


@click.command(cls=Explained)
@contracts_option
@click.option(
    "--against",
    type=SourceType(),
    metavar="SOURCE",
    help="A base to compare with, dir:PATH or git:REV: finds what was removed, rewritten or weakened since.",
)
@finding_options
def check(*, contracts: Path, against: Source | None, form: str, quiet: bool) -> None:
    """Judge the contracts: lint, every version pair under its topic's mode, and what changed against a base.

    Each break of data comes with a message that was really written with one version and really fails in the other, and
    with the consumer groups that it hits. Exits with 1 when there is an error.

    Examples:
      eventpact check
      eventpact check --against git:origin/main
      eventpact check --against git:HEAD --format github
    """
    from eventpact_cli.loading import load
    from eventpact_registry import gate
    from eventpact_registry.contracts.repository import ContractRepository

    def judge() -> list[Finding]:
        return gate.check(load(contracts), ContractRepository.load(against) if against else None)

    report(judge, form=form, quiet=quiet)
