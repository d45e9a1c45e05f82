"""Contracts from `.avsc` files, wherever they stand: a tree of them, or some by name.

`NAME.v2.avsc`, `NAME-v2.avsc` and `NAME_v2.avsc` are version 2 of NAME among the files of their folder; a file without
a number is the only version. A file may hold one named type, or a list of them. Read within limits, links not followed.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from eventpact.avro.source import read
from eventpact.errors import ContractError, Problem, SchemaError
from eventpact_registry.contracts.source import MAX_FILE_BYTES
from eventpact_registry.importers.assembling import Definition, assemble, topic_of
from eventpact_registry.importers.drafts import Note
from eventpact_registry.importers.schema_json import is_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from eventpact_registry.importers.drafts import Imported, Wishes

MAX_FILES: Final = 10_000
MAX_DEPTH: Final = 20
"""Folders within folders."""

_VERSIONED: Final = re.compile(r"(.+?)[._-]v([1-9][0-9]{0,5})", re.ASCII)


def from_avsc(
    paths: Iterable[Path],
    wishes: Wishes,
    *,
    by_folder: bool = False,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Imported:
    """A draft of one system from schema files.

    Args:
        paths: files, and folders that are searched for files that end in `.avsc`.
        wishes: what whoever imports says.
        by_folder: whether events are put on a topic that is named after their folder, instead of one each; what
            stands in a folder `types` is a shared type then.
        on_progress: hears of each file.

    Raises:
        ContractError: lists every file that is no schema; or names have two definitions; or there is nothing to import.
    """
    files = sorted({found for path in paths for found in _files(path)})
    notes: list[Note] = []
    problems: list[Problem] = []
    series: dict[tuple[str, str], dict[int, tuple[Path, dict[str, Any]]]] = {}
    for done, file in enumerate(files, 1):
        try:
            _sort(file, _types(file, notes), series)
        except SchemaError as error:
            problems.append(Problem(error.message, str(file), error.line, error.column, error.hint))
        on_progress(done, len(files))
    if problems:
        raise ContractError(*problems)
    definitions = [
        _definition(versions, wishes, notes, by_folder=by_folder) for _, versions in sorted(series.items(), key=_place)
    ]
    return assemble(definitions, wishes, notes)


def _place(entry: tuple[tuple[str, str], Any]) -> tuple[str, str]:
    return entry[0]


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    if not path.is_dir():
        raise ContractError(Problem(f"there is no file or folder '{path}'"))
    found = 0
    for folder, folders, names in os.walk(path):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and not (here / name).is_symlink())
        if len(here.relative_to(path).parts) >= MAX_DEPTH:
            folders.clear()
        for name in names:
            if name.endswith(".avsc") and not name.startswith(".") and not (here / name).is_symlink():
                found += 1
                if found > MAX_FILES:
                    raise ContractError(Problem(f"there are more than {MAX_FILES:,} schema files in {path}"))
                yield here / name


def _types(file: Path, notes: list[Note]) -> list[dict[str, Any]]:
    """The named types of a file."""
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            raise SchemaError(f"is too large: a contract file may have {MAX_FILE_BYTES:,} bytes")
        body = read(file.read_bytes())[0]
    except OSError as error:
        raise SchemaError(f"cannot be read: {error.strerror}") from error
    listed = body if isinstance(body, list) else [body]
    named = [each for each in listed if is_named(each)]
    if len(named) < len(listed):
        notes.append(Note(str(file), "holds something that is no named type, which is left out"))
    return named


def _sort(
    file: Path, types: list[dict[str, Any]], series: dict[tuple[str, str], dict[int, tuple[Path, dict[str, Any]]]]
) -> None:
    """Put a file's types among the versions that they belong to."""
    match = _VERSIONED.fullmatch(file.stem)
    if match and len(types) == 1:
        series.setdefault((str(file.parent), match[1]), {})[int(match[2])] = (file, types[0])
        return
    for number, body in enumerate(types):
        series[str(file.parent), f"{file.name}#{number:06}"] = {1: (file, body)}


def _definition(
    versions: dict[int, tuple[Path, dict[str, Any]]], wishes: Wishes, notes: list[Note], *, by_folder: bool
) -> Definition:
    numbers = sorted(versions)
    file = versions[numbers[-1]][0]
    if numbers != list(range(1, len(numbers) + 1)):
        listing = ", ".join(map(str, numbers))
        notes.append(Note(str(file), f"there are versions {listing}: contracts count from 1, so they are renumbered"))
    folder = file.resolve().parent.name if by_folder else None
    topic = None if not folder else folder if folder == "types" else topic_of(folder, wishes)
    return Definition(origin=str(file), bodies=tuple(versions[number][1] for number in numbers), topic=topic)
