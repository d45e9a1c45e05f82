"""Values of a schema, as plain JSON would hold them: the smallest message there is, or one that leads to a mismatch.

They are written with logical types off, so that an example shows what is really on the wire.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

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

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact.avro.model import Schema
    from eventpact.avro.plan import Plan

Within: TypeAlias = "Callable[[Any], Any]"

_MAX_DEPTH: Final = 60

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
    """The type contains itself without an end, or is nested too deeply to show."""


def example(schema: Schema, depth: int = 0) -> Any:
    """A small valid value.

    Raises:
        NoExample: no value ends.
    """
    if depth > _MAX_DEPTH:
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
            return _branch(schema, depth)
        case Record():
            return {field.name: example(field.type, depth + 1) for field in schema.fields}


def _branch(union: Union, depth: int) -> Any:
    """Null where that is possible, else the first branch that has an example."""
    branches = sorted(union.branches, key=lambda branch: branch.kind != "null")
    for branch in branches:
        try:
            return forced(branch, example(branch, depth + 1))
        except NoExample:
            continue
    raise NoExample


def forced(branch: Schema, value: Any) -> Any:
    """A value that a union takes for the branch meant; named branches are said by name."""
    return (branch.name, value) if isinstance(branch, (Record, Enum, Fixed)) else value


def failing_examples(writer: Schema, plan: Plan, path: str) -> list[Any]:
    """Values of the writer whose bytes lead the reader to a mismatch, the one at `path` first."""
    search = _Search()
    search.plan(writer, plan, lambda value: value)
    search.found.sort(key=lambda found: not _is_at(found[0], path))
    return [value for _, value in search.found]


def _is_at(mismatch: Mismatch, path: str) -> bool:
    return mismatch.path.strip("/") == path.strip("/")


class _Search:
    """Walks writer and plan side by side, and builds a message around each mismatch that it meets."""

    def __init__(self) -> None:
        self.found: list[tuple[Mismatch, Any]] = []
        self._seen: set[int] = set()

    def plan(self, writer: Schema, plan: Plan, within: Within) -> None:
        """Note the mismatches below a plan; `within` puts a value of its writer into the whole message."""
        if id(plan) in self._seen:
            return
        self._seen.add(id(plan))
        match plan, writer:
            case FailPlan(), _:
                self._note(plan.mismatch, writer, within)
            case EnumPlan(), Enum():
                for symbol, outcome in zip(writer.symbols, plan.symbols, strict=True):
                    if isinstance(outcome, Mismatch):
                        self.found.append((outcome, within(symbol)))
            case ArrayPlan(), Array():
                self.plan(writer.items, plan.items, lambda value: within([value]))
            case MapPlan(), Map():
                self.plan(writer.values, plan.values, lambda value: within({"key": value}))
            case ReaderUnionPlan(), _:
                self.plan(writer, plan.plan, within)
            case WriterUnionPlan(), Union():
                for branch, part in zip(writer.branches, plan.branches, strict=True):
                    self.plan(branch, part, _into_branch(branch, within))
            case RecordPlan(), Record():
                self._record(writer, plan, within)
            case _:
                pass

    def _record(self, writer: Record, plan: RecordPlan, within: Within) -> None:
        try:
            around = {field.name: example(field.type) for field in writer.fields}
        except NoExample:
            return
        for field, step in zip(writer.fields, plan.steps, strict=True):
            self.plan(field.type, step.plan, _into_field(around, field.name, within))

    def _note(self, mismatch: Mismatch, writer: Schema, within: Within) -> None:
        try:
            self.found.append((mismatch, within(example(writer))))
        except NoExample:
            return


def _into_branch(branch: Schema, within: Within) -> Within:
    return lambda value: within(forced(branch, value))


def _into_field(around: dict[str, Any], name: str, within: Within) -> Within:
    return lambda value: within({**around, name: value})
