"""What templates see: finished pieces of source, nothing left to decide or to escape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eventpact_codegen.text import Source
    from eventpact_codegen.views import EventRow


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldView:
    """An attribute of a record class."""

    name: Source
    annotation: Source
    default: Source
    """` = …`, or empty."""
    docstring: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """A record class, be it an event or a part of one."""

    name: Source
    decorator: Source
    """Or empty."""
    base: Source
    contract: Source
    """String literal that leads to the contract which the class is part of."""
    docstring: Source
    fields: tuple[FieldView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnumView:
    """An enum class."""

    name: Source
    base: Source
    docstring: Source
    members: tuple[tuple[Source, Source], ...]
    """Member and Avro symbol."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleView:
    """A module of types."""

    docstring: Source
    imports: tuple[Source, ...]
    cyclic_imports: tuple[Source, ...]
    """Of modules that import this one."""
    names: tuple[Source, ...]
    """String literals for `__all__`."""
    types: tuple[RecordView | EnumView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextView:
    """A module that is nothing but a docstring."""

    docstring: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportView:
    """A name at the package's top."""

    literal: Source
    line: Source
    """Its import, for type checkers."""
    module: Source
    """String literal of the module it comes from, below the package."""
    name: Source
    """String literal of its name there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageView:
    """`__init__`."""

    docstring: Source
    exports: tuple[ExportView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerView:
    """A method of a group."""

    method: Source
    method_literal: Source
    batch: Source
    """Name of the method that takes many at once."""
    event: Source
    link: Source
    """String literal that leads to the event's class."""
    full_name: Source
    docstring: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView:
    """A group class."""

    name: Source
    group: Source
    system: Source
    docstring: Source
    topics: Source
    ignored_topics: Source
    settings: Source
    handlers: tuple[HandlerView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsView:
    """`groups`."""

    docstring: Source
    imports: tuple[Source, ...]
    typing_imports: tuple[Source, ...]
    names: tuple[Source, ...]
    base: Source
    mapping: Source
    """The class of `handlers`."""
    context: Source
    sequence: Source
    awaitable: Source
    abstract: Source
    groups: tuple[GroupView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverloadView:
    """The events that take one set of topic parameters."""

    alias: Source
    """Name of their union."""
    union: Source
    arguments: Source
    """`, *, tenant_id: str`, or empty."""
    more_arguments: Source
    """`, tenant_id: str`, to stand behind a keyword-only argument, or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProducerView:
    """`producer`."""

    docstring: Source
    imports: tuple[Source, ...]
    typing_imports: tuple[Source, ...]
    name: Source
    literal: Source
    base: Source
    system: Source
    class_docstring: Source
    sequence: Source
    """The class of `events`."""
    events: tuple[Source, ...]
    """Links."""
    settings: Source
    overloads: tuple[OverloadView, ...]
    """Empty when no topic has parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicView:
    """A topic's contract."""

    name: Source
    partitions: Source
    replication_factor: Source
    config: Source
    comment: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicsView:
    """`topics`."""

    docstring: Source
    topics: tuple[TopicView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractView:
    """An event's contract, beside its codec."""

    constant: Source
    codec: Source
    """What the codec's functions are named after."""
    arguments: tuple[tuple[Source, Source], ...]
    """Keyword and literal, without those that are their defaults."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodecsView:
    """A module of `_codecs`."""

    docstring: Source
    imports: Source
    body: Source
    """What `eventpact.avro.emit` wrote."""
    references: tuple[tuple[Source, Source], ...]
    """Constant and literal of each shared type."""
    contracts: tuple[ContractView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectView:
    """`pyproject.toml`."""

    distribution: Source
    version: Source
    description: Source
    """One line."""
    requirement: Source
    is_direct: bool
    package: Source
    """The import package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """A group in the README's table."""

    name: Source
    group: Source
    folders: Source
    pinned: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadmeView:
    """`README.md`."""

    distribution: Source
    package: Source
    description: Source
    owner: Source
    producer: Source
    example: Source
    """An event to show sending and handling with, or empty; the two below come with it."""
    example_method: Source
    example_group: Source
    events: tuple[EventRow, ...]
    groups: tuple[GroupRow, ...]
    versions: tuple[Source, ...]
    """Modules of pinned versions."""
