"""`eventpact generate`: the contracts compiled into typed packages."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from eventpact_cli import ending
from eventpact_cli.explaining import Explained
from eventpact_cli.options import contracts_option, system_option


@click.command(cls=Explained)
@contracts_option
@system_option
@click.option(
    "--target",
    "name",
    metavar="NAME",
    default="python",
    show_default=True,
    help="What to make: python, pydantic, typescript, or what a plug-in brings.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder that gets one folder a package.  [default: build/packages, or build/NAME for other targets]",
)
@click.option(
    "--templates",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder of templates, each in place of the built-in one of its name.",
)
@click.option("--list-templates", is_flag=True, help="Only list the target's templates and where they are.")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 when files are not as the contracts want them.")
@click.option("--quiet", is_flag=True, help="Only report what is wrong.")
def generate(
    *,
    contracts: Path,
    systems: tuple[str, ...],
    name: str,
    out: Path | None,
    templates: Path | None,
    list_templates: bool,
    check: bool,
    quiet: bool,
) -> None:
    """Compile the contracts into typed packages, one installable package a system.

    The same contracts give the same bytes. Files of an earlier run that are not needed any more are removed, whole
    packages of systems that are gone too; a file that this command did not write is never touched.

    Examples:
      eventpact generate
      eventpact generate --system quikapp --out build/packages
      eventpact generate --target typescript
      eventpact generate --check
    """
    from eventpact.wording import counted
    from eventpact_cli.loading import load, only_known
    from eventpact_codegen import generate as compile_packages
    from eventpact_codegen.rendering import built_in_templates
    from eventpact_codegen.targets import named

    target = named(name)
    if list_templates:
        for template, file in built_in_templates(target).items():
            click.echo(f"{template}  {file}")
        return
    out = out or Path("build", target.folder)
    repository = load(contracts)
    wanted = only_known(repository, systems) or None
    report = compile_packages(repository, out, systems=wanted, check=check, templates=templates, target=target)
    if check and report.drift:
        for drift in report.drift:
            click.echo(f"{drift.path}: {drift.kind}")
        differ = "differs" if len(report.drift) == 1 else "differ"
        click.echo(f"{counted(len(report.drift), 'file')} {differ} from the contracts; run `{_again(out)}`")
        click.get_current_context().exit(ending.FOUND)
    if not quiet:
        for package in report.packages:
            changed = f"{len(package.drift)} changed" if package.drift else "unchanged"
            size = f"{counted(package.events, 'event')}, {counted(package.files, 'file')}"
            click.echo(f"{package.folder}: {package.distribution}, {size}, {changed}")
        for gone in report.left_over:
            click.echo(f"{gone.folder}: removed, the contracts have no such system any more")


def _again(out: Path) -> str:
    """The command that writes what was checked: as it was called, without `--check`."""
    given = click.get_current_context().params
    options = [
        ("--contracts", given["contracts"] if given["contracts"] != Path("contracts") else None),
        *(("--system", system) for system in given["systems"]),
        ("--target", given["name"] if given["name"] != "python" else None),
        ("--out", out),
        ("--templates", given["templates"]),
    ]
    return shlex.join(
        ["eventpact", "generate", *(str(part) for option in options if option[1] is not None for part in option)]
    )
