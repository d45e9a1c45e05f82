"""`eventpact dev`: the embedded broker and registry in the foreground, with the contracts applied."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eventpact_cli.options import contracts_option, system_option

if TYPE_CHECKING:
    from collections.abc import Iterator


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
    r"""Run the embedded broker and registry with the contracts applied, and print the settings to export.

    Needs no Java and no container. The broker keeps its records in memory; its limits are printed when it starts.

    \b
    Examples:
      eventpact dev
      eventpact dev --env-file dev.env        # in other shells: . dev.env
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
        exports = [f"export {name}={value}" for name, value in stack.environ().items()]
        click.echo(f"{len(todo.steps)} changes applied; stop it with Ctrl-C\n")
        click.echo("\n".join([*exports, "", str(stack.limits)]))
        with _kept(env_file, exports):
            until_stopped()


@contextmanager
def _kept(file: Path | None, lines: list[str]) -> Iterator[None]:
    """Hold lines in a file while the block runs; they appear at once or not at all."""
    if file is None:
        yield
        return
    from eventpact.errors import OutputError

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_name(f".{file.name}.new")
        beside.write_text("\n".join(lines) + "\n")
        beside.replace(file)
    except OSError as error:
        raise OutputError(f"{file} cannot be written: {error.strerror}") from error
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
