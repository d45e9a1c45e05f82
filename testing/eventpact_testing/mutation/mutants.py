"""Mutants of a version: its schema changed by each operator at each place that allows it."""

from __future__ import annotations

import copy
import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from eventpact import avro
from eventpact.errors import SchemaError
from eventpact_registry.contracts.model import Mode
from eventpact_testing.mutation.operators import BREAKS, OPERATORS, SAFE, Effect, Spot
from eventpact_testing.mutation.sites import at, sites

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from eventpact.avro.model import Schema
    from eventpact_registry.contracts.model import SchemaVersion, System, Topic
    from eventpact_testing.mutation.operators import Operator
    from eventpact_testing.mutation.sites import Json, Site

_TOP: Final = "schema"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mutant:
    """A next version of a schema, and what that does under each mode that it says something about."""

    operator: str
    path: str
    """Where, `data.attachments`; empty at the top."""
    body: Json
    effects: Mapping[Mode, Effect]
    meaning: bool = False
    """Whether only those notice who know logical types."""
    backward: Effect = Effect.OPEN
    """On the pair with the version before; open where only the history as a whole is meant."""
    forward: Effect = Effect.OPEN
    references: tuple[Schema, ...] = field(default=(), repr=False)

    def parsed(self) -> Schema:
        """The schema; None of the mutants given out fails to parse."""
        body = {key: value for key, value in self.body.items() if key != "references"}
        return avro.parse(json.dumps(body), references=self.references)


def mutants(version: SchemaVersion, protected: frozenset[str] = frozenset()) -> Iterator[Mutant]:
    """Every mutant of a version, operator by operator; fields at `protected` paths stay as they are."""
    body = json.loads(version.source)
    if isinstance(version.schema, avro.Record):
        found = list(sites(body))
        for operator in OPERATORS.values():
            for site in found:
                if site.kind == operator.kind and operator.fits(site) and not _kept(site, protected):
                    mutant = _mutated(operator, site, body, version)
                    if mutant is not None:
                        yield mutant


def _kept(site: Site, protected: frozenset[str]) -> bool:
    return site.kind != "record" and site.path in protected


def _mutated(operator: Operator, site: Site, body: Json, version: SchemaVersion) -> Mutant | None:
    whole = {_TOP: copy.deepcopy(body)}
    *way, last = (_TOP, *site.keys)
    if not operator.change(Spot(at(whole, tuple(way)), last, whole[_TOP])):
        return None
    mutant = Mutant(
        operator=operator.name,
        path=site.path,
        body=whole[_TOP],
        effects=effects(operator),
        meaning=operator.meaning,
        backward=operator.backward,
        forward=operator.forward,
        references=tuple(pinned.schema for pinned in version.pinned.values()),
    )
    return mutant if parses(mutant) else None


def parses(mutant: Mutant) -> bool:
    """Whether the change leaves a valid schema: a default somewhere may not fit any more."""
    try:
        mutant.parsed()
    except SchemaError:
        return False
    return True


def effects(operator: Operator) -> dict[Mode, Effect]:
    """What the modes that look at the version before must say; those that look further back are not asked.

    A change of logical type is against the gate's policy under every mode, so only those are asked where it breaks.
    """
    both = max(operator.backward, operator.forward, key=[SAFE, Effect.OPEN, Effect.NAMES, BREAKS].index)
    found = {Mode.NONE: SAFE, Mode.BACKWARD: operator.backward, Mode.FORWARD: operator.forward, Mode.FULL: both}
    return {mode: effect for mode, effect in found.items() if not operator.meaning or effect is BREAKS}


def protected_paths(system: System, topic: Topic) -> frozenset[str]:
    """Fields that keys, headers and the envelope lead through: contracts without them do not load at all."""
    paths = [*topic.key, *(path for path in topic.headers.values() if not path.startswith("=")), *system.fill]
    steps = (path.split(".") for path in paths)
    return frozenset(".".join(step[:length]) for step in steps for length in range(1, len(step) + 1))


def balanced(groups: Mapping[str, list[Any]], count: int) -> list[Any]:
    """`count` things, the same number from each group as far as it has so many, the first ones of each."""
    queues = {name: iter(things) for name, things in groups.items()}
    chosen: list[Any] = []
    while queues and len(chosen) < count:
        for name in list(queues):
            thing = next(queues[name], None)
            if thing is None:
                del queues[name]
            elif len(chosen) < count:
                chosen.append(thing)
    return chosen


def by_operator(found: Iterator[Mutant]) -> dict[str, list[Mutant]]:
    """Mutants in groups by operator."""
    groups: defaultdict[str, list[Mutant]] = defaultdict(list)
    for mutant in found:
        groups[mutant.operator].append(mutant)
    return dict(groups)
