"""What a target is: a kind of package that contracts are compiled into, as data.

A target begins with the package model, which knows no language, and makes a draft of its own from it. Passes decide,
one thing each, how everything is spelled, typed and laid out; pages say which files there are and fill templates with
what was decided. `docs/generators.md` shows how to add a pass, replace a template and write a target.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from eventpact.errors import Problem
    from eventpact_codegen.model import PackageModel


class Unfinished(Protocol):
    """What passes hand on: a target's draft of a package, of whatever class."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong so far. Passes collect it, so that one run tells all."""


DraftT = TypeVar("DraftT", bound=Unfinished)


@dataclass(frozen=True, slots=True)
class Pass(Generic[DraftT]):
    """One step from the package model to files: reads what those before it decided, returns a draft with more."""

    name: str
    run: Callable[[DraftT], DraftT]


@dataclass(frozen=True, slots=True)
class Page:
    """One file to render."""

    path: str
    """Below the package's folder, with `/`."""
    template: str
    view: object
    """What the template knows as `view`: finished pieces of `eventpact_codegen.text.Source`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a package will be, for what it says about its surroundings."""

    folder: Path
    """The package's folder."""
    contracts: Path
    """The folder of all systems."""
    runtime: str | None
    """`runtime-path` of the contracts' policy, relative to `contracts`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target(Generic[DraftT]):
    """A kind of package."""

    name: str
    """What `--target` calls it."""
    summary: str
    """What comes out, in a few words."""
    begin: Callable[[PackageModel, Place], DraftT]
    """The draft that the first pass is given."""
    passes: tuple[Pass[DraftT], ...]
    """In the order in which they run."""
    pages: tuple[Callable[[DraftT], Iterable[Page]], ...]
    """What makes the pages of a finished draft."""
    templates: tuple[str, ...]
    """Import packages with a folder `templates`; the first that has a template gives it."""
    format: Callable[[Mapping[str, str]], Mapping[str, str]] = dict
    """Formats the files of all packages, `SYSTEM/path` to text."""
    folder: str
    """The folder below `build/` that packages go to unless `--out` says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraPass:
    """A pass that a plug-in adds to a target."""

    target: str
    step: Pass[Any]
    after: str
    """The pass that it follows."""
