"""The spool: events that no broker took, kept on disk until one does.

One SQLite file a producer. Everything that `add` returned from is on disk: it outlives the process however that ends,
and with `synchronous="FULL"` the machine too. The file is locked for as long as it is open.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from eventpact.errors import DeliveryError, SettingsError
from eventpact.private_files import make_private
from eventpact.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eventpact.produce.route import Headers
    from eventpact.produce.spool_settings import SpoolSettings

_LOG: Final = logging.getLogger("eventpact.produce")

_APPLICATION: Final = 0x45505350  # "EPSP" in the file's header: whose file it is
_SHRINK_ABOVE: Final = 1 << 20
"""Bytes of an empty spool's file above which it is given back to the disk."""
_ROW: Final = 64
"""Bytes that a row takes besides what is in it, about."""

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY, event TEXT NOT NULL, topic TEXT NOT NULL, key BLOB, value BLOB NOT NULL,
    headers TEXT NOT NULL, timestamp_ms INTEGER NOT NULL, size INTEGER NOT NULL, refused TEXT
);
CREATE TABLE IF NOT EXISTS schemas (
    subject TEXT NOT NULL, fingerprint TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (subject, fingerprint)
) WITHOUT ROWID;
"""

_ADVICE: Final = {
    "SQLITE_FULL": "free space on its disk",
    "SQLITE_IOERR": "check its disk, and the space that is left there",
    "SQLITE_READONLY": "let the service write to the file and its folder",
    "SQLITE_CANTOPEN": "make its folder, and let the service write there",
    "SQLITE_PERM": "let the service write to the file and its folder",
    "SQLITE_BUSY": "another producer uses it: each producer needs a file of its own",
    "SQLITE_LOCKED": "another producer uses it: each producer needs a file of its own",
    "SQLITE_NOTADB": "it is another kind of file: name another path",
    "SQLITE_CORRUPT": "the file is damaged: move it away, and look into it with sqlite3's `.recover`",
}
"""SQLite's result codes to what to do about them."""


class Spooled(NamedTuple):
    """One event as a record, and its place in the order of sending."""

    seq: int
    event: str
    """`MessageSent v2`, for messages to people."""
    topic: str
    key: bytes | None
    value: bytes
    headers: Headers | None
    timestamp_ms: int
    """When it was sent first, which becomes the record's timestamp."""


