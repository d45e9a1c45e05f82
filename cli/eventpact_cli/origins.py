"""Where dead letters may go back to: a letter says itself where it came from, and whoever may write one may say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from eventpact.names import topic_name
from eventpact_cli.named_topics import contracts_if_there

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from eventpact_registry.contracts.repository import ContractRepository


def origins_by(contracts: Path, *, any_topic: bool) -> Callable[[str], Callable[[str], bool]]:
    """For a dead letter topic, whether a topic's letters may be on it.

    Raises:
        ContractError: something is wrong in the contracts.
        UsageError: there are none, and nobody said that any topic will do.
    """
    if any_topic:
        return lambda _: lambda _: True
    repository = contracts_if_there(contracts)
    if repository is None:
        raise click.UsageError(
            f"the contracts say which topics dead letters may go back to, and there is no folder '{contracts}': say "
            "where they are (--contracts), or send letters wherever they say that they came from (--any-topic)"
        )
    return lambda dead: lambda topic: _names(repository, topic, dead)


def _names(repository: ContractRepository, topic: str, dead: str) -> bool:
    """Whether the contract of a topic, or of one whose retry topic it is, names a dead letter topic."""
    for system in repository.systems.values():
        for declared in system.topics.values():
            if declared.dead_letters is None:
                continue
            ours = topic_name(system.topics[declared.dead_letters].name).match(dead)
            if ours is None:
                continue
            for one in (declared, *system.tiers_of(declared)):
                values = topic_name(one.name).match(topic)
                if values is not None and all(ours.get(name, value) == value for name, value in values.items()):
                    return True
    return False
