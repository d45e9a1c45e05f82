"""Thresholds of the contracts' alerts by consumer group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact.operate.thresholds import strictest

if TYPE_CHECKING:
    from eventpact_registry.contracts.repository import ContractRepository

_LAG: Final = "lag"
"""The alert's name in `alerts` of system.yaml."""


def lag_thresholds(repository: ContractRepository) -> dict[str, dict[str, float]]:
    """Every declared group's thresholds of lag; of a group that several systems declare, the lowest of each level."""
    names = sorted({name for system in repository.systems.values() for name in system.groups})
    return {
        name: strictest(system.alerts.get(_LAG, {}) for system in repository.systems.values() if name in system.groups)
        for name in names
    }
