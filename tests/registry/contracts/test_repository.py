"""What a topic comes to from its file, its system's defaults and its events; and how versions are named."""

import pytest

from eventpact.errors import ContractError
from eventpact_registry.contracts.model import Fill, Mode, SubjectStrategy, Topic
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.scalars import duration
from eventpact_registry.contracts.version_names import find_version, is_version_name

from .building import ORDER_PLACED, SHOP, SYSTEM, TOPIC, Files, avsc, field, load

FOLDER = "shop/order.placed"
PLAIN = "description: Orders.\npartitions: 1\nretention: 1d\n"


def topic(text: str, system: str = SYSTEM, **events: str) -> Topic:
    files: Files = {f"{FOLDER}/topic.yaml": text, "shop/system.yaml": system}
    more = {f"{FOLDER}/{name}.v1.avsc": text for name, text in events.items()}
    return load({**files, **more}).systems["shop"].topics["order.placed"]


def test_what_nobody_says_is_what_kafka_and_confluent_would_expect() -> None:
    plain = topic(PLAIN)

    assert (plain.name, plain.owner, plain.purpose) == ("order.placed", "sales", "events")
    assert (plain.replication_factor, plain.cleanup_policy, plain.compatibility) == (
        3,
        ("delete",),
        Mode.BACKWARD_TRANSITIVE,
    )
    assert (plain.key, plain.headers, plain.dead_letters) == ((), {}, None)
    assert (plain.retry.attempts, plain.retry.backoff_ms) == (3, 100)


def test_a_topic_overrides_its_systems_defaults_and_merges_config_and_headers() -> None:
    defaults = """\
topic-name: "Shop.{topic}"
defaults:
  partitions: 6
  retention: 7d
  replication-factor: 2
  config: {segment.bytes: 1, min.insync.replicas: 1}
  headers: {order: orderId, by: =shop}
  key: orderId
"""
    own = """\
description: Orders.
retention: unlimited
config: {segment.bytes: 2}
headers: {by: null, to: =you}
key: null
"""

    merged = topic(own, SYSTEM + defaults)

    assert (merged.name, merged.partitions, merged.retention_ms) == ("Shop.order.placed", 6, -1)
    assert merged.config == {"segment.bytes": "2", "min.insync.replicas": "1"}
    assert merged.headers == {"order": "orderId", "to": "=you"}
    assert merged.key == ()
    assert merged.topic_config() == {
        "cleanup.policy": "delete",
        "retention.ms": "-1",
        "segment.bytes": "2",
        "min.insync.replicas": "1",
    }


def test_a_setting_is_placed_where_it_was_written() -> None:
    inherited = topic("description: Orders.\nretention: 1d\n", f"{SYSTEM}defaults:\n  partitions: 6\n")

    assert str(inherited.locate("/retention")) == "contracts/shop/order.placed/topic.yaml:2:12"
    assert str(inherited.locate("/partitions")) == "contracts/shop/system.yaml:7:15"


@pytest.mark.parametrize(
    ("name", "events", "strategy", "subject"),
    [
        ("", {}, SubjectStrategy.TOPIC_NAME, "order.placed-value"),
        (
            "",
            {"OrderPaid": avsc("OrderPaid")},
            SubjectStrategy.TOPIC_RECORD_NAME,
            "order.placed-io.shop.OrderPlaced",
        ),
        ("name: 'orders.{tenant_id}'\n", {}, SubjectStrategy.RECORD_NAME, "io.shop.OrderPlaced"),
    ],
)
def test_subjects_are_named_by_what_the_topic_is(
    name: str, events: dict[str, str], strategy: SubjectStrategy, subject: str
) -> None:
    found = topic(PLAIN + name, **events)

    assert found.subject_strategy is strategy
    assert found.subject(found.events["OrderPlaced"]) == subject


