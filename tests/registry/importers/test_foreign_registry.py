"""Registries that eventpact did not fill: what their subjects become, and what is left out and said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from eventpact.errors import ContractError, Unsupported
from eventpact.operate.topics import TopicConfig, TopicState
from eventpact.settings import Settings
from eventpact_registry.client import Pin, RegistryClient
from eventpact_registry.contracts.model import Mode
from eventpact_registry.importers.drafts import Place, Wishes
from eventpact_registry.importers.registry import from_registry
from eventpact_registry.importers.saving import prove
from eventpact_registry.importers.writing import topic_folders, written
from eventpact_registry.plan import desired, plan, read_state
from eventpact_registry.server import EmbeddedRegistry
from tests.registry.contracts.building import avsc, field
from tests.registry.server.rest import Rest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from eventpact_registry.importers.drafts import Imported

PLACED = avsc("OrderPlaced", field("orderId"))
PAID = avsc("OrderPaid", field("orderId"))
MONEY = avsc("Money", field("amount"))
KIND = json.dumps({"type": "enum", "name": "Kind", "namespace": "io.shop", "doc": "Kinds.", "symbols": ["A"]})


@pytest.fixture
def client() -> Iterator[RegistryClient]:
    with EmbeddedRegistry() as embedded, RegistryClient(Settings(registry_url=embedded.url)) as client:
        client.set_level("order.placed-value", Mode.BACKWARD_TRANSITIVE)
        client.register("order.placed-value", PLACED, ())
        yield client


class Cluster:
    """A cluster's topics as plain data: Kafka itself has its turn in tests/real."""

    def __init__(self, configs: Mapping[str, Mapping[str, str]] | None, *names: str) -> None:
        self._configs = configs
        self._names = names or tuple(configs or ())

    def broker_count(self) -> int:
        return 3

    def states(self) -> dict[str, TopicState]:
        return {
            name: TopicState(name=name, partitions=4, replication_factor=2, under_replicated=0, offline=0)
            for name in self._names
        }

    def config(self, name: str) -> TopicConfig:
        if self._configs is None:
            raise Unsupported("it does not tell")
        return TopicConfig(values={"min.insync.replicas": "1", **self._configs[name]}, own=self._configs[name])

    def create(self, *contracts: object, wait: bool = True) -> None: ...
    def grow(self, name: str, partitions: int, *, wait: bool = True) -> None: ...
    def wait_for_leaders(self, partitions: object) -> None: ...
    def configure(self, name: str, config: object) -> None: ...
    def delete(self, *names: str) -> None: ...


def notes(imported: Imported, about: str) -> list[str]:
    return [note.text for note in imported.notes if note.about == about]


def topics(imported: Imported) -> dict[str, list[str]]:
    return {topic.name: [event.name for event in topic.events] for topic in imported.system.topics}


def loads_and_is_in_sync(imported: Imported, client: RegistryClient, folder: Path) -> bool:
    wanted = desired(prove(written(imported.system), folder))
    return plan(wanted, read_state(wanted, registry=client, cluster=None)).empty


def test_names_of_all_three_strategies_find_their_place(client: RegistryClient, tmp_path: Path) -> None:
    for name in ("payments-io.shop.OrderPaid", "io.shop.Archived"):
        client.set_level(name, Mode.BACKWARD_TRANSITIVE)
    client.register("payments-io.shop.OrderPaid", PAID, ())
    client.register("io.shop.Archived", avsc("Archived", field("id")), ())

    found = from_registry(client, None, Wishes(namespace="io.shop"))

    assert topics(found) == {
        "events.{tenant_id}": ["Archived"],
        "order.placed": ["OrderPlaced"],
        "payments": ["OrderPaid"],
    }
    assert notes(found, "io.shop.Archived") == [
        "its subject does not tell its topic: put on events.{tenant_id}, a guess; say it with --place"
    ]
    assert "subject-strategy: TopicRecordNameStrategy\n" in written(found.system)["shop/payments/topic.yaml"]
    assert loads_and_is_in_sync(found, client, tmp_path)


def test_what_others_refer_to_and_what_is_no_record_is_a_shared_type(client: RegistryClient, tmp_path: Path) -> None:
    for name, text in (("io.shop.Money", MONEY), ("io.shop.Kind", KIND)):
        client.set_level(name, Mode.BACKWARD_TRANSITIVE)
        client.register(name, text, ())
    priced = avsc("OrderPlaced", field("orderId"), field("price", ["null", "io.shop.Money"], default=None))
    client.register("order.placed-value", priced, [Pin("io.shop.Money", "io.shop.Money", 1)])

    found = from_registry(client, None, Wishes())

    files = written(found.system)
    assert [shared.full_name for shared in found.system.types] == ["io.shop.Kind", "io.shop.Money"]
    assert json.loads(files["shop/order.placed/OrderPlaced.v2.avsc"])["references"] == [
        {"name": "io.shop.Money", "version": 1}
    ]
    assert "references" not in json.loads(files["shop/order.placed/OrderPlaced.v1.avsc"])
    assert loads_and_is_in_sync(found, client, tmp_path)


