"""The decode plan: what a resolver makes of (writer, reader), and what every executor carries out.

A plan is a graph of the nodes below, in the order of the writer's bytes. It may hold cycles where types are recursive
(`RecordPlan.steps` is set once, after the node exists). A `Mismatch` leaf raises only when bytes lead to it, so a
union with one unreadable branch still reads the others (Avro 1.12, "Schema Resolution"). The plan of a schema with
itself also drives encoding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from eventpact.avro.model import Array, Enum, Fixed, Map, Primitive, PrimitiveKind, Record, Schema, Union

MismatchKind = Literal[
    "NAME_MISMATCH",
    "FIXED_SIZE_MISMATCH",
    "MISSING_ENUM_SYMBOLS",
    "READER_FIELD_MISSING_DEFAULT_VALUE",
    "TYPE_MISMATCH",
    "MISSING_UNION_BRANCH",
]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A place where the reader cannot read what the writer wrote, in Avro Java's terms (`SchemaCompatibility`)."""

    kind: MismatchKind
    path: str
    """JSON pointer into the reader's schema, as Java's `location`."""
    message: str


@dataclass(frozen=True, slots=True, eq=False)
class ScalarPlan:
    """Read `wire`, promote it to `reader.kind` where they differ, then apply the reader's logical type."""

    wire: PrimitiveKind
    reader: Primitive


@dataclass(frozen=True, slots=True, eq=False)
class FixedPlan:
    """Read `reader.size` bytes, then apply the reader's logical type."""

    reader: Fixed


@dataclass(frozen=True, slots=True, eq=False)
class EnumPlan:
    """Read an index into the writer's symbols; `symbols[index]` is the reader's symbol, or a mismatch."""

    reader: Enum
    symbols: tuple[str | Mismatch, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ArrayPlan:
    """Read blocks of items."""

    reader: Array
    items: Plan


@dataclass(frozen=True, slots=True, eq=False)
class MapPlan:
    """Read blocks of string keys and values."""

    reader: Map
    values: Plan


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """Read one writer field into `target` (an index into the reader's fields), or read past it (`None`)."""

    name: str
    """The writer's field name, for error paths."""
    target: int | None
    plan: Plan


@dataclass(frozen=True, slots=True, eq=False)
class RecordPlan:
    """Read the writer's fields in its order; give the reader's remaining fields their defaults."""

    reader: Record
    steps: tuple[Step, ...] = ()
    defaults: tuple[tuple[int, Any], ...] = ()
    """(index into the reader's fields, default as JSON)."""


@dataclass(frozen=True, slots=True, eq=False)
class WriterUnionPlan:
    """Read a branch index of the writer's union, then that branch."""

    branches: tuple[Plan, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ReaderUnionPlan:
    """The value takes branch `index` of the reader's union; the bytes hold no index for it."""

    reader: Union
    index: int
    plan: Plan


@dataclass(frozen=True, slots=True, eq=False)
class SkipPlan:
    """Read past a value of the writer that the reader does not want."""

    writer: Schema


@dataclass(frozen=True, slots=True, eq=False)
class FailPlan:
    """Raise `DecodeError` when bytes lead here."""

    mismatch: Mismatch


Plan: TypeAlias = (
    ScalarPlan
    | FixedPlan
    | EnumPlan
    | ArrayPlan
    | MapPlan
    | RecordPlan
    | WriterUnionPlan
    | ReaderUnionPlan
    | SkipPlan
    | FailPlan
)

__all__ = [
    "ArrayPlan",
    "EnumPlan",
    "FailPlan",
    "FixedPlan",
    "MapPlan",
    "Mismatch",
    "MismatchKind",
    "Plan",
    "ReaderUnionPlan",
    "RecordPlan",
    "ScalarPlan",
    "SkipPlan",
    "Step",
    "WriterUnionPlan",
]