def test_the_text_for_a_registry_has_no_references_and_no_layout() -> None:
    pinned = avsc("OrderPlaced", field("a", "A"), references=[{"name": "io.shop.A", "version": 1}])
    files: Files = {f"{FOLDER}/OrderPlaced.v1.avsc": pinned, "shop/types/A.v1.avsc": avsc("A")}
    files = {**files, f"{FOLDER}/topic.yaml": PLAIN}

    version = load(files).systems["shop"].topics["order.placed"].events["OrderPlaced"].latest

    assert version.text == (
        '{"type":"record","name":"OrderPlaced","namespace":"io.shop","doc":"What happened.",'
        '"fields":[{"name":"a","type":"A","doc":"What it is."}]}'
    )
    assert [(reference.subject, reference.version) for reference in version.references] == [("io.shop.A", 1)]


def test_a_system_carries_groups_fills_settings_and_alerts() -> None:
    more = """\
fill: {orderId: id}
producer: {acks: all, enable.idempotence: true, linger.ms: 5}
groups: {billing: {description: Bills., topics: ["order.*"], settings: {session.timeout.ms: 30000}}}
alerts: {lag: {warning: 10000, critical: 100000}, latency-p99-ms: {warning: 0.5}}
"""
    system = load({"shop/system.yaml": SYSTEM + more}).systems["shop"]

    assert system.fill == {"orderId": Fill.ID}
    assert system.producer == {"acks": "all", "enable.idempotence": "true", "linger.ms": "5"}
    assert [topic.folder for topic in system.topics_of(system.groups["billing"])] == ["order.placed"]
    assert system.groups["billing"].settings == {"session.timeout.ms": "30000"}
    assert system.alerts == {"lag": {"warning": 10000, "critical": 100000}, "latency-p99-ms": {"warning": 0.5}}


@pytest.fixture
def two_systems() -> ContractRepository:
    mall = {path.replace("shop", "mall", 1): text.replace("shop", "mall") for path, text in SHOP.items()}
    return load({**mall, f"{FOLDER}/OrderPlaced.v2.avsc": ORDER_PLACED, f"{FOLDER}/topic.yaml": TOPIC})


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("shop/OrderPlaced@1", "contracts/shop/order.placed/OrderPlaced.v1.avsc"),
        ("shop/OrderPlaced@latest", "contracts/shop/order.placed/OrderPlaced.v2.avsc"),
        ("contracts/mall/order.placed/OrderPlaced.v1.avsc", "contracts/mall/order.placed/OrderPlaced.v1.avsc"),
        ("./contracts/mall/order.placed/OrderPlaced.v1.avsc", "contracts/mall/order.placed/OrderPlaced.v1.avsc"),
    ],
)
def test_a_version_is_found_by_what_a_user_calls_it(two_systems: ContractRepository, name: str, expected: str) -> None:
    assert is_version_name(name)
    assert find_version(two_systems, name).version.file == expected


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("OrderPlaced@1", "OrderPlaced is in mall and in shop (hint: write mall/OrderPlaced@1 or shop/"),
        ("shop/OrderPlaced@3", "OrderPlaced has no version 3 (hint: it has 1, 2)"),
        ("shop/OrderPlace@1", "there is no event or type OrderPlace (hint: did you mean 'OrderPlaced'?)"),
        ("x.avsc", "x.avsc is no file of contracts"),
        ("git:main", "'git:main' names no version"),
    ],
)
def test_a_version_that_is_not_found_is_said_with_what_there_is(
    two_systems: ContractRepository, name: str, said: str
) -> None:
    with pytest.raises(ContractError) as caught:
        find_version(two_systems, name)

    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(-1, "unlimited"), (60_000, "1m"), (90_000, "90s"), (604_800_000, "7d"), (1500, "1500ms")],
)
def test_a_time_is_written_in_the_largest_unit_that_it_is_whole_in(milliseconds: int, text: str) -> None:
    assert duration(milliseconds) == text