def test_records_are_placed_where_the_user_says(client: RegistryClient) -> None:
    client.register("io.shop.MessageSent", avsc("MessageSent", field("id")), ())
    places = (Place("io.shop.Message*", "chat.{tenant_id}.messages"),)

    found = from_registry(client, None, Wishes(places=places))

    assert "chat.{tenant_id}.messages" in topics(found)
    assert topic_folders(found.system)["chat.{tenant_id}.messages"] == "chat.messages"


@pytest.mark.parametrize(
    ("subject", "text", "said"),
    [
        ("order.placed-key", PAID, "left out: it is of keys, which contracts take from fields of the event"),
        ("orders", PAID, "left out: no strategy names a subject of io.shop.OrderPaid so"),
        ("text-value", '"string"', "left out: it holds no named type"),
        ("kind-value", KIND, "left out: an event is a record, not enum"),
        ("../../outside-value", PAID, "left out: what its name says of a topic cannot be a topic's name"),
        ("..-value", PAID, "left out: what its name says of a topic cannot be a topic's name"),
        ("other-value", PLACED, None),
    ],
)
def test_what_contracts_cannot_say_is_left_out_with_the_reason(
    client: RegistryClient, tmp_path: Path, subject: str, text: str, said: str | None
) -> None:
    client.register(subject, text, ())

    found = from_registry(client, None, Wishes())

    left_out = [note.text for note in found.notes if "left out" in note.text]
    assert left_out == [said or "left out: order.placed-value has an event OrderPlaced too; a name is one event"]
    assert prove(written(found.system), tmp_path).systems.keys() == {"shop"}


def test_an_event_that_refers_to_what_is_left_out_is_left_out_too(client: RegistryClient) -> None:
    client.register("io.bank.Money", avsc("Money", field("amount"), namespace="io.bank"), ())
    paid = avsc("OrderPaid", field("price", "io.bank.Money"))
    client.register("order.paid-value", paid, [Pin("io.bank.Money", "io.bank.Money", 1)])

    found = from_registry(client, None, Wishes(namespace="io.shop"))

    assert topics(found) == {"order.placed": ["OrderPlaced"]}
    assert notes(found, "order.paid-value")[-1].startswith(
        "left out: it refers to io.bank.Money, which is left out too"
    )


def test_two_records_that_took_turns_under_one_subject_are_no_event(client: RegistryClient) -> None:
    client.set_level("mixed-value", Mode.NONE)
    client.register("mixed-value", PAID, ())
    client.register("mixed-value", avsc("Other", field("id")), ())

    found = from_registry(client, None, Wishes())

    assert notes(found, "mixed-value") == [
        "left out: it holds io.shop.OrderPaid and io.shop.Other, and a contract is one event"
    ]


def test_a_version_that_was_deleted_comes_back_so_that_no_number_is_missing(
    client: RegistryClient, tmp_path: Path
) -> None:
    second = avsc("OrderPlaced", field("orderId"), field("note", default=""))
    client.register("order.placed-value", second, ())
    Rest(client.url)("DELETE", "/subjects/order.placed-value/versions/1")

    found = from_registry(client, None, Wishes())

    files = written(found.system)
    assert json.loads(files["shop/order.placed/OrderPlaced.v1.avsc"]) == json.loads(PLACED)
    assert notes(found, "order.placed-value") == ["version 1 was deleted in the registry, and is imported all the same"]
    assert loads_and_is_in_sync(found, client, tmp_path)


def test_a_version_that_was_deleted_for_good_is_stood_in_for(client: RegistryClient, tmp_path: Path) -> None:
    second = avsc("OrderPlaced", field("orderId"), field("note", default=""))
    client.register("order.placed-value", second, ())
    Rest(client.url)("DELETE", "/subjects/order.placed-value/versions/1")
    Rest(client.url)("DELETE", "/subjects/order.placed-value/versions/1?permanent=true")

    found = from_registry(client, None, Wishes())

    assert notes(found, "order.placed-value") == ["version 1 was deleted for good: version 2 stands in its place"]
    assert loads_and_is_in_sync(found, client, tmp_path)


