"""Who may do what on a cluster, as contracts ask for it: the least that each group and each producer works with.

A group reads its topics and commits as itself; what it cannot handle it writes to dead letter and retry topics, and
reads the latter. A producer writes to its topics, in transactions of its own names. Neither needs a right on the
cluster: whoever may write to a topic may be idempotent (KIP-679, Kafka 2.8). In the terms of KIP-290, READ and WRITE
include DESCRIBE.

Topics that are only known at run time (`chat.messages.{tenant_id}`) are granted by how their names begin, which is all
that Kafka knows of patterns. What a group reads by a pattern such as `user.*` is granted so too, as long as nothing
else that contracts declare begins like it; everything else is granted topic by topic.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from eventpact.operate.acls import Right

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from eventpact_registry.contracts.model import ConsumerGroup, SendingService, System, Topic
    from eventpact_registry.contracts.repository import ContractRepository

_WILDCARDS: Final = frozenset("*?")
_PARAMETER: Final = "{"


@dataclass(frozen=True, slots=True)
class Account:
    """A principal and everything that it may do; several groups and producers may share one."""

    principal: str
    rights: tuple[Right, ...]
    wider: tuple[str, ...] = ()
    """Where a right reaches further than the contracts mean, a sentence each."""


@dataclass(frozen=True, slots=True)
class _Names:
    """Names of topics that begin with `name`, or the one that is called so."""

    name: str
    prefixed: bool

    def right(self, principal: str, operation: str) -> Right:
        return Right(principal, "topic", self.name, operation, prefixed=self.prefixed)


def accounts(repository: ContractRepository, systems: Collection[str] = ()) -> tuple[Account, ...]:
    """The accounts of some systems, or of all, in order of principal."""
    every = [topic for system in repository.systems.values() for topic in system.topics.values()]
    found: dict[str, set[Right]] = {}
    wider: dict[str, dict[str, None]] = {}
    for name, system in repository.systems.items():
        if systems and name not in systems:
            continue
        for group in system.groups.values():
            found.setdefault(group.principal, set()).update(_of_group(group, system, every))
            wider.setdefault(group.principal, {}).update(dict.fromkeys(_wider(group, system, every)))
        for producer in system.producers.values():
            found.setdefault(producer.principal, set()).update(_of_producer(producer, system))
            wider.setdefault(producer.principal, {}).update(dict.fromkeys(_wider(producer, system, every)))
    return tuple(Account(who, _least(found[who]), tuple(wider[who])) for who in sorted(found))


def _of_group(group: ConsumerGroup, system: System, every: Iterable[Topic]) -> Iterator[Right]:
    who = group.principal
    yield Right(who, "group", group.name, "READ")
    for names in _topics(group, system, every):
        yield names.right(who, "READ")
    for topic in system.topics_of(group):
        for tier in system.tiers_of(topic):
            yield _called(tier).right(who, "READ")
            yield _called(tier).right(who, "WRITE")
        if topic.dead_letters is not None:
            yield _called(system.topics[topic.dead_letters]).right(who, "WRITE")


def _of_producer(producer: SendingService, system: System) -> Iterator[Right]:
    who = producer.principal
    for topic in system.topics_of(producer):
        yield _called(topic).right(who, "WRITE")
    for name in producer.transactional_ids:
        yield Right(who, "transactional-id", name.rstrip("*"), "WRITE", prefixed=name.endswith("*"))


def _topics(group: ConsumerGroup, system: System, every: Iterable[Topic]) -> Iterator[_Names]:
    matched = system.topics_of(group)
    for pattern in group.topics:
        mine = [topic for topic in matched if fnmatchcase(topic.folder, pattern)]
        prefix = _prefix(pattern, system)
        if prefix and all(_meant(topic, mine) for topic in every if topic.name.startswith(prefix)):
            yield _Names(prefix, prefixed=True)
            mine = [topic for topic in mine if not topic.name.startswith(prefix)]
        yield from map(_called, mine)


def _prefix(pattern: str, system: System) -> str:
    """How the names of everything begin that a pattern like `user.*` matches; empty where it is no such pattern."""
    before, after = system.topic_name.split("{topic}", 1)
    folder = pattern.removesuffix("*")
    fits = folder != pattern and not after and not _WILDCARDS & set(folder) and _PARAMETER not in folder
    return before + folder if fits else ""


def _called(topic: Topic) -> _Names:
    fixed, parameter, _ = topic.name.partition(_PARAMETER)
    return _Names(fixed, prefixed=bool(parameter))


def _meant(topic: Topic, mine: Collection[Topic]) -> bool:
    return any(topic is one for one in mine)


def _wider(of: ConsumerGroup | SendingService, system: System, every: Iterable[Topic]) -> Iterator[str]:
    """Topics of run-time names whose beginnings are those of other topics too."""
    mine = system.topics_of(of)
    for topic in mine:
        names = _called(topic)
        others = [
            other.name
            for other in every
            if names.prefixed and other.name.startswith(names.name) and not _meant(other, mine)
        ]
        if others:
            yield (
                f"{topic.name} of {system.name} is granted as everything that begins with {names.name!r}, which on one "
                f"cluster reaches {', '.join(dict.fromkeys(others))} too: Kafka knows no narrower pattern"
            )


def _least(rights: Collection[Right]) -> tuple[Right, ...]:
    """Without those that another one includes."""
    prefixed = [right for right in rights if right.prefixed]
    return tuple(sorted(right for right in rights if not any(_includes(other, right) for other in prefixed)))


def _includes(other: Right, right: Right) -> bool:
    """Whether a right on a beginning of names is one on `right`'s, too."""
    same = (other.principal, other.resource, other.operation) == (right.principal, right.resource, right.operation)
    return same and other != right and right.name.startswith(other.name)
