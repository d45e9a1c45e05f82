"""Contracts legal in Avro and awkward in Python: each works, or is one clear error before files are written."""

from __future__ import annotations

import ast
import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from eventpact.avro import Duration
from eventpact.errors import ContractError
from eventpact_codegen import generate
from tests.codegen.conftest import Import
from tests.codegen.packages import refusals, sources, system, written
from tests.registry.contracts.building import SYSTEM, Files, avsc, field, load

ORDER = "shop/order.placed/OrderPlaced.v1.avsc"


def order(*fields: dict[str, object], **attributes: object) -> str:
    return avsc("OrderPlaced", field("orderId"), *fields, **attributes)


def said(changes: Files, out: Path) -> str:
    """Why nothing can be generated; and nothing was."""
    with pytest.raises(ContractError) as caught:
        generate(load(changes), out)
    assert list(out.iterdir()) == []
    [problem] = caught.value.problems
    return str(problem).removeprefix("contracts/")


def nested(levels: int) -> Any:
    """Records inside each other."""
    avro_type: Any = "string"
    for level in range(levels):
        avro_type = {"type": "record", "name": f"Level{level}", "fields": [field("inner", avro_type)]}
    return avro_type


def chain(levels: int) -> dict[str, str]:
    """Shared types, each of which refers to the one before it; the event holds the last."""
    files = {"shop/types/Level0.v1.avsc": avsc("Level0", field("inner"))}
    for level in range(1, levels):
        below = f"io.shop.Level{level - 1}"
        files[f"shop/types/Level{level}.v1.avsc"] = avsc(
            f"Level{level}", field("inner", below), references=[{"name": below, "version": 1}]
        )
    top = f"io.shop.Level{levels - 1}"
    return {**files, ORDER: order(field("it", top), references=[{"name": top, "version": 1}])}


class TestNesting:
    def test_records_120_levels_inside_each_other_work(self, tmp_path: Path, import_from: Import) -> None:
        folder = written(tmp_path, {ORDER: order(field("it", nested(120)))})

        assert import_from(folder, "shop_events.types").Level0(inner="deep").to_json() == '{"inner":"deep"}'

    def test_200_levels_inside_each_other_are_refused_where_they_begin(self, tmp_path: Path) -> None:
        problem = said({ORDER: order(field("it", nested(200)))}, tmp_path)

        assert problem.startswith(f"{ORDER}:")
        assert "schemas nest more than 128 deep (hint: give inner types a name)" in problem

    def test_200_levels_of_types_with_names_work(self, tmp_path: Path, import_from: Import) -> None:
        folder = written(tmp_path, chain(200))
        types = import_from(folder, "shop_events.types")
        value = types.Level0(inner="deep")
        for level in range(1, 200):
            value = getattr(types, f"Level{level}")(inner=value)
        event = import_from(folder, "shop_events").OrderPlaced(order_id="o", it=value)

        assert event.contract.decode(event.contract.encode(event)) == event

    def test_types_deeper_than_pythons_stack_are_refused(self, tmp_path: Path) -> None:
        problem = said(chain(450), tmp_path)

        assert "types of shop hold each other too deep, by name or in place: some 200 levels are the most" in problem
        assert "(hint: let a record hold a list of its parts instead of parts within parts)" in problem


def doubling(levels: int) -> dict[str, object]:
    """A record that holds the one below it twice, each left to its default."""
    made: dict[str, object] = {"type": "record", "name": "Level0", "fields": [field("it", "int", default=0)]}
    for level in range(1, levels):
        below = f"Level{level - 1}"
        fields = [field("one", made, default={}), field("other", below, default={})]
        made = {"type": "record", "name": f"Level{level}", "fields": fields}
    return made


class TestDefaultsThatDouble:
    def test_the_package_grows_with_the_contracts_and_not_with_the_values(self) -> None:
        def size(levels: int) -> int:
            files = sources({ORDER: order(field("it", doubling(levels), default={}))})
            return sum(len(text) for path, text in files.items() if "_codecs" not in path)

        assert size(12) - size(11) < 2 * (size(6) - size(5))

    @pytest.mark.parametrize("levels", [14, 60])
    def test_more_values_than_a_default_may_have_are_refused_where_they_begin(
        self, tmp_path: Path, levels: int
    ) -> None:
        with pytest.raises(ContractError) as caught:
            generate(load({ORDER: order(field("it", doubling(levels), default={}))}), tmp_path)

        said = [str(problem) for problem in caught.value.problems]
        assert said[-1].startswith(f"contracts/{ORDER}:12:5: the default of field 'it' of io.shop.OrderPlaced")
        assert all("comes to more than 20,000 values by the defaults inside it" in line for line in said)