def test_a_subject_without_a_level_gets_the_registrys_own_and_that_is_said(client: RegistryClient) -> None:
    client.register("order.paid-value", PAID, ())

    found = from_registry(client, None, Wishes())

    assert notes(found, "order.paid-value") == [
        "has no compatibility level of its own; the contract says BACKWARD, as order.paid has it"
    ]
    assert "compatibility: BACKWARD\n" in written(found.system)["shop/order.paid/topic.yaml"]


def test_owners_come_back_where_the_registry_knows_them(client: RegistryClient, tmp_path: Path) -> None:
    client.set_level("order.paid-value", Mode.BACKWARD_TRANSITIVE)
    client.register("order.paid-value", PAID, ())
    client.set_owner("order.placed-value", "sales")

    found = from_registry(client, None, Wishes())

    files = written(found.system)
    assert "owner: sales\n" in files["shop/system.yaml"]
    assert "owner: (unknown) say which team answers for it\n" in files["shop/order.paid/topic.yaml"]
    assert "owner" not in files["shop/order.placed/topic.yaml"]
    assert loads_and_is_in_sync(found, client, tmp_path)


def test_an_owner_that_is_said_is_that_of_all_that_have_none(client: RegistryClient) -> None:
    client.register("order.paid-value", PAID, ())
    client.set_owner("order.paid-value", "billing")

    files = written(from_registry(client, None, Wishes(owner="sales")).system)

    assert "owner: sales\n" in files["shop/system.yaml"]
    assert "owner: billing\n" in files["shop/order.paid/topic.yaml"]
    assert "owner" not in files["shop/order.placed/topic.yaml"]


def test_only_chosen_topics_come_with_the_types_that_they_need(client: RegistryClient) -> None:
    client.register("io.shop.Money", MONEY, ())
    paid = avsc("OrderPaid", field("price", "io.shop.Money"))
    client.register("order.paid-value", paid, [Pin("io.shop.Money", "io.shop.Money", 1)])

    chosen = from_registry(client, None, Wishes(topics=("*.paid",)))
    others = from_registry(client, None, Wishes(topics=("*.placed",)))

    assert (topics(chosen), len(chosen.system.types)) == ({"order.paid": ["OrderPaid"]}, 1)
    assert (topics(others), len(others.system.types)) == ({"order.placed": ["OrderPlaced"]}, 0)


def test_records_without_a_common_namespace_are_two_systems(client: RegistryClient) -> None:
    client.register("elsewhere-value", avsc("Other", field("id"), namespace="com.elsewhere"), ())

    with pytest.raises(ContractError, match=r"no namespace in common: com.elsewhere, io.shop .*--namespace"):
        from_registry(client, None, Wishes())


def test_a_topic_is_configured_as_it_is_on_the_cluster(client: RegistryClient) -> None:
    own = {"retention.ms": "86400000", "cleanup.policy": "compact,delete", "segment.bytes": "1073741824"}

    found = from_registry(client, Cluster({"order.placed": own, "unknown": {}, "shop.retry.1": {}}), Wishes())

    [placed, retry] = found.system.topics
    assert (placed.partitions, placed.replication_factor, placed.retention_ms) == (4, 2, 86_400_000)
    assert (placed.cleanup_policy, placed.config) == (("delete", "compact"), {"segment.bytes": "1073741824"})
    assert (retry.name, retry.purpose) == ("shop.retry.1", "retry")
    assert notes(found, "unknown") == ["left out: no subject is of it, and a topic of contracts carries events"]


def test_topics_of_tenants_give_their_settings_to_the_name_with_a_parameter(client: RegistryClient) -> None:
    client.register("io.shop.MessageSent", avsc("MessageSent", field("id")), ())
    cluster = Cluster({"order.placed": {}, "chat.acme": {"retention.ms": "-1"}, "chat.globex": {}})

    found = from_registry(client, cluster, Wishes(places=(Place("io.shop.MessageSent", "chat.{tenant}"),)))

    chat = found.system.topics[0]
    assert (chat.name, chat.partitions, chat.retention_ms) == ("chat.{tenant}", 4, -1)
    assert "retention: unlimited\n" in written(found.system)["shop/chat/topic.yaml"]
    assert notes(found, "chat.acme") == notes(found, "chat.globex") == []


def test_a_broker_that_does_not_tell_configuration_leaves_a_note(client: RegistryClient) -> None:
    found = from_registry(client, Cluster(None, "order.placed"), Wishes())

    assert notes(found, "topics") == [
        "the broker does not tell configuration (the embedded one is such): retention is a guess"
    ]


def test_progress_counts_the_topics(client: RegistryClient) -> None:
    heard: list[tuple[int, int]] = []
    client.register("order.paid-value", PAID, ())

    from_registry(client, None, Wishes(), lambda done, total: heard.append((done, total)))

    assert heard == [(1, 2), (2, 2)]
