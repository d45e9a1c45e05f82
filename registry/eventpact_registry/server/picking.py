"""Which versions a request may see, which one its path names, and what its schema is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eventpact_registry.server import errors
from eventpact_registry.server.contexts import split

if TYPE_CHECKING:
    from eventpact_registry.server.rows import Rows, StoredSchema, StoredVersion

LATEST: Final = "latest"
_GREATEST_VERSION: Final = 2**31 - 1
_DIGITS: Final = 10


@dataclass(frozen=True, slots=True)
class Found:
    """A version with its schema."""

    version: StoredVersion
    schema: StoredSchema


def visible(versions: list[StoredVersion], *, deleted: bool) -> list[StoredVersion]:
    """All versions when the request asks for deleted ones too, else those that are live."""
    return versions if deleted else [version for version in versions if not version.deleted]


def is_latest(version: str) -> bool:
    """Whether a path names the newest version, whichever that is."""
    return version in (LATEST, "-1")


def pick(subject: str, versions: list[StoredVersion], version: str, *, deleted: bool) -> StoredVersion:
    """The version that a path names, among those of `subject`; `latest` is the newest live one.

    Raises:
        RegistryError: 40401, the subject has none to be seen; 40402, it has no such version; 42202, it is no number.
    """
    number = _version_number(version)
    seen = visible(versions, deleted=deleted)
    if not seen:
        raise errors.subject_not_found(subject)
    if number is None:
        return (visible(versions, deleted=False) or seen)[-1]
    for candidate in seen:
        if candidate.version == number:
            return candidate
    raise errors.version_not_found(number)


def with_schema(rows: Rows, version: StoredVersion) -> Found:
    """A version, and its schema beside it."""
    schema = rows.schema(split(version.subject)[0], version.schema_id)
    if schema is None:
        raise errors.schema_not_found(version.schema_id)
    return Found(version, schema)


def _version_number(version: str) -> int | None:
    """The number that a path names, or None for the latest."""
    if is_latest(version):
        return None
    is_number = version.isascii() and version.isdigit() and len(version) <= _DIGITS
    if not is_number or not 1 <= int(version) <= _GREATEST_VERSION:
        raise errors.invalid_version(version)
    return int(version)
