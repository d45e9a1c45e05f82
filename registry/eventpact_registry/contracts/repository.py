"""`ContractRepository`: everything under `contracts/`, read, validated and put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from eventpact_registry.contracts import checks
from eventpact_registry.contracts.layout import arrange
from eventpact_registry.contracts.model import Approval, Policy, System
from eventpact_registry.contracts.parsed import ParsedFiles
from eventpact_registry.contracts.policy_file import PolicyFile
from eventpact_registry.contracts.problems import Problems
from eventpact_registry.contracts.systems import load_system
from eventpact_registry.contracts.yaml_file import pointer_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from eventpact_registry.contracts.layout import Layout
    from eventpact_registry.contracts.model import Topic, VersionedType
    from eventpact_registry.contracts.problems import Tolerable
    from eventpact_registry.contracts.source import Source, Tree


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What is known of the systems of a repository that were loaded elsewhere."""

    shared_types: frozenset[str] = frozenset()
    first_users: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, kw_only=True)
class ContractRepository:
    """All systems of a contracts folder, valid and complete."""

    systems: Mapping[str, System]
    """By name, in order of name."""
    policy: Policy = field(default_factory=Policy)
    label: str
    """Where it was read from, as a user names it: `contracts`, `git:main`."""
    schemas_only: bool = False
    """Whether only events, types and compatibility levels are known, as of a registry; the rest says nothing."""
    parsed: ParsedFiles = field(default_factory=ParsedFiles, repr=False)
    """Its files by content."""
    neighbours: Neighbours = field(default_factory=Neighbours, repr=False)

    @classmethod
    def load(
        cls, source: Source, parsed: ParsedFiles | None = None, *, tolerated: Collection[Tolerable] = ()
    ) -> ContractRepository:
        """Read and validate every file of a source.

        Args:
            source: a folder, or a revision of one.
            parsed: another repository's `parsed`; what both have in common is then not parsed again.
            tolerated: what is let through because whoever loads judges or mends it.

        Raises:
            ContractError: lists everything that is wrong, with file, line, column and hint, in order of file.
        """
        tree = source.read()
        parsed = parsed or ParsedFiles()
        problems = Problems(tolerated)
        layout = arrange(tree, problems)
        loaded = cls.load_part(tree, layout, layout.systems, problems, parsed)
        problems.raise_any()
        return loaded

    @classmethod
    def load_part(
        cls, tree: Tree, layout: Layout, names: Collection[str], problems: Problems, parsed: ParsedFiles
    ) -> ContractRepository:
        """Load some systems of a tree, and its policy; complete only when no problem was noted."""
        policy = _load_policy(tree, layout.policy_file, problems, parsed)
        systems = {}
        for name in sorted(names):
            system = load_system(layout.systems[name], tree, problems, parsed)
            if system is not None:
                systems[name] = system
        checks.check_systems(systems.values(), problems)
        return cls(systems=systems, policy=policy, label=tree.label, parsed=parsed)

    @cached_property
    def shared_types(self) -> frozenset[str]:
        """Full names of the shared types of all systems."""
        return self.neighbours.shared_types.union(*(system.types for system in self.systems.values()))

    @cached_property
    def first_users(self) -> Mapping[str, str]:
        """Names of topics on the broker to the first system that has a topic of that name."""
        found = dict(self.neighbours.first_users)
        for name, system in self.systems.items():
            for topic in system.topics.values():
                found[topic.name] = min(found.get(topic.name, name), name)
        return found

    def events(self) -> Iterator[tuple[System, Topic, VersionedType]]:
        """Every event with its system and topic, in order."""
        for system in self.systems.values():
            for topic, event in system.events():
                yield system, topic, event


def _load_policy(tree: Tree, path: str | None, problems: Problems, parsed: ParsedFiles) -> Policy:
    yaml, file = parsed.read(PolicyFile, tree, path, problems)
    if yaml is None or file is None:
        return Policy()
    return Policy(
        severities=file.rules,
        approvals=tuple(
            Approval(**dict(approval), locate=yaml.below(pointer_of("approvals", index)))
            for index, approval in enumerate(file.approvals)
        ),
        personal_data_names=tuple(file.personal_data.names),
        personal_data_allowed=tuple(file.personal_data.allow),
        runtime_path=file.runtime_path,
        locate_rule=lambda rule: yaml.locate_key(pointer_of("rules", rule)),
    )
