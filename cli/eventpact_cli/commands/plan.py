"""`eventpact plan`: what would change on a registry and a cluster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from eventpact_cli import ending
from eventpact_cli.explaining import Explained
from eventpact_cli.options import brokers_option, contracts_option, registry_option
from eventpact_cli.planning import demand_sense, make_plan, plan_options, show_plan

if TYPE_CHECKING:
    from eventpact_cli.planning import Form


@click.command(cls=Explained)
@contracts_option
@registry_option
@brokers_option
@plan_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="text for people, markdown for a pull request, json for machines.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Keep the plan in a file; `eventpact apply FILE` carries out this one or none.",
)
@click.option("--fail-on-drift", is_flag=True, help="Exit with 1 when there is anything to change.")
def plan(
    *,
    contracts: Path,
    registry: str | None,
    brokers: str | None,
    systems: tuple[str, ...],
    select: tuple[str, ...],
    only: str | None,
    acls: bool,
    allow_repartition: bool,
    prune: tuple[str, ...],
    limit: int | None,
    form: Form,
    out: Path | None,
    fail_on_drift: bool,
) -> None:
    """Show what a registry and a cluster lack of the contracts; nothing is changed.

    Schemas are compared by meaning: a registry that reformatted one shows no change. Exits with 1 when something that
    is there contradicts the contracts, or when versions break their subject's mode: no apply can change that.

    Examples:
      eventpact plan --registry http://localhost:8081 --brokers localhost:9092
      eventpact plan --only schemas --system quikapp --format json
      eventpact plan --select 'QuikApp.message.*' --out plan.json
      eventpact plan --prune git:v1.4.0
      eventpact plan --acls
      eventpact plan --fail-on-drift
    """
    from eventpact_cli.connecting import connected
    from eventpact_registry.plan import Choices, save

    choices = Choices(
        systems=systems,
        select=select,
        only=only,
        acls=acls,
        allow_repartition=allow_repartition,
        prune=prune,
        limit=limit,
    )
    choices = demand_sense(choices)
    with connected(brokers, registry, choices.only, acls=choices.acls) as link:
        todo = make_plan(contracts, choices, link)
        if out is not None and not todo.conflicts:
            save(out, todo, choices, link.registry_url, link.brokers)
    show_plan(todo, form)
    if todo.conflicts or (fail_on_drift and not todo.empty):
        click.get_current_context().exit(ending.FOUND)
