"""Finds a version by what a user calls it: `quikapp/MessageSent@2`, `MessageSent@2`, or the path of its file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from eventpact.errors import ContractError, Problem
from eventpact_registry.contracts.problems import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_registry.contracts.model import SchemaVersion, System, Topic, VersionedType
    from eventpact_registry.contracts.repository import ContractRepository

_NAME: Final = re.compile(r"(?:([a-z][a-z0-9-]*)/)?([A-Za-z_][A-Za-z0-9_]*)@([1-9][0-9]{0,8}|latest)", re.ASCII)


class NamedVersion(NamedTuple):
    """A version with what it belongs to; a shared type has no topic."""

    system: System
    topic: Topic | None
    event: VersionedType
    version: SchemaVersion

    @property
    def subject(self) -> str:
        """`quikapp/MessageSent`."""
        return f"{self.system.name}/{self.event.name}"


def is_version_name(text: str) -> bool:
    """Whether a text is meant as a version, and not as a source such as `git:main`."""
    return _NAME.fullmatch(text) is not None or text.endswith(".avsc")


def find_version(repository: ContractRepository, text: str) -> NamedVersion:
    """The version that a text names.

    Raises:
        ContractError: there is none, or there are several in different systems.
    """
    if text.endswith(".avsc"):
        wanted = text.removeprefix("./")
        found = [named for named in _versions(repository) if named.version.file == wanted]
        if not found:
            raise ContractError(Problem(f"{text} is no file of {repository.label}"))
        return found[0]
    match = _NAME.fullmatch(text)
    if match is None:
        raise ContractError(Problem(f"'{text}' names no version", hint="write MessageSent@2, or the path of its file"))
    system, name, number = match.groups()
    of_name = [
        named for named in _versions(repository) if named.event.name == name and system in {None, named.system.name}
    ]
    if not of_name:
        known = sorted({named.event.name for named in _versions(repository)})
        raise ContractError(Problem(f"there is no event or type {name}", hint=nearest(name, known)))
    systems = sorted({named.system.name for named in of_name})
    if len(systems) > 1:
        hint = " or ".join(f"{owner}/{name}@{number}" for owner in systems)
        raise ContractError(Problem(f"{name} is in {' and in '.join(systems)}", hint=f"write {hint}"))
    if number == "latest":
        return of_name[-1]
    chosen = [named for named in of_name if named.version.version == int(number)]
    if not chosen:
        hint = f"it has {', '.join(str(named.version.version) for named in of_name)}"
        raise ContractError(Problem(f"{name} has no version {number}", hint=hint))
    return chosen[0]


def _versions(repository: ContractRepository) -> Iterator[NamedVersion]:
    for system in repository.systems.values():
        for topic, event in system.events():
            for version in event.versions:
                yield NamedVersion(system, topic, event, version)
        for shared in system.types.values():
            for version in shared.versions:
                yield NamedVersion(system, None, shared, version)
