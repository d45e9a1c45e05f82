"""Which records may be handled at the same time: those of different strands; within a strand one follows the other.

A strand is a partition, a key, or a single record, as the order asks for that is to be kept. Strands are handed to
whoever is free, so no worker idles while any strand has work, as it would if keys were dealt out to workers beforehand.
"""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

T = TypeVar("T")


class Strand(list[T]):
    """Items that are dealt with in their order, by one worker at a time.

    One object, for most strands of a group by key are of one record: what lives while it waits for a worker is gone
    over by the garbage collector.
    """

    __slots__ = ("name",)

    name: Hashable


class Strands(Generic[T]):
    """All strands that have items; whoever shares it between threads locks it."""

    def __init__(self) -> None:
        self._strands: dict[Hashable, Strand[T]] = {}

    def __len__(self) -> int:
        return len(self._strands)

    def add(self, name: Hashable, item: T) -> Strand[T] | None:
        """Put an item behind those of its strand; the strand when nobody has it yet, so that it is for a worker."""
        strand = self._strands.get(name)
        if strand is not None:
            strand.append(item)
            return None
        strand = self._strands[name] = Strand((item,))
        strand.name = name
        return strand

    def take(self, strand: Strand[T], most: int) -> list[T]:
        """The next items of a strand, for the worker that has it; none when those it had were dropped."""
        taken = strand[:most]
        del strand[:most]
        return taken

    def give_back(self, strand: Strand[T]) -> bool:
        """A worker is done with what it took; true when the strand has more, so that it is for a worker again."""
        if strand:
            return True
        del self._strands[strand.name]
        return False

    def drop(self, unwanted: Callable[[T], bool]) -> list[T]:
        """Forget items that no worker has taken; those dropped, strand by strand in their order."""
        dropped: list[T] = []
        for strand in self._strands.values():
            gone = [*map(unwanted, strand)]
            if any(gone):
                dropped += compress(strand, gone)
                strand[:] = [item for item, is_gone in zip(strand, gone, strict=True) if not is_gone]
        return dropped
