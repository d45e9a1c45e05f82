"""`eventpact dev`: the embedded broker and registry in the foreground, with the contracts applied."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from eventpact_cli.explaining import Explained
from eventpact_cli.options import contracts_option, system_option


@click.command(cls=Explained)
@contracts_option
@system_option
@click.option(
    "--registry-port",
    default=8081,
    show_default=True,
    type=click.IntRange(0, 65535),
    metavar="PORT",
    help="0 takes a free one.",
)
@click.option(
    "--database",
    default=":memory:",
    show_default=True,
    metavar="FILE",
    help="SQLite file that keeps the schemas between runs.",
)
@click.option(
    "--env-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write the settings here, to be sourced by other shells; removed at the end.",
)
@click.option("--tenant", "tenants", multiple=True, metavar="ID", help="Also create this tenant's topics; repeatable.")
def dev(
    *,
    contracts: Path,
    systems: tuple[str, ...],
    registry_port: int,
    database: str,
    env_file: Path | None,
    tenants: tuple[str, ...],
) -> None:
    """Run the embedded broker and registry with the contracts applied, and print the settings to export.

    Needs no Java and no container. The broker keeps its records in memory; its limits are printed when it starts.

    Examples:
      eventpact dev
      eventpact dev --env-file dev.env   # in other shells: . dev.env
      eventpact dev --system chatplatform --tenant acme --tenant globex
    """
    from eventpact.wording import counted
    from eventpact_cli.env_file import kept
    from eventpact_cli.loading import load, only_known
    from eventpact_cli.waiting import until_stopped
    from eventpact_testing.stack import embedded_stack, planned, synchronise, tenants_of

    repository = load(contracts)
    chosen = only_known(repository, systems)
    with ExitStack() as running:
        stack = running.enter_context(embedded_stack(client_id="dev", database=database, registry_port=registry_port))
        todo = planned(repository, stack, systems=chosen)
        synchronise(todo, stack)
        said = [f"{counted(len(todo.steps), 'change')} applied; stop it with Ctrl-C"]
        owners = [tenants_of(repository.systems[name], stack) for name in chosen or repository.systems]
        for tenant in tenants:
            created = [topic for owner in owners for topic in owner.create(tenant)]
            if not created:
                raise click.UsageError("none of these systems has topics of tenants", click.get_current_context())
            said.append(f"{counted(len(created), 'topic')} for tenant {tenant}")
        exports = [f"export {name}={value}" for name, value in stack.environ().items()]
        if env_file is not None:
            running.enter_context(kept(env_file, exports))
        click.echo("\n".join([*said, "", *exports, "", str(stack.limits)]))
        until_stopped()
