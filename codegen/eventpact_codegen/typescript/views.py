"""What templates see: finished pieces of source, nothing left to decide or to escape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eventpact_codegen.text import Source
    from eventpact_codegen.views import EventRow


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyView:
    """A property, or a member of a map from names to types."""

    name: Source
    type: Source
    """With the space or line break before it."""
    comment: Source
    """Or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceView:
    """A record."""

    name: Source
    comment: Source
    properties: tuple[PropertyView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasView:
    """A name for another type: an enum's symbols, a logical type."""

    name: Source
    comment: Source
    type: Source
    """With the space or line break before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleView:
    """A module of types."""

    comment: Source
    imports: tuple[Source, ...]
    interfaces: tuple[InterfaceView, ...]
    aliases: tuple[AliasView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexView:
    """`index.ts`."""

    comment: Source
    exports: tuple[Source, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectView:
    """`package.json`."""

    name: Source
    version: Source
    description: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadmeView:
    """`README.md`."""

    name: Source
    """As text."""
    package: Source
    """As an import names it, with quotes."""
    description: Source
    owner: Source
    example: Source
    """An event, or empty."""
    events: tuple[EventRow, ...]
