"""Python source in the making: lines with indentation, and fresh names."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LEVEL: Final = 8
"""Indentation from which on code goes on in a function of its own: Python allows 20 loops within loops."""

MAX_NESTING: Final = 16
"""Records within records before the next is a function of its own."""

MAX_INLINED: Final = 64
"""Schemas or plans that a record may hold, with all inside, to be inlined wherever it is used."""

MAX_BRANCHES: Final = 256
"""Branches of a union that code tells apart; a wider one is left to `slow`: Python nests each `elif` in the last."""


class Source:
    """The lines of one function body."""

    def __init__(self, level: int = 0) -> None:
        self.lines: list[str] = []
        self.level = level
        self._names = 0

    def add(self, *lines: str) -> None:
        """Append lines at the current indentation."""
        self.lines += [f"{'    ' * self.level}{line}" for line in lines]

    @contextmanager
    def block(self, header: str) -> Iterator[None]:
        """What is added inside stands in the block that the header opens."""
        self.add(header)
        self.level += 1
        start = len(self.lines)
        yield
        if len(self.lines) == start:
            self.add("pass")
        self.level -= 1

    def fresh(self, prefix: str = "v") -> str:
        """A name that nothing else in the function has."""
        self._names += 1
        return f"{prefix}{self._names}"

    def take(self, start: int) -> list[str]:
        """Remove and return the lines from `start` on."""
        taken = self.lines[start:]
        del self.lines[start:]
        return taken


Sink: TypeAlias = Callable[[str], str]
"""From an expression to the statement that puts its value where it belongs."""


def assign_to(target: str) -> Sink:
    """A sink that assigns to a variable, an attribute or an item."""
    return lambda value: f"{target} = {value}"
