"""What lint rules judge: the parts of a repository as they are.

Of an event or a type it is the latest version, because older ones cannot be changed any more. Parts are not frozen:
there are tens of thousands of them, each looked at once, and a frozen dataclass takes three times as long to make.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eventpact.avro.model import Union
from eventpact_registry.contracts.yaml_file import pointer_of

if TYPE_CHECKING:
    from eventpact.avro.model import Enum, Field, Fixed, Record, Schema
    from eventpact_registry.contracts.model import (
        ConsumerGroup,
        Location,
        SchemaVersion,
        System,
        Topic,
        VersionedType,
    )
    from eventpact_registry.contracts.repository import ContractRepository


@dataclass(slots=True, kw_only=True, eq=False)
class WholeSystem:
    """A system, in the repository it shares with others."""

    repository: ContractRepository
    system: System

    @property
    def location(self) -> Location:
        """The system's file."""
        return self.system.locate("")


@dataclass(slots=True, kw_only=True, eq=False)
class WholeTopic:
    """A topic with its events."""

    repository: ContractRepository
    system: System
    topic: Topic

    @property
    def location(self) -> Location:
        """The topic's file."""
        return self.topic.locate("")


@dataclass(slots=True, kw_only=True, eq=False)
class TopicSetting:
    """A further setting of a topic, in Kafka's words."""

    system: System
    topic: Topic
    name: str
    value: str

    @property
    def location(self) -> Location:
        """The setting in `topic.yaml`, or in the defaults that it is left to."""
        return self.topic.locate(pointer_of("config", self.name))


@dataclass(slots=True, kw_only=True, eq=False)
class GroupPattern:
    """One of the topic patterns of a consumer group."""

    system: System
    group: ConsumerGroup
    index: int

    @property
    def pattern(self) -> str:
        """The pattern on topic folders."""
        return self.group.topics[self.index]

    @property
    def location(self) -> Location:
        """The pattern in `system.yaml`."""
        return self.group.locate(f"/topics/{self.index}")


@dataclass(slots=True, kw_only=True, eq=False)
class SchemaPart:
    """A part of the latest version of an event, or of a shared type when there is no topic."""

    repository: ContractRepository
    system: System
    topic: Topic | None
    event: VersionedType
    pointer: str
    """Where the part stands in the schema."""

    @property
    def version(self) -> SchemaVersion:
        """The version that it is of."""
        return self.event.latest

    @property
    def location(self) -> Location:
        """The part in the schema's file."""
        return self.version.locate(self.pointer)


@dataclass(slots=True, kw_only=True, eq=False)
class VersionGap:
    """Numbers that are missing between two versions of an event, or of a shared type when there is no topic."""

    system: System
    topic: Topic | None
    event: VersionedType
    version: SchemaVersion
    """The version behind the gap."""
    first: int
    """The first number that is missing."""

    @property
    def location(self) -> Location:
        """The file behind the gap, whose name is at fault."""
        return replace(self.version.locate(""), line=1, column=1)


@dataclass(slots=True, kw_only=True, eq=False)
class WholeSchema(SchemaPart):
    """The schema itself."""


@dataclass(slots=True, kw_only=True, eq=False)
class NamedType(SchemaPart):
    """A named type that the file defines, the schema itself included."""

    type: Record | Enum | Fixed

    @property
    def is_outermost(self) -> bool:
        """Whether it is the event or shared type itself."""
        return not self.pointer


@dataclass(slots=True, kw_only=True, eq=False)
class RecordType(NamedType):
    """A record that the file defines."""

    type: Record


@dataclass(slots=True, kw_only=True, eq=False)
class EnumType(NamedType):
    """An enum that the file defines."""

    type: Enum


@dataclass(slots=True, kw_only=True, eq=False)
class RecordField(SchemaPart):
    """A field of a record that the file defines."""

    record: Record
    field: Field
    path: str
    """Field names joined by dots, `data.threadId`."""

    @property
    def types(self) -> tuple[Schema, ...]:
        """What its value may be, null left out."""
        schema = self.field.type
        branches = schema.branches if isinstance(schema, Union) else (schema,)
        return tuple(branch for branch in branches if branch.kind != "null")
