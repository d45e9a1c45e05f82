"""`eventpact apply`: a registry and a cluster brought to what the contracts say."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
@click.option("--quiet", is_flag=True, help="Only say how it ended.")
def apply(
    *,
    contracts: Path,
    systems: tuple[str, ...],
    registry: str | None,
    brokers: str | None,
    only: str | None,
    limit: int | None,
    quiet: bool,
) -> None:
    """Bring a registry and a cluster to what the contracts say.

    Each step can be repeated: an apply that was stopped is finished by the next one. Nothing is ever deleted. Exits
    with 1, and changes nothing, when something that is there contradicts the contracts.

    Examples:
      eventpact apply --registry http://localhost:8081 --brokers localhost:9092
      eventpact apply --only schemas
      eventpact apply --replication-factor-limit 1   # a development cluster of one broker
    """
    from eventpact.wording import counted
    from eventpact_cli.connecting import connected
    from eventpact_cli.console import progress
    from eventpact_registry.plan import apply as carry_out
    from eventpact_registry.plan import summary

    with connected(brokers, registry, only) as (client, topics):
        todo = make_plan(contracts, systems, limit, client, topics)
        if todo.conflicts or not quiet:
            show_plan(todo, "text")
        if todo.conflicts:
            click.echo(f"error: nothing was applied: {counted(len(todo.conflicts), 'conflict')} to settle", err=True)
            click.get_current_context().exit(ending.FOUND)
        with progress("applying") as bar:
            task = bar.add_task("", total=len(todo.steps))
            carry_out(todo, registry=client, cluster=topics, on_step=lambda step: bar.update(task, completed=step.done))
    if todo.steps:
        click.echo(f"Applied {counted(len(todo.steps), 'change')}")
    elif quiet:
        click.echo(summary(todo))
