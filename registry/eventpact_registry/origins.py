"""Where dead letters may go back to: a letter says itself where it came from, and whoever may write one may say so."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from eventpact.names import topic_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact_registry.contracts.model import System, Topic
    from eventpact_registry.contracts.repository import ContractRepository


def origins(repository: ContractRepository, dead: str) -> Callable[[str], bool]:
    """For `redrive`: whether letters of the dead letter topic `dead`, a name on the cluster, may be of a topic.

    They may when the topic's contract names `dead`, or when it is a retry topic of such a topic. Parameters that both
    names have, such as a tenant's, have to be the same.
    """
    return partial(_names, repository, dead)


def _names(repository: ContractRepository, dead: str, topic: str) -> bool:
    return any(
        _is_of(system, declared, dead, topic)
        for system in repository.systems.values()
        for declared in system.topics.values()
    )


def _is_of(system: System, declared: Topic, dead: str, topic: str) -> bool:
    if declared.dead_letters is None:
        return False
    ours = topic_name(system.topics[declared.dead_letters].name).match(dead)
    if ours is None:
        return False
    found = (topic_name(one.name).match(topic) for one in (declared, *system.tiers_of(declared)))
    return any(values is not None and _agree(ours, values) for values in found)


def _agree(some: dict[str, str], others: dict[str, str]) -> bool:
    return all(some.get(name, value) == value for name, value in others.items())