class Spool:
    """An open spool. Threads may share it.

    Raises:
        SettingsError: the file cannot be used; when opening.
        DeliveryError: the disk does not take or give what it should; everywhere else.
    """

    def __init__(self, settings: SpoolSettings) -> None:
        self._settings = settings
        self.path = Path(settings.path)
        self.next_seq = 1
        """The place in the order of the next event that is sent."""
        self._lock = threading.RLock()
        self._count, self._bytes, self._refused = 0, 0, 0
        self._keys: Counter[tuple[str, bytes]] = Counter()
        try:
            self._database = self._opened()
            self._load()
        except sqlite3.Error as error:
            raise SettingsError(self._said("open", error)) from error

    @property
    def waiting(self) -> int:
        """How many events are in it."""
        return self._count

    @property
    def waiting_bytes(self) -> int:
        """How much room they take, in bytes."""
        return self._bytes

    @property
    def set_aside(self) -> int:
        """How many of them brokers refused for what they are."""
        return self._refused

    def of_key(self, topic: str, key: bytes) -> int:
        """How many events of a key are to be sent."""
        return self._keys.get((topic, key), 0)

    def add(self, records: Sequence[Spooled]) -> None:
        """Keep all of these, or none where it raises."""
        rows = [(*record[:5], _headers_text(record.headers), record.timestamp_ms) for record in records]
        sized = [(*row, _size(row[3], row[4], row[5])) for row in rows]
        total = sum(row[-1] for row in sized)
        with self._lock:
            self._check_room(len(sized), total)
            with self._writing("write to"):
                self._database.executemany(
                    "INSERT INTO events (seq, event, topic, key, value, headers, timestamp_ms, size) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    sized,
                )
            self._count += len(sized)
            self._bytes += total
            self._keys.update((record.topic, record.key) for record in records if record.key is not None)
            self.next_seq = max(self.next_seq, max(record.seq for record in records) + 1)

    def read(self, after: int, limit: int) -> list[Spooled]:
        """The events after a place in the order, at most `limit`; those set aside are left out."""
        with self._lock, self._translated("read"):
            rows = self._database.execute(
                "SELECT seq, event, topic, key, value, headers, timestamp_ms FROM events "
                "WHERE seq > ? AND refused IS NULL ORDER BY seq LIMIT ?",
                (after, limit),
            ).fetchall()
        return [
            Spooled(seq, event, topic, key, value, _headers(headers), timestamp_ms)
            for seq, event, topic, key, value, headers, timestamp_ms in rows
        ]

    def delete(self, records: Sequence[Spooled]) -> None:
        """Forget events that brokers acknowledged."""
        with self._lock:
            with self._writing("delete from"):
                self._database.executemany("DELETE FROM events WHERE seq = ?", [(record.seq,) for record in records])
            for record in records:
                self._count -= 1
                self._bytes -= _size(record.key, record.value, _headers_text(record.headers))
                self._release(record)
            if not self._count:
                self._shrink()

    def set_apart(self, record: Spooled, reason: str) -> None:
        """Keep an event that brokers refuse for what it is, and do not read it again until the spool is opened anew."""
        with self._lock:
            with self._writing("write to"):
                self._database.execute("UPDATE events SET refused = ? WHERE seq = ?", (reason, record.seq))
            self._refused += 1
            self._release(record)

    def schema_id(self, subject: str, fingerprint: str) -> int | None:
        """The registry's id of a schema, as far as it was remembered."""
        with self._lock, self._translated("read"):
            found = self._database.execute(
                "SELECT id FROM schemas WHERE subject = ? AND fingerprint = ?", (subject, fingerprint)
            ).fetchone()
        return None if found is None else int(found[0])

    def remember_schema_id(self, subject: str, fingerprint: str, schema_id: int) -> None:
        """Remember the registry's id of a schema, for when the registry does not answer."""
        with self._lock, self._writing("write to"):
            self._database.execute("INSERT OR REPLACE INTO schemas VALUES (?, ?, ?)", (subject, fingerprint, schema_id))

    def close(self) -> None:
        """Let go of the file and its lock."""
        with self._lock:
            self._database.close()

    def _opened(self) -> sqlite3.Connection:
        make_private(self.path)
        database = sqlite3.connect(self.path, timeout=0.2, isolation_level=None, check_same_thread=False)
        try:
            # Exclusive first: then the write-ahead log needs no shared memory, and the lock stays until the end.
            database.execute("PRAGMA locking_mode = EXCLUSIVE")
            owner = database.execute("PRAGMA application_id").fetchone()[0]
            if owner != _APPLICATION:
                self._check_empty(database, owner)
                database.execute(f"PRAGMA application_id = {_APPLICATION}")
            database.execute("PRAGMA journal_mode = WAL")
            database.execute(f"PRAGMA synchronous = {self._settings.synchronous}")
            database.execute("BEGIN EXCLUSIVE")  # takes the lock now, and not with the first event
            for statement in _TABLES.split(";"):
                database.execute(statement)
            database.execute("UPDATE events SET refused = NULL WHERE refused IS NOT NULL")  # may fit by now
            database.execute("COMMIT")
        except BaseException:
            database.close()
            raise
        return database

    def _check_empty(self, database: sqlite3.Connection, owner: int) -> None:
        if owner or database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise SettingsError(f"{self.path} is the database of something else, and no spool: name another path")

    def _load(self) -> None:
        ask = self._database.execute
        self._count, self._bytes, last = ask(
            "SELECT count(*), coalesce(sum(size), 0), coalesce(max(seq), 0) FROM events"
        ).fetchone()
        self.next_seq = last + 1
        for topic, key, waiting in ask("SELECT topic, key, count(*) FROM events WHERE key NOT NULL GROUP BY 1, 2"):
            self._keys[topic, key] = waiting

    def _release(self, record: Spooled) -> None:
        if record.key is not None:
            place = record.topic, record.key
            self._keys[place] -= 1
            if self._keys[place] <= 0:
                del self._keys[place]

    def _check_room(self, records: int, size: int) -> None:
        most = self._settings
        if self._count + records > most.max_records or self._bytes + size > most.max_bytes:
            raise DeliveryError(
                f"the spool {self.path} is full: {counted(self._count, 'event')} of {self._bytes:,} bytes wait, and "
                f"{counted(records, 'more')} of {size:,} bytes would pass its limits ({most.max_records:,} events, "
                f"{most.max_bytes:,} bytes)",
                failed=records,
            )

    def _shrink(self) -> None:
        """Give an empty spool's room back to the disk; what was deleted is gone also where that fails."""
        try:
            pages, size = (
                self._database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size")
            )
            if pages * size > _SHRINK_ABOVE:
                self._database.execute("VACUUM")  # there is next to nothing to copy
                self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.Error as error:
            _LOG.warning("%s; its file stays as large as it is until it is empty again", self._said("shrink", error))

    @contextmanager
    def _writing(self, doing: str) -> Iterator[None]:
        """One transaction."""
        with self._translated(doing):
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:  # SQLite itself rolls back where the disk is full
                    self._database.execute("ROLLBACK")
                raise

    @contextmanager
    def _translated(self, doing: str) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise DeliveryError(self._said(doing, error)) from error

    def _said(self, doing: str, error: sqlite3.Error) -> str:
        name: str = getattr(error, "sqlite_errorname", "")
        advice = next((advice for code, advice in _ADVICE.items() if name.startswith(code)), None)
        return f"cannot {doing} the spool {self.path}: {error}" + (f": {advice}" if advice else "")


def _size(key: bytes | None, value: bytes, headers: str) -> int:
    return len(key or b"") + len(value) + len(headers) + _ROW


def _headers_text(headers: Headers | None) -> str:
    """Headers as JSON; bytes as the characters of Latin-1, so that any survive and most can be read."""
    plain = [(name, value.encode() if isinstance(value, str) else value) for name, value in headers or ()]
    return json.dumps([(name, None if value is None else value.decode("latin-1")) for name, value in plain])


def _headers(text: str) -> Headers | None:
    found: Headers = [(name, None if value is None else value.encode("latin-1")) for name, value in json.loads(text)]
    return found or None
