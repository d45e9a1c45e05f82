"""What the registry keeps, and the queries on it: schemas, their references, subjects' versions, and settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

GLOBAL: Final = ""
"""The subject under which the settings of the whole registry are kept."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What a schema takes from another subject's version."""

    name: str
    subject: str
    version: int


@dataclass(frozen=True, slots=True)
class StoredSchema:
    """A schema by its id."""

    id: int
    text: str
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version of a subject."""

    subject: str
    version: int
    schema_id: int
    deleted: bool


class Rows:
    """Queries on one connection; made by `Store.reading` and `Store.writing`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def schema(self, schema_id: int) -> StoredSchema | None:
        """The schema with this id."""
        row = self._connection.execute("SELECT text FROM schemas WHERE id = ?", (schema_id,)).fetchone()
        if row is None:
            return None
        references = self._connection.execute(
            "SELECT name, subject, version FROM schema_references WHERE schema_id = ? ORDER BY position", (schema_id,)
        )
        return StoredSchema(schema_id, row[0], tuple(Reference(*reference) for reference in references))

    def schema_id(self, digest: bytes) -> int | None:
        """The id of the schema with this digest."""
        row = self._connection.execute("SELECT id FROM schemas WHERE digest = ?", (digest,)).fetchone()
        return None if row is None else row[0]

    def add_schema(self, digest: bytes, text: str, references: Sequence[Reference], schema_id: int | None) -> int:
        """Add a schema, under `schema_id` when it is given, else under the next id."""
        cursor = self._connection.execute(
            "INSERT INTO schemas (id, digest, text) VALUES (?, ?, ?)", (schema_id, digest, text)
        )
        added = int(cursor.lastrowid or 0)
        self._connection.executemany(
            "INSERT INTO schema_references VALUES (?, ?, ?, ?, ?)",
            [(added, index, ref.name, ref.subject, ref.version) for index, ref in enumerate(references)],
        )
        return added

    def versions(self, subject: str) -> list[StoredVersion]:
        """Every version of a subject in rising order, the soft-deleted ones too."""
        return self._versions("WHERE subject = ? ORDER BY version", subject)

    def version(self, subject: str, version: int) -> StoredVersion | None:
        """One version, soft-deleted or not."""
        found = self._versions("WHERE subject = ? AND version = ?", subject, version)
        return found[0] if found else None

    def versions_of_schema(self, schema_id: int) -> list[StoredVersion]:
        """Every version of any subject that is this schema."""
        return self._versions("WHERE schema_id = ? ORDER BY subject, version", schema_id)

    def all_versions(self, prefix: str) -> list[StoredVersion]:
        """Every version of every subject whose name starts with `prefix`."""
        return self._versions("WHERE substr(subject, 1, length(?1)) = ?1 ORDER BY subject, version", prefix)

    def referencing_schemas(self, subject: str, version: int, *, deleted: bool) -> list[int]:
        """Ids of the schemas that refer to a version: those of live versions, or of soft-deleted ones too."""
        rows = self._connection.execute(
            """SELECT DISTINCT schema_references.schema_id
               FROM schema_references JOIN versions USING (schema_id)
               WHERE schema_references.subject = ? AND schema_references.version = ? AND versions.deleted <= ?
               ORDER BY 1""",
            (subject, version, int(deleted)),
        )
        return [row[0] for row in rows]

    def add_version(self, subject: str, version: int, schema_id: int) -> StoredVersion:
        """Add a live version."""
        self._connection.execute(
            "INSERT INTO versions (subject, version, schema_id) VALUES (?, ?, ?)", (subject, version, schema_id)
        )
        return StoredVersion(subject, version, schema_id, deleted=False)

    def soft_delete(self, subject: str, version: int) -> None:
        """Hide a version; its schema stays readable by id."""
        self._connection.execute(
            "UPDATE versions SET deleted = 1 WHERE subject = ? AND version = ?", (subject, version)
        )

    def erase(self, version: StoredVersion) -> None:
        """Remove a version for good, and its schema when no other version has it."""
        self._connection.execute(
            "DELETE FROM versions WHERE subject = ? AND version = ?", (version.subject, version.version)
        )
        self._connection.execute(
            "DELETE FROM schemas WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM versions WHERE schema_id = ?1)",
            (version.schema_id,),
        )

    def setting(self, subject: str, name: str) -> str | None:
        """A setting of one subject, or of `GLOBAL`."""
        row = self._connection.execute(
            "SELECT value FROM settings WHERE subject = ? AND name = ?", (subject, name)
        ).fetchone()
        return None if row is None else row[0]

    def set_setting(self, subject: str, name: str, value: str) -> None:
        """Set a setting of one subject, or of `GLOBAL`."""
        self._connection.execute(
            "INSERT INTO settings VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            (subject, name, value),
        )

    def drop_setting(self, subject: str, name: str) -> None:
        """Forget a setting."""
        self._connection.execute("DELETE FROM settings WHERE subject = ? AND name = ?", (subject, name))

    def _versions(self, where: str, *arguments: int | str) -> list[StoredVersion]:
        rows = self._connection.execute(
            f"SELECT subject, version, schema_id, deleted FROM versions {where}",  # noqa: S608 - our own constants
            arguments,
        )
        return [
            StoredVersion(subject, version, schema_id, bool(deleted)) for subject, version, schema_id, deleted in rows
        ]
