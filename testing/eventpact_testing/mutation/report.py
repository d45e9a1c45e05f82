"""The proof as a table, its totals, and the explanation of what survives."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from eventpact_testing.mutation.history import HISTORY
from eventpact_testing.mutation.operators import OPERATORS, Effect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from eventpact_testing.mutation.proof import Judgement, Proof

_COLUMNS: Final = "{:<37}{:>8}  {:>8}{:>6}{:>12}  {:>5}{:>6}{:>12}"
_HEADERS: Final = (
    _COLUMNS.format("", "", "", "caught", "by", "", "let", "pass by"),
    _COLUMNS.format("operator", "mutants", "breaking", "gate", "properties", "safe", "gate", "properties"),
)


def report(proof: Proof) -> str:
    """All of it, for people."""
    return "\n".join(_lines(proof))


def _lines(proof: Proof) -> Iterator[str]:
    groups: defaultdict[str, list[Judgement]] = defaultdict(list)
    for one in proof.judgements:
        groups[one.placed.mutant.operator].append(one)
    yield from _HEADERS
    for name in [*OPERATORS, *HISTORY]:
        if name in groups:
            yield _row(name, groups[name])
    yield _row("all", proof.judgements)
    yield ""
    judged = f"{len(proof.judgements):,} judgements (a mutant under a mode)"
    yield f"{proof.mutants:,} mutants, {judged}, {proof.examples:,} examples"
    yield from _rates(proof)
    yield from _second_opinion(proof)
    yield from _survivors(proof)


def _row(name: str, judgements: Iterable[Judgement]) -> str:
    found = list(judgements)
    breaking = [one for one in found if one.expected is Effect.BREAKS]
    safe = [one for one in found if one.expected is Effect.SAFE]
    count = len({id(one.placed) for one in found})
    return _COLUMNS.format(
        name,
        f"{count:,}",
        f"{len(breaking):,}",
        _count(breaking, lambda one: one.gate),
        _count(breaking, lambda one: one.properties),
        f"{len(safe):,}",
        _count(safe, lambda one: not one.gate),
        _count(safe, lambda one: not one.properties),
    )


def _count(judgements: list[Judgement], holds: Callable[[Judgement], bool]) -> str:
    return f"{sum(map(holds, judgements)):,}" if judgements else "-"


def _rates(proof: Proof) -> Iterator[str]:
    breaking = [one for one in proof.judgements if one.expected is Effect.BREAKS]
    safe = [one for one in proof.judgements if one.expected is Effect.SAFE]
    for who, caught in _JUDGES.items():
        killed, alarms = sum(map(caught, breaking)), sum(map(caught, safe))
        rate = 100 * killed / len(breaking) if breaking else 100
        kills = f"kill rate {rate:.1f} % ({killed:,} of {len(breaking):,})"
        yield f"{who}: {kills}, false alarms {alarms:,} of {len(safe):,}"


_JUDGES: Final[dict[str, Callable[[Judgement], bool]]] = {
    "gate": lambda one: one.gate,
    "properties": lambda one: one.properties,
}


def _second_opinion(proof: Proof) -> Iterator[str]:
    asked = proof.peer_agrees + len(proof.peer_parts)
    yield f"fastavro, on the same events, agrees with the table in {proof.peer_agrees:,} of {asked:,} directions"
    for line in proof.peer_parts:
        yield f"  {line}"


def _survivors(proof: Proof) -> Iterator[str]:
    named = [one for one in proof.judgements if one.explained]
    if named:
        gate, properties = sum(one.gate for one in named), sum(one.properties for one in named)
        yield (
            f"explained: {len(named):,} judgements of records with another name: the gate refuses {gate:,}, properties "
            f"{properties:,}, because registries compare names, which bytes do not hold"
        )
    yield from (f"wrong: {_described(one)}" for one in proof.wrong)


def _described(one: Judgement) -> str:
    said = ", ".join(f"{who} {'caught it' if caught(one) else 'let it pass'}" for who, caught in _JUDGES.items())
    return f"{one.placed.label} under {one.mode} {one.expected}: {said}"
