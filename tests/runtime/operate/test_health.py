"""Judging is pure; asking is tested on servers that are there, gone or silent."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from eventpact import Settings
from eventpact.errors import BrokerError
from eventpact.operate.health import (
    BrokerHealth,
    Expected,
    ExpectedTopic,
    GroupHealth,
    Health,
    Ping,
    ProducerHealth,
    RegistryHealth,
    judging,
)
from eventpact.operate.health.asking import ClusterFacts, PartitionFacts
from eventpact_testing.broker import LocalBroker
from tests.runtime.raw import PATIENCE
from tests.runtime.sample import NoteReader, Posted, PostReader, SampleProducer

ALL_THREE = PartitionFacts(1, (1, 2, 3), (1, 2, 3))
TWO_OF_THREE = PartitionFacts(1, (1, 2, 3), (1, 2))
ONE_OF_THREE = PartitionFacts(1, (1, 2, 3), (1,))
NOBODY = PartitionFacts(-1, (1, 2, 3), ())
ALERTS = {
    "chat": {
        "lag": {"warning": 10.0, "critical": 100.0},
        "under-replicated-partitions": {"warning": 0.0, "critical": 5.0},
        "latency-p99-ms": {"warning": 100.0, "critical": 500.0},
        "isr-shrinks-per-minute": {"warning": 1.0},
        "disk-percent": {"warning": 70.0},
    }
}
CHAT = Expected(
    topics=(
        ExpectedTopic(name="chat.events", system="chat", min_in_sync=2),
        ExpectedTopic(name="chat.messages.{tenant_id}", system="chat", min_in_sync=2),
    ),
    groups={"indexer": ALERTS["chat"]["lag"]},
    alerts=ALERTS,
)


def facts(**topics: tuple[PartitionFacts, ...]) -> ClusterFacts:
    """A cluster of three brokers; `__` in a name stands for a dot."""
    return ClusterFacts(
        id="c",
        controller=1,
        brokers={number: f"host:{number}" for number in (1, 2, 3)},
        topics={name.replace("__", "."): partitions for name, partitions in topics.items()},
        connecting_seconds=0.02,
        seconds=0.002,
    )


def group(lag: int, *, members: int = 1, state: str = "stable") -> GroupHealth:
    return GroupHealth(
        name="indexer",
        state=state,
        members=members,
        lag=lag,
        furthest="chat.events/3" if lag else None,
        level="ok",
        thresholds=CHAT.groups["indexer"],
    )


def broker(seconds: float | None = 0.001, *, alive: bool = True, error: str | None = None) -> BrokerHealth:
    return BrokerHealth(
        id=2,
        address="host:2" if alive else "",
        alive=alive,
        controller=False,
        seconds=seconds,
        leads=0,
        replicas=4,
        lagging=4,
        error=error,
    )


class TestTopics:
    def test_a_whole_cluster_gives_no_finding(self) -> None:
        found = judging.topics_health(facts(chat__events=(ALL_THREE,) * 3, other=(NOBODY,)), CHAT)

        assert found.existing == ("chat.events",)
        assert not list(judging.of_topics(found, CHAT))

    def test_a_declared_topic_that_is_missing_is_critical_and_says_what_makes_it(self) -> None:
        found = judging.topics_health(facts(), CHAT)

        [finding] = judging.of_topics(found, CHAT)
        assert (finding.severity, finding.subject) == ("critical", "topic chat.events")
        assert "eventpact apply" in finding.advice

    def test_a_tenants_topics_are_looked_at_but_not_missed(self) -> None:
        found = judging.topics_health(facts(chat__events=(ALL_THREE,), chat__messages__acme=(TWO_OF_THREE,)), CHAT)

        assert found.missing == ()
        assert found.under_replicated == {"chat.messages.acme": 1}

    @pytest.mark.parametrize(("partitions", "severity"), [(1, "warning"), (5, "warning"), (6, "critical")])
    def test_under_replication_is_judged_by_the_systems_thresholds(self, partitions: int, severity: str) -> None:
        found = judging.topics_health(facts(chat__events=(TWO_OF_THREE,) * partitions), CHAT)

        [finding] = judging.of_topics(found, CHAT)
        assert finding.severity == severity
        assert f"{partitions} partition" in finding.message

    def test_without_thresholds_one_under_replicated_partition_is_a_warning(self) -> None:
        found = judging.topics_health(facts(anything=(TWO_OF_THREE,)), Expected())

        [finding] = judging.of_topics(found, Expected())
        assert (finding.severity, finding.subject) == ("warning", "topic anything")

    def test_fewer_replicas_in_sync_than_a_write_needs_is_critical(self) -> None:
        found = judging.topics_health(facts(chat__events=(ONE_OF_THREE, ALL_THREE)), CHAT)

        assert found.unwritable == {"chat.events": 1}
        assert "acks=all are refused" in next(judging.of_topics(found, CHAT)).message

    def test_a_topic_with_one_replica_needs_no_second_one(self) -> None:
        found = judging.topics_health(facts(chat__events=(PartitionFacts(1, (1,), (1,)),)), CHAT)

        assert not list(judging.of_topics(found, CHAT))

    def test_a_partition_without_leader_is_critical(self) -> None:
        found = judging.topics_health(facts(chat__events=(NOBODY, ALL_THREE)), CHAT)

        assert found.offline == {"chat.events": 1}
        assert next(judging.of_topics(found, CHAT)).severity == "critical"

    def test_many_names_are_counted(self) -> None:
        expected = Expected(topics=tuple(ExpectedTopic(name=f"t{number}") for number in range(9)))

        [finding] = judging.of_topics(judging.topics_health(facts(), expected), expected)
        assert finding.message == "9 declared topics missing: t0, t1, t2 and 6 more"
        assert finding.subject == "topics"


class TestBrokers:
    def test_brokers_that_replicas_are_assigned_to_and_that_are_not_there_are_gone(self) -> None:
        found = replace(facts(a=(PartitionFacts(1, (1, 2, 7), (1, 2)),)), brokers={1: "host:1", 2: "host:2"})

        assert found.gone == (7,)

    def test_a_broker_that_is_gone_is_a_warning_with_its_partitions(self) -> None:
        [finding] = judging.of_brokers([broker(None, alive=False)], CHAT)

        assert (finding.severity, finding.subject) == ("warning", "broker 2")
        assert "4 partitions" in finding.message

    def test_a_broker_that_is_counted_in_and_silent_is_a_warning(self) -> None:
        [finding] = judging.of_brokers([broker(None, error="no answer within 1 s")], CHAT)

        assert "does not answer at host:2" in finding.message

    @pytest.mark.parametrize(("seconds", "severity"), [(0.1, None), (0.101, "warning"), (0.6, "critical")])
    def test_slow_brokers_are_judged_by_the_latency_threshold(self, seconds: float, severity: str | None) -> None:
        found = [finding.severity for finding in judging.of_brokers([broker(seconds)], CHAT)]

        assert found == ([] if severity is None else [severity])


class TestGroups:
    @pytest.mark.parametrize(("lag", "severity"), [(10, None), (11, "warning"), (101, "critical")])
    def test_lag_is_judged_by_the_thresholds_of_the_group(self, lag: int, severity: str | None) -> None:
        found = list(judging.of_groups([group(lag)]))

        assert [finding.severity for finding in found] == ([] if severity is None else [severity])
        assert all("chat.events/3" in finding.message for finding in found)

    def test_a_group_that_never_ran_is_a_notice(self) -> None:
        [finding] = judging.of_groups([group(0, members=0, state="gone")])

        assert finding.severity == "notice"

    def test_records_that_wait_for_a_group_without_members_are_a_warning(self) -> None:
        [finding] = judging.of_groups([group(5, members=0, state="empty")])

        assert (finding.severity, finding.message) == ("warning", "no member runs, and 5 records wait for it")

    def test_a_group_without_members_and_without_lag_is_well(self) -> None:
        assert not list(judging.of_groups([group(0, members=0, state="empty")]))


class TestProducers:
    def producer(self, breaker: str = "closed", *, waiting: int = 0, p99: float | None = None) -> ProducerHealth:
        return ProducerHealth(system="chat", breaker=breaker, pending=0, failed=0, waiting=waiting, latency_p99=p99)

    @pytest.mark.parametrize(("state", "severity"), [("open", "critical"), ("half-open", "warning")])
    def test_a_breaker_that_is_not_closed_is_told(self, state: str, severity: str) -> None:
        [finding] = judging.of_producers([self.producer(state)], CHAT)

        assert (finding.severity, state in finding.message) == (severity, True)

    def test_events_in_the_spool_are_told(self) -> None:
        [finding] = judging.of_producers([self.producer(waiting=12)], CHAT)

        assert finding.message == "12 events wait in its spool"

    def test_slow_deliveries_are_judged_by_the_latency_threshold(self) -> None:
        [finding] = judging.of_producers([self.producer(p99=0.2)], CHAT)

        assert (finding.severity, "200 ms" in finding.message) == ("warning", True)

    def test_a_producer_at_work_gives_no_finding(self) -> None:
        assert not list(judging.of_producers([self.producer(p99=0.01)], CHAT))


class TestExpectations:
    def test_alerts_that_no_client_can_judge_say_where_to_look(self) -> None:
        found = CHAT.unjudged()

        assert [line.split(":")[0] for line in found] == ["isr-shrinks-per-minute", "disk-percent"]
        assert "JMX" in found[0]
        assert Expected().unjudged() == ()

    def test_the_classes_of_a_service_say_what_it_needs(self) -> None:
        found = Expected.of(SampleProducer, PostReader, NoteReader, alerts={"lag": {"warning": 5}})

        assert [topic.name for topic in found.topics] == ["sample.posted", "sample.notes.{tenant_id}"]
        assert found.groups == {"post-reader": {"warning": 5}, "note-reader": {"warning": 5}}
        assert found.thresholds("lag", "sample") == {"warning": 5}

    def test_of_several_systems_the_lowest_threshold_counts(self) -> None:
        found = Expected(alerts={"a": {"lag": {"warning": 9, "critical": 10}}, "b": {"lag": {"warning": 3}}})

        assert found.thresholds("lag") == {"warning": 3, "critical": 10}
        assert found.thresholds("lag", "a") == {"warning": 9, "critical": 10}
        assert found.thresholds("lag", "other") == {}

    def test_a_literal_name_comes_before_one_with_parameters(self) -> None:
        tenant, literal = ExpectedTopic(name="chat.{tenant_id}"), ExpectedTopic(name="chat.events")

        assert Expected(topics=(tenant, literal)).of_topic("chat.events") == literal
        assert Expected(topics=(tenant, literal)).of_topic("chat.acme") == tenant
        assert Expected(topics=(tenant, literal)).of_topic("elsewhere") is None


class TestAsking:
    @pytest.fixture
    def silent(self) -> Iterator[str]:
        """An address that takes connections and never says a word."""
        with socket.socket() as server:
            server.bind(("127.0.0.1", 0))
            server.listen(16)
            yield f"127.0.0.1:{server.getsockname()[1]}"

    def test_a_service_asks_with_what_its_classes_need(self, settings: Settings) -> None:
        with SampleProducer(settings, register="dev") as producer:
            producer.send_and_wait(Posted(event_id="e"))
            health = Health(settings, Expected.of(SampleProducer))
            report = health.check()

        assert report.healthy, report.findings
        assert report.ping.reachable
        assert report.controller == 1
        assert [one.id for one in report.brokers] == [1]
        assert report.topics is not None
        assert report.topics.existing == ("sample.notes.acme", "sample.posted")
        assert report.registry is not None
        assert report.registry == RegistryHealth(
            url=settings.registry_url, reachable=True, seconds=report.registry.seconds
        )
        assert [(one.system, one.breaker) for one in report.producers] == [("sample", "closed")]
        assert report.codec in {"native", "python"}

    def test_lag_that_the_broker_does_not_tell_is_a_notice(self, settings: Settings) -> None:
        report = Health(settings, Expected.of(PostReader)).check()

        assert report.healthy
        assert [(finding.severity, finding.subject) for finding in report.findings] == [("notice", "groups")]

    def test_stats_count_what_this_process_did_since_the_last_look(self, settings: Settings) -> None:
        ticks = iter(range(0, 1000, 10))
        health = Health(settings, clock=lambda: float(next(ticks)))
        with SampleProducer(settings, register="dev") as producer:
            producer.send_many([Posted(event_id=str(number)) for number in range(30)]).raise_for_failures()
        PostReader().run(settings, max_events=30)

        first, second = health.stats(), health.stats()

        assert (first.connected, first.brokers, first.offline_brokers) == (True, 1, ())
        assert (first.topics, first.partitions) == (3, 6)
        assert (first.flow.sent, first.flow.acknowledged, first.flow.handled) == (30, 30, 30)
        assert first.flow.sent_per_second == 30 / first.flow.seconds
        assert (second.flow.sent, second.flow.handled, second.errors) == (0, 0, 0)

    def test_a_cluster_and_a_registry_that_are_down_are_findings_within_the_time_given(self) -> None:
        settings = Settings(brokers="127.0.0.1:1", registry_url="http://127.0.0.1:1")
        began = time.monotonic()

        report = Health(settings, CHAT, timeout=0.5).check()

        assert time.monotonic() - began < PATIENCE
        assert [(one.severity, one.subject) for one in report.findings] == [
            ("critical", "cluster"),
            ("critical", "registry"),
        ]
        assert "KAFKA_BROKERS" in report.findings[0].message
        assert "SCHEMA_REGISTRY_URL" in report.findings[1].message
        assert (report.topics, report.brokers, report.groups) == (None, (), ())

    def test_a_cluster_and_a_registry_that_are_silent_are_findings_within_the_time_given(self, silent: str) -> None:
        settings = Settings(brokers=silent, registry_url=f"http://{silent}")
        began = time.monotonic()

        report = Health(settings, timeout=0.6).check()

        assert time.monotonic() - began < PATIENCE
        assert [one.subject for one in report.findings] == ["cluster", "registry"]

    def test_single_questions_raise_when_the_cluster_is_down(self) -> None:
        health = Health(Settings(brokers="127.0.0.1:1"), timeout=0.3)

        ping = health.ping()
        assert ping == Ping(reachable=False, error=ping.error)
        assert ping.error
        with pytest.raises(BrokerError):
            health.brokers()
        with pytest.raises(BrokerError):
            health.topics()
        assert not health.stats().connected

    def test_without_contracts_every_topic_is_looked_at(self) -> None:
        with LocalBroker({"a": 1, "b": 2}) as broker:
            found = Health(Settings(brokers=broker.bootstrap_servers)).topics()

        assert (found.existing, found.missing) == (("a", "b"), ())
