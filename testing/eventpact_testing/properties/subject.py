"""What properties are about: an event or a shared type, with its versions and its generated class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from eventpact_registry.compatibility import DEMANDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact.event import Event
    from eventpact_registry.contracts.model import Mode, SchemaVersion, System, Topic, VersionedType
    from eventpact_registry.contracts.repository import ContractRepository

FindClass = Callable[["System", "VersionedType"], "type[Event]"]
"""The generated class of an event."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Subject:
    """An event on its topic, or a shared type."""

    system: System
    topic: Topic | None
    """None for a shared type."""
    event: VersionedType
    mode: Mode
    find_class: FindClass | None = field(default=None, repr=False)
    """None where no packages are generated."""

    @property
    def name(self) -> str:
        """System and short name, `quikapp/MessageSent`."""
        return f"{self.system.name}/{self.event.name}"

    @property
    def file(self) -> str:
        """The file that says how its versions are promised to fit."""
        return self.topic.file if self.topic else self.system.file

    @property
    def versions(self) -> tuple[SchemaVersion, ...]:
        """All versions, oldest first."""
        return self.event.versions

    @cached_property
    def generated(self) -> type[Event] | None:
        """The class of the latest version; None for a shared type, and where no packages are generated."""
        return self.find_class(self.system, self.event) if self.find_class and self.topic else None

    def promised(self) -> Iterator[tuple[SchemaVersion, SchemaVersion]]:
        """Writers and readers that the mode promises to fit, by the later version."""
        demand = DEMANDS[self.mode]
        for at, later in enumerate(self.versions):
            for earlier in self.versions[:at] if demand.transitive else self.versions[max(at - 1, 0) : at]:
                if demand.backward:
                    yield earlier, later
                if demand.forward:
                    yield later, earlier


def subjects(repository: ContractRepository, find_class: FindClass | None = None) -> Iterator[Subject]:
    """Every shared type and every event of the contracts."""
    for system in repository.systems.values():
        for shared in system.types.values():
            yield Subject(system=system, topic=None, event=shared, mode=system.type_compatibility)
        for topic, event in system.events():
            yield Subject(system=system, topic=topic, event=event, mode=topic.compatibility, find_class=find_class)
