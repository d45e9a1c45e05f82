"""What topics need, judged from what a cluster holds. Cluster state is plain data here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventpact.operate.topics import TopicState
from eventpact_registry.plan import State, describe, plan
from eventpact_registry.plan.state import ClusterState
from eventpact_registry.plan.steps import CreateTopic
from tests.registry.contracts.building import TOPIC
from tests.registry.plan.contracts import TOPIC_NAME, V1, shop

if TYPE_CHECKING:
    from collections.abc import Mapping

WEEK = str(7 * 24 * 60 * 60 * 1000)
AS_DECLARED = {"cleanup.policy": "delete", "retention.ms": WEEK, "segment.bytes": "1"}


def cluster(
    *,
    partitions: int = 3,
    replicas: int = 3,
    config: Mapping[str, str] | None = AS_DECLARED,
    brokers: int = 3,
    exists: bool = True,
) -> State:
    """A cluster that may have the shop's topic; `config=None` is a broker that does not tell it."""
    state = TopicState(
        name=TOPIC_NAME, partitions=partitions, replication_factor=replicas, under_replicated=0, offline=0
    )
    topics = {TOPIC_NAME: state} if exists else {}
    configs = None if config is None else ({TOPIC_NAME: config} if exists else {})
    return State(None, ClusterState(brokers, topics, configs))


def steps(state: State, topic: str = TOPIC) -> list[str]:
    return [str(describe(step)) for step in plan(shop(V1, topic=topic), state).steps]


def test_a_missing_topic_is_created_with_all_that_the_contract_says() -> None:
    [step] = plan(shop(V1), cluster(exists=False)).steps

    assert isinstance(step, CreateTopic)
    assert (step.contract.name, step.contract.partitions, step.contract.replication_factor) == (TOPIC_NAME, 3, 3)
    assert step.contract.config == {"cleanup.policy": "delete", "retention.ms": WEEK}
    assert str(describe(step)) == f"create topic {TOPIC_NAME}: 3 partitions, 3 replicas"


def test_what_is_as_declared_needs_nothing_whatever_else_is_configured() -> None:
    found = plan(shop(V1), cluster())

    assert found.empty
    assert found.topics_in_sync == 1


def test_changed_configuration_is_set_back() -> None:
    assert steps(cluster(config={"cleanup.policy": "compact", "retention.ms": WEEK})) == [
        f"configure topic {TOPIC_NAME}: cleanup.policy compact → delete"
    ]


def test_the_order_of_cleanup_policies_is_no_drift() -> None:
    both = TOPIC + "cleanup-policy: [compact, delete]\n"

    assert steps(cluster(config={"cleanup.policy": "delete,compact", "retention.ms": WEEK}), both) == []


def test_partitions_are_added_to_a_topic_without_key() -> None:
    assert steps(cluster(partitions=2), TOPIC.replace("key: orderId\n", "")) == [
        f"add partitions topic {TOPIC_NAME}: 2 → 3"
    ]


def test_a_keyed_topic_is_given_no_partitions_until_that_is_allowed() -> None:
    found = plan(shop(V1), cluster(partitions=2))

    assert found.steps == ()
    [conflict] = found.conflicts
    assert conflict.message == (
        f"topic {TOPIC_NAME} has 2 partitions, the contract says 3, "
        "and it is keyed by orderId: with more partitions, most keys move to another"
    )
    assert conflict.place == "contracts/shop/order.placed/topic.yaml:2:13"
    assert conflict.hint is not None
    assert "--allow-repartition" in conflict.hint


def test_an_allowed_repartition_is_a_step_with_a_note() -> None:
    found = plan(shop(V1), cluster(partitions=2), allow_repartition=True)

    assert [str(describe(step)) for step in found.steps] == [f"add partitions topic {TOPIC_NAME}: 2 → 3"]
    assert [note.text for note in found.notes] == [
        "it is keyed by orderId: with more partitions, most keys move to another"
    ]


def test_partitions_are_never_removed() -> None:
    found = plan(shop(V1), cluster(partitions=6))

    assert found.steps == ()
    [conflict] = found.conflicts
    assert conflict.message == f"topic {TOPIC_NAME} has 6 partitions, the contract says 3"
    assert conflict.place == "contracts/shop/order.placed/topic.yaml:2:13"
    assert "cannot remove partitions" in str(conflict.hint)


def test_another_replication_factor_is_refused_with_the_tool_that_changes_it() -> None:
    [conflict] = plan(shop(V1), cluster(replicas=2)).conflicts

    assert conflict.message == f"topic {TOPIC_NAME} has 2 replicas, the contract says 3"
    assert "kafka-reassign-partitions" in str(conflict.hint)


def test_more_replicas_than_brokers_is_a_conflict_that_names_the_count_and_the_way_out() -> None:
    [conflict] = plan(shop(V1), cluster(exists=False, brokers=1)).conflicts

    assert conflict.message == f"topic {TOPIC_NAME} wants 3 replicas, the cluster has 1 broker"
    assert "--replication-factor-limit 1" in str(conflict.hint)


def test_a_limit_caps_replicas_and_how_many_must_be_in_sync() -> None:
    strict = TOPIC + "config: {min.insync.replicas: 2}\n"

    found = plan(shop(V1, topic=strict), cluster(exists=False, brokers=1), replication_factor_limit=1)

    [step] = found.steps
    assert isinstance(step, CreateTopic)
    assert step.contract.replication_factor == 1
    assert step.contract.config["min.insync.replicas"] == "1"
    assert found.conflicts == ()
    assert "limited to 1" in found.notes[0].text


def test_a_topic_made_under_a_limit_is_no_drift_under_the_same_limit() -> None:
    found = plan(shop(V1), cluster(replicas=1, brokers=1), replication_factor_limit=1)

    assert found.empty


def test_where_configuration_is_not_told_partitions_alone_are_compared_and_that_is_noted() -> None:
    found = plan(shop(V1), cluster(replicas=1, brokers=1, config=None))

    assert found.empty
    assert "partitions alone are compared" in found.notes[0].text
    assert plan(shop(V1), cluster(exists=False, brokers=1, config=None)).conflicts == ()


def test_topics_of_tenants_are_left_to_run_time() -> None:
    tenants = TOPIC + 'name: "orders.{tenant_id}"\n'

    found = plan(shop(V1, topic=tenants), cluster(exists=False))

    assert found.empty
    assert "orders.{tenant_id}" in found.notes[0].text


def test_a_side_that_was_not_read_is_left_out() -> None:
    assert plan(shop(V1), State(None, None)).empty
