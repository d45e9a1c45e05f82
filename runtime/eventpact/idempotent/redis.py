"""Handled events in Redis, for all members of a group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol
from uuid import uuid4

from eventpact.idempotent.store import CLAIMED, HANDLED, Claim

if TYPE_CHECKING:
    from datetime import timedelta

_DONE: Final = "1"
"""Stands where a claim has its owner, which is never that short."""

_GRANTED: Final = -1
_HANDLED: Final = -2

_CLAIM: Final = f"""\
if redis.call('set', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return {_GRANTED} end
if redis.call('get', KEYS[1]) == ARGV[3] then return {_HANDLED} end
return math.max(redis.call('pttl', KEYS[1]), 1)
"""
"""What a claim comes to, or the milliseconds that another's still lasts: 0 by Redis's count in the last of them."""

_RELEASE: Final = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


class RedisClient(Protocol):
    """What is called of `redis.Redis` (redis-py); a cluster's client has it too, each call is about one key."""

    def eval(self, script: str, numkeys: int, *keys_and_args: Any) -> Any:
        """Run a script on the server."""
        ...

    def set(self, name: str, value: str, *, px: int) -> Any:
        """Set a value that ends after so many milliseconds."""
        ...


class RedisStore:
    """Keys of a Redis server, which ends them itself.

    It remembers as long as Redis does: with an eviction policy other than `noeviction`, or when a failover loses the
    last writes, an event may be handled again.
    """

    def __init__(self, client: RedisClient, *, keep: timedelta, prefix: str = "eventpact:handled:") -> None:
        """Keep events in `client` (`redis.Redis(…)`) for the time `keep`, under keys that begin with `prefix`."""
        self._client = client
        self._keep_ms = int(keep.total_seconds() * 1000)
        self._prefix = prefix
        self._owner = uuid4().hex

    def claim(self, key: str, lease: float) -> Claim:
        """Claim an event for `lease` seconds."""
        left = int(self._client.eval(_CLAIM, 1, self._prefix + key, self._owner, int(lease * 1000), _DONE))
        if left == _GRANTED:
            return CLAIMED
        return HANDLED if left == _HANDLED else Claim(granted=False, wait=left / 1000)

    def confirm(self, key: str) -> None:
        """The event was handled."""
        self._client.set(self._prefix + key, _DONE, px=self._keep_ms)

    def release(self, key: str) -> None:
        """Handling it failed."""
        self._client.eval(_RELEASE, 1, self._prefix + key, self._owner)
