"""What health is told in: findings with what to do, and the facts that they were judged from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Severity: TypeAlias = Literal["notice", "warning", "critical"]

SEVERITIES: Final[tuple[Severity, ...]] = ("notice", "warning", "critical")
"""From what is good to know to what needs somebody now; a notice leaves a system healthy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not as it should be, or could not be judged."""

    severity: Severity
    subject: str
    """What it is about: `broker 2`, `topic QuikApp.message.sent`, `group search-indexer`, `registry`."""
    message: str
    advice: str
    """What to do about it."""

    def __str__(self) -> str:
        return f"{self.severity}: {self.subject}: {self.message}; {self.advice}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """Whether the cluster answers, and how fast."""

    reachable: bool
    connecting_seconds: float | None = None
    """Until the first answer: name, connection, TLS and log-in included."""
    seconds: float | None = None
    """Of one request on the connection that is there."""
    error: str | None = None
    """Why it does not answer, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerHealth:
    """One broker, seen from here."""

    id: int
    address: str
    """`host:port`; empty for a broker that is gone."""
    alive: bool
    """Whether the cluster counts it in. One that replicas are assigned to and that is not counted in is gone."""
    controller: bool
    """Whether it is named as controller. Under KRaft that is any broker, which hands on to the controller."""
    seconds: float | None
    """The slowest of a few requests to it; `None` where it did not answer or cannot be asked by itself."""
    leads: int
    """Partitions that it leads."""
    replicas: int
    """Partitions that it has a replica of."""
    lagging: int
    """Of those, the ones whose replica is not in sync."""
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicsHealth:
    """The expected topics, or all where nothing is expected; by name on the cluster."""

    existing: tuple[str, ...]
    missing: tuple[str, ...]
    under_replicated: Mapping[str, int]
    """To the number of partitions of which not every replica is in sync."""
    unwritable: Mapping[str, int]
    """To the number of partitions with fewer replicas in sync than the contract demands of a write."""
    offline: Mapping[str, int]
    """To the number of partitions without a leader: nobody can write to or read from them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupHealth:
    """A consumer group on the cluster."""

    name: str
    state: str
    """`stable`, `rebalancing`, `empty` (no member runs), `gone` (never ran here) or `unknown`."""
    members: int
    lag: int
    """Records that it has not committed, over all partitions."""
    furthest: str | None
    """`topic/partition` where it is most behind; `None` where it is not behind."""
    level: str
    """`ok`, `warning` or `critical`, by the thresholds."""
    thresholds: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryHealth:
    """The schema registry."""

    url: str
    reachable: bool
    seconds: float | None = None
    """Until it answered, connection included."""
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProducerHealth:
    """A producer that lives in this process."""

    system: str
    breaker: str
    """`closed` (as it should be), `open` or `half-open`."""
    pending: int
    failed: int
    waiting: int
    """Events in its spool."""
    latency_p99: float | None
    """Seconds from a send to its acknowledgement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthReport:
    """Everything that was found out, and the judgement on it."""

    findings: tuple[Finding, ...]
    """The worst first."""
    ping: Ping
    cluster_id: str | None
    controller: int | None
    brokers: tuple[BrokerHealth, ...]
    topics: TopicsHealth | None
    """`None` where the cluster did not answer."""
    groups: tuple[GroupHealth, ...]
    registry: RegistryHealth | None
    """`None` where the settings name none."""
    producers: tuple[ProducerHealth, ...]
    codec: str
    """The executor of this process's codecs, `native` or `python`."""
    unjudged: tuple[str, ...]
    """Alerts of the contracts that no client can judge, each with where to look."""
    seconds: float
    """How long finding out took."""

    @property
    def severity(self) -> Severity | None:
        """That of the worst finding; `None` without any."""
        return max((finding.severity for finding in self.findings), key=SEVERITIES.index, default=None)

    @property
    def healthy(self) -> bool:
        """Whether there is nothing worse than a notice."""
        return self.severity in (None, "notice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Events of this process since `Health` was made, or since the last call of `stats`."""

    sent: int
    acknowledged: int
    failed: int
    handled: int
    dead_lettered: int
    seconds: float
    """The time they were counted in."""

    @property
    def sent_per_second(self) -> float:
        """Events sent a second."""
        return self.sent / self.seconds if self.seconds else 0.0

    @property
    def handled_per_second(self) -> float:
        """Records handled a second."""
        return self.handled / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """Cluster and process in numbers."""

    connected: bool
    error: str | None
    brokers: int
    """Those that are there."""
    offline_brokers: tuple[int, ...]
    controller: int | None
    topics: int
    partitions: int
    under_replicated_partitions: int
    offline_partitions: int
    request_seconds: float | None
    """Of one request to the cluster."""
    delivery_p50: float | None
    """Seconds that half of this process's sends took to be acknowledged; `None` without any."""
    delivery_p99: float | None
    flow: Flow
    errors: int
    """Sends that failed and records that became dead letters, in `flow`."""
