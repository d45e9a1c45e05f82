"""What `plan` and `apply` share: their options, the plan itself, and how it is shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from eventpact_cli.options import limit_option

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from eventpact.operate.topics import Topics
    from eventpact_registry.client import RegistryClient
    from eventpact_registry.plan import Plan

F = TypeVar("F", bound="Callable[..., Any]")


def plan_options(command: F) -> F:
    """`--only` and `--replication-factor-limit`."""
    only = click.option(
        "--only", type=click.Choice(["schemas", "topics"]), help="Leave the other side alone and unasked."
    )
    return only(limit_option(command))


def make_plan(
    contracts: Path,
    systems: tuple[str, ...],
    limit: int | None,
    registry: RegistryClient | None,
    topics: Topics | None,
) -> Plan:
    """Load the contracts, read what there is, and compare."""
    from eventpact_cli.loading import load, only_known
    from eventpact_registry.plan import desired, plan, read_state

    repository = load(contracts)
    wanted = desired(repository, only_known(repository, systems))
    state = read_state(wanted, registry=registry, cluster=topics)
    return plan(wanted, state, replication_factor_limit=limit)


def show_plan(plan: Plan, form: Literal["text", "json"]) -> None:
    """Print a plan: a table for people, or JSON for machines."""
    from eventpact_registry.plan import as_json, rows, summary

    if form == "json":
        click.echo(json.dumps(as_json(plan), indent=2))
        return
    if plan.steps:
        from eventpact_cli.console import show_table

        show_table(("change", "of", "name", "detail"), rows(plan))
    for conflict in plan.conflicts:
        click.echo(f"conflict: {conflict}")
    for note in plan.notes:
        click.echo(f"note: {note.about}: {note.text}")
    click.echo(summary(plan))
