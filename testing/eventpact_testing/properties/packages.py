"""Generated packages of the contracts under test, in a folder of their own and under names of their own.

The names keep them apart from packages of the same contracts that are installed, and that other tests import.
"""

from __future__ import annotations

import dataclasses
import importlib
import sys
from typing import TYPE_CHECKING, Final

from eventpact.event import Event

if TYPE_CHECKING:
    from pathlib import Path

    from eventpact_registry.contracts.model import System, VersionedType
    from eventpact_registry.contracts.repository import ContractRepository

_PREFIX: Final = "under-test-"


def generate_packages(repository: ContractRepository, folder: Path) -> None:
    """Write every system's package below `folder`.

    Raises:
        ContractError: contracts cannot become Python.
        OutputError: files cannot be written.
    """
    from eventpact_codegen.generator import generate  # noqa: PLC0415 - loads templates; runs without classes do not

    systems = {
        name: dataclasses.replace(system, package_name=_PREFIX + system.package_name)
        for name, system in repository.systems.items()
    }
    policy = dataclasses.replace(repository.policy, runtime_path=None)
    generate(dataclasses.replace(repository, systems=systems, policy=policy), folder)


def event_class(folder: Path, system: System, event: VersionedType) -> type[Event]:
    """The class of an event's latest version, from packages that `generate_packages` wrote.

    Raises:
        LookupError: the package has no such event.
    """
    path = str(folder / system.name)
    if path not in sys.path:
        sys.path.append(path)
    package = importlib.import_module((_PREFIX + system.package_name).replace("-", "_"))
    for name in package.__all__:
        found = getattr(package, name)
        if isinstance(found, type) and issubclass(found, Event) and found.contract.full_name == event.full_name:
            return found
    raise LookupError(f"{package.__name__} has no event {event.full_name}")
