"""Turns findings into edits, writes them, and looks again until nothing is left that can be fixed safely."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from eventpact.avro.names import short_name
from eventpact.errors import OutputError
from eventpact.replacing import replace_file
from eventpact_registry.contracts.problems import Tolerable
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from eventpact_registry.diff.differ import diff
from eventpact_registry.diff.release import Release, releases
from eventpact_registry.fixes.renames import renamed_fields, renamed_types
from eventpact_registry.fixes.text import JsonObject, apply, replace_scalar
from eventpact_registry.gate import check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from eventpact_registry.contracts.model import Location, SchemaVersion, VersionedType
    from eventpact_registry.findings import Finding
    from eventpact_registry.fixes.text import Edit

_MOST_ROUNDS: Final = 20
"""A fix can make another one possible, but no chain is longer than types nest."""
_UNKNOWN: Final = re.compile(r"(?:\w+_)?(?:UNKNOWN|UNSPECIFIED)", re.IGNORECASE | re.ASCII)
"""Symbols that say of themselves that they stand for what is not known."""

_NONE: Final = object()


@dataclass(frozen=True, slots=True)
class Fixed:
    """A fix that was made."""

    rule: str
    location: Location
    """Where it was made, as the file stood before."""
    what: str
    edit: Edit

    def __str__(self) -> str:
        return f"{self.location}: fixed {self.rule}: {self.what}"


def fix(contracts: Path, bases: Callable[[ContractRepository], Sequence[ContractRepository]]) -> list[Fixed]:
    """Fix what can be fixed safely in a contracts folder; `bases` gives what the contracts are compared with.

    A second call finds nothing to do.

    Raises:
        ContractError: something is wrong in the files themselves.
        OutputError: a file cannot be written.
    """
    made: list[Fixed] = []
    for _ in range(_MOST_ROUNDS):
        repository = ContractRepository.load(DirectorySource(contracts), tolerated=tuple(Tolerable))
        found = _round(repository, bases(repository))
        if not found:
            break
        made += found
    return made


def _round(repository: ContractRepository, bases: Sequence[ContractRepository]) -> list[Fixed]:
    findings = [finding for finding in check(repository, *bases) if not finding.approved]
    fixer = _Fixer(_new_versions(repository, bases), _due_releases(repository, bases))
    fixes = [*fixer.renames(), *(fixed for finding in findings for fixed in fixer.fixes(finding))]
    # What the package's version must be is known only when nothing else is left to change.
    fixes = fixes or [fixed for finding in findings for fixed in fixer.package_version(finding)]
    by_file: dict[str, dict[int, Fixed]] = defaultdict(dict)
    for fixed in fixes:
        by_file[fixed.location.file].setdefault(fixed.edit.offset, fixed)
    for file, at in by_file.items():
        _write(Path(file), apply(fixer.text(file), [fixed.edit for fixed in at.values()]))
    return [fixed for at in by_file.values() for fixed in at.values()]


class _Fixer:
    """Knows what may be edited, and how each rule's findings are fixed."""

    def __init__(
        self, new: dict[str, tuple[SchemaVersion, SchemaVersion | None]], due: dict[Location, Release]
    ) -> None:
        self._new = new
        self._due = due
        self._texts: dict[str, str] = {}

    def text(self, file: str) -> str:
        """A file's text."""
        if file not in self._texts:
            self._texts[file] = Path(file).read_bytes().decode()
        return self._texts[file]

    def fixes(self, finding: Finding) -> Iterator[Fixed]:
        """The edits that settle a finding; none where that takes a person, or the version is out already."""
        file = finding.location.file
        if finding.location.revision or file not in self._new or finding.rule not in _FIXERS:
            return
        for place, what, edit in _FIXERS[finding.rule](finding, self.text(file), *self._new[file]):
            if edit is not None:
                yield Fixed(finding.rule, place, what, edit)

    def renames(self) -> Iterator[Fixed]:
        """An event or shared type that has another name than in the version before gets that as an alias.

        Such contracts do not even load, so that no finding asks for it; that the two are one is certain from the files.
        """
        for file, (version, before) in self._new.items():
            former, name = (getattr(one and one.schema, "name", "") for one in (before, version))
            if former in {"", name} or former in getattr(version.schema, "aliases", ()):
                continue
            found = JsonObject.at(self.text(file), version.locate(""))
            edit = found and _alias(found, former)
            if edit:
                yield Fixed("TYPE_RENAMED", version.locate(""), f"type {short_name(name)} has the alias {former}", edit)

    def package_version(self, finding: Finding) -> Iterator[Fixed]:
        """Raise a package's version to what is due."""
        due = self._due.get(finding.location)
        if finding.rule == "PACKAGE_VERSION_NOT_RAISED" and due is not None:
            text = self.text(finding.location.file)
            edit = replace_scalar(text, finding.location, due.system.package_version, str(due.due))
            if edit is not None:
                yield Fixed(finding.rule, finding.location, f"the package's version is {due.due}", edit)


