"""`diff` of two versions or two sources, as a person and as a machine reads it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eventpact_registry.contracts.model import Mode
from tests.cli.commands import Run, write
from tests.registry.contracts.building import SHOP, TOPIC, avsc, field

ORDER = "shop/order.placed"
V2 = avsc("OrderPlaced", field("orderId"), field("note", default=""))
V3 = avsc("OrderPlaced", field("orderId"), field("note", default=""), field("amount", "long"))


@pytest.fixture
def versions(shop: Path) -> Path:
    """The shop with three versions of its event, the last of which adds a required field."""
    return write(shop, {f"{ORDER}/OrderPlaced.v2.avsc": V2, f"{ORDER}/OrderPlaced.v3.avsc": V3})


def test_two_versions_are_compared_and_judged_under_each_mode(run: Run, versions: Path) -> None:
    said = run("diff", "OrderPlaced@2", "OrderPlaced@3")

    assert (said.code, said.err) == (0, "")
    changed, blank, judged, *verdicts = said.out.splitlines()
    assert changed.startswith("field amount added, without default  contracts/shop/order.placed/OrderPlaced.v3.avsc:")
    assert (blank, judged) == ("", "shop/OrderPlaced: version 3 after version 2")
    assert {line.split()[0]: line.split()[1].rstrip(":") for line in verdicts} == {
        "NONE": "compatible",
        "BACKWARD": "breaks",
        "BACKWARD_TRANSITIVE": "breaks",
        "FORWARD": "compatible",
        "FORWARD_TRANSITIVE": "compatible",
        "FULL": "breaks",
        "FULL_TRANSITIVE": "breaks",
    }
    assert len({line.index(line.split()[1]) for line in verdicts}) == 1  # in one column


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("OrderPlaced@1", "OrderPlaced@latest"),
        ("shop/OrderPlaced@1", "shop/OrderPlaced@3"),
        (f"contracts/{ORDER}/OrderPlaced.v1.avsc", f"./contracts/{ORDER}/OrderPlaced.v3.avsc"),
    ],
)
def test_a_version_has_several_names(run: Run, versions: Path, old: str, new: str) -> None:
    assert "\nshop/OrderPlaced: version 3 after version 1\n" in run("diff", old, new).out


def test_two_folders_are_compared_and_a_changed_event_judged(run: Run, versions: Path, work: Path) -> None:
    write(work / "before", {**SHOP, f"{ORDER}/topic.yaml": TOPIC.replace("partitions: 3", "partitions: 1")})

    said = run("diff", "dir:before", "dir:contracts")

    assert (said.code, said.err) == (0, "")
    assert "shop/order.placed\n" in said.out
    assert "partitions changed from 1 to 3  contracts/shop/order.placed/topic.yaml:2:13\n" in said.out
    assert "  version 2 added  contracts/shop/order.placed/OrderPlaced.v2.avsc:" in said.out
    assert "shop/OrderPlaced: version 3 after version 1 of the base\n" in said.out


def test_a_new_topic_of_one_partition_is_counted_as_one(run: Run, shop: Path, work: Path) -> None:
    write(work / "before", SHOP)
    paid = avsc("OrderPaid", field("orderId"))
    topic = TOPIC.replace("partitions: 3", "partitions: 1")
    write(shop, {"shop/order.paid/topic.yaml": topic, "shop/order.paid/OrderPaid.v1.avsc": paid})

    assert "topic added, order.paid with 1 partition " in run("diff", "dir:before", "dir:contracts").out


def test_the_same_twice_is_no_change(run: Run, shop: Path) -> None:
    said = run("diff", "dir:contracts", "dir:contracts")

    assert (said.code, said.out, said.err) == (0, "nothing changed\n", "")


def test_machines_get_the_changes_and_a_verdict_a_mode(run: Run, versions: Path) -> None:
    document = json.loads(run("diff", "OrderPlaced@1", "OrderPlaced@3", "--format", "json").out)

    assert [change["kind"] for change in document["changes"]] == ["FieldAdded", "FieldAdded"]
    [verdict] = document["verdicts"]
    assert (verdict["subject"], verdict["old"], verdict["new"]) == ("shop/OrderPlaced", "version 1", "version 3")
    assert set(verdict["modes"]) == set(Mode)
    assert verdict["modes"]["FORWARD"] == {"compatible": True, "breaks": []}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("OrderPlaced@1", "OrderPlaced@9", "OrderPlaced has no version 9 (hint: it has 1, 2, 3)"),
        ("OrderPlaced@1", "OrderPlacd@2", "there is no event or type OrderPlacd (hint: did you mean 'OrderPlaced'?)"),
        ("store/OrderPlaced@1", "OrderPlaced@2", "there is no event or type OrderPlaced"),
        ("old.avsc", "OrderPlaced@2", "old.avsc is no file of contracts"),
        (
            "OrderPlaced.v1",
            "OrderPlaced@2",
            "'OrderPlaced.v1' is neither a version, like MessageSent@2, nor a source, ",
        ),
        ("OrderPlaced@1", "git:main", "one version and one source: OLD and NEW are two of a kind"),
        ("dir:before", "dir:contracts", "there is no contracts folder 'before'"),
        ("git:main", "dir:contracts", "is in no git repository"),
    ],
)
def test_what_cannot_be_compared_is_one_error(run: Run, versions: Path, old: str, new: str, said: str) -> None:
    assert said in run("diff", old, new).error


def test_an_event_of_two_systems_needs_its_system(run: Run, versions: Path) -> None:
    store = {path.replace("shop/", "store/", 1): text.replace("shop", "store") for path, text in SHOP.items()}
    moved = {path.replace("order.placed", "order.taken"): text for path, text in store.items()}
    write(versions, moved)

    assert run("diff", "OrderPlaced@1", "OrderPlaced@1").error == (
        "OrderPlaced is in shop and in store (hint: write shop/OrderPlaced@1 or store/OrderPlaced@1)"
    )


def test_broken_contracts_cannot_be_compared(run: Run, versions: Path) -> None:
    write(versions, {f"{ORDER}/topic.yaml": "partitions: many\n", f"{ORDER}/OrderPlaced.v2.avsc": "{"})

    said = run("diff", "OrderPlaced@1", "OrderPlaced@3")

    assert (said.code, said.out) == (2, "")
    assert said.errors[0].startswith(f"contracts/{ORDER}/OrderPlaced.v2.avsc:1:2: not JSON: ")
    assert len(said.errors) > 1
