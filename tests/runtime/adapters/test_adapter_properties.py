"""Adapters for every schema: classes written as people would, the bytes those of plain values."""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass, field, make_dataclass
from typing import Any, Union

from hypothesis import given, settings
from hypothesis import strategies as st

from eventpact import adapt, avro
from eventpact.avro.form import Form
from eventpact.avro.interpret.choose import choose
from eventpact.avro.logical import conversion
from tests.runtime.avro.values import typed_values

LEAVES: dict[str, Any] = {
    "null": None,
    "boolean": bool,
    "int": int,
    "long": int,
    "float": float,
    "double": float,
    "bytes": bytes,
    "fixed": bytes,
    "string": str,
}


@dataclass
class Models:
    """The classes of one schema, and values made of them."""

    sequence: Any
    frozen: bool
    made: dict[str, Any] = field(default_factory=dict)

    def hint(self, schema: avro.Schema) -> Any:
        match schema:
            case avro.Record(name=name, fields=fields):
                if name not in self.made:
                    names = [field.name for field in fields]
                    self.made[name] = cls = make_dataclass(name, names, frozen=self.frozen, slots=self.frozen)
                    cls.__annotations__ = {field.name: self.hint(field.type) for field in fields}  # itself among them
                return self.made[name]
            case avro.Enum(name=name, symbols=symbols):
                base: Any = enum.StrEnum if self.frozen else enum.Enum
                return self.made.setdefault(name, base(name, [(f"M{i}", symbol) for i, symbol in enumerate(symbols)]))
            case avro.Array(items=items):
                return tuple[self.hint(items), ...] if self.sequence is tuple else list[self.hint(items)]  # type: ignore[misc]
            case avro.Map(values=values):
                return dict[str, self.hint(values)]  # type: ignore[misc]  # a type that is only known now
            case avro.Union(branches=branches):
                return Union[tuple(self.hint(branch) for branch in branches)]  # noqa: UP007 - of so many
            case _:
                logical = conversion(schema)
                return LEAVES[schema.kind] if logical is None else logical.type

    def value(self, schema: avro.Schema, plain: Any) -> Any:
        match schema:
            case avro.Record(fields=fields):
                return self.hint(schema)(*(self.value(field.type, plain[field.name]) for field in fields))
            case avro.Enum():
                return self.hint(schema)(plain)
            case avro.Array(items=items):
                return self.sequence(self.value(items, item) for item in plain)
            case avro.Map(values=values):
                return {key: self.value(values, item) for key, item in plain.items()}
            case avro.Union(branches=branches):
                index, inner = choose(schema, plain, Form())
                return self.value(branches[index], inner)
            case _:
                return plain


@settings(max_examples=100, deadline=None)
@given(typed_values(), st.sampled_from([list, tuple]), st.booleans())
def test_models_are_sent_as_plain_values_are_and_come_back(case: tuple[Any, Any], sequence: Any, frozen: bool) -> None:
    inner, plain = case
    record = {"type": "record", "name": "Whole", "fields": [{"name": "x", "type": inner}]}
    schema = avro.parse(json.dumps(record))
    models = Models(sequence, frozen)
    adapter = adapt(models.hint(schema), schema=schema)
    value = models.value(schema, {"x": plain})

    data = adapter.encode(value)

    assert data == avro.Codec(schema).encode({"x": plain})
    assert adapter.decode(data) == value
