"""The TypeScript package as the passes leave it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from eventpact_codegen.model import TypeId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventpact.errors import Problem
    from eventpact_codegen.model import PackageModel
    from eventpact_codegen.target import Place

Named: TypeAlias = TypeId | str
"""What a module may mention: a type of the package, or one of `avro.ts` by its name."""


@dataclass(frozen=True, slots=True)
class Import:
    """One name that a module takes from another one."""

    module: str
    name: str
    local: str


@dataclass(frozen=True, slots=True)
class Module:
    """What a module holds and needs."""

    types: tuple[TypeId, ...]
    names: Mapping[Named, str]
    """What is mentioned to the name it goes by in this module."""
    imports: tuple[Import, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A TypeScript package in the making."""

    package: PackageModel
    type_names: Mapping[TypeId, str] = field(default_factory=dict)
    paths: Mapping[TypeId, str] = field(default_factory=dict)
    """Type to the module that declares it, below `src` and without ending: `message`, `v1/message`."""
    modules: Mapping[str, Module] = field(default_factory=dict)
    """Those of types by path."""
    exports: Mapping[str, TypeId] = field(default_factory=dict)
    """Name in the package's index to the type."""
    problems: tuple[Problem, ...] = ()

    def with_problems(self, *problems: Problem) -> Draft:
        """The draft with more that is wrong with it."""
        return replace(self, problems=(*self.problems, *problems)) if problems else self


def begin(package: PackageModel, _: Place) -> Draft:
    """An empty draft."""
    return Draft(package=package)
