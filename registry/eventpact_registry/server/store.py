"""The registry's database in SQLite: its tables, connections and transactions.

A file is opened in WAL mode: one writer at a time (`BEGIN IMMEDIATE`, also between processes), readers never wait for
it. A commit is in the file before the request is answered, so it outlives the death of this process; whether it also
outlives a power cut is up to the operating system (`synchronous=NORMAL`).
"""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, closing, contextmanager
from threading import RLock
from typing import TYPE_CHECKING, Final

from eventpact.errors import EventPactError
from eventpact_registry.server import errors
from eventpact_registry.server.pace import TakesLonger
from eventpact_registry.server.recent import Recent
from eventpact_registry.server.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FORMAT: Final = 3
_BUSY_SECONDS: Final = 20.0
_CACHE_KIB: Final = 16 * 1024
"""Of the database's pages, for each of the two connections: SQLite's own 2 MiB do not hold the indexes of 5,000
schemas, and each registration then reads pages again."""

_TABLES: Final = """
CREATE TABLE contexts (
    name TEXT PRIMARY KEY,
    last_id INTEGER NOT NULL  -- an id is never given twice, even after a deletion
) STRICT, WITHOUT ROWID;
CREATE TABLE schemas (
    context TEXT NOT NULL,
    id INTEGER NOT NULL,
    guid TEXT NOT NULL,
    text TEXT NOT NULL,
    metadata TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (context, id),
    UNIQUE (guid, context)
) STRICT;
CREATE TABLE schema_references (
    context TEXT NOT NULL,
    schema_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    subject TEXT NOT NULL,  -- as the client wrote it
    version INTEGER NOT NULL,
    target TEXT NOT NULL,  -- the subject's qualified name
    PRIMARY KEY (context, schema_id, position),
    FOREIGN KEY (context, schema_id) REFERENCES schemas (context, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX schema_references_by_target ON schema_references (target, version);
CREATE TABLE versions (
    subject TEXT NOT NULL,  -- its qualified name
    version INTEGER NOT NULL,
    context TEXT NOT NULL,
    schema_id INTEGER NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (subject, version),
    FOREIGN KEY (context, schema_id) REFERENCES schemas (context, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX versions_by_schema ON versions (context, schema_id);
CREATE UNIQUE INDEX a_schema_once_a_subject ON versions (subject, schema_id) WHERE deleted = 0;
CREATE TABLE settings (
    subject TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (subject, name)
) STRICT, WITHOUT ROWID;
"""

_UPGRADES: Final = {2: "ALTER TABLE schemas ADD COLUMN metadata TEXT NOT NULL DEFAULT ''"}
"""What makes an older format the next one."""


class Store:
    """The database: a file, or `:memory:`.

    Raises:
        EventPactError: the file cannot be opened, or is not a registry's.
    """

    def __init__(self, database: str | Path) -> None:
        self._write_lock = RLock()
        self._commits = 0
        self._waits = True
        self._recent = Recent()
        in_memory = str(database) == ":memory:"
        self._read_lock = self._write_lock if in_memory else RLock()
        try:
            with ExitStack() as opened:
                self._writer = opened.enter_context(closing(_connect(database)))
                _prepare(self._writer, database)
                _tune(self._writer)
                self._reader = self._writer if in_memory else opened.enter_context(closing(_connect(database)))
                _tune(self._reader)
                opened.pop_all()
        except sqlite3.Error as error:
            raise EventPactError(f"the registry's database {database} cannot be opened: {error}") from error

    @contextmanager
    def reading(self) -> Iterator[Rows]:
        """Queries on what is committed.

        Raises:
            RegistryError: 50001 or 50002, SQLite failed.
        """
        with self._read_lock, _translated():
            yield Rows(self._reader, self._recent)

    @contextmanager
    def writing(self, *, wait: bool = True) -> Iterator[Rows]:
        """One transaction, alone among writers: committed at the end, rolled back on any exception.

        Raises:
            RegistryError: 50001 or 50002, SQLite failed; nothing was written.
            TakesLonger: somebody else is writing, and `wait` is false.
        """
        with self._alone(wait=wait), _translated():
            self._begin(wait=wait)
            try:
                yield Rows(self._writer, self._recent)
                self._writer.execute("COMMIT")
                self._commits += 1
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise

    @contextmanager
    def _alone(self, *, wait: bool) -> Iterator[None]:
        """Alone among the writers of this process."""
        if not self._write_lock.acquire(blocking=wait):
            raise TakesLonger
        try:
            yield
        finally:
            self._write_lock.release()

    def _begin(self, *, wait: bool) -> None:
        """Begin a transaction, alone among the writers of all processes."""
        if self._waits != wait:
            self._writer.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000 if wait else 0:.0f}")
            self._waits = wait
        try:
            self._writer.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if not wait and _is_busy(error):
                raise TakesLonger from error
            raise

    def moment(self) -> tuple[int, int]:
        """Another one after each commit, of this process or another: what was read since still holds in the same one.

        Raises:
            RegistryError: 50001 or 50002, SQLite failed.
        """
        with self._read_lock, _translated():
            [foreign] = self._reader.execute("PRAGMA data_version").fetchone()
            return self._commits, foreign

    def close(self) -> None:
        """Close the database; the write-ahead log is folded into the file."""
        with self._write_lock, self._read_lock:
            self._reader.close()
            self._writer.close()


def _connect(database: str | Path) -> sqlite3.Connection:
    return sqlite3.connect(
        database, isolation_level=None, check_same_thread=False, timeout=_BUSY_SECONDS, cached_statements=64
    )


def _prepare(connection: sqlite3.Connection, database: str | Path) -> None:
    """Make the tables in a new database, upgrade an older one; refuse, untouched, one of another program or later."""
    connection.execute("BEGIN IMMEDIATE")
    [found] = connection.execute("PRAGMA user_version").fetchone()
    if found not in (0, _FORMAT, *_UPGRADES):
        raise EventPactError(
            f"the registry's database {database} has format {found}, this version reads format {_FORMAT}: "
            "name a new file, or serve the old one with the version that made it"
        )
    if found == 0:
        if connection.execute("SELECT name FROM sqlite_schema").fetchone():
            raise EventPactError(f"{database} is another program's database; name a new file for the registry")
        for statement in _TABLES.split(";\n"):
            connection.execute(statement)
    for older in range(found or _FORMAT, _FORMAT):
        connection.execute(_UPGRADES[older])
    if found != _FORMAT:
        connection.execute(f"PRAGMA user_version = {_FORMAT}")
    connection.execute("COMMIT")


def _tune(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")


def _is_busy(error: sqlite3.OperationalError) -> bool:
    """Whether another process is in the way; the lowest byte of an extended code is the plain one."""
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if _is_busy(error):
            raise errors.store_timeout() from error
        raise errors.store_failure(str(error)) from error
    except sqlite3.Error as error:
        raise errors.store_failure(str(error)) from error
