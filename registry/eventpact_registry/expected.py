"""What contracts ask of a cluster, as health compares with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact.operate.health.expected import Expected, ExpectedTopic
from eventpact_registry.alerts import lag_thresholds

if TYPE_CHECKING:
    from collections.abc import Collection

    from eventpact_registry.contracts.repository import ContractRepository

_MIN_IN_SYNC: Final = "min.insync.replicas"


def expected(repository: ContractRepository, systems: Collection[str] = ()) -> Expected:
    """The topics, groups and thresholds of `systems`, or of all."""
    chosen = [system for name, system in repository.systems.items() if not systems or name in systems]
    lags = lag_thresholds(repository)
    return Expected(
        topics=tuple(
            ExpectedTopic(name=topic.name, system=system.name, min_in_sync=int(topic.config.get(_MIN_IN_SYNC, 1)))
            for system in chosen
            for topic in system.topics.values()
        ),
        groups={name: lags[name] for name in sorted({group for system in chosen for group in system.groups})},
        alerts={system.name: system.alerts for system in chosen if system.alerts},
    )
