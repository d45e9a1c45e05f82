"""From facts to findings: what is not as it should be, how bad that is, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact.operate.health.expected import LATENCY, UNDER_REPLICATED
from eventpact.operate.health.report import SEVERITIES, Finding, TopicsHealth
from eventpact.operate.thresholds import level
from eventpact.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from eventpact.operate.health.asking import ClusterFacts, PartitionFacts
    from eventpact.operate.health.expected import Expected
    from eventpact.operate.health.report import (
        BrokerHealth,
        GroupHealth,
        Ping,
        ProducerHealth,
        RegistryHealth,
        Severity,
    )

_MOST_NAMED: Final = 3
"""Names that a message lists before it counts the rest."""


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """In the order in which somebody should look at them."""
    return tuple(sorted(findings, key=lambda finding: -SEVERITIES.index(finding.severity)))


def topics_health(facts: ClusterFacts, expected: Expected) -> TopicsHealth:
    """How the expected topics are, or all where none are expected."""
    present = {
        name: partitions
        for name, partitions in facts.topics.items()
        if not expected.topics or expected.of_topic(name) is not None
    }
    literal = {topic.name for topic in expected.topics if "{" not in topic.name}

    def counts(bad: Callable[[str, PartitionFacts], bool]) -> dict[str, int]:
        found = {name: sum(bad(name, one) for one in partitions) for name, partitions in present.items()}
        return {name: number for name, number in found.items() if number}

    def unwritable(name: str, one: PartitionFacts) -> bool:
        topic = expected.of_topic(name)
        return topic is not None and len(one.in_sync) < min(topic.min_in_sync, len(one.replicas))

    return TopicsHealth(
        existing=tuple(present),
        missing=tuple(sorted(literal - facts.topics.keys())),
        under_replicated=counts(lambda _, one: len(one.in_sync) < len(one.replicas)),
        unwritable=counts(unwritable),
        offline=counts(lambda _, one: one.leader < 0),
    )


def of_ping(ping: Ping) -> Iterator[Finding]:
    """Whether the cluster answers."""
    if not ping.reachable:
        yield Finding(
            severity="critical",
            subject="cluster",
            message=ping.error or "it does not answer",
            advice="topics, brokers and groups could not be judged; ask again when it answers",
        )


def of_brokers(brokers: Iterable[BrokerHealth], expected: Expected) -> Iterator[Finding]:
    """Brokers that are gone, silent or slow."""
    limits = expected.thresholds(LATENCY)
    for broker in brokers:
        subject = f"broker {broker.id}"
        if not broker.alive:
            yield Finding(
                severity="warning",
                subject=subject,
                message=f"it is gone: {counted(broker.replicas, 'partition')} have a replica less",
                advice="start it again, or move its replicas to other brokers with kafka-reassign-partitions.sh",
            )
        elif broker.error is not None:
            yield Finding(
                severity="warning",
                subject=subject,
                message=f"the cluster counts it in, but it does not answer at {broker.address}: {broker.error}",
                advice="look at its log and at its host; restart it when it hangs",
            )
        elif broker.seconds is not None and (bad := _severity(broker.seconds * 1000, limits)):
            yield Finding(
                severity=bad,
                subject=subject,
                message=f"it takes {broker.seconds * 1000:.0f} ms for a request, more than {_limit(bad, limits):g} ms",
                advice="look at its load, its disks and the network between",
            )


def of_topics(topics: TopicsHealth, expected: Expected) -> Iterator[Finding]:
    """Topics that are missing or not whole."""
    if topics.missing:
        yield Finding(
            severity="critical",
            subject=_subject(topics.missing),
            message=f"{counted(len(topics.missing), 'declared topic')} missing: {_named(topics.missing)}",
            advice="create what is missing: `eventpact apply`",
        )
    if topics.offline:
        yield Finding(
            severity="critical",
            subject=_subject(topics.offline),
            message=f"{_partitions(topics.offline)} without a leader, so nobody can write or read: "
            f"{_named(topics.offline)}",
            advice="start the brokers that have their replicas",
        )
    if topics.unwritable:
        yield Finding(
            severity="critical",
            subject=_subject(topics.unwritable),
            message=f"{_partitions(topics.unwritable)} with fewer replicas in sync than min.insync.replicas, "
            f"so sends with acks=all are refused: {_named(topics.unwritable)}",
            advice="bring back the brokers that have the other replicas",
        )
    yield from _under_replicated(topics, expected)


def of_groups(groups: Iterable[GroupHealth]) -> Iterator[Finding]:
    """Groups that are behind, or that nobody runs."""
    for group in groups:
        subject = f"group {group.name}"
        if group.state == "gone":
            yield Finding(
                severity="notice",
                subject=subject,
                message="it has never run on this cluster",
                advice="start its service, or take the group out of the contracts",
            )
            continue
        if bad := _severity(group.lag, group.thresholds):
            at = f", most of them on {group.furthest}" if group.furthest else ""
            yield Finding(
                severity=bad,
                subject=subject,
                message=f"it is {group.lag:,} records behind{at}; the {bad} threshold is "
                f"{_limit(bad, group.thresholds):,.0f}",
                advice="look at its errors, then at its speed: more members (up to the partitions) or concurrency; "
                f"`eventpact groups describe {group.name}`",
            )
        if not group.members and group.lag:
            yield Finding(
                severity="warning",
                subject=subject,
                message=f"no member runs, and {group.lag:,} records wait for it",
                advice="start its service",
            )


def of_registry(registry: RegistryHealth | None) -> Iterator[Finding]:
    """Whether the registry answers."""
    if registry is not None and not registry.reachable:
        yield Finding(
            severity="critical",
            subject="registry",
            message=registry.error or "it does not answer",
            advice="services that run know their schemas; no other starts until it is back",
        )


def of_producers(producers: Iterable[ProducerHealth], expected: Expected) -> Iterator[Finding]:
    """What the producers of this process suffer from."""
    for producer in producers:
        subject = f"producer of {producer.system}"
        if producer.breaker != "closed":
            yield Finding(
                severity="critical" if producer.breaker == "open" else "warning",
                subject=subject,
                message=f"its circuit breaker is {producer.breaker}: the brokers took too few of its events",
                advice="it tries again by itself; look at the cluster",
            )
        if producer.waiting:
            yield Finding(
                severity="warning",
                subject=subject,
                message=f"{counted(producer.waiting, 'event')} wait in its spool",
                advice="they are sent when the brokers take them; keep the spool's file until then",
            )
        limits = expected.thresholds(LATENCY, producer.system)
        if producer.latency_p99 is not None and (bad := _severity(producer.latency_p99 * 1000, limits)):
            yield Finding(
                severity=bad,
                subject=subject,
                message=f"99 % of its sends take up to {producer.latency_p99 * 1000:.0f} ms to be acknowledged, "
                f"more than {_limit(bad, limits):g} ms",
                advice="look at the brokers' load; a shorter linger.ms and smaller batches answer sooner",
            )


def _under_replicated(topics: TopicsHealth, expected: Expected) -> Iterator[Finding]:
    """Each system's by its own thresholds; without any, one partition is a warning."""
    by_system: dict[str, dict[str, int]] = {}
    for name, number in topics.under_replicated.items():
        topic = expected.of_topic(name)
        by_system.setdefault("" if topic is None else topic.system, {})[name] = number
    for system, names in by_system.items():
        bad = _severity(sum(names.values()), expected.thresholds(UNDER_REPLICATED, system) or {"warning": 0})
        if bad:
            yield Finding(
                severity=bad,
                subject=_subject(names),
                message=f"{_partitions(names)}{f' of {system}' if system else ''} under-replicated: {_named(names)}",
                advice="bring back the brokers that are gone; where all are there, wait until they have caught up",
            )


def _severity(value: float, thresholds: Mapping[str, float]) -> Severity | None:
    reached = level(value, thresholds)
    return None if reached == "ok" else reached


def _limit(severity: Severity, thresholds: Mapping[str, float]) -> float:
    return thresholds[severity]


def _partitions(counts: Mapping[str, int]) -> str:
    return counted(sum(counts.values()), "partition")


def _subject(names: Sequence[str] | Mapping[str, int]) -> str:
    return f"topic {next(iter(names))}" if len(names) == 1 else "topics"


def _named(names: Sequence[str] | Mapping[str, int]) -> str:
    shown = list(names)[:_MOST_NAMED]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
