"""A file of settings for other shells to source, as long as what it points to runs."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from eventpact.errors import OutputError
from eventpact.replacing import replace_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_HEADER: Final = "# Written by `eventpact dev`, which removes it when it stops.\n"


@contextmanager
def kept(file: Path, lines: Iterable[str]) -> Iterator[None]:
    """Hold lines in a file while the block runs; they appear at once or not at all.

    Raises:
        OutputError: the file cannot be written, or is one that this command did not write.
    """
    try:
        if file.exists() and not file.read_bytes().startswith(_HEADER.encode()):
            raise OutputError(f"{file} is there already and not from `eventpact dev`: give --env-file another name")
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_file(file, "".join([_HEADER, *(f"{line}\n" for line in lines)]))
    except OSError as error:
        raise OutputError(f"{error.filename or file}: {error.strerror}; the settings were not written") from error
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
