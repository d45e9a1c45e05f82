"""A schema and a class laid side by side: the nodes that lead from one to the other, or every difference."""

from __future__ import annotations

import enum
import typing
from typing import TYPE_CHECKING, Any, Final

from eventpact.adapters.hints import arms, is_anything, item_of, shown, value_of
from eventpact.adapters.nodes import ArrayNode, EnumNode, Leaf, MapNode, RecordNode, UnionNode
from eventpact.adapters.shapes import shape_of
from eventpact.avro.logical import conversion
from eventpact.avro.model import Array, Enum, Fixed, Map, Primitive, Record, Union
from eventpact.avro.names import short_name
from eventpact.errors import ModelError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eventpact.adapters.nodes import Node
    from eventpact.adapters.shapes import Attribute, Shape
    from eventpact.avro.model import Field, Schema

    Converters = Mapping[Any, tuple[Callable[[Any], Any], Callable[[Any], Any]]]

_CLASSES: Final[Mapping[str, type[Any]]] = {
    "null": type(None),
    "boolean": bool,
    "int": int,
    "long": int,
    "float": float,
    "double": float,
    "bytes": bytes,
    "fixed": bytes,
    "string": str,
}

_SUBCLASSED: Final = (str, int, float, bytes)
"""Classes whose subclasses (`class UserId(str)`) are made of plain values by calling them."""


def match(schema: Schema, cls: type[Any], converters: Converters) -> RecordNode:
    """The way between instances of a class and a record.

    Raises:
        ModelError: lists every difference.
    """
    matcher = _Matcher(converters)
    node = matcher.node(schema, cls, cls.__name__)
    if not matcher.problems and not isinstance(node, RecordNode):
        matcher.problem(cls.__name__, f"is sent as a record, the schema is of kind {schema.kind}")
    if matcher.problems or not isinstance(node, RecordNode):
        raise ModelError(*matcher.problems)
    return node


