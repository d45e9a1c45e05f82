"""What is wrong in contracts is said with place and hint, all of it in one run."""

import json

import pytest

from .building import ORDER_PLACED, SHOP, SYSTEM, TOPIC, avsc, field, load, problems

TOPIC_FILE = "shop/order.placed/topic.yaml"
EVENT_FILE = "shop/order.placed/OrderPlaced.v1.avsc"
ADDRESS = avsc("Address", field("city"))


def pinned(*references: tuple[str, object]) -> str:
    """OrderPlaced with an `address`, and the references given."""
    entries = [{"name": name, "version": version} for name, version in references]
    return avsc("OrderPlaced", field("orderId"), field("address", "io.shop.Address"), references=entries)


def test_the_shop_itself_is_fine() -> None:
    assert [event.full_name for _, _, event in load().events()] == ["io.shop.OrderPlaced"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("partitions: 0", "2:13: 'partitions' must be at least 1, not 0"),
        ("partitions: '3'", "2:13: 'partitions' must be a whole number, not '3'"),
        ("partitions: 3.5", "2:13: 'partitions' must be a whole number, not 3.5"),
        ("partitions:", "2:1: 'partitions' has no value"),
        ("partitons: 3", "2:1: unknown key 'partitons' (hint: did you mean 'partitions'?)"),
    ],
)
def test_a_wrong_number_of_partitions_is_said_where_it_stands(line: str, said: str) -> None:
    found = problems({TOPIC_FILE: TOPIC.replace("partitions: 3", line)})

    assert any(problem == f"{TOPIC_FILE}:{said}" for problem in found), found


@pytest.mark.parametrize(
    ("retention", "said"),
    [
        ("0d", "'retention' is no time at all"),
        ("7 days", "'retention' must be like 60s, 15m, 12h or 30d, or unlimited"),
        ("-1", "'retention' must be like 60s, 15m, 12h or 30d, or unlimited"),
        ("9999999999999d", "'retention' is longer than Kafka can count, 292 million years"),
        ("604800000", "'retention' must be like 60s, 15m, 12h or 30d, or unlimited"),
    ],
)
def test_an_impossible_retention_is_refused(retention: str, said: str) -> None:
    assert problems({TOPIC_FILE: TOPIC.replace("7d", retention)}) == [f"{TOPIC_FILE}:3:12: {said}"]


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ("compatibility: BACKWARDS", "5:16: 'compatibility' must be NONE, BACKWARD, BACKWARD_TRANSITIVE, FORWARD"),
        ("cleanup-policy: compress", "5:17: 'cleanup-policy' must be delete or compact, not 'compress'"),
        ("cleanup-policy: [delete, delete]", "5:17: 'cleanup-policy' names 'delete' twice"),
        ("replication-factor: 0", "5:21: 'replication-factor' must be at least 1, not 0"),
        ("retry: {attempts: many}", "5:19: 'attempts' must be a whole number, not 'many'"),
        ("retry: {backof: 1s}", "5:9: unknown key 'backof' (hint: did you mean 'backoff'?)"),
        ("config: {Retention: 1}", "5:10: 'Retention' must be a setting's name, like min.insync.replicas"),
        ("config: {retention.ms: 1}", "5:10: 'retention.ms' is said by 'retention'"),
        ("headers: {event-type: order..id}", "5:23: 'order..id' must be an Avro path"),
        ("owner: 7", "5:8: 'owner' must be text, not 7 (hint: quote it)"),
        ("name: shop order", "5:7: 'shop order' must be letters, digits, '.', '_' and '-'"),
        ("name: 'shop.{timeout}'", "5:7: a topic's parameter cannot be called timeout"),
        ("name: 'shop.{a}{b}'", "5:7: two parameters of the topic's name stand side by side"),
        ("name: 'shop.{a}.{a}'", "5:7: the topic's name has the parameter {a} twice"),
        ("headers: {order: orderID}", "5:18: there is no field orderID in OrderPlaced (hint: did you mean 'orderId'?)"),
        ("dead-letters: nowhere", "5:15: there is no topic nowhere"),
        ("dead-letters: order.placed", "5:15: order.placed is not a topic for dead letters"),
        (
            "purpose: dead-letters",
            "5:10: a topic for dead-letters has no events of its own, but OrderPlaced stands here",
        ),
    ],
)
def test_what_a_topic_file_says_must_make_sense(added: str, said: str) -> None:
    found = problems({TOPIC_FILE: f"{TOPIC}{added}\n"})

    assert any(problem.startswith(f"{TOPIC_FILE}:{said}") for problem in found), found


