"""Contracts from AsyncAPI documents: channels, messages, bindings, references, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from eventpact.errors import ContractError
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.importers.asyncapi import from_asyncapi
from eventpact_registry.importers.documents import MAX_BYTES
from eventpact_registry.importers.drafts import Wishes
from eventpact_registry.importers.saving import prove
from eventpact_registry.importers.writing import written
from tests.cli.commands import write
from tests.registry.contracts.building import avsc, field

if TYPE_CHECKING:
    from eventpact_registry.importers.drafts import Imported

PLACED: dict[str, Any] = json.loads(avsc("OrderPlaced", field("id")))

VERSION_2 = """\
asyncapi: 2.6.0
info:
  title: Orders
  version: 1.2.0
  description: |
    Orders of
    a shop.
  contact: {name: sales}
channels:
  orders.placed:
    description: Orders that were placed.
    bindings:
      kafka:
        partitions: 12
        replicas: 2
        topicConfiguration:
          cleanup.policy: [delete, compact]
          retention.ms: 604800000
          min.insync.replicas: 1
          confluent.value.schema.validation: true
    subscribe:
      bindings: {kafka: {groupId: {type: string, enum: [billing, Not A Group]}}}
      message:
        oneOf:
          - $ref: '#/components/messages/OrderPlaced'
          - $ref: '#/components/messages/OrderPaid'
  logs:
    publish:
      message:
        payload: {type: object}
components:
  messages:
    OrderPlaced:
      schemaFormat: application/vnd.apache.avro;version=1.9.0
      summary: An order was placed.
      payload:
        type: record
        name: OrderPlaced
        namespace: io.shop
        fields:
          - {name: id, type: string}
          - {name: price, type: io.shop.Money}
    OrderPaid:
      schemaFormat: application/vnd.apache.avro+json;version=1.9.0
      payload: {$ref: 'schemas/OrderPaid.avsc'}
  schemas:
    Money: {type: record, name: Money, namespace: io.shop, fields: [{name: cents, type: long}]}
    Filter: {type: object, properties: {type: {type: string}}}
