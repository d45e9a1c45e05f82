"""The Avro schema model (Avro 1.12, "Schema Declaration"): what a parsed schema is.

Schemas are immutable and compared by identity, because records may contain themselves; compare meaning with
`avro.fingerprint` or `avro.canonical`. Use `avro.parse` to make one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

PrimitiveKind = Literal["null", "boolean", "int", "long", "float", "double", "bytes", "string"]

PRIMITIVES: Final[frozenset[str]] = frozenset({"null", "boolean", "int", "long", "float", "double", "bytes", "string"})

_EMPTY: Final[Mapping[str, Any]] = MappingProxyType({})


def _no_attributes() -> Mapping[str, Any]:
    return _EMPTY


class _Missing:
    """The type of `MISSING`: no default was given (a default of null is `None`)."""

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = _Missing()


@dataclass(frozen=True, slots=True)
class Logical:
    """A valid logical type on its underlying type; one that does not fit its type is ignored, as Avro says."""

    name: str
    """`decimal`, `uuid`, `date`, `time-millis`, `time-micros`, `timestamp-millis`, `-micros`, `-nanos`,
    `local-timestamp-millis`, `-micros`, `-nanos`, `duration`."""
    precision: int = 0
    scale: int = 0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Primitive:
    """A primitive type, possibly with a logical type."""

    kind: PrimitiveKind
    logical: Logical | None = None
    props: Mapping[str, Any] = field(default_factory=_no_attributes)
    """Attributes that Avro does not define, kept as they were written."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Array:
    """A sequence of items of one schema."""

    kind: ClassVar[Literal["array"]] = "array"
    items: Schema
    props: Mapping[str, Any] = field(default_factory=_no_attributes)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Map:
    """Values of one schema under string keys."""

    kind: ClassVar[Literal["map"]] = "map"
    values: Schema
    props: Mapping[str, Any] = field(default_factory=_no_attributes)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Union:
    """One of several schemas; no two unnamed ones of the same kind."""

    kind: ClassVar[Literal["union"]] = "union"
    branches: tuple[Schema, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Fixed:
    """A named type of exactly `size` bytes."""

    kind: ClassVar[Literal["fixed"]] = "fixed"
    name: str
    """Full name: namespace and name joined by a dot."""
    size: int
    logical: Logical | None = None
    aliases: tuple[str, ...] = ()
    """Full names."""
    doc: str | None = None
    props: Mapping[str, Any] = field(default_factory=_no_attributes)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Enum:
    """A named type with a closed list of symbols; `default` stands for a symbol that the reader does not know."""

    kind: ClassVar[Literal["enum"]] = "enum"
    name: str
    symbols: tuple[str, ...]
    default: str | None = None
    aliases: tuple[str, ...] = ()
    doc: str | None = None
    props: Mapping[str, Any] = field(default_factory=_no_attributes)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Field:
    """A field of a record."""

    name: str
    type: Schema
    default: Any = MISSING
    """The default as JSON, or `MISSING`."""
    aliases: tuple[str, ...] = ()
    doc: str | None = None
    order: Literal["ascending", "descending", "ignore"] = "ascending"
    props: Mapping[str, Any] = field(default_factory=_no_attributes)

    @property
    def has_default(self) -> bool:
        """Whether a default was given, null included."""
        return self.default is not MISSING

    @property
    def is_personal(self) -> bool:
        """Whether it is marked as personal data: `"pii": true`."""
        return self.props.get("pii") is True


@dataclass(frozen=True, slots=True, eq=False, kw_only=True, repr=False)
class Record:
    """A named type with fields; the only type that may contain itself."""

    kind: ClassVar[Literal["record"]] = "record"
    name: str
    fields: tuple[Field, ...] = ()
    """Set once by the parser after the record's name is known, so that fields may refer to it."""
    aliases: tuple[str, ...] = ()
    doc: str | None = None
    is_error: bool = False
    props: Mapping[str, Any] = field(default_factory=_no_attributes)

    def __repr__(self) -> str:
        return f"Record(name={self.name!r}, fields=({', '.join(f.name for f in self.fields)}))"


Named: TypeAlias = Record | Enum | Fixed
Schema: TypeAlias = Primitive | Array | Map | Union | Fixed | Enum | Record


def split_name(full_name: str) -> tuple[str, str]:
    """`io.quikapp.User` as (`io.quikapp`, `User`); the namespace is empty where there is none."""
    namespace, _, name = full_name.rpartition(".")
    return namespace, name
