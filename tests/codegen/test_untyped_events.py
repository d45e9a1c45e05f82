"""Events made of JSON by their contracts are those that the generated classes make."""

from __future__ import annotations

import importlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from eventpact.errors import DecodeError
from eventpact.event import correlated, identified
from eventpact.integrations.serializing import headers, key
from eventpact_codegen import generate
from eventpact_codegen.untyped import Untyped
from eventpact_registry.contracts.model import System, Topic, VersionedType
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from eventpact_testing.examples import examples
from tests.codegen.packages import ROOT
from tests.registry.contracts.building import SYSTEM, TOPIC, avsc, field, load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact import Event
    from eventpact.avro.json import Encoding

REPOSITORY = ContractRepository.load(DirectorySource(ROOT / "contracts"))
EVENTS = [
    pytest.param(system, topic, event, id=f"{system.name}/{event.name}")
    for system in REPOSITORY.systems.values()
    for topic, event in system.events()
]


@pytest.fixture(scope="module", autouse=True)
def packages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The five systems' packages can be imported."""
    out = tmp_path_factory.mktemp("packages")
    generate(REPOSITORY, out)
    with pytest.MonkeyPatch.context() as patch:
        for system in REPOSITORY.systems:
            patch.syspath_prepend(str(out / system))
        yield


def generated(system: System, event: VersionedType) -> type[Event]:
    """The class of an event."""
    producer = importlib.import_module(f"{system.import_package}.producer")
    [base] = [one for one in vars(producer).values() if getattr(one, "system", None) == system.name]
    found: type[Event] = next(one for one in base.events if one.contract.full_name == event.full_name)
    return found


@pytest.mark.parametrize(("system", "topic", "event"), EVENTS)
def test_topic_subject_and_schema_are_the_same(system: System, topic: Topic, event: VersionedType) -> None:
    typed = generated(system, event).contract
    untyped = Untyped(system, topic, event, event.latest).contract

    for name in ("system", "name", "full_name", "version", "topic", "subject", "event_type", "references", "compacted"):
        assert getattr(untyped, name) == getattr(typed, name), name
    assert json.loads(untyped.schema) == json.loads(typed.schema)


@pytest.mark.parametrize("encoding", ["plain", "avro"])
@pytest.mark.parametrize(("system", "topic", "event"), EVENTS)
def test_value_key_and_headers_are_the_same(
    system: System, topic: Topic, event: VersionedType, encoding: Encoding
) -> None:
    untyped = Untyped(system, topic, event, event.latest, encoding)

    for typed in examples(generated(system, event), 5):
        made = untyped.of_json(typed.to_json(encoding=encoding))

        assert made.contract.encode(made) == typed.contract.encode(typed)
        assert (key(made), sorted(headers(made))) == (key(typed), sorted(headers(typed)))


@pytest.mark.parametrize("encoding", ["plain", "avro"])
@pytest.mark.parametrize(("system", "topic", "event"), EVENTS)
def test_what_the_contract_fills_may_be_left_out(
    system: System, topic: Topic, event: VersionedType, encoding: Encoding
) -> None:
    typed = next(iter(examples(generated(system, event), 1)))
    tree = json.loads(typed.to_json(encoding=encoding))
    for path in system.fill:
        leave_out(tree, path.split("."))

    with correlated("request-7"), identified("tests"):
        made = Untyped(system, topic, event, event.latest, encoding).of_json(json.dumps(tree))

    again = typed.contract.decode(made.contract.encode(made))
    again.validate()


def leave_out(tree: Any, names: list[str]) -> None:
    """Take a field away, and with its last field the record around it."""
    *parents, last = names
    for name in parents:
        tree = tree.get(name) if isinstance(tree, dict) else None
    if isinstance(tree, dict):
        tree.pop(last, None)


def test_what_fills_is_what_the_contract_says() -> None:
    system, topic, event = shop()

    with correlated("request-7"), identified("till"):
        made: Any = Untyped(system, topic, event, event.latest).of_json('{"orderId": "o-1"}')
    found = json.loads(Untyped(system, topic, event, event.latest)._json.text(made.encoded))

    assert (found["kind"], found["version"]) == ("order.placed", 1)
    assert found["meta"] == {"source": "till", "request": "request-7"}


def test_what_is_wrong_is_said_with_its_path() -> None:
    system, topic, event = shop()

    with pytest.raises(DecodeError, match="orderId: expected a string, got a number"):
        Untyped(system, topic, event, event.latest).of_json('{"orderId": 1}')
    with pytest.raises(DecodeError, match="expected an object"):
        Untyped(system, topic, event, event.latest).of_json("[]")


def test_an_event_shows_nothing_of_what_it_holds() -> None:
    system, topic, event = shop()

    assert repr(Untyped(system, topic, event, event.latest).of_json('{"orderId": "secret"}')) == "<OrderPlaced>"


def shop() -> tuple[System, Topic, VersionedType]:
    """A system that fills an envelope with a record in it."""
    meta = {"type": "record", "name": "Meta", "doc": "Whence.", "fields": [field("source"), field("request")]}
    fill = "fill: {kind: type, version: version, meta.source: source, meta.request: correlation}\n"
    placed = avsc("OrderPlaced", field("kind"), field("version", "int"), field("orderId"), field("meta", meta))
    system = load(
        {
            "shop/system.yaml": SYSTEM + fill,
            "shop/order.placed/topic.yaml": TOPIC,
            "shop/order.placed/OrderPlaced.v1.avsc": placed,
        }
    ).systems["shop"]
    [(topic, event)] = system.events()
    return system, topic, event
