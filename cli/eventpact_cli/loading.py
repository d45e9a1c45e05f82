"""Contracts and sources, loaded for a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact.errors import ContractError, Problem
from eventpact_registry.contracts.problems import Tolerable, nearest
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource, RegistrySource

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from eventpact_registry.contracts.source import Base, Source


JUDGED: Final = frozenset({Tolerable.GAP})
"""What rules say of contracts, so that loading them to be judged need not."""


def load(contracts: Path, *, tolerated: Collection[Tolerable] = (), source: Source | None = None) -> ContractRepository:
    """The contracts of a folder; what is tolerated is let through, because whoever asks judges it.

    `source` is the folder where it was read already.

    Raises:
        ContractError: lists everything that is wrong in them; or there are none, which must not pass for flawless.
    """
    repository = ContractRepository.load(source or DirectorySource(contracts), tolerated=tolerated)
    if not repository.systems:
        hint = "a system is a folder with a system.yaml; name the folder of all systems with --contracts DIR"
        raise ContractError(Problem(f"the contracts folder '{contracts}' has no system", hint=hint))
    return repository


def load_base(base: Base, contracts: ContractRepository) -> ContractRepository:
    """What `contracts` are compared with; a registry is asked for their subjects.

    Raises:
        ContractError: files cannot be read, or something is wrong in them.
        RegistryError: the registry could not be asked.
    """
    if not isinstance(base, RegistrySource):
        return ContractRepository.load(base, contracts.parsed, tolerated=JUDGED)
    from eventpact_cli.connecting import registry_client
    from eventpact_registry.registered import registered

    with registry_client(base.url) as client:
        return registered(client, contracts, str(base))


def load_pair(old: Base, new: Base, contracts: Path) -> tuple[ContractRepository, ContractRepository]:
    """Two sides to compare; a registry is asked for the subjects of the other side, or of `contracts`.

    Raises:
        ContractError: files cannot be read, or something is wrong in them.
        RegistryError: a registry could not be asked.
    """
    files = [
        ContractRepository.load(side, tolerated=JUDGED) for side in (old, new) if not isinstance(side, RegistrySource)
    ]
    known = files[0] if files else load(contracts, tolerated=JUDGED)
    sides = [load_base(side, known) if isinstance(side, RegistrySource) else files.pop(0) for side in (old, new)]
    return sides[0], sides[1]


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
