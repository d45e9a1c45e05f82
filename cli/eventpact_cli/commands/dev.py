"""`eventpact dev`: the embedded broker and registry in the foreground, with the contracts applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from eventpact_cli.options import contracts_option, system_option

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@contracts_option
@system_option
@click.option(
    "--registry-port", default=8081, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one."
)
@click.option(
    "--database",
    default=":memory:",
    show_default=True,
    metavar="FILE",
    help="SQLite file that keeps the schemas between runs.",
)
@click.option("--tenant", "tenants", multiple=True, metavar="ID", help="Also create this tenant's topics; repeatable.")
def dev(
    *, contracts: Path, systems: tuple[str, ...], registry_port: int, database: str, tenants: tuple[str, ...]
) -> None:
    r"""Run the embedded broker and registry with the contracts applied, and print the settings to export.

    Needs no Java and no container. The broker keeps its records in memory; its limits are printed when it starts.

    \b
    Examples:
      eventpact dev
      eventpact dev --system chatplatform --tenant acme --tenant globex
    """
    from eventpact_cli.loading import load, only_known
    from eventpact_cli.waiting import until_stopped
    from eventpact_testing.stack import embedded_stack, planned, synchronise, tenants_of

    repository = load(contracts)
    chosen = only_known(repository, systems)
    with embedded_stack(client_id="dev", database=database, registry_port=registry_port) as stack:
        todo = planned(repository, stack, systems=chosen)
        synchronise(todo, stack)
        for name in chosen or repository.systems:
            for tenant in tenants:
                tenants_of(repository.systems[name], stack).create(tenant)
        click.echo(f"{len(todo.steps)} changes applied; stop it with Ctrl-C\n")
        for name, value in stack.environ().items():
            click.echo(f"export {name}={value}")
        click.echo(f"\n{stack.limits}")
        until_stopped()
