"""`eventpact apply`: a registry and a cluster brought to what the contracts say."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eventpact_cli import ending
from eventpact_cli.explaining import Explained
from eventpact_cli.options import brokers_option, contracts_option, registry_option
from eventpact_cli.planning import demand_sense, make_plan, plan_options, show_plan

if TYPE_CHECKING:
    from eventpact_registry.plan import Plan


@click.command(cls=Explained)
@click.argument("saved", metavar="[PLAN]", required=False, type=click.Path(path_type=Path, dir_okay=False))
@contracts_option
@registry_option
@brokers_option
@plan_options
@click.option("--yes", is_flag=True, help="Delete what --prune finds without asking.")
@click.option("--quiet", is_flag=True, help="Only say how it ended.")
def apply(
    *,
    saved: Path | None,
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
    yes: bool,
    quiet: bool,
) -> None:
    """Bring a registry and a cluster to what the contracts say.

    Each step can be repeated: an apply that was stopped is finished by the next one. Nothing is deleted, and no right
    taken away, but with --prune, which asks first. PLAN is a file that `eventpact plan --out` wrote: it is carried out
    if contracts, registry and cluster are still as they were then. Exits with 1, and changes nothing, when something
    that is there contradicts the contracts.

    Examples:
      eventpact apply --registry http://localhost:8081 --brokers localhost:9092
      eventpact apply plan.json
      eventpact apply --only schemas
      eventpact apply --prune git:v1.4.0
      eventpact apply --acls
      eventpact apply --replication-factor-limit 1   # a development cluster of one broker
    """
    from eventpact.wording import counted
    from eventpact_cli.connecting import connected
    from eventpact_cli.console import progress
    from eventpact_registry.plan import Choices, read, summary
    from eventpact_registry.plan import apply as carry_out

    choices = Choices(
        systems=systems,
        select=select,
        only=only,
        acls=acls,
        allow_repartition=allow_repartition,
        prune=prune,
        limit=limit,
    )
    plan_file = read(saved) if saved else None
    if plan_file is not None:
        if choices != Choices():
            raise click.UsageError("a plan brings its own choices: give PLAN, or options for a new plan")
        choices = plan_file.choices
    choices = demand_sense(choices)
    with connected(brokers, registry, choices.only, acls=choices.acls) as link:
        todo = make_plan(contracts, choices, link)
        if plan_file is not None:
            plan_file.demand(todo, link.registry_url, link.brokers)
        if todo.conflicts or not quiet:
            show_plan(todo, "text")
        if todo.conflicts:
            click.echo(f"error: nothing was applied: {counted(len(todo.conflicts), 'conflict')} to settle", err=True)
            click.get_current_context().exit(ending.FOUND)
        _ask_before_deleting(todo, yes=yes)
        with progress("applying") as bar:
            task = bar.add_task("", total=len(todo.steps))
            carry_out(
                todo,
                registry=link.registry,
                cluster=link.topics,
                access=link.acls,
                on_step=lambda step: bar.update(task, completed=step.done),
            )
    if todo.steps:
        click.echo(f"Applied {counted(len(todo.steps), 'change')}")
    elif quiet:
        click.echo(summary(todo))


def _ask_before_deleting(plan: Plan, *, yes: bool) -> None:
    """Go on only when somebody has agreed to what will be lost."""
    from eventpact.wording import counted
    from eventpact_registry.plan import describe

    if not plan.deletions or yes:
        return
    lost = "; ".join(str(describe(step)) for step in plan.deletions)
    if not sys.stdin.isatty():
        raise click.UsageError(f"nothing was applied: add --yes to {lost}")
    click.confirm(f"{counted(len(plan.deletions), 'deletion')} that nothing brings back. Go on?", abort=True)
