"""A registry's schemas in a file, ids included, and given back to a registry that has lost them.

Records name the schema that they were written with by its id. A registry that is filled again has to give the same ids,
which it can in IMPORT mode; one that cannot (Apicurio gives its own) tells which id became which, for replays.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from eventpact.errors import NotRegistered, OutputError, RegistryError
from eventpact.json_file import read_json
from eventpact.replacing import replace_file
from eventpact_registry.client import Pin, RegisteredVersion
from eventpact_registry.contracts.model import Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from eventpact_registry.client import RegistryClient

_FORMAT: Final = "eventpact schemas"
_VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSchemas:
    """What an export holds."""

    versions: tuple[RegisteredVersion, ...]
    levels: dict[str, Mode] = field(default_factory=dict)
    """The compatibility levels that subjects have of their own."""


@dataclass(slots=True, kw_only=True)
class GivenBack:
    """What became of an export in a registry."""

    registered: int = 0
    """Versions that the registry did not have."""
    there: int = 0
    """Versions that it had already."""
    ids: dict[int, int] = field(default_factory=dict)
    """Ids that became others: old to new."""
    refused: dict[str, str] = field(default_factory=dict)
    """Subject to why versions of it were not registered."""


def keep(client: RegistryClient, *, on_subject: Callable[[], None] = lambda: None) -> KeptSchemas:
    """Every version of every subject, with its id, and the subjects' own levels.

    Raises:
        RegistryError: the registry could not be asked.
    """
    versions: list[RegisteredVersion] = []
    levels: dict[str, Mode] = {}
    for subject in sorted(client.subjects()):
        versions += [client.version(subject, number) for number in client.versions(subject)]
        level = client.level(subject)
        if level is not None:
            levels[subject] = level
        on_subject()
    return KeptSchemas(versions=tuple(versions), levels=levels)


def give_back(client: RegistryClient, kept: KeptSchemas, *, on_version: Callable[[], None] = lambda: None) -> GivenBack:
    """Register what a registry lacks, with the ids that it had where the registry takes them.

    Can be repeated: what is there is left as it is. What a subject's mode was before, it is again afterwards.

    Raises:
        RegistryError: the registry could not be asked.
    """
    done = GivenBack()
    ordered = in_order(kept.versions)
    for subject in dict.fromkeys(version.subject for version in ordered):
        if not client.versions(subject):
            client.begin_import(subject)
    try:
        for version in ordered:
            _give_back(client, version, done)
            on_version()
    finally:
        for subject in dict.fromkeys(version.subject for version in ordered):
            client.end_import(subject)
    for subject, level in kept.levels.items():
        if subject not in done.refused and client.level(subject) != level:
            client.set_level(subject, level)
    return done


def in_order(versions: Iterable[RegisteredVersion]) -> list[RegisteredVersion]:
    """Versions behind those that they refer to, each subject's in rising order."""
    known = {(version.subject, version.version): version for version in versions}
    ordered: list[RegisteredVersion] = []
    seen: set[tuple[str, int]] = set()

    def place(key: tuple[str, int]) -> None:
        if key in seen or key not in known:
            return
        seen.add(key)
        version = known[key]
        before = [one for one in known if one[0] == version.subject and one[1] < version.version]
        for needed in (*sorted(before), *((pin.subject, pin.version) for pin in version.pins)):
            place(needed)
        ordered.append(version)

    for key in sorted(known):
        place(key)
    return ordered


def write_schemas(kept: KeptSchemas, file: Path) -> None:
    """Write an export; the file appears whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    content = {
        "format": _FORMAT,
        "version": _VERSION,
        "levels": {subject: level.value for subject, level in kept.levels.items()},
        "schemas": [
            {
                "subject": one.subject,
                "version": one.version,
                "id": one.schema_id,
                "schema": one.text,
                "references": [{"name": pin.name, "subject": pin.subject, "version": pin.version} for pin in one.pins],
            }
            for one in kept.versions
        ],
    }
    try:
        replace_file(file, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        raise OutputError(f"{error.filename or file}: {error.strerror}; the schemas were not written") from error


def read_schemas(file: Path) -> KeptSchemas:
    """Read an export.

    Raises:
        RegistryError: it cannot be read, or is none.
    """
    try:
        content = read_json(file)
        if (content["format"], content["version"]) != (_FORMAT, _VERSION):
            raise RegistryError(f"{file} is no export of schemas of this format")
        return KeptSchemas(
            versions=tuple(_kept(one) for one in content["schemas"]),
            levels={str(subject): Mode(level) for subject, level in content["levels"].items()},
        )
    except OSError as error:
        raise RegistryError(f"{file}: {error.strerror}") from error
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise RegistryError(f"{file} is no export of schemas, or damaged ({error})") from error


def _kept(one: dict[str, Any]) -> RegisteredVersion:
    pins = tuple(Pin(str(pin["name"]), str(pin["subject"]), int(pin["version"])) for pin in one["references"])
    return RegisteredVersion(str(one["subject"]), int(one["version"]), int(one["id"]), str(one["schema"]), pins)


def _give_back(client: RegistryClient, version: RegisteredVersion, done: GivenBack) -> None:
    try:
        found = client.lookup(version.subject, version.text, version.pins)
        done.there += 1
    except NotRegistered:
        try:
            client.register_as(version)
            found = client.lookup(version.subject, version.text, version.pins)
        except RegistryError as error:
            if error.status is None:
                raise
            done.refused[version.subject] = f"version {version.version}: {error}"
            return
        done.registered += 1
    if found.schema_id != version.schema_id:
        done.ids[version.schema_id] = found.schema_id
