"""What can change inside a schema, as data. Each change knows both versions and where it stands in them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from eventpact.avro.model import MISSING

if TYPE_CHECKING:
    from eventpact.avro.model import Field
    from eventpact_registry.contracts.model import Location, SchemaVersion


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SchemaChange:
    """A difference between two versions of a schema."""

    sentence: ClassVar[str]
    """What happened, with the change's attributes in braces."""

    old_version: SchemaVersion
    new_version: SchemaVersion
    path: str
    """Field names joined by dots, `data.threadId`; empty for the type itself."""
    old_pointer: str | None
    """Where it stands in the old schema, as a resolver writes it; None where it is not there."""
    new_pointer: str | None

    @property
    def location(self) -> Location:
        """The place in the new version, or in the old one for what was removed."""
        if self.new_pointer is not None:
            return self.new_version.locate(self.new_pointer)
        return self.old_version.locate(self.old_pointer or "")

    @property
    def what(self) -> str:
        """The path, or a word for the type itself."""
        return self.path or "the type itself"

    @property
    def text(self) -> str:
        """What happened, in a sentence."""
        return self.sentence.format(change=self)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FieldAdded(SchemaChange):
    """A field is new."""

    sentence = "field {change.path} added, {change.having} default"
    field: Field

    @property
    def having(self) -> str:
        """Whether it has a default decides who can still read."""
        return "with a" if self.field.has_default else "without"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FieldRemoved(FieldAdded):
    """A field is gone."""

    sentence = "field {change.path} removed, which had {change.had} default"

    @property
    def had(self) -> str:
        """`a` or `no`."""
        return "a" if self.field.has_default else "no"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FieldReused(FieldAdded):
    """A field is new, but an earlier version had another one of its name; `was` says what that is."""

    sentence = (
        "field {change.path} added, {change.having} default; in version {change.last.version} it was {change.was}"
    )
    last: SchemaVersion
    """The latest version that had it."""
    was: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FieldRenamed(SchemaChange):
    """A field has a new name, and the old one as an alias."""

    sentence = "field {change.old} renamed to {change.path}"
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TypeRenamed(SchemaChange):
    """A named type has another full name."""

    sentence = "type {change.old} renamed to {change.new}"
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TypeChanged(SchemaChange):
    """A value has another type; `old` and `new` say which in words."""

    sentence = "type of {change.what} changed from {change.old} to {change.new}"
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogicalTypeChanged(TypeChanged):
    """A value is encoded as before but means something else."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DefaultChanged(SchemaChange):
    """What a reader sees where the writer wrote nothing is another value; as JSON, or `MISSING`."""

    sentence = "default of {change.path} changed from {change.before} to {change.after}"
    old: Any
    new: Any

    @property
    def before(self) -> str:
        """The old default as the schema writes it."""
        return _written(self.old)

    @property
    def after(self) -> str:
        """The new default as the schema writes it."""
        return _written(self.new)


def _written(default: Any) -> str:
    return "none" if default is MISSING else json.dumps(default, ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EnumSymbolAdded(SchemaChange):
    """An enum knows another symbol."""

    sentence = "symbol {change.symbol} added to {change.what}"
    symbol: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EnumSymbolRemoved(SchemaChange):
    """An enum has lost a symbol."""

    sentence = "symbol {change.symbol} removed from {change.what}"
    symbol: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EnumDefaultChanged(SchemaChange):
    """What stands for an unknown symbol is another one; None where nothing did or does."""

    sentence = "symbol that stands for unknown ones of {change.what} changed from {change.old} to {change.new}"
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UnionBranchAdded(SchemaChange):
    """A value may have another type too."""

    sentence = "{change.what} may be {change.branch} too"
    branch: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UnionBranchRemoved(SchemaChange):
    """A value may no longer have a type."""

    sentence = "{change.what} may no longer be {change.branch}"
    branch: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DocChanged(SchemaChange):
    """Something is described in other words."""

    sentence = "{change.what} is described in other words"
