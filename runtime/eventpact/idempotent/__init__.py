"""Handling each event once, where handling it has effects outside Kafka: a memory of the events that were handled."""

from eventpact.idempotent.once import Idempotent
from eventpact.idempotent.postgres import PostgresStore
from eventpact.idempotent.redis import RedisStore
from eventpact.idempotent.sqlite import SqliteStore
from eventpact.idempotent.store import CLAIMED, HANDLED, Claim, HandledStore

__all__ = [
    "CLAIMED",
    "HANDLED",
    "Claim",
    "HandledStore",
    "Idempotent",
    "PostgresStore",
    "RedisStore",
    "SqliteStore",
]
