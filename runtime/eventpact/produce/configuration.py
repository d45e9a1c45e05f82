"""What a producer is made with: the client's configuration, and what the runtime itself has to know of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from eventpact.errors import SettingsError
from eventpact.produce.properties import MAX_BLOCK, for_librdkafka
from eventpact.produce.transaction import RECONNECTING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventpact.produce.breaker import BreakerPolicy
    from eventpact.produce.spool_settings import SpoolSettings
    from eventpact.settings import Settings

_TIMEOUT: Final = "message.timeout.ms"
_TRANSACTION_TIMEOUT: Final = "transaction.timeout.ms"
_LARGEST: Final = "message.max.bytes"
_LARGEST_BY_DEFAULT: Final = "1000000"
_NO_LIMIT: Final = "2147483647"

_SPOOL_DEADLINE: Final = 15.0
"""Seconds until an event goes to the spool where nobody says: longer than the brokers of a cluster need to follow one
that died, 7 to 11 s as they come, for each event that is spooled while it is on its way may be written twice."""

_DOWN_AFTER: Final = 2.0
"""Seconds without any broker until events go to the spool."""

_QUEUE_TIMEOUT_MS: Final = "30000"
_TRANSACTION_MS: Final = 60_000  # librdkafka's default

TRANSACTIONAL: Final[Mapping[str, str]] = {
    # A commit sends at once what lingers, so lingering delays nothing that anybody sees; without it, a transaction of a
    # thousand events goes in hundreds of requests, at two thirds of the rate.
    "linger.ms": "100",
    # The markers of the transaction before are written in a few milliseconds; by default the client asks again after
    # 100 ms whether they are, which makes every transaction take as long.
    "retry.backoff.ms": "5",
    "retry.backoff.max.ms": "20",
    # Retries end with the transaction's time, not with a count that the quick ones would use up.
    "message.send.max.retries": _NO_LIMIT,
    **RECONNECTING,
}
"""What a transactional producer uses unless the environment says otherwise, whatever the contracts say of others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Everything about one producer that is settled before it is made."""

    client: dict[str, Any]
    """For the Kafka client."""
    spool: SpoolSettings | None
    deadline: float
    """Seconds that an event may take to be acknowledged; infinite for `message.timeout.ms=0`."""
    down_after: float
    """Seconds without any broker after which the breaker opens."""
    queue_timeout: float
    """Seconds that a send waits for room."""
    largest: int
    """Bytes of the largest record."""
    acknowledging: bool
    """Whether brokers are asked to acknowledge."""


def configured(
    settings: Settings,
    contract: Mapping[str, str],
    *,
    profile: str | None,
    transactional_id: str | None,
    spool: SpoolSettings | None,
    policy: BreakerPolicy | None,
    queue_timeout: float | None,
) -> Configuration:
    """Put a producer's settings together; the contract's come first, the profile's next, the environment's win.

    Raises:
        SettingsError: they contradict each other.
    """
    if profile is not None:
        settings = replace(settings, profile=profile)
    spool = spool or settings.spool
    config = settings.producer_config(contract)
    given = settings.delivery_timeout_ms is not None or any(
        _TIMEOUT in for_librdkafka(properties) for properties in (contract, settings.producer)
    )
    if transactional_id is not None:
        _check_transactional(config, spool)
        config |= {"transactional.id": transactional_id, **TRANSACTIONAL, **for_librdkafka(settings.producer)}
        if not given or not int(config[_TIMEOUT]):
            del config[_TIMEOUT]  # the client takes that of the transaction
    milliseconds = int(config.get(_TIMEOUT) or config.get(_TRANSACTION_TIMEOUT, _TRANSACTION_MS))
    deadline = milliseconds / 1000 or math.inf
    down_after = None if policy is None else policy.down_after
    if spool is not None:
        deadline = deadline if given else _SPOOL_DEADLINE
        # The client must not give up one event and deliver the next of its key: the gate takes all back together.
        config |= {_TIMEOUT: "0", "message.send.max.retries": _NO_LIMIT}
        down_after = down_after or min(_DOWN_AFTER, deadline)
    if queue_timeout is None:
        queue_timeout = int({MAX_BLOCK: _QUEUE_TIMEOUT_MS, **contract, **settings.producer}[MAX_BLOCK]) / 1000
    return Configuration(
        client=config,
        spool=spool,
        deadline=deadline,
        down_after=down_after or deadline,
        queue_timeout=queue_timeout,
        largest=int(config.get(_LARGEST, _LARGEST_BY_DEFAULT)),
        acknowledging=config.get("acks") != "0",
    )


def _check_transactional(config: Mapping[str, Any], spool: SpoolSettings | None) -> None:
    problems = []
    if spool is not None:
        problems.append(
            f"a transactional producer has no spool ({spool.path}): its events are written with their transaction, or "
            "not at all; use a producer of its own for what may be late"
        )
    if config.get("enable.idempotence") == "false" or config.get("acks") in {"0", "1"}:
        problems.append(
            "transactions need acks=all and enable.idempotence=true: change PRODUCER_ACKS or the contract's settings"
        )
    if problems:
        raise SettingsError(*problems)
