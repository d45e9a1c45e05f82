"""What contracts ask of a registry and a cluster: subjects with their versions, topics, and who may do what."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from eventpact.topic import TopicContract
from eventpact_registry.client import Pin
from eventpact_registry.contracts.placeholder import is_open
from eventpact_registry.plan.accounts import accounts
from eventpact_registry.plan.retired import NOTHING, Retired

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from eventpact_registry.contracts.model import Mode, SchemaVersion, System, Topic, VersionedType
    from eventpact_registry.contracts.repository import ContractRepository
    from eventpact_registry.plan.accounts import Account


@dataclass(frozen=True, slots=True, eq=False)
class DesiredSubject:
    """A subject as contracts declare it: contract version N is registry version N."""

    name: str
    level: Mode
    versions: tuple[SchemaVersion, ...]
    owner: str = ""
    """The team that answers for it; empty where the contracts leave that open."""


@dataclass(frozen=True, slots=True, eq=False)
class DesiredTopic:
    """A topic as contracts declare it."""

    contract: TopicContract
    declared: Topic


@dataclass(frozen=True, slots=True, eq=False)
class Desired:
    """Everything that contracts ask for, in order of name."""

    subjects: tuple[DesiredSubject, ...]
    topics: tuple[DesiredTopic, ...]
    run_time_topics: tuple[str, ...]
    """Names with parameters (`chat.messages.{tenant_id}`): made when a tenant is."""
    accounts: tuple[Account, ...] = ()
    """Groups and producers, in order of principal."""
    retired: Retired = NOTHING
    """What may be deleted."""

    def selected(self, patterns: Collection[str]) -> Desired:
        """What has a name that fits one of the patterns (`fnmatch`, whole names); all of it without patterns."""
        if not patterns:
            return self

        def fits(name: str) -> bool:
            return any(fnmatchcase(name, pattern) for pattern in patterns)

        return replace(
            self,
            subjects=tuple(subject for subject in self.subjects if fits(subject.name)),
            topics=tuple(topic for topic in self.topics if fits(topic.contract.name)),
            run_time_topics=tuple(filter(fits, self.run_time_topics)),
            accounts=tuple(account for account in self.accounts if fits(account.principal)),
            retired=Retired(
                tuple(filter(fits, self.retired.subjects)),
                tuple(filter(fits, self.retired.topics)),
                tuple(right for right in self.retired.rights if fits(right.principal)),
            ),
        )


def desired(repository: ContractRepository, systems: Collection[str] = ()) -> Desired:
    """What the contracts of `systems`, or of all, ask for."""
    chosen = [system for name, system in repository.systems.items() if not systems or name in systems]
    topics = sorted((topic for system in chosen for topic in system.topics.values()), key=lambda topic: topic.name)
    subjects = {subject.name: subject for system in chosen for subject in _subjects(system)}
    return Desired(
        subjects=tuple(subjects[name] for name in sorted(subjects)),
        topics=tuple(DesiredTopic(topic_contract(topic), topic) for topic in topics if not topic.parameters),
        run_time_topics=tuple(topic.name for topic in topics if topic.parameters),
        accounts=accounts(repository, systems),
    )


def pins(version: SchemaVersion) -> tuple[Pin, ...]:
    """A version's references as a registry keeps them."""
    return tuple(Pin(reference.name, reference.subject, reference.version) for reference in version.references)


def _subjects(system: System) -> Iterator[DesiredSubject]:
    for shared in system.types.values():
        yield _subject(shared.full_name, system.type_compatibility, shared, system.owner)
    for topic, event in system.events():
        yield _subject(topic.subject(event), topic.compatibility, event, topic.owner)


def _subject(name: str, level: Mode, versioned: VersionedType, owner: str) -> DesiredSubject:
    return DesiredSubject(name, level, versioned.versions, "" if is_open(owner) else owner)


def topic_contract(topic: Topic) -> TopicContract:
    """What creates a topic; its name may still hold run-time parameters."""
    return TopicContract(
        name=topic.name,
        partitions=topic.partitions,
        replication_factor=topic.replication_factor,
        config=topic.topic_config(),
    )
