"""`eventpact build`: the contracts as wheels and source distributions."""

from __future__ import annotations

from pathlib import Path

import click

from eventpact_cli.explaining import Explained
from eventpact_cli.options import contracts_option, system_option


@click.command(cls=Explained)
@contracts_option
@system_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    default=Path("dist"),
    show_default=True,
    help="Folder that gets the files.",
)
@click.option("--quiet", is_flag=True, help="Only report what is wrong.")
def build(*, contracts: Path, systems: tuple[str, ...], out: Path, quiet: bool) -> None:
    """Build a wheel and a source distribution of each system's package, ready for an index.

    Needs no network. The same contracts give the same bytes, anywhere and at any time: files inside are dated by
    SOURCE_DATE_EPOCH, or 2020. The packages require the runtime from an index, whatever `runtime-path` says.

    Examples:
      eventpact build
      eventpact build --system quikapp --out dist
    """
    from eventpact_cli.console import progress
    from eventpact_cli.loading import load, only_known
    from eventpact_codegen.artifacts import build_all

    repository = load(contracts)
    wanted = only_known(repository, systems) or None
    with progress("building") as bar:
        task = bar.add_task("building", total=None)

        def started(_system: str, total: int) -> None:
            bar.update(task, total=total, advance=1)

        artifacts = build_all(repository, out, systems=wanted, started=started)
    replaced = [artifact for artifact in artifacts if artifact.was == "different"]
    for artifact in () if quiet else artifacts:
        state = {"absent": "new", "same": "unchanged", "different": "changed"}[artifact.was]
        click.echo(f"{artifact.path}: {artifact.size:,} bytes, sha256 {artifact.sha256}, {state}")
    if replaced:
        names = ", ".join(dict.fromkeys(artifact.system for artifact in replaced))
        click.echo(f"{names}: other files had this version; raise package.version before you publish them", err=True)
