"""A registry as a base: what it holds of the contracts, found by the subjects that they name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from eventpact.settings import Settings
from eventpact_registry.client import Pin, RegistryClient
from eventpact_registry.contracts.model import Mode
from eventpact_registry.diff.differ import diff
from eventpact_registry.gate import check
from eventpact_registry.plan import apply, desired, plan, read_state
from eventpact_registry.registered import registered
from eventpact_registry.server import EmbeddedRegistry
from tests.registry.contracts.building import ORDER_PLACED, SHOP, SYSTEM, TOPIC, Files, avsc, field, load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_registry.contracts.repository import ContractRepository

ORDER = "shop/order.placed/OrderPlaced"
REQUIRED: Files = {f"{ORDER}.v2.avsc": avsc("OrderPlaced", field("orderId"), field("channel"))}
MONEY: Files = {
    "shop/types/Money.v1.avsc": avsc("Money", field("amount")),
    f"{ORDER}.v2.avsc": avsc(
        "OrderPlaced",
        field("orderId"),
        field("price", ["null", "io.shop.Money"], default=None),
        references=[{"name": "io.shop.Money", "version": 1}],
    ),
}


@pytest.fixture
def client() -> Iterator[RegistryClient]:
    with EmbeddedRegistry() as embedded, RegistryClient(Settings(registry_url=embedded.url)) as client:
        yield client


def publish(client: RegistryClient, contracts: ContractRepository) -> None:
    wanted = desired(contracts)
    apply(plan(wanted, read_state(wanted, registry=client, cluster=None)), registry=client, cluster=None)


def changes(client: RegistryClient, contracts: ContractRepository) -> list[str]:
    return [
        f"{change.subject}: {change.text}" for change in diff(registered(client, contracts, "registry:r"), contracts)
    ]


def rules(client: RegistryClient, contracts: ContractRepository) -> list[str]:
    return [finding.rule for finding in check(contracts, registered(client, contracts, "registry:r"))]


def test_what_was_applied_has_not_changed(client: RegistryClient) -> None:
    contracts = load(MONEY)
    publish(client, contracts)

    assert changes(client, contracts) == []


def test_an_empty_registry_leaves_everything_to_be_added(client: RegistryClient) -> None:
    contracts = load(MONEY)

    assert changes(client, contracts) == ["shop/OrderPlaced: added", "shop/Money: added"]
    assert rules(client, contracts) == []


def test_a_new_version_with_a_reference_that_no_registry_knows_is_judged_here(client: RegistryClient) -> None:
    publish(client, load())

    assert changes(client, load(MONEY)) == ["shop/OrderPlaced: version 2 added", "shop/Money: added"]
    assert rules(client, load(REQUIRED)) == ["FIELD_WITHOUT_DEFAULT"]


def test_a_version_that_the_registry_holds_with_another_meaning_was_mutated(client: RegistryClient) -> None:
    publish(client, load())

    contracts = load({f"{ORDER}.v1.avsc": avsc("OrderPlaced", field("orderId"), field("note", default=""))})

    assert rules(client, contracts) == ["VERSION_MUTATED"]


def test_the_registrys_own_layout_is_not_a_change_of_words(client: RegistryClient) -> None:
    compact = json.dumps(dict(reversed(json.loads(ORDER_PLACED).items())))
    client.register("order.placed-value", compact, ())

    assert changes(client, load()) == []


def test_other_documentation_is_a_change_of_words(client: RegistryClient) -> None:
    publish(client, load())

    contracts = load({f"{ORDER}.v1.avsc": avsc("OrderPlaced", field("orderId"), doc="Somebody ordered.")})

    assert changes(client, contracts) == ["shop/OrderPlaced: version 1 reworded"]


def test_a_version_that_only_the_registry_has_was_removed(client: RegistryClient) -> None:
    publish(client, load(MONEY))

    [finding] = check(
        load({"shop/types/Money.v1.avsc": MONEY["shop/types/Money.v1.avsc"]}),
        registered(client, load(), "registry:r"),
    )[:1]

    assert (finding.rule, str(finding.location)) == ("VERSION_REMOVED", f"registry:r:contracts/{ORDER}.v2.avsc:1:1")


def test_an_event_of_the_systems_namespace_that_no_contract_names_was_removed(client: RegistryClient) -> None:
    publish(
        client,
        load(
            {
                "shop/stock.moved/topic.yaml": TOPIC.replace("orderId", "sku"),
                "shop/stock.moved/StockMoved.v1.avsc": avsc("StockMoved", field("sku")),
            }
        ),
    )
    client.register("elsewhere-value", avsc("Other", field("id"), namespace="io.elsewhere"), ())

    assert changes(client, load()) == ["shop/StockMoved: removed"]


def test_an_event_whose_subject_is_another_topics_was_moved(client: RegistryClient) -> None:
    publish(client, load())
    moved: Files = {path.replace("order.placed", "orders"): text for path, text in SHOP.items()}

    contracts = load(moved, base={})

    assert changes(client, contracts) == [
        "shop/OrderPlaced: moved from order.placed to orders",
        "shop/OrderPlaced: subject renamed from order.placed-value to orders-value",
    ]


def test_a_lower_level_than_the_registrys_is_a_weakened_compatibility(client: RegistryClient) -> None:
    publish(client, load())
    client.set_level("order.placed-value", Mode.FULL_TRANSITIVE)

    assert rules(client, load()) == ["COMPATIBILITY_WEAKENED"]


def test_topics_groups_and_packages_are_never_compared_with_a_registry(client: RegistryClient) -> None:
    publish(client, load())
    contracts = load(
        {
            "shop/system.yaml": SYSTEM.replace("1.0.0", "2.0.0")
            + 'groups: {billing: {description: B., topics: ["*"]}}\n',
            "shop/order.placed/topic.yaml": TOPIC.replace("partitions: 3", "partitions: 1"),
        }
    )

    assert changes(client, contracts) == []


def test_what_several_bases_say_alike_is_found_once(client: RegistryClient) -> None:
    publish(client, load(MONEY))
    contracts = load(
        {
            f"{ORDER}.v1.avsc": avsc("OrderPlaced", field("orderId"), field("note", default="")),
            "shop/system.yaml": SYSTEM.replace("1.0.0", "2.0.0"),
        }
    )

    bases = registered(client, contracts, "registry:r"), load(MONEY, revision="git:main")
    found = sorted(finding.rule for finding in check(contracts, *bases))

    assert found == ["EVENT_REMOVED", "VERSION_MUTATED", "VERSION_REMOVED"]


def test_a_reference_is_read_from_the_registry_with_the_version_that_it_pins(client: RegistryClient) -> None:
    publish(client, load(MONEY))
    version = registered(client, load(MONEY), "registry:r").systems["shop"].topics["order.placed"].events["OrderPlaced"]

    assert [reference.version for reference in version.latest.references] == [1]
    assert client.version("order.placed-value", 2).pins == (Pin("io.shop.Money", "io.shop.Money", 1),)
