"""Files that are replaced at once: whoever reads one, or stops the writer, meets the old or the new, never a part."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def replace_file(file: Path, text: str) -> None:
    """Give a file a new content, in UTF-8.

    Raises:
        OSError: it cannot be written; the old content stands, and nothing is left beside it.
    """
    beside = file.with_name(f".{file.name}.new")
    try:
        beside.write_bytes(text.encode())
        beside.replace(file)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise
