"""How a command explains itself: its docstring, whose examples stay as they are written and come last."""

from __future__ import annotations

from inspect import cleandoc
from typing import Any, Final

import click

_EXAMPLES: Final = "\n\nExamples:\n"


class Explained(click.Command):
    """A command whose docstring may end with `Examples:`, one command a line."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take what `click.command` passes, and part the text from the examples."""
        super().__init__(*args, **kwargs)
        self.help, _, self.examples = cleandoc(self.help or "").partition(_EXAMPLES)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples, below the options."""
        super().format_epilog(ctx, formatter)
        if self.examples:
            with formatter.section("Examples"):
                formatter.write_text(f"\b\n{cleandoc(self.examples)}")  # click's sign that lines stay as they are


class ExplainedGroup(Explained, click.Group):
    """A command with commands of its own, explained likewise."""
