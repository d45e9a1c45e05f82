"""Words for messages that count things."""

from __future__ import annotations


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """A count with its noun, `1 topic` or `1,200 topics`; the plural adds an s where none is given."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"
