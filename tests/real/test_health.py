"""Health of Apache Kafka: three brokers that are well, one of them killed, one of them standing still."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import confluent_kafka
import pytest
from confluent_kafka import TopicPartition

from eventpact import Settings, TopicContract, Topics
from eventpact.operate.health import Expected, ExpectedTopic, Health
from eventpact_testing.kafka import KafkaCluster
from tests.cli import conftest as command_line
from tests.cli.commands import Run
from tests.cli.commands import write as write_files
from tests.registry.contracts.building import SYSTEM, TOPIC, avsc, field
from tests.runtime.raw import write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from eventpact.operate.health import HealthReport

run, work = command_line.run, command_line.work
"""Fixtures of the commands' own tests."""

TOPIC_NAME = "health.whole"
GROUP = "health-readers"
LAG = {"warning": 3.0, "critical": 100.0}
EXPECTED = Expected(
    topics=(ExpectedTopic(name=TOPIC_NAME, system="shop", min_in_sync=2),),
    groups={GROUP: LAG, "health-nobody": LAG},
    alerts={
        "shop": {"lag": LAG, "under-replicated-partitions": {"warning": 0}, "latency-p99-ms": {"critical": 60_000}}
    },
)


@pytest.fixture(scope="module")
def cluster(three_brokers: KafkaCluster) -> Iterator[KafkaCluster]:
    """All three brokers, with a topic of six partitions that each of them has."""
    three_brokers.mend()
    topics = Topics(Settings(brokers=three_brokers.bootstrap_servers), timeout=60)
    topics.create(
        TopicContract(name=TOPIC_NAME, partitions=6, replication_factor=3, config={"min.insync.replicas": "2"})
    )
    yield three_brokers
    three_brokers.mend()
    topics.delete(TOPIC_NAME)


@pytest.fixture
def mended(cluster: KafkaCluster) -> Iterator[KafkaCluster]:
    """A cluster to break."""
    yield cluster
    cluster.mend()


def settings(cluster: KafkaCluster) -> Settings:
    return Settings(brokers=cluster.bootstrap_servers, client_id="health", timeout=30)


def until(health: Health, holds: Callable[[HealthReport], bool], patience: float = 90.0) -> HealthReport:
    """The first report of which something holds; the last one when none comes in time."""
    deadline = time.monotonic() + patience
    report = health.check()
    while not holds(report) and time.monotonic() < deadline:
        time.sleep(0.2)
        report = health.check()
    return report


def warnings(report: HealthReport) -> list[str]:
    """What is warned about."""
    return [one.subject for one in report.findings if one.severity == "warning"]


def silent(report: HealthReport) -> list[int]:
    """Brokers that did not answer, or are gone."""
    return [one.id for one in report.brokers if one.error is not None or not one.alive]


def test_a_whole_cluster_is_told_in_full(cluster: KafkaCluster) -> None:
    health = Health(settings(cluster), EXPECTED)

    report, stats = until(health, lambda one: one.healthy), health.stats()

    assert report.healthy, report.findings
    assert [(one.id, one.alive, one.error) for one in report.brokers] == [(n, True, None) for n in (1, 2, 3)]
    assert all(one.seconds is not None and one.seconds > 0 for one in report.brokers)
    assert sum(one.leads for one in report.brokers if one.id) >= 6
    assert report.cluster_id
    assert report.controller in {1, 2, 3}
    assert report.topics is not None
    assert report.topics.existing == (TOPIC_NAME,)
    assert [one.state for one in report.groups] == ["gone", "gone"]
    assert (stats.connected, stats.brokers, stats.offline_partitions) == (True, 3, 0)


def test_the_lag_of_a_group_is_judged_by_its_thresholds(cluster: KafkaCluster) -> None:
    write(cluster, TOPIC_NAME, *(b"%d" % number for number in range(9)), partition=4)
    consumer = confluent_kafka.Consumer({"bootstrap.servers": cluster.bootstrap_servers, "group.id": GROUP})
    consumer.commit(offsets=[TopicPartition(TOPIC_NAME, 4, 2)], asynchronous=False)
    consumer.close()

    report = until(Health(settings(cluster), EXPECTED), lambda one: len(warnings(one)) == 2)

    behind = next(one for one in report.groups if one.name == GROUP)
    assert (behind.lag, behind.furthest, behind.level) == (7, f"{TOPIC_NAME}/4", "warning")
    assert warnings(report) == [f"group {GROUP}", f"group {GROUP}"]
    assert "no member runs, and 7 records wait for it" in [one.message for one in report.findings]


def test_a_killed_broker_and_the_partitions_that_lack_it_are_found(mended: KafkaCluster, run: Run, work: Path) -> None:
    system = f"{SYSTEM}\nalerts:\n  under-replicated-partitions: {{warning: 0, critical: 1000}}\n"
    write_files(
        work / "contracts",
        {
            "shop/system.yaml": system,
            "shop/health.whole/topic.yaml": TOPIC,
            "shop/health.whole/OrderPlaced.v1.avsc": avsc("OrderPlaced", field("orderId")),
        },
    )
    mended.kill(3)

    report = until(
        Health(settings(mended), EXPECTED, timeout=5),
        lambda one: (
            one.topics is not None and one.topics.under_replicated.get(TOPIC_NAME) == 6 and len(one.brokers) == 3
        ),
    )

    assert [(one.id, one.alive) for one in report.brokers] == [(1, True), (2, True), (3, False)]
    found = {one.subject: one for one in report.findings}
    assert found["broker 3"].severity == "warning"
    assert "start it again" in found["broker 3"].advice
    assert found[f"topic {TOPIC_NAME}"].message.startswith("6 partitions of shop under-replicated")
    assert report.topics is not None
    assert report.topics.unwritable == {}
    assert Health(settings(mended)).stats().offline_brokers == (3,)

    ended = run("health", "--brokers", mended.bootstrap_servers, "--format", "json")
    told = json.loads(ended.out)
    assert (ended.code, told["severity"]) == (1, "warning")
    assert [one["alive"] for one in told["brokers"]] == [True, True, False]
    assert run("health", "--brokers", mended.bootstrap_servers, "--fail-on", "critical").code == 0


def test_a_broker_that_stands_still_holds_nothing_up(mended: KafkaCluster) -> None:
    health = Health(settings(mended), EXPECTED, timeout=2)
    assert len(health.brokers()) == 3
    mended.pause(2)
    began = time.monotonic()

    report = health.check()

    assert time.monotonic() - began < 50  # the client itself would wait for a minute, and for each answer
    assert not report.healthy
    report = until(health, lambda one: not one.ping.reachable or silent(one) == [2])
    assert not report.ping.reachable or silent(report) == [2]
