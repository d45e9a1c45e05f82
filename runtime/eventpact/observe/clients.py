"""What the Kafka client says of itself now and then (librdkafka's statistics): its brokers' answers, its queues.

Asked for only where metrics are shown, because each telling is a page of JSON. Fields and units are those of
librdkafka's STATISTICS.md.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eventpact.observing import CLIENTS

if TYPE_CHECKING:
    from collections.abc import Callable

INTERVAL_MS: Final = 10_000
"""How often a client tells; less often than most scrape, so that a scrape finds what is new."""

_STALE: Final = 3 * INTERVAL_MS / 1000
"""Seconds after which what a client told is of no use any more."""

_MICROSECONDS: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerTraffic:
    """A client's connection to one broker, over the last interval."""

    broker: str
    """Its id on the cluster."""
    connected: bool
    round_trip_mean: float
    """Seconds from a request to its answer; 0 where there was none."""
    round_trip_p99: float
    waiting: int
    """Requests that are not answered yet."""


class ClientWatch:
    """Keeps what one client told last; librdkafka's `stats_cb`."""

    def __init__(self, client: str, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._told_at = clock()
        self.client = client
        """`producer` or `consumer`."""
        self.name = name
        """The producer's system, the consumer's group."""
        self.queued = 0
        """Records in the client's queues."""
        self.queued_bytes = 0
        self.brokers: tuple[BrokerTraffic, ...] = ()
        CLIENTS.add(self)

    @property
    def fresh(self) -> bool:
        """Whether the client still tells; one that was closed does not."""
        return self._clock() - self._told_at < _STALE

    def __call__(self, text: str) -> None:
        """Take note of a telling."""
        told = json.loads(text)
        self._told_at = self._clock()
        self.queued, self.queued_bytes = int(told.get("msg_cnt", 0)), int(told.get("msg_size", 0))
        if self.client == "consumer":
            partitions = [one for topic in told.get("topics", {}).values() for one in topic["partitions"].values()]
            self.queued = sum(int(one.get("fetchq_cnt", 0)) for one in partitions)
            self.queued_bytes = sum(int(one.get("fetchq_size", 0)) for one in partitions)
        self.brokers = tuple(
            BrokerTraffic(
                broker=str(one["nodeid"]),
                connected=one.get("state") == "UP",
                round_trip_mean=one["rtt"]["avg"] * _MICROSECONDS,
                round_trip_p99=one["rtt"]["p99"] * _MICROSECONDS,
                waiting=int(one.get("waitresp_cnt", 0)),
            )
            for one in told.get("brokers", {}).values()
            if one.get("source") != "logical" and int(one.get("nodeid", -1)) >= 0
        )
