"""Schema ids that have become others, in a file: what `schemas import` writes and replays read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eventpact.errors import OutputError
from eventpact.json_file import read_json

if TYPE_CHECKING:
    from collections.abc import Mapping


def write_ids(ids: Mapping[int, int], file: Path) -> None:
    """Write which id became which.

    Raises:
        OutputError: the file cannot be written.
    """
    try:
        file.write_text(json.dumps({str(old): new for old, new in sorted(ids.items())}, indent=2) + "\n")
    except OSError as error:
        raise OutputError(f"{file}: {error.strerror}; the ids were not written") from error


def read_ids(file: Path | None) -> dict[int, int]:
    """Which id became which; none without a file.

    Raises:
        BadParameter: the file says something else.
        OSError: it cannot be read.
    """
    if file is None:
        return {}
    try:
        return {int(old): int(new) for old, new in read_json(file).items()}
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise click.BadParameter(f"{file} does not say which schema id became which: {error}") from error


ids_option = click.option(
    "--schema-ids",
    "ids",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Schema ids that have become others, as `schemas import --ids` writes them.",
)