class _Matcher:
    def __init__(self, converters: Converters) -> None:
        self.problems: list[Problem] = []
        self._converters = converters
        self._records: dict[tuple[str, type[Any]], RecordNode] = {}

    def problem(self, path: str, message: str, hint: str | None = None) -> None:
        self.problems.append(Problem(f"{path}: {message}", hint=hint))

    def node(self, schema: Schema, hint: Any, path: str, shape: Shape | None = None) -> Node | None:
        """The node of one place; None where there is a difference, which is noted then."""
        alternatives = arms(hint)
        if isinstance(schema, Union):
            return self._union(schema, alternatives, path, shape)
        if len(alternatives) > 1:
            chosen = self._chosen(schema, list(alternatives))
            spare = tuple(arm for arm in alternatives if arm is not chosen)
            self.problem(path, f"may be {_listed(spare)}, the schema has {_kind(schema)} alone")
            return None
        found = self._single(schema, alternatives[0], path, shape)
        if found is None:
            self._differ(schema, hint, path)
        return found

    def _differ(self, schema: Schema, hint: Any, path: str) -> None:
        before = f"{path}: "
        if not any(
            problem.message.startswith((before, f"{path}.", f"{path}[", f"{path}{{")) for problem in self.problems
        ):
            self.problem(path, f"the schema has {_kind(schema)}, the class has {shown(hint)}", _advice(schema))

    def _single(self, schema: Schema, arm: Any, path: str, shape: Shape | None) -> Node | None:
        match schema:
            case Record():
                return self._record(schema, arm, path)
            case Enum():
                return self._enum(schema, arm, path)
            case Array(items=items):
                found = (list, Any) if is_anything(arm) else item_of(arm)
                inner = None if found is None else self.node(items, found[1], f"{path}[]")
                coerced = shape is not None and shape.coerces
                return None if found is None or inner is None else ArrayNode(found[0], coerced, inner)
            case Map(values=values):
                hints = (Any,) if is_anything(arm) else value_of(arm)
                value = None if hints is None else self.node(values, hints[0], f"{path}{{}}")
                return None if value is None else MapNode(value)
            case Primitive() | Fixed():
                return self._leaf(schema, arm)
            case _:
                return None

    def _suits(self, schema: Schema, arm: Any) -> bool:
        """Whether an annotation is for this schema, as far as one can see without looking inside."""
        match schema:
            case Record():
                shape = _shape(arm)
                return shape is not None and all(_attribute(field, shape, set()) for field in schema.fields)
            case Enum(symbols=symbols):
                cls, members = _members(arm, symbols)
                return cls is not None and (not members or not members.keys().isdisjoint(symbols))
            case Array():
                return is_anything(arm) or item_of(arm) is not None
            case Map():
                return is_anything(arm) or value_of(arm) is not None
            case Primitive() | Fixed():
                return self._leaf(schema, arm) is not None
            case _:
                return False

    def _chosen(self, schema: Schema, among: list[Any]) -> Any | None:
        """The annotation for a branch: of several that suit, the class that is called as the type is."""
        suiting = [arm for arm in among if self._suits(schema, arm)]
        if isinstance(schema, (Record, Enum)):
            suiting.sort(key=lambda arm: getattr(arm, "__name__", "") != short_name(schema.name))
        else:  # a converter stands back where a class is as it should be
            suiting.sort(key=lambda arm: isinstance(arm, type) and arm in self._converters)
        return suiting[0] if suiting else None

    def _union(self, schema: Union, alternatives: tuple[Any, ...], path: str, shape: Shape | None) -> Node | None:
        if any(is_anything(arm) for arm in alternatives):
            alternatives = (Any,)
        left = list(alternatives)
        branches: list[Node] = []
        for branch in schema.branches:
            arm = self._chosen(branch, left)
            if arm is None and _shares_its_class(branch):
                arm = self._chosen(branch, [other for other in alternatives if not _is_made(other)])
            if arm is None and len(left) == 1 and branch.kind != "null":
                arm = left[0]  # what else could be meant? its own differences say more
            if arm is None:
                self.problem(path, f"the schema allows {_kind(branch)}, the class has {_listed(alternatives)}")
                continue
            if not is_anything(arm) and arm in left:
                left.remove(arm)
            found = self._single(branch, arm, path, shape)
            if found is None:
                self._differ(branch, arm, path)
            else:
                branches.append(found)
        spare = [arm for arm in left if not is_anything(arm)]
        if spare:
            self.problem(path, f"may be {_listed(tuple(spare))}, which the schema does not have")
        return UnionNode(tuple(branches)) if len(branches) == len(schema.branches) and not spare else None

    def _record(self, schema: Record, arm: Any, path: str) -> Node | None:
        if not isinstance(arm, type):
            return None
        known = self._records.get((schema.name, arm))
        if known is not None:
            return known
        try:
            shape = shape_of(arm)
        except NameError as error:
            self.problem(path, f"its annotations cannot be resolved: {error}", "define what they name in its module")
            return None
        if shape is None:
            return None
        node = self._records[schema.name, arm] = RecordNode(schema, shape)
        taken: set[str] = set()
        for field in schema.fields:
            attribute = _attribute(field, shape, taken)
            if attribute is None:
                what = f"the schema's field {field.name} has no attribute in {arm.__name__}"
                self.problem(
                    path, what, "add it, or give adapt() the version of the schema that the class was made for"
                )
                continue
            taken.add(attribute.name)
            inner = self.node(field.type, attribute.hint, f"{path}.{attribute.name}", shape)
            if inner is not None:
                node.fields.append((attribute, inner))
        for attribute in shape.attributes:
            if attribute.name not in taken:
                self.problem(f"{path}.{attribute.name}", f"{schema.name} has no field for it: its value would be lost")
        return node

    def _enum(self, schema: Enum, arm: Any, path: str) -> Node | None:
        cls, members = _members(arm, schema.symbols)
        if cls is None or not members:
            return None if cls is None else Leaf(str, str)
        missing = [symbol for symbol in schema.symbols if symbol not in members]
        spare = [name for name in members if name not in schema.symbols]
        if missing:
            self.problem(path, f"the schema has the symbols {', '.join(missing)}, {shown(arm)} has not")
        if spare:
            self.problem(path, f"{shown(arm)} has {', '.join(spare)}, the schema's enum has not")
        if missing or spare:
            return None
        return Leaf(str, str) if cls is str else EnumNode(schema.name, cls, members)

    def _leaf(self, schema: Primitive | Fixed, arm: Any) -> Node | None:
        logical = conversion(schema)
        expected = _CLASSES[schema.kind] if logical is None else logical.type
        converter = self._converters.get(arm) if isinstance(arm, type) else None
        if converter is not None and schema.kind != "null":
            dump, load = converter
            return Leaf(arm, expected, dump, load)
        if arm is expected or is_anything(arm):
            return Leaf(expected, expected)
        if typing.get_origin(arm) is typing.Literal:
            return Leaf(expected, expected) if all(type(v) is expected for v in typing.get_args(arm)) else None
        if isinstance(arm, type) and expected in _SUBCLASSED and issubclass(arm, expected) and arm is not bool:
            return Leaf(arm, expected, None, arm)
        return None


