"""`eventpact init`: the first contracts, and the files that have them judged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from eventpact_cli.explaining import Explained

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_STARTER: Final = Path(__file__).parent.parent / "starter"
_CONTRACTS: Final = "contracts"
_JUDGES: Final[Mapping[str, Mapping[str, str]]] = {
    "github": {"github-workflow.yml": ".github/workflows/contracts.yml"},
    "gitlab": {"gitlab-ci.yml": ".gitlab-ci.yml"},
    "pre-commit": {"pre-commit-config.yaml": ".pre-commit-config.yaml"},
}
"""What can have contracts judged, to its file here and there."""


@click.command(cls=Explained)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path(), metavar="[DIR]")
@click.option(
    "--with",
    "judges",
    type=click.Choice(list(_JUDGES)),
    multiple=True,
    default=list(_JUDGES),
    help="What is to have the contracts judged; repeatable. All of them when left out.",
)
def init(*, folder: Path, judges: tuple[str, ...]) -> None:
    """Begin a repository of contracts: an example system with one event, and what has it judged.

    Writes contracts/, a GitHub workflow, a GitLab pipeline and a pre-commit configuration into DIR, by default into the
    current folder. Nothing that is there already is overwritten or added to.

    Examples:
      eventpact init
      eventpact init events --with github --with pre-commit
    """
    for source, path in _files(folder, judges):
        if _write(source, folder / path):
            click.echo(f"{folder / path}: written")
        else:
            click.echo(f"{folder / path}: kept as it is")


def _files(folder: Path, judges: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    """What to write, and where in the folder; contracts that are there already get no example."""
    if (folder / _CONTRACTS).exists():
        click.echo(f"{folder / _CONTRACTS}: kept as it is")
    else:
        for source in sorted((_STARTER / _CONTRACTS).rglob("*")):
            if source.is_file():
                yield source, source.relative_to(_STARTER).as_posix()
    for judge in dict.fromkeys(judges):
        for name, path in _JUDGES[judge].items():
            yield _STARTER / name, path


def _write(source: Path, target: Path) -> bool:
    """Write a new file; False when there is one. A file that could not be written whole is not left behind."""
    from eventpact.errors import OutputError

    text = source.read_bytes()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        stream = target.open("xb")
    except FileExistsError:
        return False
    except OSError as error:
        raise OutputError(f"{target} cannot be written: {error.strerror}") from error
    try:
        with stream:
            stream.write(text)
    except OSError as error:
        target.unlink(missing_ok=True)
        raise OutputError(f"{target} cannot be written: {error.strerror}") from error
    return True
