"""The contracts of the five systems, applied to real Kafka and to each registry: after that a plan is empty."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from eventpact.operate.topics import Topics
from eventpact.settings import Settings
from eventpact.topic import TopicContract
from eventpact_registry.client import RegistryClient
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import parse_source
from eventpact_registry.plan import apply, describe, desired, plan, read_state, retired, summary
from tests.runtime.raw import PATIENCE

if TYPE_CHECKING:
    from eventpact_registry.plan import Desired, Plan
    from eventpact_testing.kafka import KafkaCluster
    from tests.real.conftest import Registry

CONTRACTS = Path(__file__).parents[2] / "contracts"
ONE_BROKER = 1


@pytest.fixture(scope="module")
def wanted() -> Desired:
    return desired(ContractRepository.load(parse_source(f"dir:{CONTRACTS}", CONTRACTS)))


def test_after_apply_a_plan_of_the_schemas_is_empty(own_registry: Registry, wanted: Desired) -> None:
    with RegistryClient(Settings(registry_url=own_registry.url, timeout=PATIENCE)) as client:
        state = read_state(wanted, registry=client, cluster=None)
        first = plan(wanted, state)
        apply(first, registry=client, cluster=None)

        again = plan(wanted, read_state(wanted, registry=client, cluster=None))

    assert len(first.steps) > len(wanted.subjects)
    assert again.empty, summary(again)
    assert again.subjects_in_sync == len(wanted.subjects)


def topic_plan(wanted: Desired, topics: Topics) -> Plan:
    return plan(wanted, read_state(wanted, registry=None, cluster=topics), replication_factor_limit=ONE_BROKER)


def test_after_apply_a_plan_of_the_topics_is_empty(own_kafka: KafkaCluster, wanted: Desired) -> None:
    topics = Topics(Settings(brokers=own_kafka.bootstrap_servers, timeout=PATIENCE))
    apply(topic_plan(wanted, topics), registry=None, cluster=topics)

    again = topic_plan(wanted, topics)

    assert again.empty, summary(again)
    assert again.topics_in_sync == len(wanted.topics)


def test_what_was_changed_on_the_cluster_is_found_and_set_back(own_kafka: KafkaCluster, wanted: Desired) -> None:
    topics = Topics(Settings(brokers=own_kafka.bootstrap_servers, timeout=PATIENCE))
    apply(topic_plan(wanted, topics), registry=None, cluster=topics)
    changed = wanted.topics[0].contract
    topics.configure(changed.name, {"retention.ms": "1234567"})

    drift = topic_plan(wanted, topics)
    apply(drift, registry=None, cluster=topics)

    [step] = map(describe, drift.steps)
    assert (step.action, step.name) == ("configure", changed.name)
    assert step.detail == f"retention.ms 1234567 → {changed.config['retention.ms']}"
    assert topic_plan(wanted, topics).empty


def test_a_cluster_with_too_few_brokers_is_named_before_anything_is_changed(
    own_kafka: KafkaCluster, wanted: Desired
) -> None:
    topics = Topics(Settings(brokers=own_kafka.bootstrap_servers, timeout=PATIENCE))

    found = plan(wanted, read_state(wanted, registry=None, cluster=topics))

    assert found.conflicts
    assert all("replica" in conflict.message for conflict in found.conflicts)


def test_topics_that_contracts_no_longer_declare_are_deleted_and_no_others(
    own_kafka: KafkaCluster, wanted: Desired
) -> None:
    topics = Topics(Settings(brokers=own_kafka.bootstrap_servers, timeout=PATIENCE))
    apply(topic_plan(wanted, topics), registry=None, cluster=topics)
    topics.create(TopicContract(name="elsewhere", partitions=1, replication_factor=1))
    fewer = replace(wanted, topics=wanted.topics[:-2])
    fewer = replace(fewer, retired=retired([wanted], fewer))

    todo = topic_plan(fewer, topics)
    apply(todo, registry=None, cluster=topics)

    gone = sorted(topic.contract.name for topic in wanted.topics[-2:])
    assert [(step.action, step.name) for step in map(describe, todo.steps)] == [("delete", name) for name in gone]
    assert topic_plan(fewer, topics).empty
    assert "elsewhere" in topics.states()


def test_a_keyed_topic_is_repartitioned_when_that_is_allowed(own_kafka: KafkaCluster, wanted: Desired) -> None:
    topics = Topics(Settings(brokers=own_kafka.bootstrap_servers, timeout=PATIENCE))
    keyed = next(topic for topic in wanted.topics if topic.declared.key and topic.contract.partitions > 1)
    one = replace(wanted, topics=(keyed,))
    if keyed.contract.name in topics.states():  # the cluster is the module's
        topics.delete(keyed.contract.name)
    topics.create(replace(keyed.contract.limited(ONE_BROKER), partitions=1))

    refused = topic_plan(one, topics)
    allowed = plan(
        one,
        read_state(one, registry=None, cluster=topics),
        replication_factor_limit=ONE_BROKER,
        allow_repartition=True,
    )
    apply(allowed, registry=None, cluster=topics)

    assert "--allow-repartition" in str(refused.conflicts[0])
    assert topics.states()[keyed.contract.name].partitions == keyed.contract.partitions