def test_a_key_field_that_no_event_has_is_named_with_the_nearest_one() -> None:
    found = problems({TOPIC_FILE: TOPIC.replace("key: orderId", "key: [orderId, orderNo]")})

    assert found == [f"{TOPIC_FILE}:4:16: there is no field orderNo in OrderPlaced (hint: did you mean 'orderId'?)"]


def test_every_event_of_a_topic_needs_one_of_its_key_fields() -> None:
    found = problems({"shop/order.placed/OrderDropped.v1.avsc": avsc("OrderDropped", field("reason"))})

    assert found == [
        f"{TOPIC_FILE}:4:6: OrderDropped has no key: it has no field orderId "
        "(hint: add a path that it has, or say `key: null`)"
    ]


def test_a_key_that_is_a_record_is_refused() -> None:
    inner = {"type": "record", "name": "Id", "fields": [field("value")]}

    [problem] = problems({EVENT_FILE: avsc("OrderPlaced", field("orderId", inner))})

    assert "orderId cannot be a key: in OrderPlaced it is record" in problem


def test_a_key_of_the_defaults_is_meant_for_those_events_that_have_it() -> None:
    defaults = "defaults: {partitions: 3, retention: 1d, key: [customerId, orderId]}\n"
    paid = {"shop/paid/topic.yaml": "description: x\n", "shop/paid/Paid.v1.avsc": avsc("Paid", field("customerId"))}

    repository = load({"shop/system.yaml": SYSTEM + defaults, TOPIC_FILE: "description: x\n", **paid})

    assert repository.systems["shop"].topics["order.placed"].key == ("customerId", "orderId")


def test_a_path_of_the_defaults_that_no_event_has_is_refused() -> None:
    defaults = "defaults: {headers: {trace: metadata.traceId}}\n"

    assert problems({"shop/system.yaml": SYSTEM + defaults}) == [
        "shop/system.yaml:6:29: there is no field metadata.traceId in OrderPlaced"
    ]


def test_a_topic_needs_partitions_and_retention_from_somewhere() -> None:
    assert problems({TOPIC_FILE: "description: Orders.\n"}) == [
        f"{TOPIC_FILE}:1:1: 'partitions' is missing (hint: give it here or under `defaults` in shop/system.yaml)",
        f"{TOPIC_FILE}:1:1: 'retention' is missing (hint: give it here or under `defaults` in shop/system.yaml)",
    ]


def test_an_event_without_a_topic_is_refused() -> None:
    assert problems({TOPIC_FILE: None}) == [
        "shop/order.placed:1:1: there is no topic.yaml in the topic's folder; OrderPlaced would have no topic"
    ]


def test_a_topic_without_an_event_is_refused() -> None:
    [problem] = problems({EVENT_FILE: None})

    assert problem.startswith(f"{TOPIC_FILE}:1:1: the topic has no event (hint: add EVENT.v1.avsc beside it")