def test_an_event_of_500_fields_comes_back_as_it_was(tmp_path: Path, import_from: Import) -> None:
    changes = {ORDER: order(*(field(f"field{number}", ["null", "int"]) for number in range(500)))}
    cls = import_from(written(tmp_path, changes), "shop_events").OrderPlaced
    event = cls(order_id="o", **{f"field{number}": number for number in range(500)})

    assert cls.contract.decode(cls.contract.encode(event)) == event
    assert cls.from_json(event.to_json()) == event


class TestSymbols:
    @pytest.mark.parametrize("symbol", ["1", "b-c", "a b", "", "\u00e4", "a\nb"])
    def test_a_symbol_that_is_no_identifier_is_refused_where_it_stands(self, tmp_path: Path, symbol: str) -> None:
        kind = {"type": "enum", "name": "E", "symbols": ["A", symbol]}

        problem = said({ORDER: order(field("it", kind))}, tmp_path)

        assert problem.startswith(f"{ORDER}:")
        assert "is no symbol" in problem

    def test_an_event_with_an_enum_without_symbols_can_be_sent_without_it(
        self, tmp_path: Path, import_from: Import
    ) -> None:
        kind = ["null", {"type": "enum", "name": "E", "symbols": []}]
        cls = import_from(written(tmp_path, {ORDER: order(field("it", kind))}), "shop_events").OrderPlaced
        event = cls(order_id="o", it=None)

        assert cls.contract.decode(cls.contract.encode(event)) == event


