"""How output looks: colours, tables and progress on a terminal, plain lines in a pipe."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from eventpact.wording import printable
from eventpact_registry.reports.style import wants_color

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import IO

_PIPE_WIDTH = 200


def console(stream: IO[str] | None = None) -> Console:
    """A console on a stream, standard output by default; wide in a pipe, so that no cell is cut."""
    target = stream or sys.stdout
    return Console(
        file=target,
        highlight=False,
        color_system="auto" if wants_color(target, os.environ) else None,
        width=None if target.isatty() else _PIPE_WIDTH,
    )


def show_table(
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Iterable[str] = (),
    styles: Sequence[str | None] | None = None,
) -> None:
    """Print a table without lines on standard output; what is not printable in a cell is escaped.

    `right` names the columns that hold numbers, `styles` gives each row a colour.
    """
    numbers = set(right)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for header in headers:
        table.add_column(header, justify="right" if header in numbers else "left", overflow="fold")
    for row, style in zip(rows, styles or [None] * len(rows), strict=True):
        table.add_row(*(escape(printable(cell)) for cell in row), style=style)
    out = console()
    with out.capture() as captured:
        out.print(table)
    for line in captured.get().splitlines():
        out.file.write(line.rstrip() + "\n")


def progress(label: str) -> Progress:
    """A progress bar on standard error; nothing where that is no terminal."""
    return Progress(
        TextColumn(label),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console(sys.stderr),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
