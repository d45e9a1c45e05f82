"""`eventpact apply`: a registry and a cluster brought to what the contracts say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from eventpact_cli.options import brokers_option, contracts_option, registry_option, system_option
from eventpact_cli.planning import make_plan, plan_options, show_plan

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
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
    r"""Bring a registry and a cluster to what the contracts say.

    Each step can be repeated: an apply that was stopped is finished by the next one. Nothing is ever deleted.

    \b
    Examples:
      eventpact apply --registry http://localhost:8081 --brokers localhost:9092
      eventpact apply --only schemas
      eventpact apply --replication-factor-limit 1     # a development cluster of one broker
    """
    from eventpact_cli.connecting import connected
    from eventpact_cli.console import progress
    from eventpact_registry.plan import apply as carry_out

    with connected(brokers, registry, only) as (client, topics):
        todo = make_plan(contracts, systems, limit, client, topics)
        if todo.empty or not quiet:
            show_plan(todo, "text")
        with progress("applying") as bar:
            task = bar.add_task("", total=len(todo.steps))
            carry_out(todo, registry=client, cluster=topics, on_step=lambda step: bar.update(task, completed=step.done))
    if not todo.empty:
        click.echo(f"Applied {len(todo.steps)} changes")