class TestNames:
    @pytest.mark.parametrize(
        "name",
        [
            "annotations",
            "import_module",
            "TYPE_CHECKING",
            "_HOMES",
            "_codecs",
            "groups",
            "producer",
            "schemas",
            "types",
            "events",
            "topics",
            "v1",
            "ShopProducer",
            "shop_events",
            "__getattr__",
            "__all__",
            "EventsEvents",
        ],
    )
    def test_an_event_may_be_called_like_something_of_the_package(
        self, tmp_path: Path, import_from: Import, name: str
    ) -> None:
        changes = {
            ORDER: None,
            f"shop/order.placed/{name}.v1.avsc": avsc(name, field("orderId")),
            f"shop/order.placed/{name}.v2.avsc": avsc(name, field("orderId"), field("more", default="")),
            "shop/system.yaml": system(f"groups: {{all: {{description: All., topics: ['*'], reads: {{{name}: 1}}}}}}"),
        }
        package = import_from(written(tmp_path, changes), "shop_events")
        [cls] = package.ShopProducer.events
        event = cls(order_id="o")
        [(read_as, _)] = import_from(tmp_path / "shop", "shop_events.groups").All.handlers.values()

        assert cls.contract.decode(cls.contract.encode(event)) == event
        assert [exported for exported in package.__all__ if getattr(package, exported) is cls]
        assert read_as(order_id="o").contract.version == 1
        assert package.producer.ShopProducer is package.ShopProducer

    def test_records_may_be_called_like_everything_that_a_module_imports(
        self, tmp_path: Path, import_from: Import
    ) -> None:
        names = [
            "Mapping",
            "field",
            "dataclass",
            "StrEnum",
            "Event",
            "Record",
            "UUID",
            "Decimal",
            "Duration",
            "UTC",
            "date",
            "datetime",
            "time",
            "str",
            "int",
            "tuple",
            "dict",
            "bytes",
            "float",
            "bool",
            "property",
            "type",
        ]
        kinds = [
            {"type": "record", "name": name, "namespace": "io.shop.order", "fields": [field("it")]} for name in names
        ]
        logical = [("long", "timestamp-millis"), ("int", "date"), ("int", "time-millis"), ("string", "uuid")]
        fields = [
            *(field(f"a{place}", ["null", kind], default=None) for place, kind in enumerate(kinds)),
            *(field(name, {"type": kind, "logicalType": name}) for kind, name in logical if "-" not in name),
            field("at", {"type": "long", "logicalType": "timestamp-millis"}),
            field("clock", {"type": "int", "logicalType": "time-millis"}, default=0),
            field("amount", {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}),
            field("span", {"type": "fixed", "name": "Span", "size": 12, "logicalType": "duration"}),
            field("kind", {"type": "enum", "name": "Kind", "symbols": ["A"]}, default="A"),
            field("map", {"type": "map", "values": {"type": "array", "items": "bytes"}}, default={}),
            field("half", "float", default=0.5),
            field("yes", "boolean", default=True),
            field("count", "int", default=1),
        ]
        changes = {ORDER: avsc("OrderPlaced", field("orderId"), *fields, namespace="io.shop.order")}
        module = import_from(written(tmp_path, changes), "shop_events.order")
        classes = [getattr(module, exported) for exported in module.__all__ if exported.rstrip("_") in names]
        event = module.OrderPlaced(
            order_id="o",
            date_=date(2026, 3, 2),  # the class of that name keeps it
            uuid=UUID(int=7),
            at=datetime(2026, 3, 2, tzinfo=UTC),
            clock=time(8),
            amount=Decimal("1.25"),
            span=Duration(days=1),
            map={"a": (b"b",)},
            a4=module.Event(it="x"),
        )

        assert len(classes) == len(names)
        assert event.contract.decode(event.contract.encode(event)) == event
        event.validate()

    @pytest.mark.parametrize("namespace", ["io.shop.import", "io.shop.class.None.def", "io.shop.Message", "io.shop.v1"])
    def test_a_namespace_may_be_a_keyword_or_a_name_of_the_packages_own(
        self, tmp_path: Path, import_from: Import, namespace: str
    ) -> None:
        changes = {ORDER: avsc("OrderPlaced", field("orderId"), namespace=namespace)}
        cls = import_from(written(tmp_path, changes), "shop_events").OrderPlaced
        event = cls(order_id="o")

        assert cls.contract.full_name == f"{namespace}.OrderPlaced"
        assert cls.contract.decode(cls.contract.encode(event)) == event

    @pytest.mark.parametrize("name", ["class", "json", "import"])
    def test_a_package_that_python_could_not_import_is_refused(self, tmp_path: Path, name: str) -> None:
        problem = said({"shop/system.yaml": SYSTEM.replace("shop-events", name)}, tmp_path)

        assert f"package '{name}' would be imported as '{name}', which cannot be" in problem

    def test_events_whose_names_differ_only_in_case_keep_apart(self, tmp_path: Path, import_from: Import) -> None:
        changes = {
            "shop/order.placed/ORDERPLACED.v1.avsc": avsc("ORDERPLACED", field("orderId"), namespace="io.shop.loud"),
            "shop/order.placed/Orderplaced.v1.avsc": avsc("Orderplaced", field("orderId"), namespace="io.shop.calm"),
        }
        package = import_from(written(tmp_path, changes), "shop_events")

        for cls in (package.OrderPlaced, package.ORDERPLACED, package.Orderplaced):
            event = cls(order_id=cls.__name__)
            assert cls.contract.decode(cls.contract.encode(event)) == event

    def test_schemas_that_would_share_a_file_where_case_is_ignored_are_refused(self, tmp_path: Path) -> None:
        changes = {"shop/order.placed/orderplaced.v1.avsc": avsc("orderplaced", field("orderId"))}

        assert "io.shop.OrderPlaced and io.shop.orderplaced differ only in case" in said(changes, tmp_path)

    def test_two_fields_of_one_attribute_are_refused_before_anything_is_written(self, tmp_path: Path) -> None:
        problem = said({ORDER: order(field("userId"), field("user_id"))}, tmp_path)

        assert "fields 'userId' and 'user_id' of io.shop.OrderPlaced would both be the attribute 'user_id'" in problem

    def test_classes_of_one_module_that_python_would_call_the_same_are_refused(self) -> None:
        kinds: list[Any] = [{"type": "record", "name": name, "fields": []} for name in ("list", "list_")]

        [problem] = refusals({ORDER: order(*(field(f"f{place}", kind) for place, kind in enumerate(kinds)))})

        assert "io.shop.list and io.shop.list_ would both be the class 'list_'" in problem


@pytest.mark.parametrize(
    "doc",
    [
        'ends in a quote "',
        'ends in three """',
        "ends in a backslash \\",
        "a bell \x07, a null \x00, an escape \x1b[31m",
        "turned \u202e around",
        "half a pair \\ud800",
        "{{ braces }} {% and %} {# comments #}",
        "line\r\nline\u2028line\x85line\x0cline",
        "\ttabs\t",
        "# no comment",
        "word " * 5000,
        "x" * 5000,
    ],
)
def test_documents_stay_documents(doc: str) -> None:
    """Of events, fields and enums; compared without white space, which is wrapped."""
    kind = {"type": "enum", "name": "Kind", "symbols": ["A"], "doc": doc}
    files = sources({ORDER: order(field("kind", kind, doc=doc), doc=doc)})

    for path in ("shop_events/events.py", "shop_events/types.py"):
        [cls] = [node for node in ast.parse(files[path]).body if isinstance(node, ast.ClassDef)]
        shown = "".join((ast.get_docstring(cls) or "").split())
        assert shown.startswith("".join(json.loads(json.dumps(doc)).split())[:4000])
