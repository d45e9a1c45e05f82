"""Nodes in the making: each thing gets its place when it is first referred to, and is lowered once.

Nothing recurses: types may refer to each other in cycles and in chains longer than Python's stack.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from eventpact.avro.logical import arguments

if TYPE_CHECKING:
    from eventpact.avro.form import Form
    from eventpact.avro.model import Fixed, Primitive

T = TypeVar("T")

Node: TypeAlias = tuple[Any, ...]
Lower: TypeAlias = Callable[[T], Node]


class Nodes(Generic[T]):
    """The nodes of one program, in the order of their places."""

    def __init__(self, lower: Lower[T]) -> None:
        """Begin; `lower` makes a thing's node and may ask for the places of others."""
        self._lower = lower
        self._places: dict[int, int] = {}
        self._things: list[T] = []  # kept, so that no other thing takes an id

    def place(self, thing: T) -> int:
        """Where the thing's node will stand."""
        place = self._places.setdefault(id(thing), len(self._things))
        if place == len(self._things):
            self._things.append(thing)
        return place

    def places(self, things: tuple[T, ...]) -> tuple[int, ...]:
        """The places of several."""
        return tuple(map(self.place, things))

    def lowered(self) -> tuple[Node, ...]:
        """The nodes of all things that have a place, and of those that they refer to."""
        nodes: list[Node] = []
        while len(nodes) < len(self._things):
            nodes.append(self._lower(self._things[len(nodes)]))
        return tuple(nodes)


def logical(schema: Primitive | Fixed, base: str, form: Form, *, to_wire: bool) -> Node | None:
    """The node of a logical type on `base`, in one direction; None where values stay as they are."""
    conversion = form.conversion(schema)
    if conversion is None or schema.logical is None:
        return None
    names = conversion.to_arguments if to_wire else conversion.from_arguments
    return (
        "logical",
        schema.logical.name,
        base,
        getattr(schema, "size", 0),
        conversion.type,
        conversion.to_wire if to_wire else conversion.from_wire,
        arguments(schema, names),
        (schema.logical.precision, schema.logical.scale),
        ("months", "days", "millis") if schema.logical.name == "duration" else (),
    )
