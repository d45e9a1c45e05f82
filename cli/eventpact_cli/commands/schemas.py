"""`eventpact schemas`: what a registry holds, ids included, kept in a file and given back."""

from __future__ import annotations

from pathlib import Path

import click

from eventpact_cli import ending
from eventpact_cli.explaining import Explained, ExplainedGroup
from eventpact_cli.options import registry_option


@click.group(cls=ExplainedGroup)
def schemas() -> None:
    """Keep a registry's schemas in a file, with the ids that records name them by, and give them back.

    Examples:
      eventpact schemas export --out schemas.json
      eventpact schemas import schemas.json --ids ids.json
    """


@schemas.command(cls=Explained)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, metavar="FILE", help="The file to write."
)
@registry_option
def export(*, out: Path, registry: str | None) -> None:
    """Write every version of every subject to a file, with ids, references and the subjects' own levels.

    Examples:
      eventpact schemas export --out schemas.json --registry http://localhost:8081
    """
    from eventpact.wording import counted
    from eventpact_cli.connecting import connected
    from eventpact_cli.console import progress
    from eventpact_registry.keeping import keep, write_schemas

    with connected(None, registry, "schemas") as link, progress("reading") as bar:
        task = bar.add_task("", total=None)
        kept = keep(link.schemas, on_subject=lambda: bar.advance(task))
    write_schemas(kept, out)
    click.echo(f"{out}: {counted(len(kept.versions), 'schema version')}")


@schemas.command("import", cls=Explained)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@click.option(
    "--ids", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write which id became which."
)
@registry_option
def import_schemas(*, file: Path, ids: Path | None, registry: str | None) -> None:
    """Register what a registry lacks of an export, with the same ids where it takes them (IMPORT mode).

    What is there already is left as it is. Exits with 1 when ids became others and --ids keeps no note of it, or when a
    version was refused.

    Examples:
      eventpact schemas import schemas.json --registry http://localhost:8081
      eventpact schemas import schemas.json --ids ids.json
    """
    from eventpact.wording import counted
    from eventpact_cli.connecting import connected
    from eventpact_cli.console import progress
    from eventpact_cli.schema_ids import write_ids
    from eventpact_registry.keeping import give_back, read_schemas

    kept = read_schemas(file)
    with connected(None, registry, "schemas") as link, progress("registering") as bar:
        task = bar.add_task("", total=len(kept.versions))
        done = give_back(link.schemas, kept, on_version=lambda: bar.advance(task))
    if ids is not None:
        write_ids(done.ids, ids)
    for subject, why in done.refused.items():
        click.echo(f"{subject}: {why}")
    click.echo(
        f"{counted(done.registered, 'version')} registered, {done.there:,} there before, "
        f"{counted(len(done.ids), 'id')} became others"
    )
    if done.refused or (done.ids and ids is None):
        click.get_current_context().exit(ending.FOUND)
