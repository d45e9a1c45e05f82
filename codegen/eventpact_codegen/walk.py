"""One version's schema taken into a package: its type expressions, and each record and enum defined once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eventpact.avro.defaults import MAX_PARTS, Checker, Strictness, hint
from eventpact.avro.model import Array, Enum, Fixed, Map, Primitive, Record, Union
from eventpact.errors import SchemaError
from eventpact_codegen.definitions import problem_at
from eventpact_codegen.model import (
    EnumModel,
    FieldModel,
    ListOf,
    ListValue,
    MapOf,
    MapValue,
    OneOf,
    RecordModel,
    RecordValue,
    Reference,
    Scalar,
    ScalarValue,
    SymbolValue,
    TypeExpression,
    TypeId,
    TypeModel,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact.avro.model import Field, Schema
    from eventpact.errors import Problem
    from eventpact_codegen.model import Origin


class TypeTable:
    """The types of a package, and what was wrong with them."""

    def __init__(self) -> None:
        self.types: dict[TypeId, TypeModel] = {}
        self.problems: list[Problem] = []
        self._checker = Checker(Strictness.READABLE)

    def add(self, model: TypeModel) -> None:
        """Take a type in; a second definition of it must have the same shape."""
        known = self.types.setdefault(model.id, model)
        if known is not model and _shape(known) != _shape(model):
            message = f"{model.id} is defined differently in {known.origin.owner} and {model.origin.owner}"
            advice = "move it to the system's `types` and refer to it, or give one of them another name"
            self.problems.append(problem_at(model, message, hint=advice))

    def branch(self, union: Union, default: Any) -> Schema:
        """The branch that a default is of."""
        return union.branches[self._checker.branch(union, default)]

    def fault(self, field: Field) -> tuple[str, str] | None:
        """What is wrong with a field's default, and what to do about it."""
        if not self._checker.accepts(field):
            return "stands for no value of its type", f"write {hint(field.type)}"
        try:
            self._checker.parts(field.type, field.default)
        except SchemaError:
            return f"comes to more than {MAX_PARTS:,} values by the defaults inside it", "write shorter defaults"
        return None


class Walk:
    """Walks one version's schema."""

    def __init__(self, table: TypeTable, identify: Callable[[str], tuple[TypeId, Origin]]) -> None:
        """`identify` says which type of the package a full name is in this version, and where it is defined."""
        self._table = table
        self._identify = identify
        self.reached: dict[str, TypeId] = {}
        """Full name of each record and enum met so far to its type."""

    def expression(self, schema: Schema) -> TypeExpression:
        """The type of a schema; records and enums on the way are defined."""
        match schema:
            case Primitive() | Fixed():
                return _scalar(schema)
            case Array():
                return ListOf(self.expression(schema.items))
            case Map():
                return MapOf(self.expression(schema.values))
            case Union():
                return OneOf(tuple(self.expression(branch) for branch in schema.branches))
            case Record() | Enum():
                return Reference(self.define(schema))

    def define(self, schema: Record | Enum) -> TypeId:
        """The type of a named schema, defined when it is met first."""
        if schema.name in self.reached:
            return self.reached[schema.name]
        type_id, origin = self._identify(schema.name)
        self.reached[schema.name] = type_id
        if isinstance(schema, Enum):
            self._table.add(EnumModel(type_id, schema.symbols, schema.default, schema.doc or "", origin))
            return type_id
        faults = [self._table.fault(field) if field.has_default else None for field in schema.fields]
        fields = (self._field(field, fault is None) for field, fault in zip(schema.fields, faults, strict=True))
        model = RecordModel(type_id, tuple(fields), schema.doc or "", origin)
        for place, (field, fault) in enumerate(zip(model.fields, faults, strict=True)):
            if fault is not None:
                message = f"the default of field '{field.name}' of {type_id} {fault[0]}"
                self._table.problems.append(problem_at(model, message, field=place, hint=fault[1]))
        self._table.add(model)
        return type_id

    def _field(self, field: Field, is_sound: bool) -> FieldModel:
        default = self._value(field.type, field.default) if field.has_default and is_sound else None
        return FieldModel(field.name, self.expression(field.type), default, field.doc or "", field.is_personal)

    def _value(self, schema: Schema, given: Any) -> Value:
        """A default that fits its type, with the types of its parts."""
        match schema:
            case Union():
                return self._value(self._table.branch(schema, given), given)
            case Array(items=items):
                return ListValue(tuple(self._value(items, item) for item in given))
            case Map(values=values):
                return MapValue(tuple((key, self._value(values, item)) for key, item in given.items()))
            case Enum():
                return SymbolValue(self.define(schema), given)
            case Record(fields=fields):
                said = (field for field in fields if field.name in given)
                parts = tuple((field.name, self._value(field.type, given[field.name])) for field in said)
                return RecordValue(self.define(schema), parts)
            case Primitive() | Fixed():
                return ScalarValue(_scalar(schema), given)


def _scalar(schema: Primitive | Fixed) -> Scalar:
    size = schema.size if isinstance(schema, Fixed) else 0
    return Scalar(schema.kind, schema.logical, size)


def _shape(model: TypeModel) -> tuple[Any, ...]:
    """What must be the same for two definitions to share a class; docs may differ."""
    if isinstance(model, EnumModel):
        return (model.symbols, model.default)
    return tuple((field.name, field.type, field.default, field.is_personal) for field in model.fields)
