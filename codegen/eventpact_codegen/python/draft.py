"""The package as the passes leave it: each pass adds what it decided and hands on a new draft."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from eventpact_codegen.python.code import Symbol
from eventpact_codegen.python.dialect import DATACLASSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventpact.errors import Problem
    from eventpact_codegen.model import EventModel, GroupModel, PackageModel, TypeId
    from eventpact_codegen.python.code import Code
    from eventpact_codegen.python.dialect import Dialect


@dataclass(frozen=True, slots=True)
class Default:
    """What a field holds when the caller gives nothing."""

    kind: Literal["constant", "factory", "expression"]
    """An immutable value, a callable that makes one, or an expression to evaluate for each instance."""
    code: Code


@dataclass(frozen=True, slots=True)
class Handler:
    """A method of a group."""

    method: str
    event: EventModel


@dataclass(frozen=True, slots=True)
class ModuleScope:
    """Under which local name each symbol is known in a module, and the import lines that make it so."""

    names: Mapping[Symbol, str]
    imports: tuple[tuple[str, str, str], ...]
    """(module, name, local name)."""
    cyclic_imports: tuple[tuple[str, str, str], ...] = ()
    """The same for modules that import this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A Python package in the making. Every table is keyed by the model's ids."""

    package: PackageModel
    runtime_path: str | None = None
    """Folder of the runtime, absolute or relative to the package's folder, when it is not taken from an index."""
    dialect: Dialect = DATACLASSES
    is_called: bool = False
    """Instances are made by calling their classes, which have work to do then, instead of slot by slot."""
    class_names: Mapping[TypeId, str] = field(default_factory=dict)
    attributes: Mapping[TypeId, tuple[str, ...]] = field(default_factory=dict)
    """Of each record, in order of its fields."""
    members: Mapping[TypeId, Mapping[str, str]] = field(default_factory=dict)
    """Of each enum: symbol to member."""
    modules: Mapping[TypeId, str] = field(default_factory=dict)
    """Module below the package: `message`, `v1.message`."""
    annotations: Mapping[TypeId, tuple[Code, ...]] = field(default_factory=dict)
    defaults: Mapping[TypeId, tuple[Default | None, ...]] = field(default_factory=dict)
    order: Mapping[str, tuple[TypeId, ...]] = field(default_factory=dict)
    """Module to its types, each after those that its defaults need."""
    codec_modules: Mapping[TypeId, str] = field(default_factory=dict)
    """Event to the module below `_codecs` that holds its codec."""
    group_names: Mapping[str, str] = field(default_factory=dict)
    handlers: Mapping[str, tuple[Handler, ...]] = field(default_factory=dict)
    """Of each group."""
    exports: Mapping[str, Symbol] = field(default_factory=dict)
    """Name at the package's top to what it stands for."""
    scopes: Mapping[str, ModuleScope] = field(default_factory=dict)
    """Of each module of types."""
    problems: tuple[Problem, ...] = ()

    @property
    def import_package(self) -> str:
        """`quikapp_events`."""
        return self.package.distribution.replace("-", "_")

    def dotted(self, module: str) -> str:
        """`message` as `quikapp_events.message`."""
        return f"{self.import_package}.{module}" if module else self.import_package

    def symbol(self, type_id: TypeId) -> Symbol:
        """The class of a type."""
        return Symbol(self.dotted(self.modules[type_id]), self.class_names[type_id])

    def event(self, type_id: TypeId) -> EventModel | None:
        """The event that a record is, if it is one."""
        return next((event for event in self.package.events if event.type == type_id), None)

    def group(self, name: str) -> GroupModel:
        """The consumer group of that name."""
        return next(group for group in self.package.groups if group.name == name)

    def with_problems(self, *problems: Problem) -> Draft:
        """The draft with more that is wrong with it."""
        return replace(self, problems=(*self.problems, *problems)) if problems else self
