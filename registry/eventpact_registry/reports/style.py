"""Colour for terminals, plain text for everything else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

_CODES: Final = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


class Stream(Protocol):
    """What text is printed to."""

    def isatty(self) -> bool:
        """Whether a person reads it."""


@dataclass(frozen=True, slots=True)
class Style:
    """Marks parts of a text; does nothing without colour."""

    color: bool

    def __call__(self, text: str, *names: str) -> str:
        """The text in a style: `bold`, `dim`, `red`, `green`, `yellow`, `cyan`."""
        if not self.color or not text:
            return text
        return f"\x1b[{';'.join(_CODES[name] for name in names)}m{text}\x1b[0m"


def wants_color(stream: Stream, environ: Mapping[str, str]) -> bool:
    """Whether to use colour: on a terminal that has it, unless `NO_COLOR` says no (no-color.org)."""
    return stream.isatty() and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
