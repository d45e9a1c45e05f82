"""What a package is, before any language: the types, events and groups of one system that become code.

Made from contracts by `collect`, immutable, in Avro's names. A target (`target.py`) decides how each thing is spelled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from eventpact.avro.model import Logical, Record
    from eventpact_registry.contracts.model import Fill, SchemaVersion

ScalarKind = Literal["null", "boolean", "int", "long", "float", "double", "bytes", "string", "fixed"]


@dataclass(frozen=True, slots=True)
class TypeId:
    """Which type of a package is meant: a full name, and the version when it is not the current one."""

    full_name: str
    pinned: int | None = None
    """The version of the event or shared type that the definition belongs to; `None` for the current definition."""

    @property
    def name(self) -> str:
        """The last part of the full name."""
        return self.full_name.rpartition(".")[2]

    @property
    def namespace(self) -> str:
        """The full name without its last part."""
        return self.full_name.rpartition(".")[0]

    @property
    def sort_key(self) -> tuple[int, str]:
        """Current types first, then by version; by full name within each."""
        return (self.pinned or 0, self.full_name)

    def __str__(self) -> str:
        return self.full_name if self.pinned is None else f"{self.full_name} v{self.pinned}"


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value without parts. A `fixed` is one: it has a name in Avro, but only its bytes matter."""

    kind: ScalarKind
    logical: Logical | None = None
    size: int = 0
    """Bytes of a `fixed`."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A record or an enum of the package."""

    to: TypeId


@dataclass(frozen=True, slots=True)
class ListOf:
    """Avro's array."""

    items: TypeExpression


@dataclass(frozen=True, slots=True)
class MapOf:
    """Avro's map: values under string keys."""

    values: TypeExpression


@dataclass(frozen=True, slots=True)
class OneOf:
    """A union; `null` is one of its branches."""

    branches: tuple[TypeExpression, ...]


TypeExpression: TypeAlias = Scalar | Reference | ListOf | MapOf | OneOf


def references(expression: TypeExpression) -> Iterator[TypeId]:
    """The records and enums that a type mentions, each as often as it does."""
    waiting = [expression]
    while waiting:
        match waiting.pop():
            case Reference(to):
                yield to
            case ListOf(inner) | MapOf(inner):
                waiting.append(inner)
            case OneOf(branches):
                waiting += branches
            case _:
                pass


@dataclass(frozen=True, slots=True)
class ScalarValue:
    """A default without parts, as JSON; bytes as Avro writes them, one character a byte."""

    type: Scalar
    value: Any


@dataclass(frozen=True, slots=True)
class SymbolValue:
    """An enum's symbol."""

    to: TypeId
    symbol: str


@dataclass(frozen=True, slots=True)
class ListValue:
    """A default of an array."""

    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class MapValue:
    """A default of a map."""

    entries: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class RecordValue:
    """A default of a record."""

    to: TypeId
    fields: tuple[tuple[str, Value], ...]
    """What it says itself, by Avro name; fields that it leaves out have their own defaults."""


Value: TypeAlias = ScalarValue | SymbolValue | ListValue | MapValue | RecordValue
"""A default with its types, each union's branch chosen."""


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """Where a type was defined: a version of an event or shared type, which knows its file."""

    owner: str
    """`MessageSent v2`"""
    source: SchemaVersion


@dataclass(frozen=True, slots=True)
class FieldModel:
    """A field of a record."""

    name: str
    type: TypeExpression
    default: Value | None
    """`None` where there is none; a default of null is a `ScalarValue`."""
    doc: str
    is_personal: bool = False
    """Marked as personal data, `"pii": true`: not to be shown where people read."""


@dataclass(frozen=True, slots=True)
class RecordModel:
    """A record."""

    id: TypeId
    fields: tuple[FieldModel, ...]
    doc: str
    origin: Origin

    def field(self, name: str) -> FieldModel | None:
        """The field of that name, if there is one."""
        return next((field for field in self.fields if field.name == name), None)


@dataclass(frozen=True, slots=True)
class EnumModel:
    """An enum."""

    id: TypeId
    symbols: tuple[str, ...]
    default: str | None
    doc: str
    origin: Origin


TypeModel: TypeAlias = RecordModel | EnumModel


@dataclass(frozen=True, slots=True, eq=False)
class Pin:
    """A shared type in one version, as an event's schema refers to it."""

    name: str
    subject: str
    version: int
    text: str
    pins: tuple[Pin, ...]


def flat(pins: Iterable[Pin]) -> tuple[Pin, ...]:
    """Pins and those inside them, each once and after those that it refers to."""
    found: dict[tuple[str, int], Pin] = {}
    waiting = [(pin, False) for pin in reversed(tuple(pins))]
    while waiting:
        pin, parts_done = waiting.pop()
        key = (pin.name, pin.version)
        if parts_done:
            found[key] = pin
        elif key not in found:
            waiting += [(pin, True), *((inner, False) for inner in reversed(pin.pins))]
    return tuple(found.values())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventModel:
    """One version of an event that has a class in the package."""

    type: TypeId
    name: str
    """Short name of the event; that of its record may have been another one in a pinned version."""
    event_full_name: str
    """Full name of the latest version's record: what a group's handlers are known by."""
    aliases: tuple[str, ...]
    """Every other full name that any version of this event has or had."""
    version: int
    topic: str
    parameters: tuple[str, ...]
    """Run-time parameters in the topic's name."""
    subject: str
    event_type: str
    schema: Record
    text: str
    """The schema as registered."""
    pins: tuple[Pin, ...]
    types: Mapping[str, TypeId]
    """Full name of every record and enum the schema reaches to the package's type."""
    key: tuple[str, ...]
    """Avro paths."""
    headers: Mapping[str, str]
    """Header name to Avro path, or to a constant behind `=`."""
    dead_letters: str | None
    retry_attempts: int
    retry_backoff_ms: int
    retry_tiers: tuple[tuple[str, int], ...]
    """Names of the retry topics, each with its delay in milliseconds."""
    retry_in_order: bool
    compacted: bool
    doc: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupModel:
    """A consumer group."""

    name: str
    description: str
    folders: tuple[str, ...]
    """What the contracts say it reads: patterns on topic folders."""
    topics: tuple[str, ...]
    """The same on the broker: names with `{parameter}` and `*`."""
    ignored_topics: tuple[str, ...]
    reads: tuple[TypeId, ...]
    """The events, in order of topic and name, each in the version that this group reads."""
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TopicModel:
    """A topic, whatever it carries."""

    name: str
    description: str
    partitions: int
    replication_factor: int
    config: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SchemaFile:
    """A registered schema that the package carries along."""

    full_name: str
    version: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PackageModel:
    """Everything about one system that its package says."""

    system: str
    namespace: str
    description: str
    owner: str
    distribution: str
    version: str
    keep_field_names: bool
    """Fields keep their Avro names, whatever the case that a language prefers."""
    file: str
    """The system's contract file, for errors and for the header of generated files."""
    types: Mapping[TypeId, TypeModel]
    events: tuple[EventModel, ...]
    """Current ones first, each in order of topic and name."""
    groups: tuple[GroupModel, ...]
    topics: tuple[TopicModel, ...]
    fill: Mapping[str, Fill]
    producer: Mapping[str, str]
    schemas: tuple[SchemaFile, ...]

    def record(self, type_id: TypeId) -> RecordModel:
        """The record of that id."""
        model = self.types[type_id]
        if not isinstance(model, RecordModel):
            raise TypeError(f"{type_id} is no record")
        return model
