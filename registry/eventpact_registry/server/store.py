"""The registry's data in SQLite: schemas, their references, subjects' versions, and settings.

A file is opened in WAL mode: one writer at a time (`BEGIN IMMEDIATE`, also between processes), readers never wait for
it. A commit is in the file before the request is answered, so it outlives the death of this process; whether it also
outlives a power cut is up to the operating system (`synchronous=NORMAL`).
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from threading import RLock
from typing import TYPE_CHECKING, Final

from eventpact.errors import EventPactError
from eventpact_registry.server import errors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

GLOBAL: Final = ""
"""The subject under which the settings of the whole registry are kept."""

_FORMAT: Final = 1
_BUSY_SECONDS: Final = 20.0

_TABLES: Final = """
CREATE TABLE schemas (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- AUTOINCREMENT: an id is never given twice, even after a deletion
    digest BLOB NOT NULL UNIQUE,
    text TEXT NOT NULL
) STRICT;
CREATE TABLE schema_references (
    schema_id INTEGER NOT NULL REFERENCES schemas ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    subject TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (schema_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX schema_references_by_target ON schema_references (subject, version);
CREATE TABLE versions (
    subject TEXT NOT NULL,
    version INTEGER NOT NULL,
    schema_id INTEGER NOT NULL REFERENCES schemas,
    deleted INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (subject, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX versions_by_schema ON versions (schema_id);
CREATE UNIQUE INDEX a_schema_once_a_subject ON versions (subject, schema_id) WHERE deleted = 0;
CREATE TABLE settings (
    subject TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (subject, name)
) STRICT, WITHOUT ROWID;
"""


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


class Store:
    """The database: a file, or `:memory:`.

    Raises:
        EventPactError: the file cannot be opened, or is not a registry's.
    """

    def __init__(self, database: str | Path) -> None:
        self._write_lock = RLock()
        try:
            self._writer = _connect(database)
            _prepare(self._writer, database)
            in_memory = str(database) == ":memory:"
            self._reader = self._writer if in_memory else _connect(database)
            self._read_lock = self._write_lock if in_memory else RLock()
        except sqlite3.Error as error:
            raise EventPactError(f"the registry's database {database} cannot be opened: {error}") from error

    @contextmanager
    def reading(self) -> Iterator[Rows]:
        """Queries on what is committed.

        Raises:
            RegistryError: 50001 or 50002, SQLite failed.
        """
        with self._read_lock, _translated():
            yield Rows(self._reader)

    @contextmanager
    def writing(self) -> Iterator[Rows]:
        """One transaction, alone among writers: committed at the end, rolled back on any exception.

        Raises:
            RegistryError: 50001 or 50002, SQLite failed; nothing was written.
        """
        with self._write_lock, _translated():
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield Rows(self._writer)
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the database; the write-ahead log is folded into the file."""
        with self._write_lock, self._read_lock:
            self._reader.close()
            self._writer.close()


def _connect(database: str | Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        database, isolation_level=None, check_same_thread=False, timeout=_BUSY_SECONDS, cached_statements=64
    )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _prepare(connection: sqlite3.Connection, database: str | Path) -> None:
    """Make the tables in a new database; refuse one of another format."""
    connection.execute("BEGIN IMMEDIATE")
    [found] = connection.execute("PRAGMA user_version").fetchone()
    if found == 0:
        for statement in _TABLES.split(";\n"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {_FORMAT}")
    connection.execute("COMMIT")
    if found not in (0, _FORMAT):
        raise EventPactError(
            f"the registry's database {database} has format {found}, this version reads format {_FORMAT}"
        )


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise errors.store_timeout() from error
        raise errors.store_failure(str(error)) from error
    except sqlite3.Error as error:
        raise errors.store_failure(str(error)) from error
