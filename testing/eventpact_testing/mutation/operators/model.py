"""What an operator is: it changes a schema in one way, and says what Avro's rules make of that.

What an operator says follows from what it does ("Schema Resolution", Avro 1.12), not from any resolver: a field that
nobody wrote and that has no default cannot be read, whatever else there is in the schema.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact_testing.mutation.sites import Json, Kind, Site


class Effect(StrEnum):
    """What a change does to a reader."""

    SAFE = "safe"
    """Every message is read, and says the same."""
    BREAKS = "breaks"
    """Some message is not read, or says something else."""
    NAMES = "names"
    """A record has another name: the specification and registries refuse that, while decoders read every message."""
    OPEN = "open"
    """It depends on more than the schema (bytes are text only where they are UTF-8), so nobody is asked."""


SAFE, BREAKS, NAMES, OPEN = Effect.SAFE, Effect.BREAKS, Effect.NAMES, Effect.OPEN


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a copy of a schema, to be changed."""

    holder: Json
    key: str | int
    body: Json
    """The whole schema."""

    @property
    def node(self) -> Json:
        """What stands there."""
        return self.holder[self.key]


Change: TypeAlias = "Callable[[Spot], bool]"
"""Changes what stands at a spot; False where it does not apply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """A way to change a schema."""

    name: str
    kind: Kind
    """What it is applied to."""
    backward: Effect
    """On the changed version as a reader of what the version before it wrote."""
    forward: Effect
    """On the version before as a reader of what the changed one writes."""
    change: Change
    fits: Callable[[Site], bool]
    meaning: bool = False
    """Whether what values say changes: only those who know logical types notice."""

    @property
    def summary(self) -> str:
        """What it does, in a line."""
        return (self.change.__doc__ or "").strip().rstrip(".")


OPERATORS: Final[dict[str, Operator]] = {}
"""By name; filled by the modules of operators."""


def anywhere(_: Site) -> bool:
    """Every place will do."""
    return True


def alone(site: Site) -> bool:
    """No other type could take its place in a union."""
    return site.unions <= 1


def outside_unions(site: Site) -> bool:
    """It is no branch of a union, where names tell types apart."""
    return site.unions == 0


def operator(
    kind: Kind,
    backward: Effect,
    forward: Effect,
    fits: Callable[[Site], bool] = anywhere,
    *,
    meaning: bool = False,
) -> Callable[[Change], Change]:
    """Enter a change into the table, under its own name."""

    def enter(change: Change) -> Change:
        name = change.__name__
        OPERATORS[name] = Operator(
            name=name, kind=kind, backward=backward, forward=forward, change=change, fits=fits, meaning=meaning
        )
        return change

    return enter
