"""The target `pydantic`: models on the same codecs, for the same producers and groups."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from eventpact import errors
from eventpact.avro import Codec
from eventpact.contracted import schema_of
from eventpact.errors import ContractError
from eventpact_codegen import generate, render
from eventpact_codegen.pydantic.names import MODEL_ATTRIBUTES, attribute
from eventpact_codegen.pydantic.target import PYDANTIC
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from eventpact_testing.examples import ValueMaker
from eventpact_testing.stack import embedded_stack, planned, synchronise
from tests.codegen.conftest import Import
from tests.codegen.packages import CONTRACTS, GOLDEN, PYRIGHT_FOUND_NOTHING, ROOT, pyright, tool
from tests.registry.contracts.building import Files, avsc, field, load

MODELS = GOLDEN / "pydantic"
SYSTEMS = ("bookshop", "torture", "caas", "chatplatform", "delivery", "quikapp", "showoff")


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages of every system that we have."""
    out = tmp_path_factory.mktemp("models")
    for contracts in (CONTRACTS, ROOT / "contracts"):
        generate(ContractRepository.load(DirectorySource(contracts)), out, target=PYDANTIC)
    return out


@pytest.fixture
def bookshop(import_from: Import) -> ModuleType:
    return import_from(MODELS / "bookshop", "bookshop_events")


def order(bookshop: ModuleType, **given: object) -> Any:
    """An order, with one line."""
    data = {
        "order_id": "o-1",
        "customer_id": "c-1",
        "total": bookshop.Money(amount=Decimal("12.50")),
        "lines": (bookshop.OrderLine(isbn="978"),),
        "shipping": bookshop.Parcel(address="1 Long Lane"),
        **given,
    }
    return bookshop.OrderPlaced(data=bookshop.OrderPlacedData(**data))


def sources(changes: Files) -> dict[str, str]:
    """The files of the shop's package, path to text; nothing is written."""
    [(_, files)] = render(load(changes), Path("packages"), target=PYDANTIC).values()
    return dict(files)


def test_they_are_clean_under_ruff(packages: Path) -> None:
    assert tool("ruff", "format", "--check", "--no-cache", ".", cwd=packages).stderr == ""
    assert "All checks passed!" in tool("ruff", "check", "--no-cache", ".", cwd=packages).stdout


SERVICE = """\
from eventpact import Context

from bookshop_events import BookshopProducer, Money, OrderPlaced
from bookshop_events.groups import Invoicing
from bookshop_events.v1.order import OrderPlaced as OrderPlacedV1


class Invoices(Invoicing):
    def on_order_placed(self, event: OrderPlacedV1, context: Context) -> None:
        print(event.data.order_id.upper(), event.model_dump_json())


def send(producer: BookshopProducer, order: OrderPlaced) -> None:
    producer.send(order)
    order.version = 3
    Money(amount="12.50")
    OrderPlaced(eventId=order.event_id, data=order.data)


Invoices()
"""


def test_services_and_packages_are_clean_under_strict_mypy(packages: Path, mypy_cache: Path, tmp_path: Path) -> None:
    for system in SYSTEMS:
        shutil.copytree(packages / system / f"{system}_events", tmp_path / f"{system}_events")
    (tmp_path / "service.py").write_text(SERVICE)

    names = [f"{system}_events" for system in SYSTEMS]
    done = tool("mypy", "--strict", "--cache-dir", mypy_cache, *names, "service.py", cwd=tmp_path)

    complaints = [line.partition(": error: ")[2] for line in done.stdout.splitlines() if ": error: " in line]
    assert complaints == [
        'Property "version" defined in "OrderPlaced" is read-only  [misc]',
        'Argument "amount" to "Money" has incompatible type "str"; expected "Decimal"  [arg-type]',
        'Unexpected keyword argument "eventId" for "OrderPlaced"; did you mean "event_id"?  [call-arg]',
    ]


def test_packages_are_clean_under_strict_pyright(packages: Path, tmp_path: Path) -> None:
    """Those that hold everything; the other systems have nothing that these have not."""
    for system in ("bookshop", "torture"):
        shutil.copytree(packages / system / f"{system}_events", tmp_path / f"{system}_events")

    assert pyright(tmp_path).endswith(PYRIGHT_FOUND_NOTHING)


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_event_of_a_system_comes_back_through_avro_and_json(
    packages: Path, import_from: Import, system: str
) -> None:
    producers = vars(import_from(packages / system, f"{system}_events.producer"))
    [producer] = [found for name, found in producers.items() if name.lower() == f"{system}producer"]
    for cls in producer.events:
        schema = schema_of(cls.contract)
        for seed in range(3):
            data = Codec(schema).encode(ValueMaker(Random(f"{cls.__name__}/{seed}")).value(schema))

            event = cls.contract.decode(data)

            assert isinstance(event, cls)
            assert issubclass(type(event), BaseModel)
            assert cls.contract.encode(event) == data
            assert cls.model_validate_json(event.model_dump_json()) == event
            assert cls.from_json(event.to_json()) == event


def test_models_are_sent_and_handled_as_all_events_are(bookshop: ModuleType, import_from: Import) -> None:
    groups = import_from(MODELS / "bookshop", "bookshop_events.groups")
    contracts = ContractRepository.load(DirectorySource(CONTRACTS))
    handled: list[Any] = []

    class Invoices(groups.Invoicing):  # type: ignore[name-defined,misc]  # imported at run time
        def on_order_placed(self, event: Any, context: object) -> None:
            handled.append(event)

    with embedded_stack(client_id="tests") as stack:
        synchronise(planned(contracts, stack, systems=["bookshop"], limit=1), stack)
        with bookshop.BookshopProducer(stack.settings) as producer:
            sent = order(bookshop)
            producer.send_and_wait(sent)
        Invoices().run(stack.settings, max_events=1)

    [event] = handled
    assert type(event).__module__ == "bookshop_events.v1.order"
    assert issubclass(type(event), BaseModel)
    assert event.event_id == sent.event_id


