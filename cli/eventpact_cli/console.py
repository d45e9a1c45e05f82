"""How output looks: colours, tables and progress on a terminal, plain lines in a pipe."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import IO

_PIPE_WIDTH = 200


def console(stream: IO[str] | None = None) -> Console:
    """A console on a stream, standard output by default; wide in a pipe, so that no cell is cut."""
    target = stream or sys.stdout
    return Console(file=target, highlight=False, width=None if target.isatty() else _PIPE_WIDTH)


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], *, right: Iterable[str] = ()) -> Table:
    """A table without lines; `right` names the columns that hold numbers."""
    numbers = set(right)
    made = Table(box=None, pad_edge=False, header_style="bold")
    for header in headers:
        made.add_column(header, justify="right" if header in numbers else "left", overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made


def progress(label: str) -> Progress:
    """A progress bar on standard error; nothing where that is no terminal."""
    return Progress(
        TextColumn(label),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
