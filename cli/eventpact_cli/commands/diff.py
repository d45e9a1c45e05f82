"""`eventpact diff`: what changed between two versions or sources, by meaning."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from eventpact_cli.explaining import Explained
from eventpact_cli.options import contracts_option

if TYPE_CHECKING:
    from pathlib import Path

    from eventpact_registry.contracts.source import Base
    from eventpact_registry.diff.comparison import Comparison


@click.command(cls=Explained)
@contracts_option
@click.argument("old")
@click.argument("new")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="text for people, json for machines.",
)
@click.option(
    "--changelog",
    is_flag=True,
    help="Print text for a changelog: per system what was added, changed, deprecated and removed.",
)
def diff(*, contracts: Path, old: str, new: str, form: str, changelog: bool) -> None:
    """Show what changed between two versions or sources, and what each compatibility mode says of it.

    OLD and NEW are two versions, EVENT@N or SYSTEM/EVENT@N, or the path of a schema file; or two sources, dir:PATH,
    git:REV or registry:URL. Versions are looked up in --contracts. A registry is asked for the subjects of the other
    source.

    Examples:
      eventpact diff quikapp/MessageSent@1 quikapp/MessageSent@2
      eventpact diff git:origin/main dir:contracts
      eventpact diff registry:http://localhost:8081 dir:contracts
      eventpact diff git:v1.0 git:v2.0 --format json
      eventpact diff git:v1.0 git:v2.0 --changelog
    """
    from eventpact_registry.reports import changelog as as_changelog
    from eventpact_registry.reports import diff_json, diff_text
    from eventpact_registry.reports.style import wants_color

    comparison = _compared(contracts, old, new)
    if changelog:
        if comparison.judgements and not comparison.changes:
            raise click.UsageError("--changelog is of two sources, not of two versions", click.get_current_context())
        click.echo(as_changelog.render(comparison), nl=False)
    elif form == "json":
        click.echo(diff_json.render(comparison), nl=False)
    else:
        click.echo(diff_text.render(comparison, color=wants_color(sys.stdout, os.environ)), nl=False)


def _compared(contracts: Path, old: str, new: str) -> Comparison:
    from eventpact_cli.loading import JUDGED, load, load_pair
    from eventpact_registry.contracts.version_names import find_version, is_version_name
    from eventpact_registry.diff.comparison import compare, compare_versions

    sources = [_source(text, contracts) for text in (old, new) if not is_version_name(text)]
    if not sources:
        repository = load(contracts, tolerated=JUDGED)
        return compare_versions(find_version(repository, old), find_version(repository, new))
    if len(sources) == 2:
        return compare(*load_pair(sources[0], sources[1], contracts))
    raise click.UsageError("one version and one source: OLD and NEW are two of a kind", click.get_current_context())


def _source(text: str, contracts: Path) -> Base:
    from eventpact.errors import ContractError
    from eventpact_registry.contracts.source import parse_base

    try:
        return parse_base(text, contracts)
    except ContractError as error:
        message = f"'{text}' is neither a version, like MessageSent@2, nor a source, like git:main or dir:contracts"
        raise click.UsageError(message, click.get_current_context()) from error
