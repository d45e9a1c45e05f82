"""Schemas at the edge of what Avro allows, and how we and Avro Java 1.12 judge them.

`test_parse.py` holds our parser to this list, `tests/real/test_avro_java.py` holds the list to Java.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from tests.runtime.avro.schemas import enum, fixed, record_json


@dataclass(frozen=True)
class Case:
    """A schema's text; `refusal` is a part of our error's message and `path` its pointer, if we refuse it."""

    title: str
    text: str
    refusal: str | None = None
    path: str = ""
    java_differs: bool = False

    def __str__(self) -> str:
        return self.title


def good(title: str, schema: Any, *, java_differs: bool = False) -> Case:
    return Case(title, _text(schema), java_differs=java_differs)


def bad(title: str, schema: Any, refusal: str, path: str = "", *, java_differs: bool = False) -> Case:
    return Case(title, _text(schema), refusal, path, java_differs=java_differs)


def _text(schema: Any) -> str:
    return schema if isinstance(schema, str) else json.dumps(schema)


_FREE: Final = record_json('b: ["null", "Free"]', name="Free", namespace="")

_NAMES: Final = [
    good("a namespace is inherited", record_json("a: n.User", namespace="n")),
    good("a short name means the enclosing namespace", record_json('a: ["null", "User"]', namespace="n")),
    good(
        "a dot in the name overrides the namespace", record_json('a: ["null", "m.User"]', name="m.User", namespace="n")
    ),
    good("an empty namespace is none", record_json(f"a: {json.dumps(_FREE)}", namespace="n")),
    good("a name that begins with a dot has no namespace", record_json("a: User", name=".User", namespace="n")),
    good(
        "a short name may mean a type without namespace",
        record_json(f"a: {json.dumps(enum('X', namespace=''))}", "b: Status", namespace="n"),
    ),
    good("a namespace of null is absent", record_json(namespace=None)),
    good("a primitive's name in a namespace is a name", record_json("a: int", 'b: ["null", "n.int"]', name="n.int")),
    good("a complex type's name is a name", record_json(name="record")),
    good("one letter or underscore is a name", record_json("_: int", name="_")),
    good("an alias may have a namespace", record_json(aliases=["n.Old", "Older", ".Oldest"])),
    good("a field's alias may be any text", record_json("a: int alias no-name")),
    bad("a digit opens no name", record_json(name="1User"), "'1User' is no name", "/name"),
    bad("a name holds no hyphen", record_json(name="a-b"), "'a-b' is no name", "/name"),
    bad("a name is not empty", record_json(name=""), "'' is no name", "/name"),
    bad("a name ends with no dot", record_json(name="n."), "'n.' is no name", "/name"),
    bad("a name is a string", record_json() | {"name": 5}, "5 is no name", "/name"),
    bad("a named type needs a name", {"type": "fixed", "size": 2}, "needs a `name`"),
    bad("a namespace in a name is checked", record_json(name="a b.User"), "'a b.User' is no namespace", "/name"),
    bad("a namespace is checked", record_json(namespace="a-b"), "'a-b' is no namespace", "/namespace"),
    bad("a namespace has no empty part", record_json(namespace="a..b"), "'a..b' is no namespace", "/namespace"),
    bad("a namespace is a string", record_json(namespace=5), "5 is no namespace", "/namespace", java_differs=True),
    bad("a primitive's name is taken", record_json(name="int"), "'int' is the name of a primitive", "/name"),
    bad("a type's alias is a name", record_json(aliases=["n.a-b"]), "'n.a-b' is no name", "/aliases/0"),
    bad("aliases are an array", record_json(aliases="Old"), "must be an array", "/aliases"),
    bad("aliases are not null", record_json(aliases=None), "must be an array", "/aliases"),
    bad("an alias is a string", record_json(aliases=["Old", 5]), "5 is no alias", "/aliases/1"),
    bad("letters of other scripts open no name", record_json(name="Über"), "'Über' is no name", "/name"),
    bad("code is no name", record_json("x=__import__('os'): int"), "is no field name", "/fields/0/name"),
    bad("a line break is no part of a name", record_json(name="User\n"), "is no name", "/name"),
]

_REFERENCES: Final = [
    good(
        "a type may be used before it is defined",
        record_json("a: B", 'b: {"type": "record", "name": "B", "fields": []}'),
    ),
    good(
        "two records may refer to each other",
        [record_json('x: ["null", "B"]', name="A"), record_json("y: A", name="B")],
    ),
    good("a union may hold a type of later", record_json('a: ["null", "B"]', f"b: {json.dumps(enum('X', name='B'))}")),
    good("a record may hold itself", record_json('next: ["null", "User"] = null')),
    good("a schema object may refer to a type", record_json('next: ["null", {"type": "User"}]')),
    good(
        "an enum may be defined twice alike", record_json(f"a: {json.dumps(enum('X'))}", f"b: {json.dumps(enum('X'))}")
    ),
    good("a fixed may be defined twice alike", [fixed(2), record_json(f"a: {json.dumps(fixed(2))}")]),
    bad("an unknown type", record_json("a: B"), "the type B is not defined", "/fields/0/type"),
    bad(
        "an unknown type in a namespace",
        record_json("a: B", namespace="n"),
        "the type n.B is not defined",
        "/fields/0/type",
    ),
    bad(
        "an unknown type in containers",
        {"type": "array", "items": {"type": "map", "values": "B"}},
        "the type B is not defined",
        "/items/values",
    ),
    bad(
        "a complex type without its own object",
        record_json("a: array"),
        "the type array is not defined",
        "/fields/0/type",
    ),
    bad(
        "a record defined twice",
        [record_json(), {"type": "array", "items": record_json()}],
        "User is already defined",
        "/1/items/name",
    ),
    bad(
        "an enum defined twice and not alike",
        record_json(f"a: {json.dumps(enum('X'))}", f"b: {json.dumps(enum('Y'))}"),
        "Status is already defined",
        "/fields/1/type/name",
    ),
    bad(
        "a fixed defined twice and not alike",
        record_json(f"a: {json.dumps(fixed(1))}", f"b: {json.dumps(fixed(2))}"),
        "Hash is already defined",
        "/fields/1/type/name",
    ),
    bad(
        "an enum defined twice, with attributes",
        record_json(f"a: {json.dumps(enum('X', p=1))}", f"b: {json.dumps(enum('X', p=1))}"),
        "Status is already defined",
        "/fields/1/type/name",
    ),
    bad(
        "an enum and a fixed of one name",
        record_json(f"a: {json.dumps(enum('X', name='N'))}", f"b: {json.dumps(fixed(2, name='N'))}"),
        "N is already defined",
        "/fields/1/type/name",
    ),
    bad(
        "a record defined again inside itself",
        record_json(f"a: {json.dumps(record_json())}"),
        "User is already defined",
        "/fields/0/type/name",
        java_differs=True,
    ),
]

_SHAPES: Final = [
    good("a primitive", '"string"'),
    good("a primitive as an object", {"type": "string"}),
    good("an empty union", []),
    good("a union of one", ["null"]),
    good("a record without fields", record_json()),
    good("an error", {"type": "error", "name": "E", "fields": []}),
    good("an enum without symbols", enum()),
    good("a fixed of no bytes", fixed(0)),
    good("the largest fixed", fixed(2**31 - 9)),
    good("a doc that is no string", record_json(doc=["two", "lines"])),
    good(
        "an order in capitals",
        {"type": "record", "name": "R", "fields": [{"name": "a", "type": "int", "order": "IGNORE"}]},
    ),
    good("named types of one kind in a union", [fixed(1, name="A"), fixed(1, name="B")]),
    good("arrays 128 deep", '{"type":"array","items":' * 127 + '{"type":"array","items":"int"}' + "}" * 127),
    bad(
        "arrays 129 deep",
        '{"type":"array","items":' * 129 + '"int"' + "}" * 129,
        "more than 128 deep",
        "/items" * 128,
        java_differs=True,
    ),
    bad("a number", "5", "5 is no schema"),
    bad("null", "null", "None is no schema"),
    bad("an object without type", {}, "needs a `type`"),
    bad("a type that is no name", {"type": {"type": "string"}}, "must be a name", "/type"),
    bad("a type that is a union", {"type": ["null"]}, "must be a name", "/type"),
    bad("a union in a union", [["null"]], "directly", "/0"),
    bad("a branch twice", ["null", "int", "null"], "lists null twice", "/2"),
    bad(
        "two arrays in a union",
        [{"type": "array", "items": "int"}, {"type": "array", "items": "long"}],
        "lists array twice",
        "/1",
    ),
    bad(
        "two logical types of one type in a union",
        [{"type": "int", "logicalType": "date"}, "int"],
        "lists int twice",
        "/1",
    ),
    bad(
        "a record called array beside an array",
        record_json('x: ["array", {"type": "array", "items": "int"}]', name="array"),
        "lists array twice",
        "/fields/0/type/1",
    ),
    bad(
        "a type of later twice in a union",
        record_json('a: ["B", "B"]', f"b: {json.dumps(enum('X', name='B'))}"),
        "lists B twice",
        "/fields/0/type/1",
    ),
    bad("an array without items", {"type": "array"}, "needs an `items`"),
    bad("a map without values", {"type": "map"}, "needs a `values`"),
    bad("a record without list of fields", {"type": "record", "name": "R"}, "needs a `fields`"),
    bad("fields that are no array", {"type": "record", "name": "R", "fields": {}}, "must be an array", "/fields"),
    bad(
        "a field that is no object", {"type": "record", "name": "R", "fields": ["a"]}, "must be an object", "/fields/0"
    ),
    bad(
        "a field without name",
        {"type": "record", "name": "R", "fields": [{"type": "int"}]},
        "needs a `name`",
        "/fields/0",
    ),
    bad(
        "a field without type",
        {"type": "record", "name": "R", "fields": [{"name": "a"}]},
        "needs a `type`",
        "/fields/0",
    ),
    bad("a field's name is no name", record_json("a.b: int"), "'a.b' is no field name", "/fields/0/name"),
    bad("a field twice", record_json("a: int", "b: int", "a: long"), "'a' is defined twice", "/fields/2/name"),
    bad(
        "an unknown order",
        {"type": "record", "name": "R", "fields": [{"name": "a", "type": "int", "order": "up"}]},
        "'up' is unknown",
        "/fields/0/order",
    ),
    bad("an enum without list of symbols", {"type": "enum", "name": "E"}, "needs a `symbols`"),
    bad("symbols that are no array", {"type": "enum", "name": "E", "symbols": "A"}, "must be an array", "/symbols"),
    bad("a symbol twice", enum("A", "B", "A"), "'A' is listed twice", "/symbols/2"),
    bad("a symbol that is no name", enum("A", "B-C"), "'B-C' is no symbol", "/symbols/1"),
    bad(
        "a symbol that is no string",
        {"type": "enum", "name": "E", "symbols": [None]},
        "None is no symbol",
        "/symbols/0",
    ),
    bad("a default that is no symbol", enum("A", default="B"), "'B' is none of the symbols", "/default"),
    bad(
        "an enum's default that is no string",
        enum("A", default=5),
        "5 is none of the symbols",
        "/default",
        java_differs=True,
    ),
    bad("a fixed without size", {"type": "fixed", "name": "F"}, "needs a `size`"),
    bad("a negative size", fixed(-1), "-1 is no number of bytes", "/size"),
    bad("a size too large", fixed(2**31 - 8), "is no number of bytes", "/size"),
    bad(
        "a size that is no whole number",
        {"type": "fixed", "name": "F", "size": 2.0},
        "2.0 is no number of bytes",
        "/size",
    ),
    bad(
        "a size that is a boolean", {"type": "fixed", "name": "F", "size": True}, "True is no number of bytes", "/size"
    ),
    bad(
        "a key twice", '{"type": "fixed", "name": "F", "size": 1, "size": 2}', "given twice", "/size", java_differs=True
    ),
    bad("a comment", '/* a string */ "string"', "not JSON", java_differs=True),
    bad("text behind the schema", '"string" "int"', "not JSON"),
    bad("NaN", '{"type": "string", "p": NaN}', "NaN is no JSON number"),
]


def _default(kind: Any, default: Any, *more: dict[str, Any]) -> dict[str, Any]:
    fields = [{"name": "a", "type": kind, "default": default}]
    return {"type": "record", "name": "R", "fields": [*fields, *more]}


_UNFIT: Final = "does not fit its type"
_AT: Final = "/fields/0/default"
_POINT: Final = record_json("x: int", "y: int = 0", name="Point")

_LIST: Final = {"type": "array", "items": "R"}

_DEFAULTS: Final = [
    good("null for null", _default("null", None)),
    good("false", _default("boolean", False)),
    good("the largest int", _default("int", 2**31 - 1)),
    good("the smallest long", _default("long", -(2**63))),
    good("a whole number for a float", _default("float", 1)),
    good("a number too large for a double", _default("double", 10**400)),
    good("a float's default as text", _default("float", "NaN")),
    good("a double's default as text with a suffix", _default("double", " -1.5e3d ")),
    good("text for bytes", _default("bytes", "\u00ff")),
    good("text beyond bytes for bytes", _default("bytes", "\u0100")),
    good("text of another size for a fixed", _default(fixed(2), "x")),
    good("a symbol", _default(enum("A", "B"), "B")),
    good("text that is no symbol", _default(enum("A"), "B")),
    good("a list for an array", _default({"type": "array", "items": "int"}, [1, 2])),
    good("an object for a map", _default({"type": "map", "values": "int"}, {"k": 1})),
    good("an object for a record", _default(_POINT, {"x": 1})),
    good("an object with more than a record's fields", _default(_POINT, {"x": 1, "z": 2})),
    good("a value of the first branch", _default(["int", "string"], 1)),
    good("a value of another branch", _default(["int", "string"], "x")),
    good("null for a union that ends with null", _default(["string", "null"], None)),
    good("null for a union with the record itself", _default(["R", "null"], None)),
    good("an empty array of the record itself", _default(_LIST, [])),
    good("an array that holds the record itself, and ends", _default(_LIST, [{"a": []}]), java_differs=True),
    bad("text for an int", _default("int", "1"), _UNFIT, _AT),
    bad("a fraction for a long", _default("long", 1.0), _UNFIT, _AT),
    bad("an int too large", _default("int", 2**31), _UNFIT, _AT),
    bad("a long too small", _default("long", -(2**63) - 1), _UNFIT, _AT),
    bad("a boolean for an int", _default("int", True), _UNFIT, _AT),
    bad("a number for a boolean", _default("boolean", 1), _UNFIT, _AT),
    bad("text that is no number for a double", _default("double", "one"), _UNFIT, _AT),
    bad("a float as text inside a union", _default(["float"], "1.5"), _UNFIT, _AT),
    bad("a number for text", _default("string", 5), _UNFIT, _AT),
    bad("null for text", _default("string", None), _UNFIT, _AT),
    bad("an object for an array", _default({"type": "array", "items": "int"}, {}), _UNFIT, _AT),
    bad("a list with one wrong item", _default({"type": "array", "items": "int"}, [1, "2"]), _UNFIT, _AT),
    bad("a map with one wrong value", _default({"type": "map", "values": "int"}, {"k": None}), _UNFIT, _AT),
    bad("a record without a field that has no default", _default(_POINT, {"y": 1}), _UNFIT, _AT),
    bad("a record with a wrong field", _default(_POINT, {"x": "1"}), _UNFIT, _AT),
    bad("null for a union without null", _default(["int", "string"], None), _UNFIT, _AT),
    bad("a default for an empty union", _default([], None), _UNFIT, _AT),
    bad("a record of later without its field", _default("Point", {}, {"name": "b", "type": _POINT}), _UNFIT, _AT),
    bad("a default that never ends", _default(["R", "null"], {}), _UNFIT, _AT),
]

CASES: Final = [*_NAMES, *_REFERENCES, *_SHAPES, *_DEFAULTS]