def test_a_system_folder_needs_a_system_file() -> None:
    assert problems({"shop/system.yaml": None}) == [
        "shop:1:1: there is no system.yaml in the system's folder (hint: a folder of contracts/ is a system)"
    ]


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("eventpact.yml", "did you mean 'eventpact.yaml'?"),
        ("shop/System.yaml", "did you mean 'system.yaml'?"),
        ("shop/order.placed/topics.yaml", "did you mean 'topic.yaml'?"),
        ("shop/order.placed/OrderPaid.avsc", "name it OrderPaid.v1.avsc"),
        ("shop/order.placed/OrderPaid-2.avsc", "name it OrderPaid.v2.avsc"),
        ("shop/order.placed/OrderPaid.v02.avsc", "name it OrderPaid.v2.avsc"),
        ("shop/order.placed/notes.txt", "a schema is named like MessageSent.v1.avsc"),
    ],
)
def test_a_file_that_has_no_place_is_never_ignored(path: str, hint: str) -> None:
    [problem] = problems({path: "{}"})

    assert problem.startswith(f"{path}:1:1: ")
    assert problem.endswith(f"(hint: {hint})")


def test_markdown_may_stand_anywhere() -> None:
    load({"README.md": "# Contracts", "shop/README.md": "# Shop", "shop/order.placed/notes.md": "# Notes"})


def test_versions_count_from_one_without_gaps() -> None:
    assert problems({"shop/order.placed/OrderPlaced.v4.avsc": ORDER_PLACED}) == [
        "shop/order.placed/OrderPlaced.v4.avsc:1:1: versions 2 to 3 are missing before it "
        "(hint: name it OrderPlaced.v2.avsc; versions count from 1 without gaps)"
    ]


def test_a_file_is_named_as_the_record_in_its_latest_version() -> None:
    [problem] = problems({EVENT_FILE: avsc("OrderMade", field("orderId"))})

    assert problem.startswith(f"{EVENT_FILE}:3:11: holds io.shop.OrderMade, but the file is named OrderPlaced")


def test_an_older_version_may_have_the_name_that_a_later_one_lists_as_alias() -> None:
    renamed = avsc("OrderPlaced", field("orderId"), aliases=["OrderMade"])

    load({EVENT_FILE: avsc("OrderMade", field("orderId")), "shop/order.placed/OrderPlaced.v2.avsc": renamed})


def test_an_older_name_that_no_version_lists_as_alias_is_refused() -> None:
    older = avsc("OrderMade", field("orderId"))

    [problem] = problems({EVENT_FILE: older, "shop/order.placed/OrderPlaced.v2.avsc": ORDER_PLACED})

    assert problem.startswith(f"{EVENT_FILE}:3:11: holds OrderMade, a name that no later version of OrderPlaced has")
    assert '"aliases": ["OrderMade"]' in problem


def test_events_and_types_stand_in_the_namespace_of_their_system() -> None:
    [problem] = problems({EVENT_FILE: ORDER_PLACED.replace("io.shop", "io.shopping")})

    assert problem == f"{EVENT_FILE}:4:16: io.shopping.OrderPlaced is not in the system's namespace, io.shop"


def test_an_event_must_be_a_record() -> None:
    symbols = json.dumps({"type": "enum", "name": "OrderPlaced", "namespace": "io.shop", "symbols": ["A"]})

    assert problems({EVENT_FILE: symbols}) == [f"{EVENT_FILE}:1:1: an event must be a record, not enum"]


def test_one_event_on_two_topics_is_refused() -> None:
    again = {"shop/orders/topic.yaml": TOPIC, "shop/orders/OrderPlaced.v1.avsc": ORDER_PLACED}

    assert "OrderPlaced is an event of order.placed already" in problems(again)[0]


def test_two_types_of_one_full_name_are_refused() -> None:
    other = {f"store/{path.partition('/')[2]}": text for path, text in SHOP.items()}
    other["store/system.yaml"] = SYSTEM.replace("system: shop", "system: store").replace("shop-events", "store-events")

    [problem] = problems(other)

    assert problem.startswith("store/order.placed/OrderPlaced.v1.avsc:3:11: io.shop.OrderPlaced is defined in ")


def test_two_systems_cannot_have_one_package() -> None:
    other = {f"store/{path.partition('/')[2]}": text.replace("io.shop", "io.store") for path, text in SHOP.items()}
    other["store/system.yaml"] = other["store/system.yaml"].replace("system: shop", "system: store")

    assert problems(other) == ["store/system.yaml:5:17: the package shop-events is that of shop already"]


