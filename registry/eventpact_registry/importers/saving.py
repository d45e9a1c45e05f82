"""Files of an import onto disk: first proved to load, then written; what is there already is never changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from eventpact.errors import ContractError, OutputError, Problem
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource, Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


_LEAVE_OUT: Final = "leave out what is at fault, with --namespace and --topics, or mend it where it comes from"


@dataclass(frozen=True, slots=True)
class Saved:
    """A file of an import."""

    path: Path
    kind: Literal["written", "unchanged"]


@dataclass(frozen=True, slots=True)
class _Overlay:
    """A contracts folder as it will be."""

    folder: Path
    files: Mapping[str, str]

    def read(self) -> Tree:
        if self.folder.is_dir():
            tree = DirectorySource(self.folder).read()
        else:
            tree = Tree(label=str(self.folder), root=self.folder.as_posix())
        merged = {**tree.files, **{path: text.encode() for path, text in self.files.items()}}
        tree.files.clear()
        tree.files.update(sorted(merged.items()))
        return tree


def prove(files: Mapping[str, str], folder: Path) -> ContractRepository:
    """The folder's contracts as they will be; nothing is written.

    Raises:
        ContractError: they would not load, or a name that the source gave would lead out of the folder.
    """
    strange = [path for path in files if not _is_plain(path)]
    if strange:
        raise ContractError(*(Problem(f"{path!r} cannot be a file of contracts", hint=_LEAVE_OUT) for path in strange))
    try:
        return ContractRepository.load(_Overlay(folder, files))
    except ContractError as error:
        raise ContractError(
            *error.problems, Problem("these contracts would not load, so none were written", hint=_LEAVE_OUT)
        ) from error


def _is_plain(path: str) -> bool:
    """Whether a path is one of the layout's: a file in a system's folder, or in a folder there."""
    parts = path.split("/")
    return len(parts) in {2, 3} and all(part.isprintable() and part.strip(".") and "\\" not in part for part in parts)


def save(files: Mapping[str, str], folder: Path, on_file: Callable[[], None] = lambda: None) -> list[Saved]:
    """Write what is not there yet.

    Raises:
        OutputError: a file is there with another content, and nothing was written; or one could not be written.
    """
    saved = []
    differing = []
    for path, text in files.items():
        target = folder / path
        try:
            same = target.read_bytes() == text.encode()
        except FileNotFoundError:
            saved.append(Saved(target, "written"))
            continue
        except OSError as error:
            raise OutputError(f"{target} cannot be read: {error.strerror}") from error
        saved.append(Saved(target, "unchanged"))
        if not same:
            differing.append(target)
    if differing:
        names = ", ".join(map(str, differing[:5])) + (f" and {len(differing) - 5} more" if differing[5:] else "")
        raise OutputError(f"{names}: there already and different, so nothing was written; choose another --out")
    for one, text in zip(saved, files.values(), strict=True):
        if one.kind == "written":
            _write(one.path, text)
        on_file()
    return saved


def _write(target: Path, text: str) -> None:
    """Write a new file; one that could not be written whole is not left behind."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        stream = target.open("xb")
    except OSError as error:
        raise OutputError(f"{target} cannot be written: {error.strerror}") from error
    try:
        with stream:
            stream.write(text.encode())
    except OSError as error:
        target.unlink(missing_ok=True)
        raise OutputError(f"{target} cannot be written: {error.strerror}") from error
