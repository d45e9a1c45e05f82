"""Asking and judging, put together."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from confluent_kafka import KafkaError, KafkaException

from eventpact.avro.executor import chosen
from eventpact.errors import BrokerError, Unsupported
from eventpact.observe.catalogue import HANDLED
from eventpact.observe.readings import TOTALS
from eventpact.observing import PRODUCERS
from eventpact.operate.groups import Groups
from eventpact.operate.health import judging
from eventpact.operate.health.asking import Answered, RegistryQuestion, broker_answers, cluster_facts
from eventpact.operate.health.expected import Expected
from eventpact.operate.health.report import (
    BrokerHealth,
    Finding,
    Flow,
    GroupHealth,
    HealthReport,
    Ping,
    ProducerHealth,
    Stats,
)
from eventpact.operate.thresholds import level
from eventpact.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eventpact.observe.readings import Readings
    from eventpact.operate.groups import GroupState
    from eventpact.operate.health.asking import ClusterFacts
    from eventpact.operate.health.report import TopicsHealth
    from eventpact.produce.producer import Producer
    from eventpact.settings import Settings

_SETTLING: Final = frozenset(
    {
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
        KafkaError.NOT_COORDINATOR,
    }
)
"""What a cluster says of groups before it has kept any, and after a broker went."""

_AGAIN: Final = 0.1
"""Seconds between two such questions."""

_DELIVERY: Final = "eventpact_producer_delivery_seconds"


class Health:
    """Asks one cluster, its registry and this process."""

    def __init__(
        self,
        settings: Settings,
        contracts: Expected | None = None,
        *,
        timeout: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Connect in the background.

        Args:
            settings: where cluster and registry are.
            contracts: what should be there; without it topics are judged as they are, and groups not at all.
            timeout: seconds that one answer may take, `Settings.timeout` by default. A check asks several questions,
                and stops asking whom it got no answer from.
            clock: tells seconds that pass.
        """
        self._settings = settings
        self._expected = contracts or Expected()
        self._timeout = settings.timeout if timeout is None else timeout
        self._clock = clock
        self._groups = Groups(settings, timeout=self._timeout)
        self._since = clock()
        self._counted = TOTALS.read()

    def ping(self) -> Ping:
        """Whether the cluster answers, and how fast."""
        return self._look()[0]

    def brokers(self) -> tuple[BrokerHealth, ...]:
        """Each broker, those included that are gone though replicas are assigned to them.

        Raises:
            BrokerError: the cluster does not answer.
        """
        return self._brokers(cluster_facts(self._groups.administrator, self._clock))

    def topics(self) -> TopicsHealth:
        """How the expected topics are, or all where none are expected.

        Raises:
            BrokerError: the cluster does not answer.
        """
        return judging.topics_health(cluster_facts(self._groups.administrator, self._clock), self._expected)

    def check(self) -> HealthReport:
        """Everything, judged; what does not answer is a finding.

        Raises:
            SettingsError: `EVENTPACT_CODEC` names no codec that can run here.
        """
        began = self._clock()
        registry = RegistryQuestion(self._settings, self._timeout) if self._settings.registry_url else None
        ping, facts = self._look()
        brokers = () if facts is None else self._brokers(facts)
        topics = None if facts is None else judging.topics_health(facts, self._expected)
        groups, unasked = ((), ()) if facts is None else self._lags()
        answer = None if registry is None else registry.answer()
        producers = tuple(_producer(one) for one in PRODUCERS)
        findings = (
            *judging.of_ping(ping),
            *judging.of_brokers(brokers, self._expected),
            *(() if topics is None else judging.of_topics(topics, self._expected)),
            *judging.of_groups(groups),
            *unasked,
            *judging.of_registry(answer),
            *judging.of_producers(producers, self._expected),
        )
        return HealthReport(
            findings=judging.worst_first(findings),
            ping=ping,
            cluster_id=None if facts is None else facts.id,
            controller=None if facts is None else facts.controller,
            brokers=brokers,
            topics=topics,
            groups=groups,
            registry=answer,
            producers=producers,
            codec=chosen(),
            unjudged=self._expected.unjudged(),
            seconds=self._clock() - began,
        )

    def stats(self) -> Stats:
        """Cluster and process in numbers; rates are those since the last call."""
        ping, facts = self._look()
        now, sums = self._clock(), TOTALS.read()
        flow = _flow(self._counted, sums, now - self._since)
        self._since, self._counted = now, sums
        delivery = sums.histogram(_DELIVERY)
        partitions = [] if facts is None else [one for topic in facts.topics.values() for one in topic]
        return Stats(
            connected=ping.reachable,
            error=ping.error,
            brokers=0 if facts is None else len(facts.brokers),
            offline_brokers=() if facts is None else facts.gone,
            controller=None if facts is None else facts.controller,
            topics=0 if facts is None else len(facts.topics),
            partitions=len(partitions),
            under_replicated_partitions=sum(len(one.in_sync) < len(one.replicas) for one in partitions),
            offline_partitions=sum(one.leader < 0 for one in partitions),
            request_seconds=ping.seconds,
            delivery_p50=None if delivery is None else delivery.quantile(0.5),
            delivery_p99=None if delivery is None else delivery.quantile(0.99),
            flow=flow,
            errors=flow.failed + flow.dead_lettered,
        )

    def _look(self) -> tuple[Ping, ClusterFacts | None]:
        try:
            facts = cluster_facts(self._groups.administrator, self._clock)
        except BrokerError as error:
            return Ping(reachable=False, error=str(error)), None
        ping = Ping(reachable=True, connecting_seconds=facts.connecting_seconds, seconds=facts.seconds)
        return ping, facts

    def _brokers(self, facts: ClusterFacts) -> tuple[BrokerHealth, ...]:
        answers = broker_answers(self._groups.administrator, facts.brokers, self._clock)
        partitions = [one for topic in facts.topics.values() for one in topic]
        return tuple(
            BrokerHealth(
                id=broker,
                address=facts.brokers.get(broker, ""),
                alive=broker in facts.brokers,
                controller=broker == facts.controller,
                seconds=answers.get(broker, Answered()).seconds,
                leads=sum(one.leader == broker for one in partitions),
                replicas=sum(broker in one.replicas for one in partitions),
                lagging=sum(broker in one.replicas and broker not in one.in_sync for one in partitions),
                error=answers.get(broker, Answered()).error,
            )
            for broker in sorted({*facts.brokers, *facts.gone})
        )

    def _lags(self) -> tuple[tuple[GroupHealth, ...], tuple[Finding, ...]]:
        """The expected groups; the first that is not answered for ends the questions."""
        found: list[GroupHealth] = []
        for name, thresholds in self._expected.groups.items():
            try:
                found.append(_group(self._state(name), thresholds))
            except BrokerError as error:
                unknown = counted(len(self._expected.groups) - len(found), "group")
                bad = Finding(
                    severity="notice" if isinstance(error, Unsupported) else "warning",
                    subject="groups",
                    message=f"the lag of {unknown} is not known: {error}",
                    advice="ask a cluster that tells, with the right to describe groups",
                )
                return tuple(found), (bad,)
        return tuple(found), ()

    def _state(self, name: str) -> GroupState:
        """A group; asked again, for the time of one answer, while the cluster is only just getting to know it."""
        deadline = self._clock() + self._timeout
        while True:
            try:
                return self._groups.state(name)
            except BrokerError as error:
                cause = error.__cause__
                code = cause.args[0].code() if isinstance(cause, KafkaException) else None
                if code not in _SETTLING or self._clock() >= deadline:
                    raise
            time.sleep(_AGAIN)


