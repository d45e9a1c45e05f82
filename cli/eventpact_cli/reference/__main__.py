"""`python -m eventpact_cli.reference`: write the reference pages, or check that they are as the code makes them."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from eventpact_cli.reference import PAGES


@click.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("docs/reference"))
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 when a page is not as the code makes it.")
def main(out: Path, *, check: bool) -> None:
    """Write the reference pages."""
    drifted = False
    for name, make in PAGES.items():
        file, text = out / name, make()
        if file.is_file() and file.read_text(encoding="utf-8") == text:
            continue
        drifted = True
        if not check:
            out.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        click.echo(f"{file}: {'differs' if check else 'written'}")
    if check and drifted:
        click.echo("run `make docs`")
        sys.exit(1)


if __name__ == "__main__":
    main()
