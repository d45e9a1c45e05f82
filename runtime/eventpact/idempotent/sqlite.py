"""Handled events in an SQLite file, for the threads of one process."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Self
from uuid import uuid4

from eventpact.idempotent.store import CLAIMED, HANDLED, Claim
from eventpact.private_files import make_private

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import timedelta
    from pathlib import Path
    from types import TracebackType

_TABLE: Final = """\
CREATE TABLE IF NOT EXISTS handled (
    id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, at REAL NOT NULL
)"""
"""`owner` is empty for an event that was handled, at `at`; else `at` is when the owner's claim ends."""

_FORGET_EVERY: Final = 1000
"""Confirmations between two looks at what may be forgotten; so many more than the limit there may be."""


class SqliteStore:
    """A file that is there again after a crash of the process, and after one of the machine unless `fsync` is off.

    It forgets the oldest events beyond `most`, and those handled longer than `keep` ago: a duplicate that comes later
    than that is handled again.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        keep: timedelta,
        most: int = 1_000_000,
        fsync: bool = True,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Open the file, or make it; `clock` tells seconds since 1970.

        Args:
            path: of a file on a local disk; its folder has to exist.
            keep: how long an event is remembered; at least the retention of its topic recognises every redelivery.
            most: how many are remembered, about 200 bytes each.
            fsync: off, a crash of the machine may forget the last events, and handling is several times as fast.
            clock: for tests.
        """
        self._keep = keep.total_seconds()
        self._most = most
        self._clock = clock
        self._owner = uuid4().hex
        self._confirmed = 0
        self._lock = threading.Lock()
        make_private(path)  # keys are ids mostly, but `by` may make them of anything
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute(f"PRAGMA synchronous={'FULL' if fsync else 'NORMAL'}")
        self._connection.execute(_TABLE)

    def claim(self, key: str, lease: float) -> Claim:
        """Claim an event for `lease` seconds."""
        now = self._clock()
        with self._transaction() as connection:
            row = connection.execute("SELECT owner, at FROM handled WHERE key = ?", (key,)).fetchone()
            if row is not None and not row[0]:
                return HANDLED
            if row is not None and row[1] > now:
                return Claim(granted=False, wait=row[1] - now)
            self._put(connection, key, self._owner, now + lease)
        return CLAIMED

    def confirm(self, key: str) -> None:
        """The event was handled."""
        with self._transaction() as connection:
            self._put(connection, key, "", self._clock())
            self._confirmed += 1
            if self._confirmed % _FORGET_EVERY == 1:
                self._forget(connection)

    def release(self, key: str) -> None:
        """Handling it failed."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM handled WHERE key = ? AND owner = ?", (key, self._owner))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def __len__(self) -> int:
        """How many events it remembers, claims included."""
        with self._lock:
            return int(self._connection.execute("SELECT count(*) FROM handled").fetchone()[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @staticmethod
    def _put(connection: sqlite3.Connection, key: str, owner: str, at: float) -> None:
        connection.execute("INSERT OR REPLACE INTO handled (key, owner, at) VALUES (?, ?, ?)", (key, owner, at))

    def _forget(self, connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM handled WHERE owner = '' AND at < ?", (self._clock() - self._keep,))
        oldest = "SELECT id FROM handled ORDER BY id DESC LIMIT 1 OFFSET ?"
        connection.execute(f"DELETE FROM handled WHERE owner = '' AND id <= ({oldest})", (self._most,))  # noqa: S608 - of constants

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
