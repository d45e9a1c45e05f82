"""`eventpact generate`: the contracts compiled into typed Python packages."""

from __future__ import annotations

from pathlib import Path

import click

from eventpact_cli import ending
from eventpact_cli.explaining import Explained
from eventpact_cli.options import contracts_option, system_option


@click.command(cls=Explained)
@contracts_option
@system_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    default=Path("build/packages"),
    show_default=True,
    help="Folder that gets one folder a package.",
)
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 when files are not as the contracts want them.")
@click.option("--quiet", is_flag=True, help="Only report what is wrong.")
def generate(*, contracts: Path, systems: tuple[str, ...], out: Path, check: bool, quiet: bool) -> None:
    """Compile the contracts into typed Python packages, one installable package a system.

    The same contracts give the same bytes. Files of an earlier run that are not needed any more are removed; a file
    that this command did not write is never touched.

    Examples:
      eventpact generate
      eventpact generate --system quikapp --out build/packages
      eventpact generate --check
    """
    from eventpact.wording import counted
    from eventpact_cli.loading import load, only_known
    from eventpact_codegen import generate as compile_packages

    repository = load(contracts)
    report = compile_packages(repository, out, systems=only_known(repository, systems) or None, check=check)
    if check and report.drift:
        for drift in report.drift:
            click.echo(f"{drift.path}: {drift.kind}")
        differ = "differs" if len(report.drift) == 1 else "differ"
        click.echo(
            f"{counted(len(report.drift), 'file')} {differ} from the contracts; run `eventpact generate --out {out}`"
        )
        click.get_current_context().exit(ending.FOUND)
    if not quiet:
        for package in report.packages:
            changed = f"{len(package.drift)} changed" if package.drift else "unchanged"
            size = f"{counted(package.events, 'event')}, {counted(package.files, 'file')}"
            click.echo(f"{package.folder}: {package.distribution}, {size}, {changed}")
