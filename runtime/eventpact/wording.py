"""Words for messages: what counts things, and what stands for things that are not shown or not printable."""

from __future__ import annotations

import json
from typing import Final

MASK: Final = "***"
"""What stands for personal data where people read."""


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """A count with its noun, `1 topic` or `1,200 topics`; the plural adds an s where none is given."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"


def printable(text: str) -> str:
    """Text of others on one line that a terminal shows and does not obey.

    What is not printable (`str.isprintable`), such as a terminal's escapes, line ends and marks that turn text around,
    is written as JSON would escape it; so JSON stays the same JSON.
    """
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in text).replace("\x7f", "\\u007f")


def printable_lines(text: str) -> str:
    """As `printable`, of text whose own line ends stay."""
    return "\n".join(map(printable, text.split("\n")))
