"""A base shares what it has in common with the contracts that are compared with it, and nothing else."""

import json

import pytest

from eventpact.avro.model import Record, Schema
from eventpact.errors import ContractError
from eventpact_registry.contracts.model import VersionedType
from eventpact_registry.contracts.repository import ContractRepository

from .building import SHOP, TOPIC, avsc, field, load, source

ADDRESS = {"shop/types/Address.v1.avsc": avsc("Address", field("street"))}
WITH_ADDRESS = {
    **ADDRESS,
    "shop/order.placed/OrderPlaced.v1.avsc": avsc(
        "OrderPlaced",
        field("orderId"),
        field("to", "io.shop.Address"),
        references=[{"name": "io.shop.Address", "version": 1}],
    ),
}


def event(repository: ContractRepository) -> VersionedType:
    [(_, _, found)] = repository.events()
    return found


def address(schema: Schema) -> Schema:
    assert isinstance(schema, Record)
    return schema.fields[1].type


def test_a_file_that_both_have_is_parsed_once() -> None:
    head = load(WITH_ADDRESS)
    base = ContractRepository.load(source(WITH_ADDRESS, revision="git:main"), head.parsed)

    assert event(base).latest.schema is event(head).latest.schema
    assert event(base).latest.source is event(head).latest.source


def test_places_are_each_sides_own() -> None:
    head = load(WITH_ADDRESS)
    base = ContractRepository.load(source(WITH_ADDRESS, revision="git:main"), head.parsed)

    for pointer in ("/fields/0", "/fields/1/type/fields/0"):
        here, there = event(head).latest.locate(pointer), event(base).latest.locate(pointer)
        assert (here.revision, there.revision) == ("", "git:main")
        assert (here.file, here.line) == (there.file, there.line)
    assert base.systems["shop"].topics["order.placed"].locate("/partitions").revision == "git:main"


def test_one_text_that_refers_to_another_type_is_parsed_again() -> None:
    head = load(WITH_ADDRESS)
    older = {**WITH_ADDRESS, "shop/types/Address.v1.avsc": avsc("Address", field("street"), field("city"))}
    base = ContractRepository.load(source(older, revision="git:main"), head.parsed)

    assert event(base).latest.source is event(head).latest.source
    assert address(event(base).latest.schema) is base.systems["shop"].types["io.shop.Address"].latest.schema
    assert address(event(head).latest.schema) is head.systems["shop"].types["io.shop.Address"].latest.schema


def test_a_setting_that_differs_is_each_sides_own() -> None:
    head = load({"shop/order.placed/topic.yaml": TOPIC.replace("partitions: 3", "partitions: 6")})
    base = ContractRepository.load(source({}), head.parsed)

    assert [side.systems["shop"].topics["order.placed"].partitions for side in (head, base)] == [6, 3]


def test_what_is_wrong_in_a_text_that_was_read_before_is_said_with_its_place() -> None:
    head = load(WITH_ADDRESS)
    elsewhere = json.loads(ADDRESS["shop/types/Address.v1.avsc"]) | {"name": "Place"}
    broken = {
        "shop/types/Address.v1.avsc": None,
        "shop/types/Place.v1.avsc": json.dumps(elsewhere),
        "shop/order.placed/OrderPlaced.v1.avsc": WITH_ADDRESS["shop/order.placed/OrderPlaced.v1.avsc"],
    }

    with pytest.raises(ContractError) as caught:
        ContractRepository.load(source(broken, SHOP, "git:main"), head.parsed)

    [problem] = caught.value.problems
    assert problem.message == "there is no shared type io.shop.Address"
    assert problem.file == "git:main:contracts/shop/order.placed/OrderPlaced.v1.avsc"
