"""Contracts that are wrong: one clear error for each cause, with its place; every error of a run; nothing written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.commands import Run, write
from tests.registry.contracts.building import ORDER_PLACED, SHOP, SYSTEM, TOPIC, avsc, field

ORDER = "shop/order.placed"
TOPIC_FILE = f"{ORDER}/topic.yaml"
EVENT_FILE = f"{ORDER}/OrderPlaced.v1.avsc"
SYSTEM_FILE = "shop/system.yaml"
ADDRESS = "shop/types/Address.v1.avsc"


def pinned(name: str, *pins: tuple[str, int]) -> str:
    """A record whose field `other` is of the first pinned type."""
    references = [{"name": f"io.shop.{pin}", "version": version} for pin, version in pins]
    return avsc(name, field("orderId"), field("other", f"io.shop.{pins[0][0]}"), references=references)


Files = dict[str, str | bytes | None]

WRONG: dict[str, tuple[Files, str]] = {
    "malformed JSON": (
        {EVENT_FILE: ORDER_PLACED.replace('"fields": [', '"fields": [,')},
        f"{EVENT_FILE}:6:14: not JSON: Expecting value",
    ),
    "JSON cut off": ({EVENT_FILE: ORDER_PLACED[:-4]}, f"{EVENT_FILE}:12:3: not JSON: Expecting ',' delimiter"),
    "an empty schema": ({EVENT_FILE: ""}, f"{EVENT_FILE}:1:1: not JSON: Expecting value (hint: the text is empty)"),
    "a duplicate JSON key": (
        {EVENT_FILE: ORDER_PLACED.replace('"name": "OrderPlaced",', '"name": "OrderPlaced", "name": "Other",')},
        f"{EVENT_FILE}:3:34: the key 'name' is given twice in one object (hint: keep one of the two)",
    ),
    "a schema that is not UTF-8": (
        {EVENT_FILE: ORDER_PLACED.encode().replace(b"What it is", b"What \xff is")},
        f"{EVENT_FILE}:10:20: not UTF-8 text (hint: save the file as UTF-8)",
    ),
    "a schema with a byte order mark": (
        {EVENT_FILE: b"\xef\xbb\xbf" + ORDER_PLACED.encode()},
        f"{EVENT_FILE}:1:1: the text begins with a byte order mark (hint: save it without one)",
    ),
    "JSON of a hundred thousand levels": (
        {EVENT_FILE: "[" * 100_000},
        f"{EVENT_FILE}:1:1: JSON nested too deeply (hint: schemas may nest 128 deep)",
    ),
    "a schema of two mebibytes": (
        {EVENT_FILE: ORDER_PLACED + " " * (2 << 20)},
        f"{EVENT_FILE}:1:1: is too large: 2,097,360 bytes, and a contract file may have 1,048,576",
    ),
    "malformed YAML": (
        {TOPIC_FILE: "description: [Orders\npartitions: 3\n"},
        f"{TOPIC_FILE}:2:11: is not valid YAML: while parsing a flow sequence, did not find expected ',' or ']'",
    ),
    "an empty YAML file": ({TOPIC_FILE: ""}, f"{TOPIC_FILE}:1:1: is empty"),
    "a duplicate YAML key": (
        {TOPIC_FILE: TOPIC + "partitions: 4\n"},
        f"{TOPIC_FILE}:5:1: has the key 'partitions' twice; the first is in line 2",
    ),
    "YAML that is not UTF-8": (
        {TOPIC_FILE: TOPIC.encode() + b"owner: \xff\n"},
        f"{TOPIC_FILE}:5:1: byte 86 is not UTF-8 (hint: save the file as UTF-8)",
    ),
    "YAML of ten thousand levels": (
        {TOPIC_FILE: "a: " + "[" * 10_000},
        f"{TOPIC_FILE}:1:23: nests deeper than 20 levels",
    ),
    "a YAML alias": (
        {TOPIC_FILE: TOPIC + "owner: &a sales\n"},
        f"{TOPIC_FILE}:5:8: uses an anchor, &a (hint: write the value out in each place)",
    ),
    "an unknown key": (
        {TOPIC_FILE: TOPIC + "partitons: 3\n"},
        f"{TOPIC_FILE}:5:1: unknown key 'partitons' (hint: did you mean 'partitions'?)",
    ),
    "an unknown key of the policy": (
        {"eventpact.yaml": "rulse: {}\n"},
        "eventpact.yaml:1:1: unknown key 'rulse' (hint: did you mean 'rules'?)",
    ),
    "an unknown rule's severity": (
        {"eventpact.yaml": "rules: {KEY_CHANGED: fatal}\n"},
        "eventpact.yaml:1:22: 'KEY_CHANGED' must be error, warning, info or off, not 'fatal'",
    ),
    "a bad system name": (
        {SYSTEM_FILE: SYSTEM.replace("system: shop", "system: Shop!")},
        f"{SYSTEM_FILE}:1:9: 'Shop!' must be lower case letters, digits and '-'",
    ),
    "a bad topic name": (
        {TOPIC_FILE: None, EVENT_FILE: None, "shop/order placed/topic.yaml": TOPIC},
        "shop/order placed:1:1: 'order placed' cannot be a topic's name "
        "(hint: letters, digits, '.', '_' and '-', with parameters like {tenant_id})",
    ),
    "a bad event name": (
        {EVENT_FILE: None, f"{ORDER}/Order-Placed.v1.avsc": ORDER_PLACED},
        f"{ORDER}/Order-Placed.v1.avsc:1:1: is not named as a version of a schema "
        "(hint: a schema is named like MessageSent.v1.avsc)",
    ),
    "a bad field name": (
        {EVENT_FILE: avsc("OrderPlaced", field("orderId"), field("order-id"))},
        f"{EVENT_FILE}:13:15: 'order-id' is no field name (hint: letters, digits and underscores, no digit first)",
    ),
    "a dangling type": (
        {EVENT_FILE: avsc("OrderPlaced", field("orderId"), field("to", "io.shop.Address"))},
        f"{EVENT_FILE}:14:15: the type io.shop.Address is not defined "
        "(hint: define it, or give the schema that does as a reference)",
    ),
    "a dangling reference": (
        {EVENT_FILE: pinned("OrderPlaced", ("Adress", 1)), ADDRESS: avsc("Address", field("city"))},
        f"{EVENT_FILE}:8:15: there is no shared type io.shop.Adress (hint: did you mean 'io.shop.Address'?)",
    ),
    "a reference to a version that is not there": (
        {EVENT_FILE: pinned("OrderPlaced", ("Address", 7)), ADDRESS: avsc("Address", field("city"))},
        f"{EVENT_FILE}:9:18: io.shop.Address has no version 7 (hint: it has version 1)",
    ),
    "cyclic references": (
        {"shop/types/A.v1.avsc": pinned("A", ("B", 1)), "shop/types/B.v1.avsc": pinned("B", ("A", 1))},
        "shop/types/A.v1.avsc:6:17: the references go in a circle: "
        "io.shop.A version 1 → io.shop.B version 1 → io.shop.A version 1",
    ),
    "one event on two topics": (
        {"shop/order.paid/topic.yaml": TOPIC, "shop/order.paid/OrderPlaced.v1.avsc": ORDER_PLACED},
        f"{EVENT_FILE}:3:11: OrderPlaced is an event of order.paid already "
        "(hint: an event belongs to one topic; name this one after what makes it another)",
    ),
    "a field twice": (
        {EVENT_FILE: avsc("OrderPlaced", field("orderId"), field("orderId"))},
        f"{EVENT_FILE}:13:15: field 'orderId' is defined twice in io.shop.OrderPlaced",
    ),
    "an event without a topic": (
        {TOPIC_FILE: None},
        f"{ORDER}:1:1: there is no topic.yaml in the topic's folder; OrderPlaced would have no topic",
    ),
    "an event beside the topics": (
        {"shop/OrderPaid.v1.avsc": avsc("OrderPaid", field("orderId"))},
        "shop/OrderPaid.v1.avsc:1:1: has no place here "
        "(hint: here stand system.yaml and folders of topics, and the folder types)",
    ),
    "a topic without an event": (
        {EVENT_FILE: None},
        f"{TOPIC_FILE}:1:1: the topic has no event "
        "(hint: add EVENT.v1.avsc beside it, or say `purpose: dead-letters` or `purpose: retry`)",
    ),
    "no retention at all": (
        {TOPIC_FILE: TOPIC.replace("7d", "0s")},
        f"{TOPIC_FILE}:3:12: 'retention' is no time at all",
    ),
    "a retention beyond what Kafka can count": (
        {TOPIC_FILE: TOPIC.replace("7d", "9999999999999d")},
        f"{TOPIC_FILE}:3:12: 'retention' is longer than Kafka can count, 292 million years",
    ),
    "a key that no event has": (
        {TOPIC_FILE: TOPIC.replace("key: orderId", "key: orderID")},
        f"{TOPIC_FILE}:4:6: there is no field orderID in OrderPlaced (hint: did you mean 'orderId'?)",
    ),
}
"""What is wrong, to the files that make it so and what has to be said of them."""


@pytest.mark.parametrize(("changes", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_one_finding_and_stops_everything_else(
    run: Run, shop: Path, changes: Files, said: str
) -> None:
    write(shop, changes)

    checked = run("check")
    generated = run("generate")

    place, _, message = said.partition(": ")
    assert (checked.code, checked.err) == (1, "")
    first, second, *rest = checked.out.splitlines()
    assert first == f"contracts/{place}: error CONTRACT"
    assert second.strip() == message.partition(" (hint: ")[0]
    assert rest[-1] == "1 error"
    assert generated.error == f"contracts/{said}"
    assert not (shop.parent / "build").exists()


def test_a_gap_between_versions_is_judged_by_the_gate_and_refused_by_everything_else(run: Run, shop: Path) -> None:
    write(shop, {f"{ORDER}/OrderPlaced.v3.avsc": ORDER_PLACED})

    checked, generated = run("check"), run("generate")

    assert checked.code == 1
    assert f"contracts/{ORDER}/OrderPlaced.v3.avsc:1:1: error VERSION_SKIPPED" in checked.out
    assert generated.code == 2
    assert f"contracts/{ORDER}/OrderPlaced.v3.avsc:1:1: version 2 is missing before it (hint: name it" in generated.err


def test_everything_that_is_wrong_is_said_in_one_run(run: Run, shop: Path) -> None:
    topic = "description:\npartitions: many\nretention: 7 days\ncolour: red\n"
    write(shop, {TOPIC_FILE: topic, EVENT_FILE: "{", SYSTEM_FILE: SYSTEM.replace("owner: sales\n", "")})

    said = run("generate")

    assert said.code == 2
    assert [error.split(": ")[0] for error in said.errors] == [
        f"contracts/{EVENT_FILE}:1:2",
        f"contracts/{TOPIC_FILE}:1:13",
        f"contracts/{TOPIC_FILE}:2:13",
        f"contracts/{TOPIC_FILE}:3:12",
        f"contracts/{TOPIC_FILE}:4:1",
        f"contracts/{SYSTEM_FILE}:1:1",
    ]
    assert len(json.loads(run("check", "--format", "json").out)["findings"]) == 6


@pytest.mark.parametrize("target", ["elsewhere.yaml", "topic.yaml"], ids=["that leads nowhere", "that leads to itself"])
def test_a_symbolic_link_is_never_followed(run: Run, shop: Path, target: str) -> None:
    (shop / TOPIC_FILE).unlink()
    (shop / TOPIC_FILE).symlink_to(target)

    said = "is a symbolic link, which contracts cannot be: a git revision does not follow it"
    assert run("generate").error == f"contracts/{TOPIC_FILE}:1:1: {said}"


def test_a_folder_that_links_to_the_whole_disk_is_not_read(run: Run, shop: Path) -> None:
    (shop / "shop" / "everything").symlink_to("/")

    assert run("generate").error.startswith("contracts/shop/everything:1:1: is a symbolic link")


def test_folders_deeper_than_contracts_go_are_an_error(run: Run, shop: Path) -> None:
    write(shop, {f"{ORDER}/old/versions/{'deep/' * 50}OrderPlaced.v1.avsc": ORDER_PLACED})

    assert run("generate").error == f"contracts/{ORDER}/old:1:1: lies deeper than contracts go: system/topic/file"


def test_a_file_name_that_no_encoding_has_is_shown_with_escapes(run: Run, shop: Path) -> None:
    (Path(str(shop)) / "shop" / b"\xff.yaml".decode("utf-8", "surrogateescape")).write_text("")

    [error] = run("generate").errors

    assert error.startswith(r"contracts/shop/\udcff.yaml:1:1: has no place here")


@pytest.mark.parametrize("command", ["lint", "check", "generate", "dev"])
def test_a_folder_without_contracts_does_not_pass_for_flawless(run: Run, work: Path, command: str) -> None:
    (work / "contracts").mkdir()

    error = run(command).error

    assert error.startswith("the contracts folder 'contracts' has no system (hint: a system is a folder with a ")


@pytest.mark.parametrize("command", ["lint", "check", "generate", "dev"])
def test_a_missing_folder_is_named(run: Run, work: Path, command: str) -> None:
    assert run(command).error == (
        "there is no contracts folder 'contracts' "
        "(hint: name the folder with --contracts DIR or dir:DIR, or make one with `eventpact init`)"
    )


def test_the_demonstration_needs_the_systems_that_it_shows(run: Run, shop: Path) -> None:
    said = run("demo")

    [error] = said.errors
    assert (said.code, said.out.strip()) == (2, "Contracts")
    assert error.startswith(
        "'contracts' lacks quikapp, chatplatform, showoff, delivery, caas to demonstrate (hint: run "
    )


def test_a_file_in_place_of_the_folder_is_wrong_use(run: Run, work: Path) -> None:
    (work / "contracts").write_text("")

    assert "'contracts' is a file" in run("check").error


def test_a_systems_folder_is_not_taken_for_the_folder_of_all_systems(run: Run, shop: Path) -> None:
    said = run("generate", "--contracts", "contracts/shop")

    assert said.code == 2
    assert said.errors[0].startswith("contracts/shop/")


def test_an_unknown_system_is_named_with_the_nearest_one(run: Run, shop: Path) -> None:
    said = run("generate", "--system", "shp", "--system", "warehouse")

    assert (said.code, said.errors) == (
        2,
        [
            "there is no system 'shp' (hint: did you mean 'shop'?)",
            "there is no system 'warehouse' (hint: there are shop)",
        ],
    )


def test_a_runtime_path_that_leads_nowhere_is_said_once_for_all_systems(run: Run, shop: Path) -> None:
    store = {path.replace("shop/", "store/"): text.replace("shop", "store") for path, text in SHOP.items()}
    write(shop, {**store, "eventpact.yaml": "runtime-path: ../nowhere\n"})

    assert f"runtime-path leads to {shop.parent / 'nowhere'}, which holds no pyproject.toml" in run("generate").error