_Edits: TypeAlias = "Iterator[tuple[Location, str, Edit | None]]"


def _missing_default(finding: Finding, text: str, new: SchemaVersion, old: SchemaVersion | None) -> _Edits:
    """A field that is certainly a renamed one gets an alias, another one the default that says nothing."""
    found = JsonObject.at(text, finding.location)
    if found is None or "default" in found.value:
        return
    former = renamed_fields(old, new).get(finding.location) if old else None
    name = found.value.get("name")
    if former is not None:
        edit = _alias(found, former)
        yield finding.location, f"field {name} has the alias {former}", edit
        return
    default = _neutral(found.value.get("type"))
    if default is not _NONE:
        yield finding.location, f"field {name} has the default {_written(default)}", _default(found, default)


def _enum_default(finding: Finding, text: str, _new: SchemaVersion, _old: SchemaVersion | None) -> _Edits:
    """An enum that has a symbol for what is unknown gets it as its default."""
    found = JsonObject.at(text, finding.location)
    if found is None:
        return
    unknown = [symbol for symbol in found.value.get("symbols", []) if _UNKNOWN.fullmatch(symbol)]
    if len(unknown) == 1:
        what = f"enum {found.value.get('name')} has the default {unknown[0]}"
        yield finding.location, what, found.add("default", unknown[0], after="symbols")


def _type_alias(_finding: Finding, text: str, new: SchemaVersion, old: SchemaVersion | None) -> _Edits:
    """A type that is the same but for its name gets the old one as an alias."""
    for place, former in renamed_types(old, new) if old else ():
        found = JsonObject.at(text, place) if place.file == new.file else None
        if found is not None:
            edit = _alias(found, former)
            yield place, f"type {found.value.get('name')} has the alias {former}", edit


_FIXERS: Final = {
    "FIELD_WITHOUT_DEFAULT": _missing_default,
    "NULLABLE_WITHOUT_DEFAULT": _missing_default,
    "ENUM_WITHOUT_DEFAULT": _enum_default,
    "TYPE_RENAMED": _type_alias,
}


def _alias(found: JsonObject, former: str) -> Edit | None:
    return found.add("aliases", [former], after="name") or found.put_first("aliases", former)


def _default(found: JsonObject, default: Any) -> Edit | None:
    return found.add("default", default, after="type")


def _neutral(written: Any) -> Any:
    """The default that says nothing: null, an empty list or map, or an enum's own; `_NONE` where there is none."""
    match written:
        case ["null", *_]:
            return None
        case {"type": "array"}:
            return []
        case {"type": "map"}:
            return {}
        case {"type": "enum", "default": default}:
            return default
    return _NONE


def _written(default: Any) -> str:
    return "null" if default is None else str(default)


def _new_versions(
    repository: ContractRepository, bases: Sequence[ContractRepository]
) -> dict[str, tuple[SchemaVersion, SchemaVersion | None]]:
    """File of each version that no base has, to it and the version before it."""
    out = {key for base in bases for keys, _, _ in _versions(base) for key in keys}
    return {version.file: (version, before) for keys, version, before in _versions(repository) if out.isdisjoint(keys)}


def _due_releases(repository: ContractRepository, bases: Sequence[ContractRepository]) -> dict[Location, Release]:
    """Place of each package's version that is too low, to the release that asks for most."""
    due: dict[Location, Release] = {}
    for base in bases:
        for release in releases(base, repository, diff(base, repository)):
            other = due.get(release.location)
            if release.due and (other is None or _numbers(release.due) > _numbers(str(other.due))):
                due[release.location] = release
    return due


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


_Key: TypeAlias = tuple[str, str, bool, int]


def _versions(
    repository: ContractRepository,
) -> Iterator[tuple[tuple[_Key, ...], SchemaVersion, SchemaVersion | None]]:
    """Each version with the one before it; it is known by its file's name, and by its own, which a rename keeps."""
    for system in repository.systems.values():
        held: list[tuple[bool, VersionedType]] = [(True, shared) for shared in system.types.values()]
        held += [(False, event) for _, event in system.events()]
        for shared, versioned in held:
            for before, version in zip((None, *versioned.versions), versioned.versions, strict=False):
                names = (versioned.name, getattr(version.schema, "name", ""))
                yield tuple((system.name, name, shared, version.version) for name in names), version, before


def _write(file: Path, text: str) -> None:
    """Replace a file at once, so that a run that is stopped leaves no half of it."""
    try:
        replace_file(file, text)
    except OSError as error:
        raise OutputError(f"{file} cannot be written: {error.strerror}") from error
