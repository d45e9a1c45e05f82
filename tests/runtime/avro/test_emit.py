"""Emitted source: nothing of a schema stands in it as code, it is the same each time, and packages can import it."""

from __future__ import annotations

import ast
import builtins
import importlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from eventpact import avro
from eventpact.avro.compile import names_of
from eventpact.avro.emit import ClassReference, PackagedEvent, package_module
from eventpact.avro.emit.decoder import Decoder
from eventpact.avro.emit.encoder import Encoder
from eventpact.avro.form import Form
from eventpact.avro.generated import names as generated_names
from eventpact.avro.model import Array, Enum, Field, Fixed, Map, Primitive, Record, Union
from tests.runtime.avro.schemas import enum, fixed, record, record_json

if TYPE_CHECKING:
    from collections.abc import Iterator

HOSTILE = [
    'x"); import os; os.abort(); ("',
    "x'); raise SystemExit; ('",
    "x\nraise SystemExit\n",
    'x"""\nraise SystemExit\n"""',
    "x\\",
    "x#",
    "{x}",
    "%s",
    "__import__('os').abort()",
    "x\u2028raise SystemExit",
    "\u202e\u2066x",
    "data",
    "p",
    "v1",
    "class",
    "slow",
    "Unfit",
]


def hostile_schema(name: str) -> Record:
    """A schema that says `name` wherever it can; no parser would let it pass."""
    string = Primitive(kind="string", props={name: name})
    inner = Record(name=f"{name}.Inner", fields=(Field(name=name, type=string, default=name, doc=name),), doc=name)
    fields = (
        Field(name=name, type=string, doc=name, aliases=(name,)),
        Field(name=f"{name}1", type=Enum(name=f"{name}.E", symbols=(name, f"{name}2"), doc=name), default=name),
        Field(name=f"{name}2", type=Fixed(name=f"{name}.F", size=1)),
        Field(name=f"{name}3", type=Union(branches=(Primitive(kind="null"), inner, Map(values=string)))),
        Field(name=f"{name}4", type=Array(items=inner)),
    )
    return Record(name=name, fields=fields, doc=name, aliases=(name,), props={name: name})


@pytest.mark.parametrize("name", [name for name in HOSTILE if not name.isidentifier()])
def test_no_parser_lets_a_hostile_name_pass(name: str) -> None:
    places: list[Any] = [
        record_json(name=name),
        record_json(name="A", namespace=name),
        record_json(name="A", namespace=f"a.{name}"),
        record_json(name="A", aliases=[name]),
        {"type": "record", "name": "A", "fields": [{"name": name, "type": "int"}]},
        enum("A", name=name),
        enum(name),
        enum("A", name),
        fixed(1, name=name),
    ]
    for place in places:
        with pytest.raises(avro.SchemaError):
            avro.parse(json.dumps(place))


def hostile_value(name: str) -> dict[str, Any]:
    return {
        name: name,
        f"{name}1": f"{name}2",
        f"{name}2": b"x",
        f"{name}3": {name: "inner"},
        f"{name}4": [{name: "item"}],
    }


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_data_and_never_source(name: str) -> None:
    schema = hostile_schema(name)
    codec = avro.Codec(schema)
    source = "".join(emitted(schema))

    assert codec.decode(codec.encode(hostile_value(name))) == hostile_value(name)
    if not name.isidentifier():
        assert name not in source


@pytest.mark.parametrize("name", HOSTILE)
def test_emitted_code_names_nothing_but_its_own(name: str) -> None:
    allowed = set(generated_names.__all__) | {"len", "range", "tuple", "bool", "bytes", "dict", "float", "int"}
    allowed |= {"list", "str", "data", "slow", "join", "_", *"abcdefgknpq"}

    for source in emitted(hostile_schema(name)):
        used = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
        unknown = {each for each in used - allowed if not positional(each)}
        assert not unknown


def emitted(schema: avro.Schema) -> Iterator[str]:
    form = Form()
    yield Encoder(schema, names_of(form), form).emit("encode", "slow")
    yield Decoder(avro.resolve(writer=schema, reader=schema).plan, names_of(form), form).emit("decode", "slow")


def positional(name: str) -> bool:
    return name.rstrip("0123456789_") in set("CTEMKvdinackrmt") | {"_encode", "_decode", "_decode_skip"}


