"""Values of a schema, as plain JSON would hold them: the smallest message there is, or one that leads to a mismatch.

They are written with logical types off, so that an example shows what is really on the wire. Types that use each other
twice over have messages that double at each level, and types in a chain have deep ones: what is above `MAX_VALUES` or
`MAX_DEPTH` is not made, because nobody could read it.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from functools import partial
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from eventpact.avro.model import Array, Enum, Fixed, Map, Primitive, Record, Union
from eventpact.avro.plan import (
    ArrayPlan,
    EnumPlan,
    FailPlan,
    MapPlan,
    Mismatch,
    ReaderUnionPlan,
    RecordPlan,
    WriterUnionPlan,
)
from eventpact.avro.walk import children, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eventpact.avro.model import Schema
    from eventpact.avro.plan import Plan

MAX_VALUES: Final = 10_000
"""How many values an example may hold, containers included."""
MAX_DEPTH: Final = 60
"""How deep values may stand inside each other in an example."""

_PRIMITIVES: Final[dict[str, Any]] = {
    "null": None,
    "boolean": True,
    "int": 1,
    # Too large for an int, so that a union of both takes it for what it is.
    "long": 1_767_225_600_000,
    "float": 0.5,
    "double": 0.1,
    "bytes": b"bytes",
    "string": "text",
}
_LOGICAL: Final[dict[str, Any]] = {
    "uuid": "3f2b8c1e-5d47-4a09-9c66-0b7f1d2e4a58",
    "date": 20_454,
    "time-millis": 43_200_000,
    "time-micros": 43_200_000_000,
    "timestamp-millis": 1_767_225_600_000,
    "timestamp-micros": 1_767_225_600_000_000,
    "timestamp-nanos": 1_767_225_600_000_000_000,
}


class NoExample(Exception):  # noqa: N818 - an outcome, caught where examples are asked for
    """The type contains itself without an end, or has no value that is small enough to show."""


class Examples:
    """The smallest values of a schema and of all that is inside it."""

    def __init__(self, schema: Schema) -> None:
        self._sizes = _sizes(schema)

    def of(self, schema: Schema) -> Any:
        """A small valid value of the schema, or of a part of it.

        Raises:
            NoExample: no value ends, or none is small enough.
        """
        if id(schema) not in self._sizes:
            raise NoExample
        match schema:
            case Primitive():
                logical = schema.logical.name if schema.logical else ""
                return b"\x01" if logical == "decimal" else _LOGICAL.get(logical, _PRIMITIVES[schema.kind])
            case Fixed():
                return bytes(range(1, schema.size + 1)) if schema.size < 256 else bytes(schema.size)
            case Enum():
                return schema.symbols[0]
            case Array():
                return []
            case Map():
                return {}
            case Union():
                branch = min(schema.branches, key=self._order)
                return forced(branch, self.of(branch))
            case Record():
                return {field.name: self.of(field.type) for field in schema.fields}

    def _order(self, branch: Schema) -> tuple[bool, int]:
        """Null where that is possible, else the smallest."""
        size, _ = self._sizes.get(id(branch), (MAX_VALUES, 0))
        return branch.kind != "null", size


def _sizes(schema: Schema) -> dict[int, tuple[int, int]]:
    """How many values the smallest example of each part holds, and how deep it goes; parts without one are left out.

    The smallest are settled first (Knuth's form of Dijkstra's algorithm for grammars), so that types that contain
    themselves need no special care.
    """
    users: defaultdict[int, list[Record | Union]] = defaultdict(list)
    awaited: dict[int, int] = {}
    grown: dict[int, tuple[int, int]] = {}
    pending: list[tuple[int, int, int, Schema]] = []
    order = count()
    for part in walk(schema):
        for inner in children(part) if isinstance(part, (Record, Union)) else ():
            users[id(inner)].append(part)  # type: ignore[arg-type]  # of these two kinds
        if isinstance(part, Record) and part.fields:
            awaited[id(part)], grown[id(part)] = len(part.fields), (1, 1)
        elif not isinstance(part, Union):
            pending.append((1, next(order), 1, part))
    settled: dict[int, tuple[int, int]] = {}
    while pending:
        size, _, depth, part = heappop(pending)
        if id(part) in settled:
            continue
        settled[id(part)] = (size, depth)
        for user in users[id(part)]:
            if isinstance(user, Record):
                total, deepest = grown[id(user)]
                size_now, depth_now = grown[id(user)] = total + size, max(deepest, depth + 1)
                awaited[id(user)] -= 1
            else:
                size_now, depth_now = size, depth
            if not awaited.get(id(user)) and size_now <= MAX_VALUES and depth_now <= MAX_DEPTH:
                heappush(pending, (size_now, next(order), depth_now, user))
    return settled


def forced(branch: Schema, value: Any) -> Any:
    """A value that a union takes for the branch meant; named branches are said by name."""
    return (branch.name, value) if isinstance(branch, (Record, Enum, Fixed)) else value


@dataclass(frozen=True, slots=True)
class _Within:
    """How a value is put into what is around it, step by step out to the whole message."""

    put: Callable[[Any], Any]
    outer: _Within | None
    depth: int
    """How many values stand around it; what a union takes stands where the union does."""

    def whole(self, value: Any) -> Any:
        step: _Within | None = self
        while step is not None:
            value, step = step.put(value), step.outer
        return value


class FailingExamples:
    """Values of a writer whose bytes lead a reader to a mismatch."""

    def __init__(self, writer: Schema, plan: Plan) -> None:
        self._examples = Examples(writer)
        self._found: list[tuple[Mismatch, Callable[[], Any]]] = []
        self._by_path: defaultdict[str, list[int]] = defaultdict(list)
        self._search(writer, plan)
        for at, (mismatch, _) in enumerate(self._found):
            self._by_path[mismatch.path.strip("/")].append(at)

    def leading_to(self, path: str) -> Iterator[Any]:
        """The values, each made when it is asked for; those that lead to a mismatch at `path` first."""
        first = self._by_path.get(path.strip("/"), [])
        known = set(first)
        for at in (*first, *(at for at in range(len(self._found)) if at not in known)):
            try:
                yield self._found[at][1]()
            except NoExample:
                continue

    def _search(self, writer: Schema, plan: Plan) -> None:
        """Walk writer and plan side by side, breadth first, so that each mismatch is met in the smallest message."""
        pending = deque([(writer, plan, _Within(lambda value: value, None, 0))])
        seen: set[int] = set()
        while pending:
            writer, plan, within = pending.popleft()
            if id(plan) in seen or within.depth > MAX_DEPTH:
                continue
            seen.add(id(plan))
            match plan, writer:
                case FailPlan(), _:
                    self._note(plan.mismatch, within, partial(self._examples.of, writer))
                case EnumPlan(), Enum():
                    for symbol, outcome in zip(writer.symbols, plan.symbols, strict=True):
                        if isinstance(outcome, Mismatch):
                            self._note(outcome, within, partial(str, symbol))
                case _:
                    depth = within.depth + (not isinstance(writer, Union) and not isinstance(plan, ReaderUnionPlan))
                    for inner, part, put in self._inside(writer, plan):
                        pending.append((inner, part, _Within(put, within, depth)))

    def _note(self, mismatch: Mismatch, within: _Within, value: Callable[[], Any]) -> None:
        self._found.append((mismatch, lambda: within.whole(value())))

    def _inside(self, writer: Schema, plan: Plan) -> Iterator[tuple[Schema, Plan, Callable[[Any], Any]]]:
        """What a plan and its writer hold, with how a value of it is put into one of the writer."""
        match plan, writer:
            case ArrayPlan(), Array():
                yield writer.items, plan.items, lambda value: [value]
            case MapPlan(), Map():
                yield writer.values, plan.values, lambda value: {"key": value}
            case ReaderUnionPlan(), _:
                yield writer, plan.plan, lambda value: value
            case WriterUnionPlan(), Union():
                for branch, part in zip(writer.branches, plan.branches, strict=True):
                    yield branch, part, _into_branch(branch)
            case RecordPlan(), Record():
                for field, step in zip(writer.fields, plan.steps, strict=True):
                    yield field.type, step.plan, self._into_field(writer, field.name)
            case _:
                pass

    def _into_field(self, record: Record, name: str) -> Callable[[Any], Any]:
        return lambda value: {
            field.name: value if field.name == name else self._examples.of(field.type) for field in record.fields
        }


def _into_branch(branch: Schema) -> Callable[[Any], Any]:
    return lambda value: forced(branch, value)
