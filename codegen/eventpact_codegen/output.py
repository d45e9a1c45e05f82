"""Files onto disk: first compared, then staged beside their places, then swapped in; nobody else's file is touched."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from eventpact.errors import OutputError
from eventpact_codegen import manifest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from eventpact_codegen.manifest import Maker, Manifest

_STAGED: Final = ".eventpact-new"


@dataclass(frozen=True, slots=True)
class Drift:
    """A file that is not as the contracts want it."""

    path: Path
    kind: Literal["missing", "changed", "stale"]

    def __str__(self) -> str:
        return f"{self.path}: {self.kind}"


@dataclass(frozen=True, slots=True)
class Changes:
    """What distinguishes one package's folder from what it should hold."""

    folder: Path
    content: Mapping[str, bytes]
    """What it should hold; nothing where the package is not wanted any more."""
    maker: Maker
    known: Manifest
    """The manifest as it was found."""
    write: tuple[str, ...]
    """Missing or changed, in order of path."""
    remove: tuple[str, ...]
    """Written by an earlier run and no longer wanted."""
    foreign: tuple[str, ...]
    """Those of both that are not as an earlier run left them: somebody else's, or edited by hand."""
    drift: tuple[Drift, ...]

    @property
    def manifest(self) -> bytes:
        """The manifest as it should be."""
        return manifest.render(self.maker, ((path, manifest.digest(data)) for path, data in self.content.items()))


def compare(folder: Path, files: Mapping[str, str], maker: Maker) -> Changes:
    """Compare a folder with what it should hold. Reads only.

    Raises:
        OutputError: something in the folder cannot be read, or it holds the package of another target.
    """
    known = manifest.read(folder)
    if known.maker.target not in {None, maker.target}:
        raise OutputError(
            f"{folder} holds a package of the target {known.maker.target}; "
            f"give those of {maker.target} a folder of their own, with --out"
        )
    content = {path: text.encode() for path, text in files.items()}
    found = {path: _read(folder / path) for path in content.keys() | known.files.keys()}
    write = sorted(path for path, wanted in content.items() if found[path] != wanted)
    remove = sorted(path for path in known.files.keys() - content.keys() if found[path] is not None)
    foreign = [
        path
        for path in (*write, *remove)
        if (present := found[path]) is not None and manifest.digest(present) not in known.files.get(path, ())
    ]
    drift = [Drift(folder / path, "missing" if found[path] is None else "changed") for path in write]
    drift += [Drift(folder / path, "stale") for path in remove]
    changes = Changes(folder, content, maker, known, tuple(write), tuple(remove), tuple(foreign), tuple(drift))
    listed = _read(folder / manifest.NAME)
    if not content:
        drift.append(Drift(folder / manifest.NAME, "stale"))
    elif listed != changes.manifest:
        drift.append(Drift(folder / manifest.NAME, "missing" if listed is None else "changed"))
    return replace(changes, drift=tuple(sorted(drift, key=lambda each: each.path)))


def left_over(out: Path, systems: Iterable[str], maker: Maker) -> Iterator[Changes]:
    """The packages in `out` that the same contracts and target made, of systems that these do not have any more.

    Raises:
        OutputError: one of them cannot be read.
    """
    if maker.contracts is None or not out.is_dir():
        return
    wanted = set(systems)
    for listed in sorted(out.glob(f"*/{manifest.NAME}")):
        folder = listed.parent
        if folder.name not in wanted and not folder.is_symlink() and manifest.read(folder).maker == maker:
            yield compare(folder, {}, maker)


def apply(changes: Iterable[Changes]) -> None:
    """Make folders as they should be. Until everything is staged, nothing that was there has changed.

    Raises:
        OutputError: a file is not ours to replace or remove, or could not be written.
    """
    needed = [each for each in changes if each.drift]
    foreign = [each.folder / path for each in needed for path in each.foreign]
    if foreign:
        names = ", ".join(str(path) for path in foreign[:5]) + (f" and {len(foreign) - 5} more" if foreign[5:] else "")
        raise OutputError(
            f"{names}: not as `eventpact generate` left it, so it is not overwritten; "
            "move it away, or delete it to have it generated again"
        )
    staging = _Staging()
    try:
        for each in needed:
            for path in each.write:
                staging.add(each.folder / path, each.content[path])
        for each in needed:
            # Lists both states until the end, so that a run cut off in the middle can be repeated.
            now = [(path, manifest.digest(data)) for path, data in each.content.items()]
            before = [(path, known) for path, hashes in each.known.files.items() for known in hashes]
            staging.add(each.folder / manifest.NAME, manifest.render(each.maker, [*before, *now]))
            staging.swap(each.folder / manifest.NAME)
        staging.swap_all()
        for each in needed:
            _remove(each)
            if each.content:
                staging.add(each.folder / manifest.NAME, each.manifest)
                staging.swap(each.folder / manifest.NAME)
            else:
                _remove_package(each.folder)
    except OSError as error:
        where = error.filename2 or error.filename or needed[0].folder.parent  # a full disk names no file
        raise OutputError(f"{where}: {error.strerror}; generated files were not written") from error
    finally:
        staging.undo()


class _Staging:
    """New content in files beside those they will replace, on the same file system, so that a rename swaps them in."""

    def __init__(self) -> None:
        self._staged: dict[Path, Path] = {}
        self._folders: list[Path] = []

    def add(self, target: Path, content: bytes) -> None:
        missing = [folder for folder in (target.parent, *target.parent.parents) if not folder.exists()]
        for folder in reversed(missing):
            folder.mkdir()
            self._folders.append(folder)
        staged = target.with_name(f"{target.name}{_STAGED}")
        self._staged[target] = staged
        staged.write_bytes(content)

    def swap(self, target: Path) -> None:
        self._staged[target].replace(target)
        del self._staged[target]

    def swap_all(self) -> None:
        for target in list(self._staged):
            self.swap(target)

    def undo(self) -> None:
        """Remove what is still staged, and folders made for it; what was swapped in is whole and stays."""
        for staged in self._staged.values():
            with suppress(OSError):
                staged.unlink()
        for folder in reversed(self._folders):
            with suppress(OSError):
                folder.rmdir()


def _remove(changes: Changes) -> None:
    """Remove stale files, and folders that are empty then."""
    for path in changes.remove:
        file = changes.folder / path
        file.unlink(missing_ok=True)
        for folder in file.parents:
            if folder == changes.folder:
                break
            with suppress(OSError):
                folder.rmdir()


def _remove_package(folder: Path) -> None:
    """Remove the manifest of a package whose files are gone, and the folder where nobody else has anything in it."""
    (folder / manifest.NAME).unlink()
    with suppress(OSError):
        folder.rmdir()


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OutputError(f"{file}: {error.strerror}; move it out of the way of generated files") from error
