"""Who sends and reads, and who they are to the cluster."""

from __future__ import annotations

import pytest

from tests.registry.contracts.building import SYSTEM, load, problems

GROUP = "groups:\n  billing: {description: Writes invoices., topics: [order.placed]}\n"


def shop(more: str) -> dict[str, str]:
    return {"shop/system.yaml": SYSTEM + more}


def test_by_convention_an_account_is_called_after_its_system_and_itself() -> None:
    system = load(shop(GROUP)).systems["shop"]

    assert system.groups["billing"].principal == "User:shop.billing"
    [producer] = system.producers.values()
    assert (producer.principal, producer.transactional_ids) == ("User:shop.producer", ("shop.producer*",))
    assert [topic.folder for topic in system.topics_of(producer)] == ["order.placed"]


def test_a_system_may_call_its_accounts_otherwise() -> None:
    system = load(shop(GROUP + 'principal: "User:CN={name}.{system},O=Shop"\n')).systems["shop"]

    assert system.groups["billing"].principal == "User:CN=billing.shop,O=Shop"
    assert system.producers["producer"].principal == "User:CN=producer.shop,O=Shop"


def test_a_group_or_producer_may_have_a_name_of_its_own() -> None:
    producers = "producers:\n  till: {topics: ['order.*'], principal: 'User:till-7', transactional-ids: [till-*, x]}\n"
    system = load(shop(GROUP.replace("}", ", principal: 'User:old'}") + producers)).systems["shop"]

    assert system.groups["billing"].principal == "User:old"
    [till] = system.producers.values()
    assert (till.principal, till.transactional_ids) == ("User:till-7", ("till-*", "x"))


@pytest.mark.parametrize(
    "principal", ["billing", "User:", "User:*", "User:{who}", "User: x", '"User:{system}*"', ":x", "1"]
)
def test_a_principal_that_names_nobody_or_everybody_is_refused(principal: str) -> None:
    assert len(problems(shop(f"principal: {principal}\n"))) == 1


def test_a_producer_of_a_topic_that_is_not_there_is_refused_with_its_place() -> None:
    [problem] = problems(shop("producers:\n  till: {topics: [order.plaed]}\n"))

    assert problem.startswith("shop/system.yaml:7:19: there is no topic order.plaed")
    assert "order.placed" in problem


def test_producers_may_be_none_at_all() -> None:
    assert load(shop("producers: {}\n")).systems["shop"].producers == {}
