"""Where contracts are read from: a folder (`dir:PATH`), a git revision (`git:REV`), or a registry (`registry:URL`).

The first two are read into a `Tree`, the bytes of its files by path, so that loading does not care where they came
from. A registry has no files: `eventpact_registry.registered` asks it for the subjects of contracts that are loaded.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from eventpact.errors import ContractError, Problem
from eventpact_registry.contracts import git
from eventpact_registry.contracts.model import Location

MAX_FILE_BYTES: Final = 1 << 20
"""A contract file is text that people review; one above a mebibyte is a mistake or an attack."""
MAX_DEPTH: Final = 3
"""`system/topic/file` is as deep as contracts go; what lies deeper is not read."""


@dataclass(frozen=True, slots=True)
class Tree:
    """The files of a contracts folder."""

    label: str
    """How the source is named to a user: `contracts`, `git:main`."""
    root: str
    """What a path inside the tree is prefixed with when it is shown."""
    revision: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    """Path relative to the root, with `/`, to content; in order of path."""
    refused: dict[str, str] = field(default_factory=dict)
    """Path of an entry that was not read to the reason."""

    def read(self) -> Tree:
        """Itself, so that a tree serves as the source that it was read from."""
        return self

    def shown(self, path: str) -> str:
        """One of the files as a user would type it."""
        return f"{self.root}/{path}" if self.root else path

    def location(self, path: str, line: int = 1, column: int = 1) -> Location:
        """A place in one of the files."""
        return Location(self.shown(path), line, column, self.revision)


class Source(Protocol):
    """Something that contracts can be read from."""

    def read(self) -> Tree:
        """Every file of it."""


@dataclass(frozen=True, slots=True)
class DirectorySource:
    """A contracts folder on disk."""

    path: Path

    def __str__(self) -> str:
        return f"dir:{self.path}"

    def read(self) -> Tree:
        """Read every file.

        Raises:
            ContractError: the folder does not exist or cannot be read.
        """
        tree = Tree(label=str(self.path), root="" if self.path == Path() else self.path.as_posix())
        try:
            _read_folder(self.path, "", tree)
        except FileNotFoundError as error:
            hint = "name the folder with --contracts DIR or dir:DIR, or make one with `eventpact init`"
            raise ContractError(Problem(f"there is no contracts folder '{self.path}'", hint=hint)) from error
        except OSError as error:
            raise ContractError(Problem(f"{error.filename}: {error.strerror}", hint="check its permissions")) from error
        return tree


@dataclass(frozen=True, slots=True)
class GitSource:
    """A contracts folder as it was in a git revision; `contracts` is its path in the working tree."""

    revision: str
    contracts: Path
    path: str = ""
    """Where the revision has the folder, from the repository's root, when that is elsewhere: `git:v1:old/contracts`."""

    def __str__(self) -> str:
        return f"git:{self.revision}:{self.path}" if self.path else f"git:{self.revision}"

    def read(self) -> Tree:
        """Read every file of the revision; a revision that has no such folder yet gives an empty tree.

        Raises:
            ContractError: git is missing, this is not a repository, or the revision is unknown.
        """
        root = self.path.strip("/") or ("" if self.contracts == Path() else self.contracts.as_posix())
        tree = Tree(label=str(self), root=root, revision=f"git:{self.revision}")
        folder = git.top(self.contracts) / self.path if self.path else self.contracts
        for entry in git.list_files(self.revision, folder, max_bytes=MAX_FILE_BYTES):
            if _hidden(entry.path):
                continue
            if entry.mode == git.SYMLINK:
                tree.refused[entry.path] = _LINK
            elif entry.mode == git.SUBMODULE:
                tree.refused[entry.path] = "is a git submodule; contracts are files of this repository"
            elif entry.path.count("/") >= MAX_DEPTH:
                tree.refused["/".join(entry.path.split("/")[:MAX_DEPTH])] = _DEEP
            elif entry.size > MAX_FILE_BYTES:
                tree.refused[entry.path] = _too_large(entry.size)
            else:
                tree.files[entry.path] = entry.data
        return tree


@dataclass(frozen=True, slots=True)
class RegistrySource:
    """What a schema registry holds of contracts."""

    url: str
    """Its base URL, which may hold a user and a password."""

    def __str__(self) -> str:
        """Without the password, because findings show it."""
        scheme, separator, rest = self.url.partition("://")
        return f"registry:{scheme}{separator}{rest.rpartition('@')[2]}"


def parse_source(text: str, contracts: Path) -> DirectorySource | GitSource:
    """Read `dir:PATH` or `git:REV`, as a command line takes them; `contracts` is the folder that `git:` looks up.

    Raises:
        ContractError: the text is neither.
    """
    kind, colon, rest = text.partition(":")
    if colon and rest:
        if kind == "dir":
            return DirectorySource(Path(rest))
        if kind == "git":
            revision, _, path = rest.partition(":")
            return GitSource(revision, contracts, path)
    hint = "write dir:PATH or git:REV, for example git:main; a registry is registry:http://localhost:8081"
    raise ContractError(Problem(f"'{text}' is not a source", hint=hint))


Base: TypeAlias = DirectorySource | GitSource | RegistrySource
"""What contracts may be compared with."""


def parse_base(text: str, contracts: Path) -> Base:
    """Read what contracts may be compared with: a source of files, or `registry:URL`.

    Raises:
        ContractError: the text is neither.
    """
    kind, _, rest = text.partition(":")
    if kind == "registry" and rest.startswith(("http://", "https://")):
        return RegistrySource(rest)
    return parse_source(text, contracts)


_LINK: Final = "is a symbolic link, which contracts cannot be: a git revision does not follow it"
_DEEP: Final = "lies deeper than contracts go: system/topic/file"


def _too_large(size: int) -> str:
    return f"is too large: {size:,} bytes, and a contract file may have {MAX_FILE_BYTES:,}"


_READ: Final = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
"""Only Windows has the second, and all others the third."""


def _hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/"))


def _read_folder(folder: Path, prefix: str, tree: Tree) -> None:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=attrgetter("name")):
            if entry.name.startswith("."):
                continue
            path = prefix + entry.name
            if entry.is_symlink():
                tree.refused[path] = _LINK
            elif entry.is_dir():
                if path.count("/") >= MAX_DEPTH - 1:
                    tree.refused[path] = _DEEP
                else:
                    _read_folder(folder / entry.name, path + "/", tree)
            elif not entry.is_file():
                tree.refused[path] = "is neither a file nor a folder"
            else:
                _read_file(entry, path, tree)


def _read_file(entry: os.DirEntry[str], path: str, tree: Tree) -> None:
    size = entry.stat().st_size
    if size > MAX_FILE_BYTES:
        tree.refused[path] = _too_large(size)
        return
    # Contracts are thousands of small files, and what `open` makes of one takes longer than to read it.
    descriptor = os.open(entry.path, _READ)
    try:
        tree.files[path] = os.read(descriptor, size)
    finally:
        os.close(descriptor)
