"""The proof: mutants are made, gate and properties judge each of them, and what they say is held to the table."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Final

from eventpact_registry.contracts.model import Mode
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.findings import Severity
from eventpact_registry.gate import check
from eventpact_testing.mutation.history import history_mutants
from eventpact_testing.mutation.judge import judged
from eventpact_testing.mutation.mutants import balanced, mutants, protected_paths
from eventpact_testing.mutation.operators import Effect
from eventpact_testing.mutation.rounds import InMemory, Placed, rounds, under_mode, with_mutants
from eventpact_testing.properties.case import Violation
from eventpact_testing.properties.evolution import pair_case
from eventpact_testing.properties.running import Tally, examples_of, run
from eventpact_testing.properties.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_registry.contracts.model import SchemaVersion, VersionedType
    from eventpact_registry.contracts.source import Tree
    from eventpact_registry.findings import Finding

EXAMPLES: Final = 5
"""What hypothesis adds to the values that are always tried, for each mutant and direction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What was said of one mutant under one mode."""

    placed: Placed
    mode: Mode
    expected: Effect
    gate: bool
    """Whether the gate found an error."""
    properties: bool
    """Whether a property failed."""

    @property
    def right(self) -> bool:
        """Whether both said what the table says."""
        return self.gate == self.properties == (self.expected is Effect.BREAKS)

    @property
    def explained(self) -> bool:
        """Whether they were expected to part: a record's name is the registry's business, not that of the bytes."""
        return self.expected is Effect.NAMES


@dataclass(slots=True)
class Proof:
    """The outcome."""

    mutants: int = 0
    judgements: list[Judgement] = field(default_factory=list)
    examples: int = 0
    """Events that properties were tried on."""
    peer_agrees: int = 0
    """Directions in which fastavro, reading the same events, confirms the table."""
    peer_parts: list[str] = field(default_factory=list)
    """Where it does not."""

    @property
    def wrong(self) -> list[Judgement]:
        """Breaking mutants that live, and safe ones that were not let pass."""
        return [one for one in self.judgements if not one.right and not one.explained]


def prove(tree: Tree, count: int, seed: int = 0) -> Proof:
    """Judge `count` mutants of the contracts, spread over all operators.

    Raises:
        ContractError: the contracts are not valid.
    """
    base = ContractRepository.load(InMemory(tree))
    chosen = _chosen(base, count, seed)
    proof = Proof(mutants=len(chosen))
    gate = _Gate(base)
    for group in rounds(chosen):
        changed = with_mutants(base, tree, group)
        for mode in Mode:
            errors = gate.new_errors(changed, mode, group)
            for placed in group:
                expected = placed.mutant.effects.get(mode, Effect.OPEN)
                if expected is not Effect.OPEN:
                    failed = _fails(placed, _grown(changed, placed), mode, proof)
                    proof.judgements.append(
                        Judgement(
                            placed=placed,
                            mode=mode,
                            expected=expected,
                            gate=any(_is_about(placed, error) for error in errors),
                            properties=failed,
                        )
                    )
        for placed in group:
            _ask_peer(placed, _grown(changed, placed), proof)
    return proof


def _chosen(base: ContractRepository, count: int, seed: int) -> list[Placed]:
    groups: defaultdict[str, list[Placed]] = defaultdict(list)
    for system, topic, event in base.events():
        protected = protected_paths(system, topic)
        for mutant in (*mutants(event.latest, protected), *history_mutants(event.versions, protected)):
            groups[mutant.operator].append(Placed(mutant, system, topic, event))
    for name, group in groups.items():
        Random(f"{seed} {name}").shuffle(group)  # noqa: S311 - which mutants are judged is no secret
    return balanced(groups, count)


def _grown(changed: ContractRepository, placed: Placed) -> VersionedType:
    """The event with its mutant as the latest version."""
    return changed.systems[placed.system.name].topics[placed.topic.folder].events[placed.event.name]


class _Gate:
    """`check` on a pull request that adds the mutants; what it says without them does not count."""

    def __init__(self, base: ContractRepository) -> None:
        self._base = base
        self._before: dict[Mode, frozenset[tuple[str, str, str]]] = {}

    def new_errors(self, changed: ContractRepository, mode: Mode, group: list[Placed]) -> list[Finding]:
        """The errors that mutants bring under a mode; not asked where no mutant says anything about it."""
        if not any(mode in placed.mutant.effects for placed in group):
            return []
        base = under_mode(self._base, mode)
        if mode not in self._before:
            self._before[mode] = frozenset(map(_identity, _errors(check(base, base))))
        found = _errors(check(under_mode(changed, mode), base))
        return [one for one in found if _identity(one) not in self._before[mode]]


def _is_about(placed: Placed, error: Finding) -> bool:
    """Whether an error is in the mutant's folder, or in a shared type and names the mutant's version."""
    system, folder, _ = error.location.file.split("/")[-3:]
    version = f"{placed.event.name} version {placed.event.latest.version + 1}"
    named = version in {error.details.get("writer"), error.details.get("reader")}
    return f"{system}/{folder}" == placed.folder or (named and system == placed.system.name)


def _errors(findings: list[Finding]) -> list[Finding]:
    return [one for one in findings if one.severity is Severity.ERROR]


def _identity(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.message, finding.location.file


def _fails(placed: Placed, event: VersionedType, mode: Mode, proof: Proof) -> bool:
    """Whether a property fails on a pair that the mode promises and the mutant is part of."""
    subject = Subject(system=placed.system, topic=placed.topic, event=event, mode=mode)
    return any(
        _pair_fails(subject, writer, reader, proof)
        for writer, reader in subject.promised()
        if event.latest in {writer, reader}
    )


def _pair_fails(subject: Subject, writer: SchemaVersion, reader: SchemaVersion, proof: Proof) -> bool:
    direction = "backward" if writer.version < reader.version else "forward"
    tally = Tally()
    try:
        run(pair_case(subject, writer, reader, direction), examples_of(EXAMPLES), None, tally)
    except Violation:
        return True
    finally:
        proof.examples += tally.examples
    return False


def _ask_peer(placed: Placed, event: VersionedType, proof: Proof) -> None:
    """Hold the table to what fastavro does with the same events."""
    before, latest = event.versions[-2:]
    mutant = placed.mutant
    for writer, reader, expected in _directions(before, latest, mutant.backward, mutant.forward):
        if mutant.meaning or expected not in {Effect.SAFE, Effect.BREAKS}:
            continue
        if judged(writer, reader) is expected:
            proof.peer_agrees += 1
        else:
            direction = "backward" if writer is before else "forward"
            proof.peer_parts.append(f"{placed.label} {direction}: {expected}, says the table")


def _directions(
    before: SchemaVersion, latest: SchemaVersion, backward: Effect, forward: Effect
) -> Iterator[tuple[SchemaVersion, SchemaVersion, Effect]]:
    yield before, latest, backward
    yield latest, before, forward
