"""`generate`: the packages of a contracts repository, from its systems to files on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eventpact.errors import ContractError, Problem
from eventpact_codegen import manifest
from eventpact_codegen.collect import collect
from eventpact_codegen.output import Drift, apply, compare, left_over
from eventpact_codegen.python.target import PYTHON
from eventpact_codegen.rendering import Renderer
from eventpact_codegen.target import Place, Target

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from eventpact_codegen.model import PackageModel
    from eventpact_registry.contracts.model import System
    from eventpact_registry.contracts.repository import ContractRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageReport:
    """What one package's folder lacked, and, unless it was only checked, has now."""

    system: str
    distribution: str
    folder: Path
    files: int
    """How many files the package has."""
    events: int
    drift: tuple[Drift, ...]


@dataclass(frozen=True, slots=True)
class LeftOver:
    """A package of a system that the contracts do not have any more: it is removed."""

    folder: Path
    drift: tuple[Drift, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What `generate` found and did."""

    packages: tuple[PackageReport, ...]
    left_over: tuple[LeftOver, ...]
    checked_only: bool

    @property
    def drift(self) -> tuple[Drift, ...]:
        """Every file that was not as the contracts want it."""
        written = (each for package in self.packages for each in package.drift)
        return (*written, *(each for package in self.left_over for each in package.drift))


def generate(
    repository: ContractRepository,
    out: Path,
    *,
    systems: Iterable[str] | None = None,
    check: bool = False,
    templates: Path | None = None,
    target: Target[Any] = PYTHON,
) -> Report:
    """Write one package a system to `out/SYSTEM`, or only say what would change.

    Everything is made in memory first. Files that are right already are left alone; nothing is written when one of the
    packages cannot be made, or when a file in the way is not what an earlier run left there. Packages that the same
    contracts gave for systems that are gone go too, unless `systems` says which ones are meant.

    Args:
        repository: the contracts.
        out: folder of the packages' folders.
        systems: which ones, by name; all by default.
        check: report drift without writing.
        templates: folder of templates that replace built-in ones.
        target: what kind of packages to make.

    Raises:
        ContractError: contracts that cannot become such packages: names that clash, a fill that fits no type, a system
            that does not exist; lists every such problem of all systems.
        OutputError: a file could not be read or written, or is not ours to overwrite.
    """
    rendered = render(repository, out, systems=systems, templates=templates, target=target)
    maker = manifest.maker(target.name, _contracts(repository), out)
    changes = {name: compare(out / name, files, maker) for name, (_, files) in rendered.items()}
    gone = list(left_over(out, repository.systems, maker)) if systems is None else []
    if not check:
        apply([*changes.values(), *gone])
    return Report(
        packages=tuple(
            PackageReport(
                system=name,
                distribution=model.distribution,
                folder=out / name,
                files=len(files),
                events=sum(event.type.pinned is None for event in model.events),
                drift=changes[name].drift,
            )
            for name, (model, files) in rendered.items()
        ),
        left_over=tuple(LeftOver(each.folder, each.drift) for each in gone),
        checked_only=check,
    )


def render(
    repository: ContractRepository,
    out: Path,
    *,
    systems: Iterable[str] | None = None,
    templates: Path | None = None,
    target: Target[Any] = PYTHON,
) -> dict[str, tuple[PackageModel, Mapping[str, str]]]:
    """System to its package model and its files, path to text; nothing is written. Raises as `generate` does."""
    drafts: list[tuple[PackageModel, Any]] = []
    problems: list[Problem] = []
    for system in _selected(repository, systems):
        try:
            drafts.append(_drafted(system, _place(repository, out / system.name), target))
        except ContractError as error:
            problems += error.problems
    if problems:
        raise ContractError(*dict.fromkeys(problems))  # what is wrong for all systems is said once
    renderer = Renderer(target, templates)
    files: dict[str, str] = {}
    for package, draft in drafts:
        pages = (page for make in target.pages for page in make(draft))
        files |= {f"{package.system}/{path}": text for path, text in renderer.render(pages).items()}
    formatted = target.format(files)
    return {package.system: (package, _below(f"{package.system}/", formatted)) for package, _ in drafts}


def _drafted(system: System, place: Place, target: Target[Any]) -> tuple[PackageModel, Any]:
    try:
        package = collect(system)
        draft = target.begin(package, place)
        for step in target.passes:
            draft = step.run(draft)
    except RecursionError as error:
        said = f"types of {system.name} hold each other too deep, by name or in place: some 200 levels are the most"
        hint = "let a record hold a list of its parts instead of parts within parts"
        raise ContractError(Problem(said, system.file, hint=hint)) from error
    if draft.problems:
        raise ContractError(*draft.problems)
    return package, draft


def _selected(repository: ContractRepository, systems: Iterable[str] | None) -> list[System]:
    wanted = list(dict.fromkeys(systems)) if systems is not None else list(repository.systems)
    unknown = [name for name in wanted if name not in repository.systems]
    if unknown:
        hint = f"there are {', '.join(repository.systems)}" if repository.systems else "there are none"
        raise ContractError(*(Problem(f"no system '{name}' in {repository.label}", hint=hint) for name in unknown))
    return [repository.systems[name] for name in wanted]


def _place(repository: ContractRepository, folder: Path) -> Place:
    return Place(folder=folder, contracts=_contracts(repository), runtime=repository.policy.runtime_path)


def _contracts(repository: ContractRepository) -> Path:
    """The folder of all systems."""
    return next((Path(system.file).parent.parent for system in repository.systems.values()), Path())


def _below(prefix: str, files: Mapping[str, str]) -> dict[str, str]:
    return {path.removeprefix(prefix): text for path, text in files.items() if path.startswith(prefix)}
