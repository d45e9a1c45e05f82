"""Contracts from schema files: what becomes an event, a shared type, a version, and where it stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from eventpact.errors import ContractError
from eventpact_registry.contracts.source import MAX_FILE_BYTES
from eventpact_registry.importers.avsc import from_avsc
from eventpact_registry.importers.drafts import Place, Wishes
from eventpact_registry.importers.saving import prove
from eventpact_registry.importers.writing import written
from tests.cli.commands import write
from tests.registry.contracts.building import avsc, field
from tests.registry.importers.round_trip import CONTRACTS, five_systems, subjects

if TYPE_CHECKING:
    from eventpact_registry.importers.drafts import Imported

MONEY = {"type": "record", "name": "Money", "doc": "An amount.", "fields": [field("amount")]}


def imported(folder: Path, files: dict[str, str], wishes: Wishes | None = None, **more: Any) -> Imported:
    found = from_avsc([write(folder / "schemas", files)], wishes or Wishes(), **more)
    prove(written(found.system), folder / "contracts")
    return found


def schema(found: Imported, path: str) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(written(found.system)[path])
    return parsed


def test_every_record_is_an_event_on_a_topic_of_its_own(tmp_path: Path) -> None:
    found = imported(tmp_path, {"OrderPlaced.avsc": avsc("OrderPlaced", field("id")), "b/Paid.avsc": avsc("Paid")})

    assert sorted(written(found.system)) == [
        "shop/order-placed/OrderPlaced.v1.avsc",
        "shop/order-placed/topic.yaml",
        "shop/paid/Paid.v1.avsc",
        "shop/paid/topic.yaml",
        "shop/system.yaml",
    ]


def test_numbered_files_are_the_versions_of_one_event(tmp_path: Path) -> None:
    files = {
        "OrderPlaced.v1.avsc": avsc("OrderPlaced", field("id")),
        "OrderPlaced-v3.avsc": avsc("OrderPlaced", field("id"), field("note", default="")),
    }

    found = imported(tmp_path, files)

    [topic] = found.system.topics
    assert len(topic.events[0].versions) == 2
    assert [note.text for note in found.notes] == [
        "there are versions 1, 3: contracts count from 1, so they are renumbered"
    ]


def test_what_is_used_by_name_from_another_file_is_a_shared_type(tmp_path: Path) -> None:
    files = {
        "Order.avsc": avsc(
            "OrderPlaced", field("price", "Money"), field("back", ["null", "io.shop.Money"], default=None)
        ),
        "Money.avsc": json.dumps({**MONEY, "namespace": "io.shop"}),
    }

    found = imported(tmp_path, files)

    assert [shared.full_name for shared in found.system.types] == ["io.shop.Money"]
    assert schema(found, "shop/order-placed/OrderPlaced.v1.avsc")["references"] == [
        {"name": "io.shop.Money", "version": 1}
    ]


def test_a_type_that_several_files_define_alike_is_taken_out_of_them(tmp_path: Path) -> None:
    found = imported(
        tmp_path, {name + ".avsc": avsc(name, field("price", MONEY)) for name in ("OrderPlaced", "OrderPaid")}
    )

    assert schema(found, "shop/order-paid/OrderPaid.v1.avsc")["fields"][0]["type"] == "io.shop.Money"
    assert schema(found, "shop/types/Money.v1.avsc")["namespace"] == "io.shop"


def test_a_type_that_files_define_differently_stays_where_it_is(tmp_path: Path) -> None:
    other = {**MONEY, "fields": [field("cents", "long")]}

    found = imported(
        tmp_path,
        {"A.avsc": avsc("OrderPlaced", field("price", MONEY)), "B.avsc": avsc("OrderPaid", field("price", other))},
    )

    assert found.system.types == ()
    assert schema(found, "shop/order-paid/OrderPaid.v1.avsc")["fields"][0]["type"] == other


def test_a_list_of_types_in_one_file_is_taken_apart(tmp_path: Path) -> None:
    both = [
        {**MONEY, "namespace": "io.shop"},
        json.loads(avsc("OrderPlaced", field("price", "io.shop.Money"))),
        "string",
    ]

    found = imported(tmp_path, {"all.avsc": json.dumps(both)})

    assert [topic.name for topic in found.system.topics] == ["order-placed"]
    assert [note.text for note in found.notes] == ["holds something that is no named type, which is left out"]


def test_events_are_placed_by_folder_or_by_name(tmp_path: Path) -> None:
    files = {"orders/A.avsc": avsc("OrderPlaced"), "orders/B.avsc": avsc("OrderPaid"), "types/C.avsc": avsc("Unused")}

    by_folder = imported(tmp_path, files, Wishes(topic_name="shop.{topic}"), by_folder=True)
    by_name = imported(tmp_path, files, Wishes(places=(Place("io.shop.Order*", "all-orders"),)))

    assert [(topic.name, len(topic.events)) for topic in by_folder.system.topics] == [("shop.orders", 2)]
    assert [shared.name for shared in by_folder.system.types] == ["Unused"]
    assert [topic.name for topic in by_name.system.topics] == ["all-orders", "unused"]


def test_only_chosen_topics_come_with_the_types_that_they_need(tmp_path: Path) -> None:
    files = {
        "A.avsc": avsc("OrderPlaced", field("price", "Money")),
        "B.avsc": avsc("OrderPaid", field("kind", "Kind")),
        "Money.avsc": json.dumps({**MONEY, "namespace": "io.shop"}),
        "Kind.avsc": avsc("Kind"),
    }

    found = imported(tmp_path, files, Wishes(topics=("*-paid",)))

    assert [topic.name for topic in found.system.topics] == ["order-paid"]
    assert [shared.name for shared in found.system.types] == ["Kind"]


@pytest.mark.parametrize("name", ["caas", "chatplatform", "delivery", "quikapp", "showoff"])
def test_our_own_files_come_back(name: str, tmp_path: Path) -> None:
    original = five_systems()
    system = original.systems[name]
    places = tuple(
        Place(event.full_name, topic.name) for topic in system.topics.values() for event in topic.events.values()
    )
    wishes = Wishes(system=name, namespace=system.namespace, topic_name=system.topic_name, places=places)

    found = from_avsc([CONTRACTS / name], wishes)

    again = subjects(prove(written(found.system), tmp_path))
    before = subjects(original, name)
    assert again.keys() == before.keys()
    # Levels are in topic.yaml, which is not read here.
    assert [subject for subject in again if again[subject][1] != before[subject][1]] == []


def test_one_name_with_two_meanings_is_refused_with_both_places(tmp_path: Path) -> None:
    with pytest.raises(ContractError) as caught:
        imported(tmp_path, {"a/A.avsc": avsc("Order", field("id")), "b/A.avsc": avsc("Order", field("other"))})

    [problem] = caught.value.problems
    assert problem.message == f"io.shop.Order is defined in {tmp_path}/schemas/a/A.avsc too, and differently"
    assert problem.file == f"{tmp_path}/schemas/b/A.avsc"


def test_every_file_that_is_no_schema_is_named_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(ContractError) as caught:
        imported(tmp_path, {"a.avsc": "{", "b.avsc": '{"a": 1, "a": 2}', "c.avsc": " " * (MAX_FILE_BYTES + 1)})

    found = [str(problem).removeprefix(f"{tmp_path}/schemas/") for problem in caught.value.problems]
    assert [text.split(":")[0] for text in found] == ["a.avsc", "b.avsc", "c.avsc"]
    assert found[2] == "c.avsc: is too large: a contract file may have 1,048,576 bytes"


def test_a_schema_that_nests_without_end_is_refused(tmp_path: Path) -> None:
    deep = '{"type": "array", "items": ' * 300 + '"string"' + "}" * 300
    text = '{"type": "record", "name": "Deep", "namespace": "io.shop", "fields": [{"name": "a", "type": ' + deep + "}]}"

    with pytest.raises(ContractError, match="nested too deeply"):
        imported(tmp_path, {"Deep.avsc": text})


@pytest.mark.parametrize("name", ["../../Evil", "a/b", "Evil\n", "\u001b[31mEvil"])
def test_a_name_that_leads_out_of_the_folder_writes_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(ContractError):
        imported(tmp_path, {"Evil.avsc": avsc(name)}, Wishes(namespace="io.shop"))


@pytest.mark.parametrize("topic", ["..", "../../outside", "a/b", "types/../x"])
def test_a_topic_that_leads_out_of_the_folder_writes_nothing(tmp_path: Path, topic: str) -> None:
    with pytest.raises(ContractError, match="cannot be a file of contracts"):
        imported(tmp_path, {"Order.avsc": avsc("Order")}, Wishes(places=(Place("*", topic),)))


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", {"Secret.avsc": avsc("Secret")})
    inside = write(tmp_path / "schemas", {"Order.avsc": avsc("Order")})
    (inside / "link").symlink_to(outside)
    (inside / "Secret.avsc").symlink_to(outside / "Secret.avsc")

    found = from_avsc([inside], Wishes())

    assert [topic.name for topic in found.system.topics] == ["order"]


def test_types_that_hold_each_other_are_refused_by_name(tmp_path: Path) -> None:
    files = {"A.avsc": avsc("A", field("b", "io.shop.B")), "B.avsc": avsc("B", field("a", "io.shop.A"))}

    with pytest.raises(ContractError, match="the references go in a circle"):
        imported(tmp_path, files)


def test_a_name_that_nothing_defines_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"there is no shared type io\.shop\.Missing"):
        imported(tmp_path, {"A.avsc": avsc("A", field("b", "Missing"))})