def _group(state: GroupState, thresholds: Mapping[str, float]) -> GroupHealth:
    behind = max(state.partitions, key=lambda one: one.lag or 0, default=None)
    return GroupHealth(
        name=state.name,
        state="gone" if not state.partitions and not state.members else state.state,
        members=len(state.members),
        lag=state.lag,
        furthest=f"{behind.topic}/{behind.partition}" if behind is not None and behind.lag else None,
        level=level(state.lag, thresholds),
        thresholds=thresholds,
    )


def _producer(producer: Producer) -> ProducerHealth:
    statistics = producer.statistics
    return ProducerHealth(
        system=producer.system or type(producer).__name__,
        breaker=producer.breaker_state,
        pending=statistics.pending,
        failed=statistics.failed,
        waiting=statistics.waiting,
        latency_p99=statistics.latency.quantile(0.99),
    )


def _flow(before: Readings, now: Readings, seconds: float) -> Flow:
    def more(name: str) -> int:
        return int(now.counter(name) - before.counter(name))

    return Flow(
        sent=more("eventpact_producer_events_sent_total"),
        acknowledged=more("eventpact_producer_events_acknowledged_total"),
        failed=more("eventpact_producer_events_failed_total"),
        handled=more(HANDLED.name),
        dead_lettered=more("eventpact_group_records_dead_lettered_total"),
        seconds=seconds,
    )
