"""Contracts with mutants in them: a next version each of many events, at most one a topic folder, in memory."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eventpact_registry.contracts.repository import ContractRepository

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from eventpact_registry.contracts.model import Mode, System, Topic, VersionedType
    from eventpact_registry.contracts.source import Tree
    from eventpact_testing.mutation.mutants import Mutant


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A mutant and the event that it is the next version of."""

    mutant: Mutant
    system: System
    topic: Topic
    event: VersionedType

    @property
    def folder(self) -> str:
        """The topic's folder, `quikapp/message.sent`, where whatever the gate says of it is found."""
        return f"{self.system.name}/{self.topic.folder}"

    @property
    def file(self) -> str:
        """The next version's file, below the contracts folder."""
        return f"{self.folder}/{self.event.name}.v{self.event.latest.version + 1}.avsc"

    @property
    def label(self) -> str:
        """What was done where, `quikapp/MessageSent data.content: change_type`."""
        where = f" {self.mutant.path}" if self.mutant.path else ""
        return f"{self.system.name}/{self.event.name}{where}: {self.mutant.operator}"


@dataclass(frozen=True, slots=True)
class InMemory:
    """A tree as a source."""

    tree: Tree

    def read(self) -> Tree:
        """The tree."""
        return self.tree


def rounds(placed: Iterable[Placed]) -> Iterator[list[Placed]]:
    """Mutants in as few groups as can be in which no two share a folder."""
    waiting = list(placed)
    while waiting:
        chosen: dict[str, Placed] = {}
        left = [one for one in waiting if chosen.setdefault(one.folder, one) is not one]
        yield list(chosen.values())
        waiting = left


def with_mutants(base: ContractRepository, tree: Tree, mutants: Iterable[Placed]) -> ContractRepository:
    """The contracts with a next version of each event that has a mutant, released as a new major version.

    Raises:
        ContractError: a mutant cannot even be loaded.
    """
    files = tree.files | {one.file: json.dumps(one.mutant.body, indent=2).encode() for one in mutants}
    changed = replace(tree, files=dict(sorted(files.items())))
    loaded = ContractRepository.load(InMemory(changed), base.parsed)
    released = {name: replace(system, package_version="999.0.0") for name, system in loaded.systems.items()}
    return replace(loaded, systems=released)


def under_mode(repository: ContractRepository, mode: Mode) -> ContractRepository:
    """The contracts with every topic under one compatibility mode.

    Groups pin no versions there: a pin binds whatever the mode is.
    """
    systems = {
        name: replace(
            system,
            topics={folder: replace(topic, compatibility=mode) for folder, topic in system.topics.items()},
            groups={group: replace(pins, reads={}) for group, pins in system.groups.items()},
        )
        for name, system in repository.systems.items()
    }
    return replace(repository, systems=systems)
