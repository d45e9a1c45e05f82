"""What contracts look like as classes. The golden tree shows them whole; each test here is about one thing."""

from __future__ import annotations

from pathlib import Path

import pytest

from eventpact_registry.gate import lint
from tests.codegen.conftest import Import
from tests.codegen.packages import refusals, sources, system, written
from tests.registry.contracts.building import SYSTEM, avsc, field, load

ORDER = "shop/order.placed/OrderPlaced.v1.avsc"


def order(*fields: dict[str, object]) -> str:
    """The shop's event with fields behind its id, which is the topic's key."""
    return avsc("OrderPlaced", field("orderId"), *fields)


def line_of(source: str, start: str) -> str:
    """The only line of a file that starts so, without its indentation."""
    [line] = [line.strip() for line in source.split("\n") if line.strip().startswith(start)]
    return line


def annotated(avro_type: object, **attributes: object) -> str:
    """What a field `it` of a type becomes."""
    return line_of(sources({ORDER: order(field("it", avro_type, **attributes))})["shop_events/events.py"], "it: ")


@pytest.mark.parametrize(
    ("avro_type", "annotation"),
    [
        ("null", "None"),
        ("boolean", "bool"),
        ("long", "int"),
        ("float", "float"),
        ("bytes", "bytes"),
        ({"type": "fixed", "name": "Hash", "size": 32}, "bytes"),
        ({"type": "array", "items": {"type": "array", "items": "string"}}, "tuple[tuple[str, ...], ...]"),
        ({"type": "map", "values": "long"}, "Mapping[str, int]"),
        (["null", "string"], "str | None"),
        (["string", "null", "bytes"], "str | bytes | None"),
        (["int", "long", "double", "float"], "int | float"),
        ({"type": "string", "logicalType": "uuid"}, "UUID"),
        ({"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}, "Decimal"),
        ({"type": "long", "logicalType": "timestamp-nanos"}, "int"),
        ({"type": "fixed", "name": "Span", "size": 12, "logicalType": "duration"}, "Duration"),
        ({"type": "string", "logicalType": "unheard-of"}, "str"),
    ],
)
def test_types(avro_type: object, annotation: str) -> None:
    assert annotated(avro_type) == f"it: {annotation}"


@pytest.mark.parametrize(
    ("avro_type", "default", "given"),
    [
        ("string", 'say "hi"\n', '"""'),
        (["null", "long"], None, "None"),
        (["long", "null"], 3, "3"),
        ("double", 2, "2.0"),
        ({"type": "array", "items": "int"}, [1], "(1,)"),
        ({"type": "array", "items": "int"}, [], "()"),
        ({"type": "map", "values": "int"}, {}, "field(default_factory=dict[str, int])"),
        ({"type": "map", "values": "int"}, {"a": 1}, 'field(default_factory=lambda: {"a": 1})'),
        ({"type": "int", "logicalType": "date"}, 1, "date(1970, 1, 2)"),
        ({"type": "long", "logicalType": "timestamp-millis"}, 1, "datetime(1970, 1, 1, 0, 0, 0, 1000, tzinfo=UTC)"),
        ({"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}, "\u00ff", 'Decimal("-0.01")'),
        ({"type": "enum", "name": "Size", "symbols": ["S", "title"]}, "title", "Size.title_"),
    ],
)
def test_defaults(avro_type: object, default: object, given: str) -> None:
    if given == '"""':
        given = "'say \"hi\"\\n'"

    assert annotated(avro_type, default=default).partition(" = ")[2] == given


MONEY = {"type": "record", "name": "Money", "fields": [field("amount", "int", default=0), field("unit")]}


def test_a_record_is_made_from_what_its_default_says_and_the_defaults_of_its_fields(
    tmp_path: Path, import_from: Import
) -> None:
    changes = {ORDER: order(field("price", MONEY, default={"unit": "EUR"}))}

    assert line_of(sources(changes)["shop_events/events.py"], "price: ").endswith('lambda: Money(unit="EUR"))')
    price = import_from(written(tmp_path, changes), "shop_events").OrderPlaced(order_id="o").price
    assert (price.amount, price.unit) == (0, "EUR")


def test_a_class_that_a_default_makes_may_stand_behind_the_class_that_has_it(
    tmp_path: Path, import_from: Import
) -> None:
    """Each mentions the other: one has to come first."""
    origin = {"type": "record", "name": "Metadata", "fields": [field("cause", ["null", "OrderPlaced"], default=None)]}
    event = avsc("OrderPlaced", field("orderId"), field("metadata", origin, default={}), namespace="io.shop.order")

    cls = import_from(written(tmp_path, {ORDER: event}), "shop_events").OrderPlaced

    assert cls(order_id="o").metadata.cause is None


@pytest.mark.parametrize(
    ("avro_type", "default", "reason"),
    [
        ({"type": "int", "logicalType": "date"}, 2**31 - 1, "outside what Python's type for date holds"),
        ({"type": "long", "logicalType": "time-micros"}, -1, "outside what Python's type for time-micros holds"),
        ({"type": "string", "logicalType": "uuid"}, "no uuid", "badly formed"),
        ("bytes", "\u20ac", "stands for no byte"),
        ({"type": "fixed", "name": "Two", "size": 2}, "abc", "3 bytes where the type has 2"),
    ],
)
def test_a_default_that_python_cannot_hold_is_refused_where_it_stands(
    avro_type: object, default: object, reason: str
) -> None:
    [problem] = refusals({ORDER: order(field("it", avro_type, default=default))})

    assert problem.startswith(f"{ORDER}:12:")
    assert reason in problem


def test_two_fields_that_become_one_attribute_are_refused_at_the_second() -> None:
    [problem] = refusals({ORDER: order(field("userId"), field("user_id"))})

    assert problem.startswith(f"{ORDER}:17:")
    assert "'userId' and 'user_id' of io.shop.OrderPlaced would both be the attribute 'user_id'" in problem
    assert "field-names: avro" in problem


def test_fields_that_would_clash_live_together_under_their_avro_names() -> None:
    kept = SYSTEM.replace("version: 1.0.0}", "version: 1.0.0, field-names: avro}")
    source = sources({"shop/system.yaml": kept, ORDER: order(field("userId"), field("user_id"))})

    assert line_of(source["shop_events/events.py"], "userId") == "userId: str"
    assert line_of(source["shop_events/events.py"], "user_id") == "user_id: str"


def test_two_symbols_that_become_one_member_are_refused() -> None:
    [problem] = refusals({ORDER: order(field("it", {"type": "enum", "name": "E", "symbols": ["mro", "mro_"]}))})

    assert "symbols 'mro' and 'mro_' of io.shop.E would both be the member 'mro_'" in problem


def test_all_clashes_of_a_run_are_told_at_once() -> None:
    clashing = {"type": "enum", "name": "E", "symbols": ["mro", "mro_"]}

    assert len(refusals({ORDER: order(field("aB"), field("a_b"), field("it", clashing))})) == 2


def test_one_name_defined_in_two_ways_is_refused() -> None:
    first = field("line", {"type": "record", "name": "Line", "fields": [field("isbn")]})
    second = field("line", {"type": "record", "name": "Line", "fields": [field("title")]})

    [problem] = refusals(
        {ORDER: order(first), "shop/order.placed/OrderSent.v1.avsc": avsc("OrderSent", field("orderId"), second)}
    )

    assert "io.shop.Line is defined differently in OrderPlaced v1 and OrderSent v1" in problem


def test_one_definition_in_two_events_is_one_class() -> None:
    line = field("line", {"type": "record", "name": "Line", "fields": [field("isbn")]})

    files = sources(
        {ORDER: order(line), "shop/order.placed/OrderSent.v1.avsc": avsc("OrderSent", field("orderId"), line)}
    )

    assert files["shop_events/types.py"].count("class Line") == 1


def test_documents_become_docstrings_of_classes_and_fields() -> None:
    source = sources({ORDER: avsc("OrderPlaced", field("orderId", doc="Said on the phone."), doc="Somebody ordered.")})

    assert '    """Somebody ordered.\n' in source["shop_events/events.py"]
    assert '    order_id: str\n    """Said on the phone."""\n' in source["shop_events/events.py"]


def test_a_symbol_that_readers_do_not_know_is_documented() -> None:
    size = {"type": "enum", "name": "Size", "symbols": ["S", "OTHER"], "default": "OTHER"}

    source = sources({ORDER: order(field("size", size))})["shop_events/types.py"]

    assert "A symbol that this version does not know is read as `OTHER`." in source


def test_a_shared_type_is_written_once_and_imported(tmp_path: Path, import_from: Import) -> None:
    money = avsc("Money", field("cents", "long"))
    uses = avsc(
        "OrderPlaced",
        field("orderId"),
        field("total", "io.shop.Money"),
        references=[{"name": "io.shop.Money", "version": 1}],
    )
    folder = written(tmp_path, {"shop/types/Money.v1.avsc": money, ORDER: uses})

    events = import_from(folder, "shop_events.events")
    types = import_from(folder, "shop_events.types")

    assert events.OrderPlaced.__dataclass_fields__["total"].type == "Money"
    assert events.Money is types.Money


def test_names_that_hide_nothing_keep_their_imports_unaliased() -> None:
    source = sources({ORDER: order(field("date", {"type": "int", "logicalType": "date"}), field("when"))})

    assert "from datetime import date as _date" in source["shop_events/events.py"]
    assert line_of(source["shop_events/events.py"], "date: ") == "date: _date"


def test_nesting_that_nobody_can_read_is_refused() -> None:
    avro_type: object = "string"
    for _ in range(70):
        avro_type = {"type": "array", "items": avro_type}

    [problem] = refusals({ORDER: order(field("it", avro_type))})

    assert "field 'it' of io.shop.OrderPlaced nests arrays and maps more than 64 deep" in problem


def test_a_record_of_500_fields_works(tmp_path: Path, import_from: Import) -> None:
    folder = written(tmp_path, {ORDER: order(*(field(f"field{number}", "int") for number in range(500)))})

    event = import_from(folder, "shop_events.events").OrderPlaced(
        order_id="o1", **{f"field{number}": number for number in range(500)}
    )

    assert event.field499 == 499


def test_records_inside_each_other_work_60_levels_deep(tmp_path: Path, import_from: Import) -> None:
    avro_type: object = "string"
    for level in range(60):
        avro_type = {"type": "record", "name": f"Level{level}", "fields": [field("inner", avro_type)]}

    folder = written(tmp_path, {ORDER: order(field("it", avro_type))})

    assert import_from(folder, "shop_events.types").Level0(inner="deep").inner == "deep"


def test_an_enum_without_symbols_is_a_class_without_members(tmp_path: Path, import_from: Import) -> None:
    folder = written(tmp_path, {ORDER: order(field("it", ["null", {"type": "enum", "name": "E", "symbols": []}]))})

    assert list(import_from(folder, "shop_events.types").E) == []


def test_a_package_that_would_hide_a_module_of_python_is_refused() -> None:
    [problem] = refusals({"shop/system.yaml": SYSTEM.replace("shop-events", "json")})

    assert "package 'json' would be imported as 'json', which cannot be" in problem


def test_classes_of_one_name_are_exported_with_their_modules_in_front() -> None:
    def placed(namespace: str) -> str:
        kind = {"type": "enum", "name": "Kind", "namespace": f"io.shop.{namespace}", "symbols": ["A"]}
        return avsc(
            f"{namespace.title()}Placed", field("orderId"), field("kind", kind), namespace=f"io.shop.{namespace}"
        )

    source = sources(
        {
            "shop/order.placed/BookPlaced.v1.avsc": placed("book"),
            "shop/order.placed/RecordPlaced.v1.avsc": placed("record"),
        }
    )["shop_events/__init__.py"]

    assert "from shop_events.book import Kind as BookKind" in source
    assert "from shop_events.record import Kind as RecordKind" in source
    assert '"Kind"' not in source.split("_HOMES")[0]


def test_two_events_whose_handlers_would_be_one_method_are_refused() -> None:
    changes = {
        "shop/order.placed/Order_placed.v1.avsc": avsc("Order_placed", field("orderId")),
        "shop/system.yaml": system("groups: {all: {description: All., topics: ['*']}}"),
    }

    assert any("in one method 'on_order_placed'" in problem for problem in refusals(changes))


@pytest.mark.parametrize("pair", [("userId", "user_id"), ("HTTPCode", "http_code"), ("a1B", "a1_b"), ("aB", "ab")])
def test_lint_and_the_generator_agree_on_which_fields_clash(pair: tuple[str, str]) -> None:
    changes = {ORDER: order(*map(field, pair))}

    found = [finding for finding in lint(load(changes)) if finding.rule == "GENERATED_NAME_CLASH"]

    if found:
        assert refusals(changes)
    else:
        assert sources(changes)