def test_models_do_not_change_and_take_nothing_but_what_fits(bookshop: ModuleType) -> None:
    event = order(bookshop)
    money = bookshop.Money

    with pytest.raises(ValidationError, match="frozen"):
        event.version = 3
    for wrong in ({"amount": "12.50"}, {"amount": Decimal("0.001")}, {"amount": Decimal(1), "note": ""}):
        with pytest.raises(ValidationError):
            money(**wrong)
    with pytest.raises(ValidationError, match="less than"):
        bookshop.OrderLine(isbn="978", copies=2**31)


def test_what_was_made_without_validation_can_be_validated_later(bookshop: ModuleType) -> None:
    wrong = bookshop.Money.model_construct(amount=Decimal("0.001"), currency=bookshop.Currency.EUR)

    order(bookshop).validate()
    with pytest.raises(errors.ValidationError, match="amount"):
        wrong.validate()


def test_fields_are_known_by_attribute_and_by_avro_name(bookshop: ModuleType) -> None:
    returned = bookshop.BookReturned
    named = {name: info.alias or name for name, info in returned.model_fields.items()}
    event = next(made(returned))

    by_avro_name = {avro: getattr(event, name) for name, avro in named.items()}

    assert any(name != avro for name, avro in named.items())
    assert returned(**by_avro_name) == event
    assert set(event.model_dump()) == set(named.values())


def made(cls: Any) -> Any:
    """Events as another service may have sent them."""
    schema = schema_of(cls.contract)
    values = ValueMaker(Random(1))
    while True:
        yield cls.contract.decode(Codec(schema).encode(values.value(schema)))


def test_what_the_runtime_fills_is_filled(bookshop: ModuleType) -> None:
    event = order(bookshop)

    assert event.event_type == "order.placed"
    assert event.metadata.correlation_id
    assert order(bookshop).event_id != event.event_id


def test_personal_data_is_neither_shown_nor_told_by_errors(bookshop: ModuleType) -> None:
    assert "Long Lane" not in repr(order(bookshop))
    with pytest.raises(ValidationError) as caught:
        bookshop.Parcel(address=b"1 Long Lane")
    assert "Long Lane" not in str(caught.value)


@pytest.mark.parametrize("first", ["trees", "birds"])
def test_types_that_contain_each_other_work_whichever_is_imported_first(
    packages: Path, import_from: Import, first: str
) -> None:
    import_from(packages / "torture", f"torture_events.{first}")
    torture = import_from(packages / "torture", "torture_events")

    tree = torture.TreeGrown(root=torture.Node(bird=torture.Bird(nest=torture.Node(children=(torture.Node(),)))))

    assert tree.contract.decode(tree.contract.encode(tree)) == tree


def test_models_of_a_union_are_told_apart_by_what_is_constant_in_each(tmp_path: Path, import_from: Import) -> None:
    def shape(name: str) -> dict[str, Any]:
        kind = {"type": "enum", "name": f"{name}Kind", "symbols": [name.upper()]}
        return {"type": "record", "name": name, "fields": [field("shapeKind", kind, default=name.upper())]}

    shapes = ["null", shape("Circle"), shape("Square")]
    again = {"type": "array", "items": ["null", "io.shop.Circle", "io.shop.Square"]}
    changes = {
        "shop/order.placed/OrderPlaced.v1.avsc": avsc(
            "OrderPlaced", field("orderId"), field("shape", shapes), field("more", again)
        )
    }
    generate(load(changes), tmp_path, target=PYDANTIC)
    shop = import_from(tmp_path / "shop", "shop_events")

    event = shop.OrderPlaced(order_id="o-1", shape=shop.Square(), more=(shop.Circle(), None))

    assert shop.OrderPlaced.model_validate_json(event.model_dump_json()) == event
    assert event.contract.decode(event.contract.encode(event)) == event
    with pytest.raises(ValidationError, match="does not match any of the expected tags"):
        shop.OrderPlaced.model_validate_json('{"orderId": "o-1", "shape": {"shapeKind": "LINE"}, "more": []}')


def test_the_names_that_models_have_from_pydantic_are_known() -> None:
    assert {name for name in dir(BaseModel) if not name.startswith("_")} == MODEL_ATTRIBUTES


@pytest.mark.parametrize(
    ("dataclass", "model"),
    [
        ("user_id", "user_id"),
        ("json", "json_"),
        ("model_config", "model_config_"),
        ("model_name", "model_name"),
        ("_private", "private"),
        ("_class", "class_"),
        ("_copy", "copy_"),
        ("_", "underscore"),
        ("_1", "underscore_1"),
    ],
)
def test_attributes_of_models(dataclass: str, model: str) -> None:
    assert attribute(dataclass) == model


def test_names_that_only_a_model_cannot_tell_apart_are_refused() -> None:
    changes = {
        "shop/order.placed/OrderPlaced.v1.avsc": avsc("OrderPlaced", field("orderId"), field("a"), field("_a")),
    }

    with pytest.raises(
        ContractError, match=r"fields 'a' and '_a' of io\.shop\.OrderPlaced would both be the attribute"
    ):
        sources(changes)


def test_the_package_depends_on_pydantic_and_the_runtime_does_not() -> None:
    assert '"pydantic>=2.11,<3"' in sources({})["pyproject.toml"]
    program = (
        "import sys, eventpact, eventpact.produce.producer, eventpact.consume.group\nprint('pydantic' in sys.modules)"
    )
    assert tool("-c", program, cwd=ROOT).stdout == "False\n"
