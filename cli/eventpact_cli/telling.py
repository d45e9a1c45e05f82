"""The demonstration's narrator on a console: chapters, lines, findings, one progress bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from rich.markup import escape

from eventpact_cli.console import progress
from eventpact_registry.reports.style import Style
from eventpact_registry.reports.text import block

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import Console
    from rich.progress import TaskID

    from eventpact_registry.findings import Finding


class ConsoleNarrator:
    """Tells on a console; the bar is drawn on a terminal only."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = progress("{task.description}")
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def chapter(self, title: str) -> None:
        """Open a chapter: the bars of the last one go."""
        for task in self._tasks.values():
            self._bar.remove_task(task)
        self._tasks.clear()
        self._console.print(f"\n[bold]{escape(title)}[/bold]")

    def say(self, line: str) -> None:
        """Tell one thing that happened."""
        self._console.print(f"  {escape(line)}", soft_wrap=True)

    def finding(self, finding: Finding) -> None:
        """Show a finding as `check` shows it."""
        self._console.out(block(finding, Style(self._console.color_system is not None)))

    def progress(self, what: str, done: int, total: int) -> None:
        """Move the bar of what goes on."""
        if what not in self._tasks:
            self._tasks[what] = self._bar.add_task(what)
        self._bar.update(self._tasks[what], completed=done, total=max(total, 1))
