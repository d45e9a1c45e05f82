"""Handled events in PostgreSQL, for all members of a group."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Protocol
from uuid import uuid4

from eventpact.errors import SettingsError
from eventpact.idempotent.store import CLAIMED, HANDLED, Claim

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from datetime import timedelta

_NAME: Final = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?")

_TABLE: Final = """\
CREATE TABLE IF NOT EXISTS {table} (
    key text PRIMARY KEY, owner text NOT NULL, done boolean NOT NULL, at timestamptz NOT NULL
)"""

_CLAIM: Final = """\
INSERT INTO {table} AS t (key, owner, done, at)
VALUES (%s, %s, false, clock_timestamp() + make_interval(secs => %s))
ON CONFLICT (key) DO UPDATE SET owner = excluded.owner, at = excluded.at
WHERE NOT t.done AND t.at <= clock_timestamp()
RETURNING key"""

_LEFT: Final = "SELECT done, extract(epoch FROM at - clock_timestamp())::float8 FROM {table} WHERE key = %s"

_CONFIRM: Final = """\
INSERT INTO {table} (key, owner, done, at) VALUES (%s, %s, true, clock_timestamp())
ON CONFLICT (key) DO UPDATE SET done = true, at = excluded.at"""

_RELEASE: Final = "DELETE FROM {table} WHERE key = %s AND owner = %s AND NOT done"
_FORGET: Final = "DELETE FROM {table} WHERE at < clock_timestamp() - make_interval(secs => %s)"

_FORGET_EVERY: Final = 10_000
"""Confirmations between two looks at what may be forgotten."""

_SHORTEST: Final = 0.001
"""Seconds to wait at least for a claim that ends this very moment."""


class Cursor(Protocol):
    """What is called of `psycopg.Cursor`."""

    def fetchone(self) -> Any:
        """The next row, or None."""
        ...


class Connection(Protocol):
    """What is called of `psycopg.Connection`."""

    def execute(self, query: Any, params: Sequence[Any] = ()) -> Cursor:
        """Run a statement."""
        ...


class PostgresStore:
    """A table; times are the server's, so the members' clocks do not matter."""

    def __init__(
        self,
        connection: Callable[[], AbstractContextManager[Connection]],
        *,
        keep: timedelta,
        table: str = "eventpact_handled",
    ) -> None:
        """Keep events in a table for the time `keep`.

        Args:
            connection: gives a connection for a `with` that commits at its end: `ConnectionPool(…).connection`.
            keep: how long an event is remembered.
            table: its name, with its schema before a dot where it has one; `create` makes it.

        Raises:
            SettingsError: the table's name is none that needs no quotes.
        """
        if _NAME.fullmatch(table) is None:
            raise SettingsError(f"a table cannot be called {table!r}: use lower case letters, digits and '_'")
        self._connection = connection
        self._keep = keep.total_seconds()
        self._table = table
        self._owner = uuid4().hex
        self._confirmed = 0

    def create(self) -> None:
        """Make the table where it is not there yet."""
        with self._connection() as connection:
            connection.execute(_TABLE.format(table=self._table))

    def claim(self, key: str, lease: float) -> Claim:
        """Claim an event for `lease` seconds."""
        with self._connection() as connection:
            if self._ask(connection, _CLAIM, key, self._owner, lease) is not None:
                return CLAIMED
            row = self._ask(connection, _LEFT, key)
        if row is None:
            return Claim(granted=False, wait=_SHORTEST)  # released this very moment
        done, left = row
        return HANDLED if done else Claim(granted=False, wait=max(left, _SHORTEST))

    def confirm(self, key: str) -> None:
        """The event was handled."""
        with self._connection() as connection:
            connection.execute(_CONFIRM.format(table=self._table), (key, self._owner))
            self._confirmed += 1
            if self._confirmed % _FORGET_EVERY == 1:
                connection.execute(_FORGET.format(table=self._table), (self._keep,))

    def release(self, key: str) -> None:
        """Handling it failed."""
        with self._connection() as connection:
            connection.execute(_RELEASE.format(table=self._table), (key, self._owner))

    def _ask(self, connection: Connection, query: str, *values: object) -> Any:
        return connection.execute(query.format(table=self._table), values).fetchone()
