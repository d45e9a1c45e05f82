"""Tests that tell a union's branches apart by the exact class of a value, as `interpret.choose` does."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from eventpact.avro.model import Array, Enum, Fixed, Primitive, Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventpact.avro.emit.names import Names
    from eventpact.avro.form import Form
    from eventpact.avro.model import Schema, Union

_CLASSES: Final[Mapping[str, str]] = {
    "null": "None",
    "boolean": "bool",
    "int": "int",
    "long": "int",
    "float": "float",
    "double": "float",
    "bytes": "bytes",
    "fixed": "bytes",
    "string": "str",
    "enum": "str",
    "map": "dict",
    "record": "dict",
}

_TOLD_APART: Final = frozenset({"int", "bytes", "str"})
"""Classes whose branches the tests below tell apart, or of which the first simply wins."""


def class_name(schema: Schema, names: Names, form: Form) -> str:
    """The name that emitted code has for the class of a schema's values."""
    match schema:
        case Record(name=name) | Enum(name=name) if names.is_bound(name):
            return names.cls(name)
        case Array():
            return form.sequence.__name__
        case Primitive() | Fixed():
            conversion = form.conversion(schema)
            return conversion.type.__name__ if conversion else _CLASSES[schema.kind]
        case _:
            return _CLASSES[schema.kind]


def shared_classes(union: Union, names: Names, form: Form) -> frozenset[int]:
    """The branches that their class does not tell: several records as dicts, several decimals, float and double."""
    classes = [class_name(branch, names, form) for branch in union.branches]
    counts = Counter(classes)
    return frozenset(i for i, name in enumerate(classes) if counts[name] > 1 and name not in _TOLD_APART)


def exact_test(schema: Schema, value: str, value_class: str, names: Names, form: Form) -> str:
    """An expression: whether a value has exactly the class of the schema's values; both are in variables."""
    if schema.kind == "null":
        return f"{value} is None"
    test = f"{value_class} is {class_name(schema, names, form)}"
    match schema:
        case Primitive() | Fixed() if form.conversion(schema):
            return test
        case Primitive(kind="int" | "long" as kind):
            bits = 31 if kind == "int" else 63
            return f"{test} and {-(1 << bits)} <= {value} < {1 << bits}"
        case Fixed(size=size):
            return f"{test} and len({value}) == {size}"
        case Enum(name=name, symbols=symbols) if not names.is_bound(name):
            return f"{test} and {value} in {names.encodings(name, symbols)}"
        case _:
            return test