def test_two_topics_that_kafka_takes_for_one_are_refused() -> None:
    clash = {"shop/order_placed/topic.yaml": TOPIC, "shop/order_placed/Other.v1.avsc": avsc("Other", field("orderId"))}

    assert "Kafka takes order_placed and order.placed for one name" in problems(clash)[0]


def test_a_reference_to_a_type_that_does_not_exist_is_refused() -> None:
    found = problems({EVENT_FILE: pinned(("io.shop.Adress", 1)), "shop/types/Address.v1.avsc": ADDRESS})

    assert found == [
        f"{EVENT_FILE}:8:15: there is no shared type io.shop.Adress (hint: did you mean 'io.shop.Address'?)"
    ]


def test_a_reference_to_a_version_that_does_not_exist_is_refused() -> None:
    found = problems({EVENT_FILE: pinned(("io.shop.Address", 2)), "shop/types/Address.v1.avsc": ADDRESS})

    assert found == [f"{EVENT_FILE}:9:18: io.shop.Address has no version 2 (hint: it has version 1)"]


@pytest.mark.parametrize("version", [None, "latest", -1, 0, True, 1.0])
def test_a_reference_that_is_not_pinned_to_a_version_is_refused(version: object) -> None:
    [problem] = problems({EVENT_FILE: pinned(("io.shop.Address", version)), "shop/types/Address.v1.avsc": ADDRESS})

    assert "the reference to io.shop.Address must be pinned to a version from 1" in problem


def test_a_shared_type_that_is_used_without_a_pin_is_named_with_the_line_to_add() -> None:
    [problem] = problems({EVENT_FILE: pinned(), "shop/types/Address.v1.avsc": ADDRESS})

    assert 'pin it: "references": [{"name": "io.shop.Address", "version": 1}]' in problem


def test_references_that_go_in_a_circle_are_shown_as_the_circle() -> None:
    def type_that_needs(name: str, other: str) -> str:
        references = [{"name": f"io.shop.{other}", "version": 1}]
        return avsc(name, field("other", f"io.shop.{other}"), references=references)

    [problem] = problems(
        {"shop/types/A.v1.avsc": type_that_needs("A", "B"), "shop/types/B.v1.avsc": type_that_needs("B", "A")}
    )

    assert problem.startswith("shop/types/A.v1.avsc:6:17: the references go in a circle: io.shop.")
    assert problem.count("→") == 2


def test_shared_types_may_refer_to_shared_types_in_any_order_of_files() -> None:
    outer = avsc("A", field("z", "io.shop.Z"), references=[{"name": "io.shop.Z", "version": 1}])
    order = avsc("OrderPlaced", field("orderId"), field("a", "A"), references=[{"name": "io.shop.A", "version": 1}])

    repository = load(
        {EVENT_FILE: order, "shop/types/A.v1.avsc": outer, "shop/types/Z.v1.avsc": avsc("Z", field("id"))}
    )

    assert list(repository.systems["shop"].types) == ["io.shop.A", "io.shop.Z"]


def test_two_versions_of_one_type_cannot_meet_in_a_schema() -> None:
    outer = avsc("Box", field("z", "io.shop.Z"), references=[{"name": "io.shop.Z", "version": 1}])
    references = [{"name": "io.shop.Box", "version": 1}, {"name": "io.shop.Z", "version": 2}]
    order = avsc("OrderPlaced", field("orderId"), field("b", "Box"), field("z", "Z"), references=references)
    z = avsc("Z", field("id"))

    [problem] = problems(
        {EVENT_FILE: order, "shop/types/Box.v1.avsc": outer, "shop/types/Z.v1.avsc": z, "shop/types/Z.v2.avsc": z}
    )

    assert "leads to io.shop.Z version 2, but io.shop.Box to version 1" in problem


