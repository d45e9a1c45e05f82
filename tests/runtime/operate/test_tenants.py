"""A tenant's topics, made and removed on a real broker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from eventpact import Tenants, TopicContract
from eventpact.errors import ParameterError

if TYPE_CHECKING:
    from eventpact_testing.broker import LocalBroker

CONTRACTS = (
    TopicContract(name="notes.{tenant_id}", partitions=4, replication_factor=1),
    TopicContract(name="notes.{tenant_id}.{region}", partitions=1, replication_factor=1),
    TopicContract(name="presence.{tenant_id}", partitions=2, replication_factor=1),
    TopicContract(name="platform.events", partitions=8, replication_factor=1),
)


@pytest.fixture
def tenants(broker: LocalBroker) -> Tenants:
    return Tenants(broker.topics, CONTRACTS)


def test_a_new_tenant_gets_its_topics_and_no_others(tenants: Tenants, broker: LocalBroker) -> None:
    assert tenants.create("initech") == ("notes.initech", "presence.initech")

    states = broker.topics.states()
    assert states["notes.initech"].partitions == 4
    assert "platform.events" not in states


def test_creating_again_makes_only_what_is_missing(tenants: Tenants, broker: LocalBroker) -> None:
    tenants.create("initech")
    broker.delete_topic("presence.initech")

    assert tenants.create("initech") == ("presence.initech",)
    assert tenants.create("initech") == ()


def test_tenants_are_found_by_their_topics(tenants: Tenants) -> None:
    tenants.create("initech")
    tenants.create("acme")

    assert tenants.list() == ("acme", "initech")


def test_deleting_a_tenant_leaves_the_others(tenants: Tenants) -> None:
    tenants.create("initech")
    tenants.create("acme")

    assert tenants.delete("initech") == ("notes.initech", "presence.initech")
    assert tenants.list() == ("acme",)


def test_on_a_cluster_with_one_broker_topics_ask_for_no_more(broker: LocalBroker) -> None:
    strict = {"min.insync.replicas": "2", "retention.ms": "1000"}
    three = TopicContract(name="notes.{tenant_id}", partitions=1, replication_factor=3, config=strict)

    [made] = Tenants(broker.topics, [three], replication_factor_limit=1).contracts("acme")

    assert made.replication_factor == 1
    assert made.config == {"min.insync.replicas": "1", "retention.ms": "1000"}


@pytest.mark.parametrize("limit", [None, 3, 5])
def test_a_limit_that_is_no_less_than_the_contract_changes_nothing(limit: int | None) -> None:
    three = TopicContract(name="a", partitions=1, replication_factor=3, config={"min.insync.replicas": "2"})

    assert three.limited(limit) == three


def test_a_demand_that_is_no_number_is_left_for_the_broker_to_refuse() -> None:
    wrong = TopicContract(name="a", partitions=1, replication_factor=3, config={"min.insync.replicas": "most"})

    assert wrong.limited(1).config == {"min.insync.replicas": "most"}


def test_health_names_what_is_missing(tenants: Tenants, broker: LocalBroker) -> None:
    tenants.create("initech")
    assert tenants.health("initech").healthy

    broker.delete_topic("notes.initech")
    health = tenants.health("initech")

    assert not health.healthy
    assert (health.existing, health.missing) == (("presence.initech",), ("notes.initech",))


@pytest.mark.parametrize("tenant", ["../x", "a*", "", "a" * 300, "a.b"])
def test_an_id_that_is_no_name_is_refused_before_anything_happens(tenants: Tenants, tenant: str) -> None:
    for operation in (tenants.create, tenants.delete, tenants.health):
        with pytest.raises(ParameterError, match="is not a name"):
            operation(tenant)
    assert tenants.list() == ()
