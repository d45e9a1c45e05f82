"""Words for messages: what counts things, and what stands for things that are not shown."""

from __future__ import annotations

from typing import Final

MASK: Final = "***"
"""What stands for personal data where people read."""


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """A count with its noun, `1 topic` or `1,200 topics`; the plural adds an s where none is given."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"
