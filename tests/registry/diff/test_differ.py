"""What changed between two repositories is said in typed changes, in a stable order."""

from eventpact_registry.diff.differ import diff

from ..contracts.building import ORDER_PLACED, SHOP, SYSTEM, TOPIC, Files, avsc, field, load

TOPIC_FILE = "shop/order.placed/topic.yaml"
EVENT_FILE = "shop/order.placed/OrderPlaced.v1.avsc"
SECOND_FILE = "shop/order.placed/OrderPlaced.v2.avsc"


def changes(new: Files, old: Files | None = None) -> list[str]:
    """Each change as `subject: text`."""
    before = {**SHOP, **(old or {})}
    return [f"{change.subject}: {change.text}" for change in diff(load(old, SHOP, "base"), load(new, before))]


def test_nothing_changed_between_a_repository_and_itself() -> None:
    assert changes({}) == []


def test_each_setting_of_a_topic_is_compared() -> None:
    text = """\
description: Orders that were placed.
partitions: 4
replication-factor: 5
retention: 1d
cleanup-policy: [compact, delete]
key: null
name: orders
compatibility: FULL
subject-strategy: RecordNameStrategy
config: {segment.bytes: 1}
headers: {order: orderId}
"""

    assert changes({TOPIC_FILE: text}) == [
        "shop/order.placed: topic renamed from order.placed to orders",
        "shop/order.placed: partitions changed from 3 to 4",
        "shop/order.placed: replication factor changed from 3 to 5",
        "shop/order.placed: retention changed from 7d to 1d",
        "shop/order.placed: cleanup policy changed from delete to delete, compact",
        "shop/order.placed: key changed from orderId to none",
        "shop/order.placed: compatibility changed from BACKWARD_TRANSITIVE to FULL",
        "shop/order.placed: subject strategy changed from TopicNameStrategy to RecordNameStrategy",
        "shop/order.placed: segment.bytes changed from none to 1",
        "shop/order.placed: header order added",
    ]


def test_a_new_description_is_no_change() -> None:
    assert changes({TOPIC_FILE: TOPIC.replace("Orders that were placed.", "Orders.")}) == []


def test_a_new_version_comes_with_what_it_changes() -> None:
    new = load({SECOND_FILE: avsc("OrderPlaced", field("orderId"), field("note", default=""))})

    [change] = diff(load(), new)

    assert change.text == "version 2 added"
    assert [inner.text for inner in change.changes] == ["field note added, with a default"]  # type: ignore[attr-defined]  # a VersionAdded


def test_a_version_changed_in_place_is_told_from_one_that_is_only_reworded() -> None:
    assert changes({EVENT_FILE: avsc("OrderPlaced", field("orderId"), field("note", default=""))}) == [
        "shop/OrderPlaced: version 1 changed in place"
    ]
    assert changes({EVENT_FILE: avsc("OrderPlaced", field("orderId", doc="Anew."))}) == [
        "shop/OrderPlaced: version 1 reworded"
    ]
    assert changes({EVENT_FILE: ORDER_PLACED.replace("  ", " ")}) == ["shop/OrderPlaced: version 1 reworded"]


def test_a_pin_moved_in_place_changes_the_version() -> None:
    def order(version: int) -> str:
        pin = [{"name": "io.shop.A", "version": version}]
        return avsc("OrderPlaced", field("orderId"), field("a", "A"), references=pin)

    types: Files = {"shop/types/A.v1.avsc": avsc("A"), "shop/types/A.v2.avsc": avsc("A", field("x", default=""))}

    assert changes({EVENT_FILE: order(2)}, old={**types, EVENT_FILE: order(1)}) == [
        "shop/OrderPlaced: version 1 changed in place"
    ]


def test_what_is_new_and_what_is_gone_is_said_once() -> None:
    paid: Files = {
        "shop/paid/topic.yaml": TOPIC,
        "shop/paid/Paid.v1.avsc": avsc("Paid", field("orderId")),
        "shop/types/A.v1.avsc": avsc("A"),
    }
    gone: Files = dict.fromkeys(paid)

    assert changes(paid) == [
        "shop/paid: topic added, paid with 3 partitions",
        "shop/Paid: added",
        "shop/A: added",
    ]
    assert changes(gone, old=paid) == ["shop/paid: topic removed, paid", "shop/Paid: removed", "shop/A: removed"]


def test_what_was_removed_is_placed_in_the_base() -> None:
    old = load({SECOND_FILE: ORDER_PLACED}, revision="git:main")

    [change] = diff(old, load())

    assert str(change.location) == "git:main:contracts/shop/order.placed/OrderPlaced.v2.avsc:3:11"


def test_a_groups_reading_is_compared_with_its_patterns_resolved() -> None:
    def groups(group: str) -> str:
        return f"{SYSTEM}groups: {{billing: {{description: Bills., {group}}}}}\n"

    paid: Files = {"shop/paid/topic.yaml": TOPIC, "shop/paid/Paid.v1.avsc": avsc("Paid", field("orderId"))}
    old: Files = {**paid, "shop/system.yaml": groups("topics: [order.placed]")}

    assert changes({"shop/system.yaml": groups("topics: ['order.*']")}, old) == []
    assert changes({"shop/system.yaml": groups("topics: [paid]")}, old) == [
        "shop/billing: reads other topics: +paid -order.placed",
        "shop/billing: no longer gets OrderPlaced",
    ]
    assert changes({"shop/system.yaml": groups("topics: [order.placed], reads: {OrderPlaced: 1}")}, old) == [
        "shop/billing: reads OrderPlaced as version 1, and read it as the latest version"
    ]


def test_a_system_that_is_gone_takes_everything_with_it() -> None:
    mall: Files = {
        "mall/system.yaml": SYSTEM.replace("shop", "mall"),
        "mall/sold/topic.yaml": TOPIC,
        "mall/sold/Sold.v1.avsc": avsc("Sold", field("orderId"), namespace="io.mall"),
    }

    assert changes(dict.fromkeys(mall), old=mall) == [
        "mall: system removed",
        "mall/sold: topic removed, sold",
        "mall/Sold: removed",
    ]
