"""What a cluster should have, for health to compare with: topics, groups and the thresholds of alerts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from eventpact.names import topic_name
from eventpact.operate.thresholds import strictest

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from eventpact.consume.group import Group
    from eventpact.produce.producer import Producer

LAG: Final = "lag"
UNDER_REPLICATED: Final = "under-replicated-partitions"
LATENCY: Final = "latency-p99-ms"

ELSEWHERE: Final[Mapping[str, str]] = {
    "isr-shrinks-per-minute": "the brokers count it: JMX kafka.server:type=ReplicaManager,name=IsrShrinksPerSec",
    "disk-percent": "the brokers' hosts know it: node_exporter's node_filesystem_avail_bytes, or kafka-log-dirs.sh",
}
"""Alerts of the contracts that no client can judge, and where to look instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedTopic:
    """A topic that should be there; with run-time parameters in its name, any that match are looked at."""

    name: str
    """As contracts write it, `chat.messages.{tenant_id}`."""
    system: str = ""
    min_in_sync: int = 1
    """Replicas that have to be in sync for a write to be accepted, where the topic has that many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What contracts ask of a cluster.

    `eventpact_registry.expected.expected(repository)` makes it from a folder of contracts, `Expected.of` from the
    generated classes of a service.
    """

    topics: tuple[ExpectedTopic, ...] = ()
    groups: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Group name to its thresholds of lag, `{"warning": 10000}`."""
    alerts: Mapping[str, Mapping[str, Mapping[str, float]]] = field(default_factory=dict)
    """System to its thresholds by alert, `{"quikapp": {"latency-p99-ms": {"warning": 100}}}`."""

    @classmethod
    def of(cls, *classes: type[Producer | Group], alerts: Mapping[str, Mapping[str, float]] | None = None) -> Expected:
        """What the producers and groups of a service need; `alerts` are thresholds by alert, for all of them.

        Expected.of(QuikappProducer, NotificationService, alerts={"lag": {"warning": 10_000}})
        """
        from eventpact.produce.producer import Producer  # noqa: PLC0415 - it imports the Kafka client

        topics: dict[str, ExpectedTopic] = {}
        groups: dict[str, Mapping[str, float]] = {}
        systems = set()
        for each in classes:
            systems.add(each.system)
            if issubclass(each, Producer):
                names: Collection[str] = [event.contract.topic for event in each.events]
            else:
                groups[each.name] = (alerts or {}).get(LAG, {})
                names = [name for name in each.topics if "*" not in name]
            topics |= {name: ExpectedTopic(name=name, system=each.system) for name in names if name}
        return cls(
            topics=tuple(topics.values()),
            groups=groups,
            alerts=dict.fromkeys(sorted(systems), alerts) if alerts else {},
        )

    def thresholds(self, alert: str, system: str | None = None) -> Mapping[str, float]:
        """Those of an alert: of one system, or the lowest of all."""
        chosen = self.alerts.values() if system is None else [self.alerts.get(system, {})]
        return strictest(one[alert] for one in chosen if alert in one)

    def unjudged(self) -> tuple[str, ...]:
        """Alerts that are asked for and that no client can judge, each with where to look."""
        asked = {alert for one in self.alerts.values() for alert in one}
        return tuple(f"{alert}: {where}" for alert, where in ELSEWHERE.items() if alert in asked)

    def of_topic(self, name: str) -> ExpectedTopic | None:
        """What is expected of a topic of that name on the cluster; a literal name comes before one with parameters."""
        fitting = [topic for topic in self.topics if topic_name(topic.name).match(name) is not None]
        return min(fitting, key=lambda topic: not topic_name(topic.name).is_literal, default=None)
