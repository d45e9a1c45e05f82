"""Where contracts mark personal data, and what their alerts allow a group."""

from __future__ import annotations

from eventpact_registry.alerts import lag_thresholds
from eventpact_registry.personal import personal_data
from tests.registry.contracts.building import SHOP, SYSTEM, TOPIC, avsc, field, load

PERSON = {"type": "record", "name": "Person", "doc": "Who.", "fields": [field("mail"), field("city")]}


def test_fields_are_hidden_that_any_version_marks() -> None:
    repository = load(
        {
            "shop/order.placed/OrderPlaced.v1.avsc": avsc("OrderPlaced", field("orderId"), field("mail", pii=True)),
            "shop/order.placed/OrderPlaced.v2.avsc": avsc("OrderPlaced", field("orderId"), field("mail")),
        }
    )
    [(_, event)] = repository.systems["shop"].events()
    record = event.latest.types["io.shop.OrderPlaced"]

    marked = personal_data(repository.systems.values())

    hidden = [one.name for one in record.fields if marked.hides(record, one)]  # type: ignore[union-attr,arg-type]  # a record
    assert hidden == ["mail"]


def test_keys_and_headers_are_hidden_that_lead_through_a_marked_field() -> None:
    repository = load(
        {
            "shop/order.{tenant_id}/topic.yaml": TOPIC.replace("orderId", "who.mail") + "headers: {mail: who.mail}\n",
            "shop/order.{tenant_id}/OrderMoved.v1.avsc": avsc("OrderMoved", field("who", PERSON, pii=True)),
        }
    )

    marked = personal_data(repository.systems.values())

    assert marked.hides_key("order.acme")
    assert not marked.hides_key("stock.acme")
    assert marked.hides_header("order.acme", "mail")
    assert not marked.hides_header("order.acme", "other")


def test_a_group_that_systems_share_is_judged_by_the_lower_threshold() -> None:
    placed = SHOP["shop/order.placed/OrderPlaced.v1.avsc"]
    group = "groups: {indexer: {description: Indexes., topics: [order.placed]}}\n"
    repository = load(
        {
            "shop/system.yaml": SYSTEM + group + "alerts: {lag: {warning: 10, critical: 90}}\n",
            "till/system.yaml": SYSTEM.replace("shop", "till") + group + "alerts: {lag: {warning: 20, critical: 80}}\n",
            "till/order.placed/topic.yaml": TOPIC + "name: till.placed\n",
            "till/order.placed/OrderPlaced.v1.avsc": placed.replace("shop", "till"),
        }
    )

    assert lag_thresholds(repository) == {"indexer": {"warning": 10, "critical": 80}}
