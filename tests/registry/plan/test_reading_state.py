"""What a plan reads of a registry that has the declared versions, or nearly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from eventpact.settings import Settings
from eventpact_registry.client import Pin, RegistryClient
from eventpact_registry.plan import plan, read_state
from eventpact_registry.plan.steps import RegisterVersion
from eventpact_registry.server import EmbeddedRegistry
from tests.registry.contracts.building import avsc, field
from tests.registry.plan.contracts import SUBJECT, shop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact.avro.model import Schema
    from eventpact_registry.plan import Desired

MONEY = "io.shop.Money"
AMOUNT = avsc("Money", field("amount", "long"))
PRICED = avsc("OrderPlaced", field("orderId"), field("price", MONEY), references=[{"name": MONEY, "version": 1}])
WANTED = shop(PRICED, **{"shop/types/Money.v1.avsc": AMOUNT})


@pytest.fixture
def client() -> Iterator[RegistryClient]:
    with EmbeddedRegistry() as registry, RegistryClient(Settings(registry_url=registry.url)) as client:
        yield client


def register(client: RegistryClient, money: str, priced: str) -> None:
    client.register(MONEY, money, ())
    body = json.loads(priced)
    body.pop("references", None)
    client.register(SUBJECT, json.dumps(body), (Pin(MONEY, MONEY, 1),))


def held(client: RegistryClient, wanted: Desired, subject: str) -> Schema | None:
    state = read_state(wanted, registry=client, cluster=None).registry
    assert state is not None
    return state.subjects[subject].versions[1]


def declared(wanted: Desired, subject: str) -> Schema:
    [found] = [one for one in wanted.subjects if one.name == subject]
    return found.versions[0].schema


@pytest.mark.parametrize("subject", [MONEY, SUBJECT])
def test_what_the_registry_has_as_it_is_declared_is_not_parsed_again(client: RegistryClient, subject: str) -> None:
    register(client, AMOUNT, PRICED)

    assert held(client, WANTED, subject) is declared(WANTED, subject)


def test_what_is_declared_elsewhere_serves_those_who_refer_to_it(client: RegistryClient) -> None:
    register(client, AMOUNT, PRICED)
    selected = WANTED.selected([SUBJECT])

    assert held(client, selected, SUBJECT) is declared(selected, SUBJECT)


def test_a_version_is_not_as_declared_where_a_type_that_it_refers_to_is_not(client: RegistryClient) -> None:
    register(client, avsc("Money", field("amount", "int")), PRICED)

    found = plan(WANTED, read_state(WANTED, registry=client, cluster=None))

    assert [conflict.message for conflict in found.conflicts] == [
        f"version 1 of {MONEY} means something else in the registry",
        f"version 1 of {SUBJECT} means something else in the registry",
    ]


def test_another_doc_is_read_and_means_the_same(client: RegistryClient) -> None:
    register(client, AMOUNT.replace("What it is.", "How much."), PRICED)

    found = plan(WANTED, read_state(WANTED, registry=client, cluster=None))

    assert held(client, WANTED, SUBJECT) is not declared(WANTED, SUBJECT)
    assert found.conflicts == ()
    assert not any(isinstance(step, RegisterVersion) for step in found.steps)
