"""What a plan may delete: what earlier contracts declared, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from eventpact.settings import Settings
from eventpact_registry.client import RegistryClient
from eventpact_registry.plan import Retired, apply, describe, desired, plan, read_state, retired
from eventpact_registry.server import EmbeddedRegistry
from eventpact_testing.broker import LocalBroker
from tests.registry.contracts.building import TOPIC, avsc, field, load
from tests.registry.plan.contracts import SUBJECT, TOPIC_NAME, V1, V2, shop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_registry.plan import Desired

MONEY = avsc("Money", field("amount"))
PRICE = avsc("Price", field("money", "io.shop.Money"), references=[{"name": "io.shop.Money", "version": 1}])
PAID = avsc("OrderPaid", field("price", "io.shop.Price"), references=[{"name": "io.shop.Price", "version": 1}])
BEFORE = {
    "shop/types/Money.v1.avsc": MONEY,
    "shop/types/Price.v1.avsc": PRICE,
    "shop/order.paid/topic.yaml": TOPIC.replace("orderId", "price.money.amount"),
    "shop/order.paid/OrderPaid.v1.avsc": PAID,
}


@pytest.fixture
def registry() -> Iterator[RegistryClient]:
    with EmbeddedRegistry() as embedded, RegistryClient(Settings(registry_url=embedded.url)) as client:
        yield client


def pruning(now: Desired, *before: Desired) -> Desired:
    return replace(now, retired=retired(before, now))


def test_subjects_go_before_those_that_they_refer_to() -> None:
    before, now = shop(V1, **BEFORE), shop(V1)

    found = retired([before], now)

    assert found.subjects == ("order.paid-value", "io.shop.Price", "io.shop.Money")
    assert found.topics == ("order.paid",)


def test_what_is_still_declared_stays() -> None:
    before, now = shop(V1), shop(V1, V2)

    assert retired([before], now) == Retired()


def test_a_topic_that_moved_to_another_system_stays() -> None:
    moved = {
        "store/system.yaml": "system: store\nnamespace: io.shop\ndescription: A store.\nowner: sales\n"
        "package: {name: store-events, version: 1.0.0}\n",
        "store/order.placed/topic.yaml": TOPIC,
        "store/order.placed/OrderPlaced.v1.avsc": V1,
        "shop/order.placed/topic.yaml": None,
        "shop/order.placed/OrderPlaced.v1.avsc": None,
    }

    found = retired([shop(V1)], desired(load(moved)))

    assert (found.subjects, found.topics) == ((), ())


def test_what_nobody_declared_is_never_deleted(registry: RegistryClient) -> None:
    registry.register("elsewhere-value", V1, ())
    before, now = shop(V1, **BEFORE), shop(V1)

    with LocalBroker({"order.paid": 3, "elsewhere": 1}) as broker:
        apply(_plan(before, registry, broker), registry=registry, cluster=broker.topics)
        todo = _plan(pruning(now, before), registry, broker)
        apply(todo, registry=registry, cluster=broker.topics)
        left = set(broker.topics.states())

    assert [str(describe(step)) for step in todo.deletions] == [
        "delete topic order.paid: 3 partitions with all that is on them",
        "delete subject order.paid-value: 1 version; readable by id as before",
        "delete subject io.shop.Price: 1 version; readable by id as before",
        "delete subject io.shop.Money: 1 version; readable by id as before",
    ]
    assert registry.subjects() == ["elsewhere-value", SUBJECT]
    assert left == {"elsewhere", TOPIC_NAME}


def test_deleting_what_is_gone_already_is_done_at_once(registry: RegistryClient) -> None:
    before, now = shop(V1, **BEFORE), shop(V1)
    with LocalBroker({"order.paid": 3}) as broker:
        apply(_plan(before, registry, broker), registry=registry, cluster=broker.topics)
        todo = _plan(pruning(now, before), registry, broker)
        for _ in range(2):
            apply(todo, registry=registry, cluster=broker.topics)

        assert _plan(pruning(now, before), registry, broker).empty


def test_a_selection_takes_names_that_fit() -> None:
    wanted = pruning(shop(V1), shop(V1, **BEFORE))

    assert [subject.name for subject in wanted.selected(["order.*"]).subjects] == [SUBJECT]
    assert wanted.selected(["order.p*"]).retired == Retired(("order.paid-value",), ("order.paid",))
    assert wanted.selected(["nothing"]).subjects == ()
    assert wanted.selected([]) is wanted


def _plan(wanted: Desired, registry: RegistryClient, broker: LocalBroker):  # type: ignore[no-untyped-def]  # the plan's type says nothing here
    return plan(wanted, read_state(wanted, registry=registry, cluster=broker.topics))
