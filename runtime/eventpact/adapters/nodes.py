"""How a value of a model becomes a value of the codec and back, as data: one node for each place of the schema."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eventpact.adapters.shapes import Attribute, Shape
    from eventpact.avro.model import Record

    Function = Callable[[Any], Any]


class Node(Protocol):
    """One place."""

    @property
    def dumps(self) -> bool:
        """Whether the model's value has to be converted for the codec, what is inside left aside."""

    @property
    def loads(self) -> bool:
        """Whether the codec's value has to be converted for the model, what is inside left aside."""

    @property
    def inner(self) -> tuple[Node, ...]:
        """What is inside."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value without values inside."""

    cls: type[Any]
    """Of the model's value, for unions."""
    wire: type[Any]
    """Of the codec's value."""
    dump: Function | None = None
    load: Function | None = None
    inner: tuple[Node, ...] = ()

    @property
    def dumps(self) -> bool:
        """Whether there is a function for it."""
        return self.dump is not None

    @property
    def loads(self) -> bool:
        """Whether there is a function for it."""
        return self.load is not None


@dataclass(frozen=True, slots=True)
class EnumNode:
    """An enum; `members` are the model's values by symbol."""

    name: str
    cls: type[Any]
    members: Mapping[str, Any]
    inner: tuple[Node, ...] = ()

    @property
    def dumps(self) -> bool:
        """Unless it is a class of strings whose values are the symbols."""
        return not issubclass(self.cls, str) or any(member != symbol for symbol, member in self.members.items())

    @property
    def loads(self) -> bool:
        """As `dumps`."""
        return self.dumps


@dataclass(frozen=True, slots=True)
class ArrayNode:
    """An array; the codec takes lists and tuples, and makes tuples."""

    made: type[Any]
    """What the model has: list, tuple, set or frozenset."""
    coerced: bool
    """Whether the model makes it of a tuple by itself."""
    items: Node

    @property
    def dumps(self) -> bool:
        """Sets are no sequences."""
        return self.made not in {list, tuple}

    @property
    def loads(self) -> bool:
        """Unless tuples are welcome."""
        return self.made is not tuple and not self.coerced

    @property
    def inner(self) -> tuple[Node, ...]:
        """The items."""
        return (self.items,)


@dataclass(frozen=True, slots=True)
class MapNode:
    """A map: a dict on both sides."""

    values: Node
    dumps: bool = False
    loads: bool = False

    @property
    def inner(self) -> tuple[Node, ...]:
        """The values."""
        return (self.values,)


@dataclass(frozen=True, slots=True)
class UnionNode:
    """A union; `branches` in the schema's order."""

    branches: tuple[Node, ...]
    dumps: bool = False
    loads: bool = False

    @property
    def inner(self) -> tuple[Node, ...]:
        """The branches."""
        return self.branches


@dataclass(slots=True, eq=False)
class RecordNode:
    """A record as one class; `fields` in the schema's order, set when the node exists, for it may be inside itself."""

    record: Record
    shape: Shape
    fields: list[tuple[Attribute, Node]] = field(default_factory=list)
    dumps: bool = False

    @property
    def loads(self) -> bool:
        """Where the constructor has other names, or wants what the schema does not have."""
        return not self.shape.by_name

    @property
    def inner(self) -> tuple[Node, ...]:
        """The fields' values."""
        return tuple(node for _, node in self.fields)


def reached(root: Node) -> list[Node]:
    """The node and all inside, each once."""
    pending: list[Node] = [root]
    found: dict[int, Node] = {}
    while pending:
        node = pending.pop()
        if id(node) not in found:
            found[id(node)] = node
            pending.extend(node.inner)
    return list(found.values())
