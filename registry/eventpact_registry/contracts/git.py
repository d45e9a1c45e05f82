"""Reads a folder out of a git revision with git's own plumbing, without touching the working tree.

Three short processes whatever the number of files: `rev-parse`, `ls-tree` and one `cat-file --batch`.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Final, NamedTuple

from eventpact.errors import ContractError, Problem

SYMLINK: Final = "120000"
SUBMODULE: Final = "160000"
_TIMEOUT_S: Final = 60
_REMOTE_BRANCH: Final = re.compile(r"[\w.-]+/[\w./-]+", re.ASCII)


class Entry(NamedTuple):
    """A file of a revision; `path` is relative to the folder asked for."""

    path: str
    mode: str
    sha: str
    size: int
    data: bytes = b""


def list_files(revision: str, folder: Path, *, max_bytes: int) -> list[Entry]:
    """Every file below `folder` in a revision, in order of path; none when the revision has no such folder.

    `folder` is a path in the working tree, which may have lost it since. Files above `max_bytes` come without data.

    Raises:
        ContractError: git is missing, the folder is not in a repository, or the revision is unknown.
    """
    standing = _nearest_folder(folder)
    prefix, shallow = _git(standing, "rev-parse", "--show-prefix", "--is-shallow-repository").decode().split("\n")[:2]
    commit = _commit(standing, revision, shallow=shallow == "true")
    inside = Path(os.path.abspath(folder)).relative_to(os.path.abspath(standing)).as_posix()  # noqa: PTH100 - resolve() would follow links out of the repository
    path = (prefix + ("" if inside == "." else inside)).rstrip("/")
    # A trailing slash would make git list nothing for the repository's root, so the root is asked for without a path.
    listing = _git(standing, "ls-tree", "-r", "-l", "-z", "--full-tree", commit, *(["--", f"{path}/"] if path else []))
    entries = [_entry(line, path) for line in listing.decode("utf-8", "surrogateescape").split("\0") if line]
    wanted = [at for at, entry in enumerate(entries) if entry.mode != SUBMODULE and entry.size <= max_bytes]
    names = "".join(f"{entries[at].sha}\n" for at in wanted)
    blobs = _blobs(_git(standing, "cat-file", "--batch", "--buffer", stdin=names.encode()))
    for at, data in zip(wanted, blobs, strict=True):
        entries[at] = entries[at]._replace(data=data)
    return sorted(entries)


def top(folder: Path) -> Path:
    """The root of the repository that a folder of the working tree is in.

    Raises:
        ContractError: git is missing, or the folder is in no repository.
    """
    return Path(_git(_nearest_folder(folder), "rev-parse", "--show-toplevel").decode().rstrip("\n"))


def _entry(line: str, prefix: str) -> Entry:
    """Read one line of `ls-tree -l`: mode, type, object and size, then a tab and the path."""
    head, _, path = line.partition("\t")
    mode, _, sha, size = head.split()
    return Entry(path[len(prefix) + 1 :] if prefix else path, mode, sha, int(size) if size.isdigit() else 0)


def _blobs(output: bytes) -> list[bytes]:
    """Split what `cat-file --batch` wrote: `<sha> blob <size>`, a newline, the content, a newline."""
    blobs, position = [], 0
    while position < len(output):
        end = output.index(b"\n", position)
        head = output[position:end].split(b" ")
        if head[-1] == b"missing":
            hint = "fetch it: `git fetch --refetch`, or clone without --filter"
            raise ContractError(Problem(f"git does not have object {head[0].decode()}", hint=hint))
        size = int(head[2])
        blobs.append(output[end + 1 : end + 1 + size])
        position = end + 2 + size
    return blobs


def _commit(standing: Path, revision: str, *, shallow: bool) -> str:
    if revision.startswith("-"):
        raise ContractError(Problem(f"'{revision}' is not a git revision"))
    try:
        found = _git(standing, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except ContractError as error:
        message = f"git does not know the revision '{revision}'"
        if shallow:
            message += ", and this clone is shallow"
            hint = f"fetch {_fetched(revision)}, or the whole history with `git fetch --unshallow`"
        else:
            hint = "write a branch, a tag or a commit; a remote branch is origin/NAME after `git fetch`"
        raise ContractError(Problem(message, hint=hint)) from error
    return found.decode().strip()


def _fetched(revision: str) -> str:
    """How to get a revision into a shallow clone; the commit alone is enough, because only its files are read."""
    remote, slash, branch = revision.partition("/")
    if slash and _REMOTE_BRANCH.fullmatch(revision):
        return f"it: `git fetch --depth=1 {remote} {branch}:refs/remotes/{revision}`"
    return "it: `fetch-depth: 0` in actions/checkout, `GIT_DEPTH: 0` in GitLab"


def _nearest_folder(folder: Path) -> Path:
    """The folder itself, or the nearest one above it that still exists in the working tree."""
    for candidate in (folder, *Path(os.path.abspath(folder)).parents):  # noqa: PTH100 - resolve() would follow links out of the repository
        if candidate.is_dir():
            return candidate
    return Path("/")


def _git(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    command = ["git", "-C", str(folder), *arguments]
    environment = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    try:
        done = subprocess.run(  # noqa: S603 - no shell; the revision was checked not to be an option
            command, input=stdin, capture_output=True, check=False, timeout=_TIMEOUT_S, env=environment
        )
    except FileNotFoundError as error:
        raise ContractError(Problem("git is not installed", hint="install git, or compare with dir:PATH")) from error
    except subprocess.TimeoutExpired as error:
        raise ContractError(Problem(f"git {arguments[0]} did not answer within {_TIMEOUT_S} s")) from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        if "not a git repository" in str(said):
            hint = "run this inside the repository that holds the contracts, or compare with dir:PATH"
            raise ContractError(Problem(f"{folder.absolute()} is in no git repository", hint=hint))
        raise ContractError(Problem(f"git {arguments[0]}: {said[0] if said else 'failed'}"))
    return done.stdout
