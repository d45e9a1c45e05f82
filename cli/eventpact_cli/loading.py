"""Contracts and sources, loaded for a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventpact.errors import ContractError, Problem
from eventpact_registry.contracts.problems import nearest
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource

if TYPE_CHECKING:
    from pathlib import Path


def load(contracts: Path) -> ContractRepository:
    """The contracts of a folder.

    Raises:
        ContractError: lists everything that is wrong in them; or there are none, which must not pass for flawless.
    """
    repository = ContractRepository.load(DirectorySource(contracts))
    if not repository.systems:
        hint = "a system is a folder with a system.yaml; name the folder of all systems with --contracts DIR"
        raise ContractError(Problem(f"the contracts folder '{contracts}' has no system", hint=hint))
    return repository


def only_known(repository: ContractRepository, systems: tuple[str, ...]) -> tuple[str, ...]:
    """The systems that were asked for; refuses a name that the contracts do not have."""
    unknown = [name for name in systems if name not in repository.systems]
    if unknown:
        listing = f"there are {', '.join(repository.systems)}"
        raise ContractError(
            *(
                Problem(f"there is no system '{name}'", hint=nearest(name, repository.systems) or listing)
                for name in unknown
            )
        )
    return systems
