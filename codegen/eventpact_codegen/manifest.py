"""The list of files that `generate` wrote into a package's folder: what it may overwrite and remove again.

One line a file, `sha256  path`, below comments that say what made them. While files are being replaced, a file is
listed with both its old and its new hash, so that a run that was cut off can simply be repeated.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from eventpact.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NAME: Final = ".eventpact-files"
_HEADER: Final = "# Written by `eventpact generate`, which overwrites and removes only the files listed here.\n"
_MADE: Final = re.compile(r"# (?P<key>target|contracts): (?P<value>.+)\Z")
_LINE: Final = re.compile(r"(?P<hash>[0-9a-f]{64})  (?P<path>[^\\\x00-\x1f]+)\Z")


@dataclass(frozen=True, slots=True)
class Maker:
    """What made a package."""

    target: str | None = None
    contracts: str | None = None
    """The folder of all systems as seen from the folder of all packages; `None` where they are far apart.

    A package whose system is gone is removed only where this shows that it came from the same contracts.
    """


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest says; nothing where there is none."""

    maker: Maker = field(default_factory=Maker)
    files: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Path to the hashes that our own version of it may have."""


def digest(content: bytes) -> str:
    """The hash that a manifest lists."""
    return hashlib.sha256(content).hexdigest()


def maker(target: str, contracts: Path, out: Path) -> Maker:
    """The maker of packages in the folder `out`."""
    ours, theirs = out.resolve(), contracts.resolve()
    if len(Path(os.path.commonpath([ours, theirs])).parts) == 1:
        return Maker(target)  # nothing but the root in common: a path would be that of this machine
    return Maker(target, Path(os.path.relpath(theirs, ours)).as_posix())


def render(maker: Maker, files: Iterable[tuple[str, str]]) -> bytes:
    """A manifest of (path, hash) pairs."""
    made = (("target", maker.target), ("contracts", maker.contracts))
    comments = (f"# {key}: {value}\n" for key, value in made if value is not None)
    lines = (f"{known}  {path}\n" for path, known in sorted(set(files)))
    return (_HEADER + "".join(comments) + "".join(lines)).encode()


def read(folder: Path) -> Manifest:
    """The manifest of a package's folder; an empty one where nothing was generated yet.

    Raises:
        OutputError: the manifest cannot be read, or lists a path outside its folder.
    """
    file = folder / NAME
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return Manifest()
    except (OSError, UnicodeDecodeError) as error:
        raise OutputError(f"{file} cannot be read: {error}") from error
    made: dict[str, str] = {}
    known: dict[str, set[str]] = {}
    for number, line in enumerate(lines, 1):
        if line.startswith("#"):
            if said := _MADE.match(line):
                made[said["key"]] = said["value"]
            continue
        found = _LINE.match(line)
        if found is None or not _is_inside(found["path"]):
            raise OutputError(f"{file}:{number}: no line of a manifest; restore the file, or empty {folder} and rerun")
        known.setdefault(found["path"], set()).add(found["hash"])
    files = {path: frozenset(hashes) for path, hashes in known.items()}
    return Manifest(Maker(made.get("target"), made.get("contracts")), files)


def _is_inside(path: str) -> bool:
    pure = PurePosixPath(path)
    return not pure.is_absolute() and ".." not in pure.parts and path == str(pure)
