"""Values between a model and the codec: plain slotted classes, one a record or enum, that the codec knows best.

Used where a model's own values are not those of the codec: lists where it makes tuples, sets, enums that are no
strings, attributes with other names in the constructor. Branches of unions stay told apart by class.
"""

from __future__ import annotations

import enum
from dataclasses import make_dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from eventpact.adapters.nodes import ArrayNode, EnumNode, Leaf, MapNode, RecordNode, UnionNode
from eventpact.avro.binding import Binding
from eventpact.errors import CodecError, DecodeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from eventpact.adapters.nodes import Node

    Function = Callable[[Any], Any]


class Carriers:
    """The carriers of one schema, and the functions to them and from them."""

    def __init__(self) -> None:
        self.bindings: dict[str, Binding] = {}
        self._dumps: dict[int, Function | None] = {}
        self._loads: dict[int, Function | None] = {}

    def dump(self, node: Node) -> Function | None:
        """From the model's value to the codec's; None where it stays as it is."""
        match node:
            case Leaf(dump=function):
                return function
            case EnumNode():
                return self._dump_enum(node)
            case RecordNode():
                return self._once(self._dumps, node, self._dump_record)
            case ArrayNode(items=items):
                inner = self.dump(items)
                return _each(inner, tuple) if inner is not None else (tuple if node.dumps else None)
            case MapNode(values=values):
                return _each_value(self.dump(values))
            case UnionNode():
                return self._dump_union(node)
            case _:
                return None

    def load(self, node: Node) -> Function | None:
        """From the codec's value to the model's; None where it stays as it is."""
        match node:
            case Leaf(load=function):
                return function
            case EnumNode(members=members):
                self._carrier_enum(node)
                return members.__getitem__
            case RecordNode():
                return self._once(self._loads, node, self._load_record)
            case ArrayNode(items=items, made=made):
                inner = self.load(items)
                return _each(inner, made) if inner is not None else (made if made is not tuple else None)
            case MapNode(values=values):
                return _each_value(self.load(values))
            case UnionNode():
                return self._load_union(node)
            case _:
                return None

    def _once(
        self, made: dict[int, Function | None], node: RecordNode, make: Callable[[RecordNode], Function]
    ) -> Function:
        """A record's function; inside itself, one that is looked up when it is called."""
        if id(node) not in made:
            made[id(node)] = None
            made[id(node)] = make(node)
        function = made[id(node)]
        if function is not None:
            return function

        def later(value: Any) -> Any:
            function = made[id(node)]
            return value if function is None else function(value)  # by now there is one

        return later

    def _carrier(self, node: RecordNode) -> type[Any]:
        name = node.record.name
        if name not in self.bindings:
            self.bindings[name] = record_carrier(node.shape.cls.__name__, len(node.fields))
        return self.bindings[name].cls

    def _carrier_enum(self, node: EnumNode) -> type[Any]:
        if node.name not in self.bindings:
            self.bindings[node.name] = enum_carrier(node.cls.__name__, node.members)
        return self.bindings[node.name].cls

    def _dump_enum(self, node: EnumNode) -> Function:
        carrier = self._carrier_enum(node)
        table = {member: carrier(symbol) for symbol, member in node.members.items()}
        return lambda value: table.get(value, value)

    def _dump_record(self, node: RecordNode) -> Function:
        carrier, cls = self._carrier(node), node.shape.cls
        read = _reading(tuple(attribute.name for attribute, _ in node.fields))
        dumps = [self.dump(inner) for _, inner in node.fields]
        converted = [(index, function) for index, function in enumerate(dumps) if function is not None]

        def dump(value: Any) -> Any:
            if not isinstance(value, cls):
                return value  # the codec says what is wrong with it, and where
            values = list(read(value))
            for index, function in converted:
                values[index] = function(values[index])
            return carrier(*values)

        return dump

    def _load_record(self, node: RecordNode) -> Function:
        self._carrier(node)
        read = _reading(self.bindings[node.record.name].attributes)
        keywords = [attribute.keyword for attribute, _ in node.fields]
        loads = {attribute.keyword: self.load(inner) for attribute, inner in node.fields}
        converted = [(keyword, function) for keyword, function in loads.items() if function is not None]
        make = node.shape.make

        def load(value: Any) -> Any:
            values = dict(zip(keywords, read(value), strict=True))
            for keyword, function in converted:
                values[keyword] = function(values[keyword])
            return made(make, values, node.shape.cls)

        return load

    def _dump_union(self, node: UnionNode) -> Function | None:
        functions = [(_model_class(branch), self.dump(branch)) for branch in node.branches]
        return _by_class(functions)

    def _load_union(self, node: UnionNode) -> Function | None:
        functions = [(self._wire_class(branch), self.load(branch)) for branch in node.branches]
        return _by_class(functions)

    def _wire_class(self, node: Node) -> type[Any]:
        match node:
            case RecordNode():
                return self._carrier(node)
            case EnumNode():
                return self._carrier_enum(node)
            case ArrayNode():
                return tuple
            case MapNode():
                return dict
            case Leaf(wire=wire):
                return wire
            case _:
                return object


def record_carrier(name: str, fields: int) -> Binding:
    """A class for a record of so many fields. Not frozen: it is filled by position and never seen by anyone."""
    attributes = tuple(f"f{index}" for index in range(fields))
    return Binding(make_dataclass(name, attributes, slots=True, eq=False), attributes)


def enum_carrier(name: str, symbols: Iterable[str]) -> Binding:
    """A class for an enum."""
    make: Any = enum.StrEnum  # its members are not known before, which typing would like
    return Binding(make(name, [(f"s{index}", symbol) for index, symbol in enumerate(symbols)]))


def _reading(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """Reads attributes all at once."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)


def made(make: Callable[[Mapping[str, Any]], Any], values: Mapping[str, Any], cls: type[Any]) -> Any:
    """An instance of a model.

    Raises:
        DecodeError: the class refuses the values.
    """
    try:
        return make(values)
    except CodecError:
        raise
    except Exception as error:  # the class is the user's own and may raise anything
        raise DecodeError(f"{cls.__name__} refuses what was decoded: {error}") from error


def _each(inner: Function, make: type[Any]) -> Function:
    return lambda values: make([inner(value) for value in values])


def _each_value(inner: Function | None) -> Function | None:
    if inner is None:
        return None
    return lambda values: {key: inner(value) for key, value in values.items()}


def _model_class(node: Node) -> type[Any] | tuple[type[Any], ...]:
    match node:
        case RecordNode(shape=shape):
            return shape.cls
        case EnumNode(cls=cls) | Leaf(cls=cls):
            return cls
        case ArrayNode():
            return (list, tuple, set, frozenset)
        case MapNode():
            return dict
        case _:
            return object


def _by_class(functions: Sequence[tuple[type[Any] | tuple[type[Any], ...], Function | None]]) -> Function | None:
    """What chooses by the class of a value; one of no class here stays as it is, for the codec to refuse."""
    converting = [(cls, function) for cls, function in functions if function is not None]
    if not converting:
        return None

    def convert(value: Any) -> Any:
        for cls, function in converting:
            if isinstance(value, cls):
                return function(value)
        return value

    return convert
