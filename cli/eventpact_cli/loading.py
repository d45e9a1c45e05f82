"""Contracts and sources, loaded for a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource

if TYPE_CHECKING:
    from pathlib import Path


def load(contracts: Path) -> ContractRepository:
    """The contracts of a folder; raises `ContractError` with everything that is wrong in them."""
    return ContractRepository.load(DirectorySource(contracts))


def only_known(repository: ContractRepository, systems: tuple[str, ...]) -> tuple[str, ...]:
    """The systems that were asked for; refuses a name that the contracts do not have."""
    for name in systems:
        if name not in repository.systems:
            raise click.BadParameter(
                f"there is no system '{name}'; the contracts have {', '.join(repository.systems)}",
                param_hint="--system",
            )
    return systems
