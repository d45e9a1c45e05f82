"""The program that writes values of one schema."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from eventpact.avro.binding import members
from eventpact.avro.graph import on_cycles
from eventpact.avro.interpret.choose import branch_name, choose
from eventpact.avro.interpret.read import default_value
from eventpact.avro.interpret.write import ValueWriter
from eventpact.avro.model import Array, Enum, Fixed, Map, Primitive, Record, Union
from eventpact.avro.native.nodes import Nodes, logical
from eventpact.avro.walk import children, walk
from eventpact.errors import EventPactError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eventpact.avro.form import Form
    from eventpact.avro.model import Field, Schema
    from eventpact.avro.native.nodes import Node


def encoding_program(schema: Schema, form: Form) -> tuple[Node, ...]:
    """The nodes that write values of the schema."""
    return _Encoding(schema, form).program()


class _Encoding:
    def __init__(self, schema: Schema, form: Form) -> None:
        self.schema = schema
        self.form = form
        self.cycles = on_cycles(schema, children)
        self.nodes: Nodes[Schema] = Nodes(self.lower)

    def program(self) -> tuple[Node, ...]:
        self.nodes.place(self.schema)
        return self.nodes.lowered()

    def lower(self, schema: Schema) -> Node:
        return _NODES[schema.kind](self, schema)

    def primitive(self, schema: Primitive) -> Node:
        return logical(schema, schema.kind, self.form, to_wire=True) or (schema.kind,)

    def fixed(self, schema: Fixed) -> Node:
        return logical(schema, "fixed", self.form, to_wire=True) or ("fixed", schema.size)

    def enum(self, schema: Enum) -> Node:
        cls = self.form.cls(schema.name)
        values = members(cls, schema.symbols).values()
        return ("enum", cls, {value: index for index, value in enumerate(values)})

    def array(self, schema: Array) -> Node:
        return ("array", self.nodes.place(schema.items), not self.form.plain)

    def map(self, schema: Map) -> Node:
        return ("map", self.nodes.place(schema.values))

    def record(self, schema: Record) -> Node:
        recursive = id(schema) in self.cycles
        binding = self.form.classes.get(schema.name)
        if binding is not None:
            types = tuple(field.type for field in schema.fields)
            return ("object", binding.cls, binding.attributes, self.nodes.places(types), recursive)
        fields = [(field.name, self.nodes.place(field.type), self.default(field)) for field in schema.fields]
        return ("dict", fields, recursive)

    def default(self, field: Field) -> bytes | None:
        """The bytes of a field that a dict lacks; None where it has none, or the interpreter has to say why."""
        if not field.has_default or any(id(inner) in self.cycles for inner in walk(field.type)):
            return None
        try:
            value = default_value(field.type, field.default, self.form)
            return ValueWriter(field.type, self.form).write(value)
        except EventPactError:
            return None

    def union(self, schema: Union) -> Node:
        kinds = [branch.kind for branch in schema.branches]
        if len(kinds) == 2 and "null" in kinds:
            null = kinds.index("null")
            return ("optional", null == 0, self.nodes.place(schema.branches[1 - null]))
        names: dict[str, int] = {}
        for index, branch in enumerate(schema.branches):
            names.setdefault(branch_name(branch), index)
        tests = [self.test(branch) for branch in schema.branches]
        branches = self.nodes.places(schema.branches)
        return ("union", tests, branches, names if self.form.plain else None, partial(choose, schema, form=self.form))

    def test(self, branch: Schema) -> Node:
        """What a branch's values look like from outside; `deep` where others may look the same."""
        match branch:
            case Record(name=name):
                cls = self.form.cls(name)
                return ("deep class", dict) if cls is None else ("class", cls)
            case Enum(name=name, symbols=symbols):
                cls = self.form.cls(name)
                return ("symbols", dict.fromkeys(symbols)) if cls is None else ("class", cls)
            case Array():
                return ("deep class", self.form.sequence)
            case Map():
                return ("deep class", dict)
            case Primitive() | Fixed():
                conversion = self.form.conversion(branch)
                if conversion is not None:
                    return ("deep class", conversion.type)
                return ("fixed", branch.size) if isinstance(branch, Fixed) else (branch.kind, None)
            case _:
                raise AssertionError("no union is a branch of another")


_NODES: Final[Mapping[str, Callable[[_Encoding, Any], Node]]] = {
    **dict.fromkeys(("null", "boolean", "int", "long", "float", "double", "bytes", "string"), _Encoding.primitive),
    "fixed": _Encoding.fixed,
    "enum": _Encoding.enum,
    "array": _Encoding.array,
    "map": _Encoding.map,
    "record": _Encoding.record,
    "union": _Encoding.union,
}
