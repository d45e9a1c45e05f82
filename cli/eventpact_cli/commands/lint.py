"""`eventpact lint`: the contracts judged by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from eventpact_cli.explaining import Explained
from eventpact_cli.judging import finding_options, report
from eventpact_cli.options import contracts_option

if TYPE_CHECKING:
    from pathlib import Path


@click.command(cls=Explained)
@contracts_option
@finding_options
def lint(*, contracts: Path, form: str, quiet: bool) -> None:
    """Judge the contracts by themselves: names, docs, types, topics.

    Exits with 1 when there is an error. Severities are set by rule in `eventpact.yaml`.

    Examples:
      eventpact lint
      eventpact lint --format github
    """
    from eventpact_cli.loading import JUDGED, load
    from eventpact_registry import gate

    report(lambda: gate.lint(load(contracts, tolerated=JUDGED)), form=form, quiet=quiet)
