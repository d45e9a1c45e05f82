"""The seven compatibility modes over a subject's versions, judged by the one resolver (`avro.resolve`).

Both the gate and the embedded registry ask here, so that what `check` passes is what a registry accepts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from eventpact import avro
from eventpact_registry.contracts.model import Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from eventpact.avro.model import Schema
    from eventpact.avro.plan import Mismatch


@dataclass(frozen=True, slots=True)
class Demand:
    """What a mode asks for."""

    backward: bool
    """The new schema must read what the previous ones wrote."""
    forward: bool
    """The previous schemas must read what the new one writes."""
    transitive: bool
    """Against every previous version, not only the last."""


DEMANDS: Final[dict[Mode, Demand]] = {
    Mode.NONE: Demand(backward=False, forward=False, transitive=False),
    Mode.BACKWARD: Demand(backward=True, forward=False, transitive=False),
    Mode.BACKWARD_TRANSITIVE: Demand(backward=True, forward=False, transitive=True),
    Mode.FORWARD: Demand(backward=False, forward=True, transitive=False),
    Mode.FORWARD_TRANSITIVE: Demand(backward=False, forward=True, transitive=True),
    Mode.FULL: Demand(backward=True, forward=True, transitive=False),
    Mode.FULL_TRANSITIVE: Demand(backward=True, forward=True, transitive=True),
}


@dataclass(frozen=True, slots=True)
class Incompatibility:
    """One place where a reader cannot read what a writer wrote, though the mode demands it."""

    index: int
    """Which of the previous schemas, counted from 0."""
    new_reads: bool
    """Whether the new schema is the reader (backward) or the writer (forward)."""
    mismatch: Mismatch


Find: TypeAlias = "Callable[[Schema, Schema], Sequence[Mismatch]]"
"""The mismatches of a writer and a reader, in that order."""


def _find(writer: Schema, reader: Schema) -> Sequence[Mismatch]:
    return avro.resolve(writer=writer, reader=reader).mismatches


def incompatibilities(mode: Mode, new: Schema, previous: Sequence[Schema], find: Find = _find) -> list[Incompatibility]:
    """What `mode` has against `new` after `previous` (oldest first); empty when it is compatible.

    The newest previous version is judged first, and of each the backward direction before the forward one. Whoever
    asks for several modes passes a `find` that remembers.
    """
    demand = DEMANDS[mode]
    return [
        Incompatibility(index, new_reads, mismatch)
        for index in _indices(demand, len(previous))
        for new_reads, writer, reader in _directions(demand, new, previous[index])
        for mismatch in find(writer, reader)
    ]


def _indices(demand: Demand, count: int) -> range:
    """The previous versions to judge, newest first."""
    oldest = 0 if demand.transitive else max(count - 1, 0)
    return range(count - 1, oldest - 1, -1)


def _directions(demand: Demand, new: Schema, old: Schema) -> Iterator[tuple[bool, Schema, Schema]]:
    """(whether the new one reads, writer, reader) for each direction that is demanded."""
    if demand.backward:
        yield True, old, new
    if demand.forward:
        yield False, new, old