ORDER = record_json(
    "orderId: string",
    'kind: {"type": "enum", "name": "Kind", "symbols": ["A", "B"]}',
    'lines: {"type": "array", "items": {"type": "record", "name": "Line", "fields": [{"name": "of", "type": "int"}]}}',
    'parent: ["null", "Order"] = null',
    name="shop.Order",
    doc='Ends a string: """ and \' and \\ and \u202e.',
)
CLASSES = {
    "shop.Order": ClassReference(
        module="shop_events.orders", name="Order", attributes=("order_id", "kind", "lines", "parent")
    ),
    "shop.Line": ClassReference(module="shop_events.lines", name="Line", attributes=("of",)),
    "shop.Kind": ClassReference(module="shop_events.lines", name="Kind"),
}


def order_event(schema: dict[str, Any] | None = None) -> PackagedEvent:
    text = json.dumps(schema or ORDER, ensure_ascii=False)
    parsed = avro.parse(text)
    assert isinstance(parsed, Record)
    return PackagedEvent(name="order", schema=parsed, text=text)


def test_a_package_module_is_the_same_for_the_same_input() -> None:
    assert package_module([order_event()], CLASSES) == package_module(
        [order_event()], dict(reversed([*CLASSES.items()]))
    )


def test_a_package_module_is_ascii_and_keeps_texts_as_they_are() -> None:
    source = package_module([order_event()], CLASSES)

    assert source.isascii()
    constants = {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
    assert order_event().text in constants


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        ({}, "shop.Order has no class"),
        ({**CLASSES, "shop.Line": replace(CLASSES["shop.Line"], name="Line; x")}, "'Line; x' is no identifier"),
        ({**CLASSES, "shop.Line": replace(CLASSES["shop.Line"], name="class")}, "'class' is no identifier"),
        ({**CLASSES, "shop.Line": replace(CLASSES["shop.Line"], module="a..b")}, "'' is no identifier"),
        ({**CLASSES, "shop.Line": replace(CLASSES["shop.Line"], attributes=("öf",))}, "'öf' is no identifier"),
        ({**CLASSES, "shop.Line": replace(CLASSES["shop.Line"], attributes=())}, "Line needs an attribute for each"),
    ],
)
def test_a_package_module_refuses_names_that_may_not_stand_in_source(
    classes: dict[str, ClassReference], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        package_module([order_event()], classes)
    with pytest.raises(ValueError, match="is no identifier"):
        package_module([replace(order_event(), name="a b")], CLASSES)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A package whose classes import the codecs and whose codecs need the classes; its modules are two."""
    root = tmp_path / "shop_events"
    root.mkdir()
    (root / "__init__.py").touch()
    (root / "codecs.py").write_text(package_module([order_event()], CLASSES))
    (root / "lines.py").write_text(
        "from dataclasses import dataclass\nfrom enum import StrEnum\nfrom shop_events import codecs\n"
        'class Kind(StrEnum):\n    A = "A"\n    B = "B"\n'
        "@dataclass(frozen=True, slots=True, kw_only=True)\nclass Line:\n    of: int\n"
    )
    (root / "orders.py").write_text(
        "from dataclasses import dataclass\nfrom shop_events import codecs\nfrom shop_events.lines import Kind, Line\n"
        "@dataclass(frozen=True, slots=True, kw_only=True)\nclass Order:\n"
        '    order_id: str\n    kind: Kind\n    lines: tuple[Line, ...]\n    parent: "Order | None" = None\n'
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("shop_events.orders")
    for name in [name for name in sys.modules if name.split(".")[0] == "shop_events"]:
        del sys.modules[name]


def test_a_packages_functions_bind_to_its_classes_when_they_are_first_called(package: Any) -> None:
    codecs, lines = package.codecs, importlib.import_module("shop_events.lines")
    order = package.Order(order_id="1", kind=lines.Kind.B, lines=(lines.Line(of=1),))
    nested = package.Order(order_id="2", kind=lines.Kind.A, lines=(), parent=order)

    assert codecs.C0 is None
    data = codecs.encode_order(nested)
    assert codecs.C0 is package.Order
    assert codecs.decode_order(data) == nested
    assert type(codecs.decode_order(data)) is package.Order


def test_decoding_may_be_the_first_call(package: Any) -> None:
    assert package.codecs.decode_order(b"\x02x\x00\x00\x00").order_id == "x"


def test_a_packages_errors_say_where(package: Any) -> None:
    for _ in range(2):
        with pytest.raises(avro.EncodeError, match="expected an Order, got dict"):
            package.codecs.encode_order({})
        with pytest.raises(avro.DecodeError, match="kind at byte 2: an enum of 2 symbols has none of index 7"):
            package.codecs.decode_order(b"\x02x\x0e")


def test_a_package_encodes_long_texts(package: Any) -> None:
    lines = importlib.import_module("shop_events.lines")
    order = package.Order(order_id="x" * 100_000, kind=lines.Kind.A, lines=tuple(lines.Line(of=i) for i in range(9000)))

    assert package.codecs.decode_order(package.codecs.encode_order(order)) == order


def test_a_packages_codec_decodes_what_other_versions_wrote(package: Any) -> None:
    older = record(
        "note: string", "orderId: string", 'kind: {"type": "enum", "name": "Kind", "symbols": ["B"]}',
        'lines: {"type": "array", "items": {"type": "record", "name": "Line", "fields": []}}', name="shop.Order"
    )  # fmt: skip
    decode = package.codecs.order_codec.decoder(older)

    with pytest.raises(avro.DecodeError, match="field 'of' has no default"):
        decode(b"\x02n\x02x\x00\x02\x00")
    assert decode(b"\x02n\x02x\x00\x00").order_id == "x"
    assert package.codecs.order_codec.decoder(older) is decode


def test_a_package_knows_its_schema(package: Any) -> None:
    codec = package.codecs.order_codec

    assert codec.text == order_event().text
    assert avro.canonical(codec.schema) == avro.canonical(order_event().schema)
    assert codec.classes["shop.Order"].cls is package.Order


def test_a_package_module_of_classes_without_twins_works_all_the_same(
    package: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eventpact.avro.binding._made_twin", lambda *_: None)
    lines = importlib.import_module("shop_events.lines")
    order = package.Order(order_id="1", kind=lines.Kind.B, lines=(lines.Line(of=1),))

    assert package.codecs.decode_order(package.codecs.encode_order(order)) == order
    assert package.codecs.T0 is None


def test_a_package_module_is_clean(tmp_path: Path) -> None:
    torture = record_json(
        *[f'f{index}: ["null", {json.dumps(schema)}]' for index, schema in enumerate(TORTURE)],
        "self: {'type': 'array', 'items': 'Order'}".replace("'", '"'),
        name="shop.Order",
    )
    attributes = (*(f"f{index}" for index in range(len(TORTURE))), "own")
    classes = {**CLASSES, "shop.Order": replace(CLASSES["shop.Order"], attributes=attributes)}
    module = tmp_path / "codecs.py"
    module.write_text(f'"""Codecs."""\n\n{package_module([order_event(torture)], classes)}')
    bin_folder = Path(sys.executable).parent

    for tool, *options in (
        ["ruff", "format", "--isolated", "--line-length=120"],
        ["ruff", "check", "--isolated", "--line-length=120"],
        ["mypy", "--strict", f"--cache-dir={tmp_path}", "--ignore-missing-imports"],
    ):
        done = subprocess.run([bin_folder / tool, *options, module], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


TORTURE: list[Any] = [
    "boolean", "int", "long", "float", "double", "bytes", "string",
    {"type": "array", "items": {"type": "map", "values": ["int", "long", "string", "boolean"]}},
    {"type": "fixed", "name": "F", "size": 3},
    {"type": "fixed", "name": "D", "size": 12, "logicalType": "duration"},
    {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2},
    {"type": "long", "logicalType": "timestamp-millis"},
    {"type": "long", "logicalType": "local-timestamp-micros"},
    {"type": "int", "logicalType": "time-millis"},
    {"type": "enum", "name": "Kind", "symbols": ["A", "B"]},
    {"type": "record", "name": "Line", "fields": [{"name": "of", "type": ["float", "double", "string", "bytes"]}]},
]  # fmt: skip


def test_no_emitted_name_shadows_a_builtin_that_emitted_code_uses() -> None:
    assert not set(generated_names.__all__) & (set(dir(builtins)) - {"Failure"})