@pytest.mark.parametrize("broken", [1, 2])
def test_a_broken_type_is_reported_once_and_not_again_by_what_uses_it(broken: int) -> None:
    types = {f"shop/types/Address.v{version}.avsc": ADDRESS for version in (1, 2)}
    types[f"shop/types/Address.v{broken}.avsc"] = "{"

    found = problems({**types, EVENT_FILE: pinned(("io.shop.Address", broken))})

    assert len(found) == 1
    assert found[0].startswith(f"shop/types/Address.v{broken}.avsc:1:2: not JSON")


def test_a_broken_topic_is_reported_once_and_not_again_by_the_groups_that_read_it() -> None:
    files = {"shop/system.yaml": SYSTEM + GROUP, TOPIC_FILE: TOPIC.replace("partitions: 3", "partitions: 0")}

    assert problems(files) == [f"{TOPIC_FILE}:2:13: 'partitions' must be at least 1, not 0"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1:1: not JSON"),
        ("[]", "1:1: must be one named type"),
        ('{"type": "record",\n "name": "OrderPlaced", "type": "enum"}', "2:33: the key 'type' is given twice"),
        (avsc("OrderPlaced", field("order id")), "8:15: "),
        (avsc("OrderPlaced", field("orderId", "strin")), "9:15: "),
        (avsc("OrderPlaced", field("orderId", default=5)), "11:18: "),
        (avsc("OrderPlaced", field("orderId"), references={}), "6:17: 'references' must be a list"),
    ],
)
def test_a_schema_that_is_not_valid_is_said_where_it_goes_wrong(text: str, said: str) -> None:
    found = problems({EVENT_FILE: text})

    assert len(found) == 1
    assert found[0].startswith(f"{EVENT_FILE}:{said}"), found


GROUP = "groups: {billing: {description: Bills., topics: [order.placed], reads: {OrderPlaced: 1}}}\n"


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("OrderPlaced: 1", "OrderPlaced: 3", "6:86: OrderPlaced has no version 3 (hint: it has 1)"),
        ("OrderPlaced: 1", "OrderPlace: 1", "6:73: there is no event OrderPlace (hint: did you mean 'OrderPlaced'?)"),
        ("[order.placed]", "[order.paced]", "6:50: there is no topic order.paced (hint: did you mean 'order.placed'?)"),
        ("[order.placed]", "['invoice.*']", "6:72: billing pins OrderPlaced, but reads no topic that carries it"),
        ("[order.placed]", "[]", "6:49: 'topics' needs at least 1 entry"),
        ("billing", "Billing", "6:10: 'Billing' must be lower case letters, digits and '-'"),
    ],
)
def test_what_a_group_reads_must_exist(was: str, now: str, said: str) -> None:
    found = problems({"shop/system.yaml": SYSTEM + GROUP.replace(was, now)})

    assert f"shop/system.yaml:{said}" in found


@pytest.mark.parametrize(
    ("fill", "said"),
    [
        ("{orderID: id}", "there is no field orderID in OrderPlaced (hint: did you mean 'orderId'?)"),
        ("{orderId: time}", "orderId cannot be filled with time: in OrderPlaced it is string"),
        ("{orderId: ids}", "'orderId' must be id, time, type, version, source or correlation, not 'ids'"),
    ],
)
def test_a_field_to_fill_must_exist_and_take_what_fills_it(fill: str, said: str) -> None:
    [problem] = problems({"shop/system.yaml": f"{SYSTEM}fill: {fill}\n"})

    assert said in problem


def test_all_problems_of_a_run_come_at_once_in_order_of_file_and_line() -> None:
    found = problems(
        {
            "shop/system.yaml": SYSTEM.replace("owner", "ownr"),
            TOPIC_FILE: TOPIC.replace("7d", "7").replace("partitions: 3", "partitions: 0"),
            EVENT_FILE: "{",
            "shop/stray.txt": "",
        }
    )

    assert [problem.partition(": ")[0] for problem in found] == [
        "shop/order.placed/OrderPlaced.v1.avsc:1:2",
        "shop/order.placed/topic.yaml:2:13",
        "shop/order.placed/topic.yaml:3:12",
        "shop/stray.txt:1:1",
        "shop/system.yaml:1:1",
        "shop/system.yaml:4:1",
    ]