"""

VERSION_3: dict[str, Any] = {
    "asyncapi": "3.0.0",
    "info": {"title": "Orders", "version": "1.0.0"},
    "channels": {
        "placed": {
            "address": "orders/{tenantId}/placed",
            "messages": {
                "placed": {"payload": {"schemaFormat": "application/vnd.apache.avro;version=1.11.0", "schema": PLACED}}
            },
        },
    },
    "operations": {
        "bill": {
            "action": "receive",
            "channel": {"$ref": "#/channels/placed"},
            "bindings": {"kafka": {"groupId": {"type": "string", "const": "billing"}}},
        }
    },
}


def imported(folder: Path, files: dict[str, str], **wishes: Any) -> tuple[Imported, ContractRepository]:
    """Import the first of some files; the contracts load."""
    root = write(folder / "documents", files)
    found = from_asyncapi([root / next(iter(files))], Wishes(**wishes))
    return found, prove(written(found.system), folder / "contracts")


def refused(folder: Path, text: str, name: str = "a.yaml") -> str:
    with pytest.raises(ContractError) as caught:
        imported(folder, {name: text})
    return str(caught.value).replace(f"{folder}/documents/", "")


def test_a_document_of_version_2_becomes_topics_events_and_groups(tmp_path: Path) -> None:
    files = {"asyncapi.yaml": VERSION_2, "schemas/OrderPaid.avsc": avsc("OrderPaid", field("id"))}

    found, contracts = imported(tmp_path, files)

    system = contracts.systems["shop"]
    [topic] = system.topics.values()
    assert (system.description, system.owner) == ("Orders of a shop.", "sales")
    assert (topic.name, topic.description) == ("orders.placed", "Orders that were placed.")
    assert (topic.partitions, topic.replication_factor, topic.retention_ms) == (12, 2, 604_800_000)
    assert (topic.cleanup_policy, topic.config) == (("delete", "compact"), {"min.insync.replicas": "1"})
    assert sorted(topic.events) == ["OrderPaid", "OrderPlaced"]
    assert topic.events["OrderPlaced"].latest.references == (("io.shop.Money", 1),)
    assert "An order was placed." in topic.events["OrderPlaced"].latest.source
    assert {name: group.topics for name, group in system.groups.items()} == {"billing": ("orders.placed",)}
    assert [str(note.about) for note in found.notes] == ["Not A Group", "logs", "logs"]


def test_a_document_of_version_3_in_json_becomes_topics_events_and_groups(tmp_path: Path) -> None:
    found, contracts = imported(tmp_path, {"asyncapi.json": json.dumps(VERSION_3)})

    system = contracts.systems["shop"]
    [topic] = system.topics.values()
    assert (topic.name, topic.folder, sorted(topic.events)) == (
        "orders.{tenant_id}.placed",
        "orders.placed",
        ["OrderPlaced"],
    )
    assert {name: group.topics for name, group in system.groups.items()} == {"billing": ("orders.placed",)}
    assert [note.text for note in found.notes] == [
        "is no name of a topic in contracts: orders.{tenant_id}.placed stands for it"
    ]


def test_the_binding_names_the_topic_where_it_does(tmp_path: Path) -> None:
    channel = {**VERSION_3["channels"]["placed"], "bindings": {"kafka": {"topic": "shop-orders"}}}

    _, contracts = imported(tmp_path, {"a.json": json.dumps({**VERSION_3, "channels": {"placed": channel}})})

    assert [topic.name for topic in contracts.systems["shop"].topics.values()] == ["shop-orders"]


def test_an_event_on_two_channels_belongs_to_the_first_and_that_is_said(tmp_path: Path) -> None:
    placed = VERSION_3["channels"]["placed"]
    channels = {"a": {**placed, "address": "a"}, "b": {**placed, "address": "b"}}

    found, contracts = imported(tmp_path, {"a.json": json.dumps({**VERSION_3, "channels": channels})})

    assert [topic.name for topic in contracts.systems["shop"].topics.values()] == ["a"]
    assert [note.text for note in found.notes] == ["is on b too; an event belongs to one topic, and is on a"]


def test_several_documents_are_one_system(tmp_path: Path) -> None:
    other = json.loads(json.dumps(VERSION_3).replace("OrderPlaced", "OrderPaid").replace("/placed", "/paid"))
    other["channels"] = {"paid": other["channels"]["placed"]}
    root = write(tmp_path, {"a.json": json.dumps(VERSION_3), "b.json": json.dumps(other)})

    found = from_asyncapi([root / "a.json", root / "b.json"], Wishes())

    assert [topic.name for topic in found.system.topics] == ["orders.{tenant_id}.paid", "orders.{tenant_id}.placed"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("openapi: 3.0.0\n", "a.yaml: is no AsyncAPI document: it does not say its version"),
        ("asyncapi: 1.2.0\n", "a.yaml: is no AsyncAPI document: it says asyncapi: 1.2.0"),
        ("asyncapi: 3.0.0\n", "there is nothing to import"),
        ("asyncapi: 3.0.0\nchannels: [1, 2]\n", "there is nothing to import"),
        ("asyncapi: 3.0.0\nchannels: {a: 3, b: {messages: {c: [], d: {payload: 3}}}}\n", "there is nothing to import"),
        ("asyncapi: 3.0.0\ninfo: !!python/object/apply:os.system [id]\n", "uses a tag"),
        ("asyncapi: 3.0.0\ninfo: &a [1]\n", "uses an anchor"),
        ("asyncapi: 3.0.0\ninfo: " + "[" * 30 + "]" * 30 + "\n", "nests deeper than 20 levels"),
        ("asyncapi: 3.0.0\ninfo: {$ref: '#/info'}\n", "a.yaml: its references lead in a circle"),
        ("asyncapi: 3.0.0\ninfo: {$ref: '#/nothing'}\n", "'#/nothing' leads nowhere: there is no 'nothing'"),
        ("asyncapi: 3.0.0\ninfo: {$ref: 'http://127.0.0.1/x'}\n", "is on the network, which is not asked"),
        ("asyncapi: 3.0.0\ninfo: {$ref: '../secret.yaml'}\n", "is outside of the document's folder"),
        ("asyncapi: 3.0.0\ninfo: {$ref: '/etc/hostname'}\n", "is outside of the document's folder"),
        ("asyncapi: 3.0.0\ninfo: {$ref: 'missing.yaml'}\n", "missing.yaml: cannot be read"),
        ("a: " + "x" * MAX_BYTES, "a.yaml: is larger than 4,194,304 bytes"),
    ],
)
def test_what_is_wrong_or_hostile_is_refused(tmp_path: Path, text: str, said: str) -> None:
    assert said in refused(tmp_path, text)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", {"secret.yaml": "description: secret\n"})
    write(tmp_path / "documents", {})
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents/link.yaml").symlink_to(outside / "secret.yaml")

    assert "is outside of the document's folder" in refused(tmp_path, "asyncapi: 3.0.0\ninfo: {$ref: link.yaml}\n")


def test_json_that_nests_without_end_is_refused(tmp_path: Path) -> None:
    assert "nested too deeply" in refused(tmp_path, '{"a":' * 100_000, "a.json")
