"""Each store of handled events, as two members of a group have it: SQLite, and real servers of Redis and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from eventpact.idempotent import HandledStore, PostgresStore, RedisStore, SqliteStore

from .servers import postgres_server, redis_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEEP = timedelta(hours=1)

Open = Callable[[], HandledStore]
"""Opens the same store once more, as another process would."""


@pytest.fixture(scope="session")
def redis_port() -> Iterator[int]:
    with redis_server() as port:
        yield port


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with postgres_server() as address:
        yield address


@pytest.fixture(params=["sqlite", "redis", "postgres"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """A store of each kind, empty."""
    if request.param == "sqlite":
        opened: list[SqliteStore] = []

        def sqlite() -> SqliteStore:
            opened.append(SqliteStore(tmp_path / "handled.sqlite3", keep=KEEP))
            return opened[-1]

        yield sqlite
        for store in opened:
            store.close()
    elif request.param == "redis":
        import redis

        client = redis.Redis(port=request.getfixturevalue("redis_port"))
        client.flushall()
        yield lambda: RedisStore(client, keep=KEEP)
        client.close()
    else:
        import psycopg

        address = request.getfixturevalue("postgres")

        def connection() -> psycopg.Connection:
            return psycopg.connect(address)

        with connection() as fresh:
            fresh.execute("DROP TABLE IF EXISTS eventpact_handled")
        PostgresStore(connection, keep=KEEP).create()
        yield lambda: PostgresStore(connection, keep=KEEP)
