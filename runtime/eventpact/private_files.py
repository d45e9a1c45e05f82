"""Files that hold what a service sends or has handled, for that service's user alone to read."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_MODE: Final = 0o600
_IN_MEMORY: Final = ":memory:"


def make_private(path: Path | str) -> None:
    """Make a database's file, empty, before SQLite does, which would let everybody read it.

    SQLite gives the files that it makes beside it the same mode. A file that is there keeps its own: somebody may have
    given it on purpose. What cannot be made SQLite finds out, too, and says why.
    """
    if str(path) == _IN_MEMORY:
        return
    # Never one that is there: to close it would take away the locks that this process has on it.
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _MODE))
