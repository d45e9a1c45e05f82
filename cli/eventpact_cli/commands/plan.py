"""`eventpact plan`: what a registry and a cluster lack of the contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

from eventpact_cli import ending
from eventpact_cli.explaining import Explained
from eventpact_cli.options import brokers_option, contracts_option, registry_option, system_option
from eventpact_cli.planning import make_plan, plan_options, show_plan

if TYPE_CHECKING:
    from pathlib import Path


@click.command(cls=Explained)
@contracts_option
@system_option
@registry_option
@brokers_option
@plan_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="text for people, json for machines.",
)
@click.option("--fail-on-drift", is_flag=True, help="Exit with 1 when there is anything to change.")
def plan(
    *,
    contracts: Path,
    systems: tuple[str, ...],
    registry: str | None,
    brokers: str | None,
    only: str | None,
    limit: int | None,
    form: Literal["text", "json"],
    fail_on_drift: bool,
) -> None:
    """Show what a registry and a cluster lack of the contracts; nothing is changed.

    Schemas are compared by meaning: a registry that reformatted one shows no change. Exits with 1 when something that
    is there contradicts the contracts, which no apply can change.

    Examples:
      eventpact plan --registry http://localhost:8081 --brokers localhost:9092
      eventpact plan --only schemas --system quikapp --format json
      eventpact plan --fail-on-drift
    """
    from eventpact_cli.connecting import connected

    with connected(brokers, registry, only) as (client, topics):
        todo = make_plan(contracts, systems, limit, client, topics)
    show_plan(todo, form)
    if todo.conflicts or (fail_on_drift and not todo.empty):
        click.get_current_context().exit(ending.FOUND)
