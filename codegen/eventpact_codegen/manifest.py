"""The list of files that `generate` wrote into a package's folder: what it may overwrite and remove again.

One line a file, `sha256  path`, below a comment. While files are being replaced, a file is listed with both its old and
its new hash, so that a run that was cut off can simply be repeated.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from eventpact.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

NAME: Final = ".eventpact-files"
_HEADER: Final = "# Written by `eventpact generate`, which overwrites and removes only the files listed here.\n"
_LINE: Final = re.compile(r"(?P<hash>[0-9a-f]{64})  (?P<path>[^\\\x00-\x1f]+)\Z")


def digest(content: bytes) -> str:
    """The hash that a manifest lists."""
    return hashlib.sha256(content).hexdigest()


def render(files: Iterable[tuple[str, str]]) -> bytes:
    """A manifest of (path, hash) pairs."""
    lines = (f"{known}  {path}\n" for path, known in sorted(set(files)))
    return (_HEADER + "".join(lines)).encode()


def read(folder: Path) -> Mapping[str, frozenset[str]]:
    """Path to the hashes that our own version of it may have; empty where nothing was generated yet.

    Raises:
        OutputError: the manifest cannot be read, or lists a path outside its folder.
    """
    file = folder / NAME
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise OutputError(f"{file} cannot be read: {error}") from error
    known: dict[str, set[str]] = {}
    for number, line in enumerate(lines, 1):
        if line.startswith("#"):
            continue
        found = _LINE.match(line)
        if found is None or not _is_inside(found["path"]):
            raise OutputError(f"{file}:{number}: no line of a manifest; restore the file, or empty {folder} and rerun")
        known.setdefault(found["path"], set()).add(found["hash"])
    return {path: frozenset(hashes) for path, hashes in known.items()}


def _is_inside(path: str) -> bool:
    pure = PurePosixPath(path)
    return not pure.is_absolute() and ".." not in pure.parts and path == str(pure)