def _shares_its_class(branch: Schema) -> bool:
    """Whether other branches may have values of the same class: int and long, bytes and fixed, enums as text."""
    return isinstance(branch, (Primitive, Fixed, Enum))


def _is_made(arm: Any) -> bool:
    """Whether values are of a class that people made, and so tell their branch."""
    return isinstance(arm, type) and (issubclass(arm, enum.Enum) or _shape(arm) is not None)


def _shape(arm: Any) -> Shape | None:
    try:
        return shape_of(arm)
    except NameError:
        return None


def _members(arm: Any, symbols: tuple[str, ...]) -> tuple[type[Any] | None, dict[str, Any]]:
    """The class of an enum's values and its members by symbol, none for plain text; no class where it is no enum."""
    if arm is str or is_anything(arm):
        return str, {}
    if typing.get_origin(arm) is typing.Literal:
        return str, {value: value for value in typing.get_args(arm) if isinstance(value, str)}
    if not isinstance(arm, type) or not issubclass(arm, enum.Enum):
        return None, {}
    by_value = {member.value: member for member in arm if isinstance(member.value, str)}
    return arm, by_value if not by_value.keys().isdisjoint(symbols) else dict(arm.__members__)


def _attribute(field: Field, shape: Shape, taken: set[str]) -> Attribute | None:
    """The attribute of a field: by its name, by an alias of either, or by its name in the other case."""
    free = [attribute for attribute in shape.attributes if attribute.name not in taken]
    for wanted in (field.name, *field.aliases):
        for attribute in free:
            if wanted in attribute.names:
                return attribute
    alike = [attribute for attribute in free if any(_folded(name) == _folded(field.name) for name in attribute.names)]
    return alike[0] if len(alike) == 1 else None


def _folded(name: str) -> str:
    return name.replace("_", "").lower()


def _listed(alternatives: tuple[Any, ...]) -> str:
    return " | ".join(shown(arm) for arm in alternatives)


def _kind(schema: Schema) -> str:
    match schema:
        case Record(name=name) | Enum(name=name):
            return f"{schema.kind} {name}"
        case Primitive(logical=logical) | Fixed(logical=logical) if logical is not None:
            return logical.name
        case _:
            return schema.kind


def _advice(schema: Schema) -> str | None:
    match schema:
        case Record():
            return "annotate a dataclass or a pydantic model"
        case Enum():
            return "annotate an Enum, a Literal or str"
        case Primitive() | Fixed():
            logical = conversion(schema)
            expected = _CLASSES[schema.kind] if logical is None else logical.type
            return f"annotate {shown(expected)}, or give adapt() a converter for the class that you have"
        case Array():
            return "annotate list, tuple, set or frozenset with the class of its items"
        case Map():
            return "annotate dict[str, …]"
        case _:
            return None
