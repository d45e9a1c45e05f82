"""JSON in files that people name: read whole, and refused where it is no JSON that anybody meant."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

_MOST_BYTES: Final = 256 << 20
"""More is no file that eventpact wrote, and reading it takes ten times as much memory."""


def read_json(file: Path) -> Any:
    """What a file holds.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no JSON in UTF-8, is nested too deeply, or is larger than 256 MiB.
    """
    with file.open("rb") as stream:
        text = stream.read(_MOST_BYTES + 1)
    if len(text) > _MOST_BYTES:
        raise ValueError(f"it is larger than {_MOST_BYTES:,} bytes")
    try:
        return json.loads(text.decode())
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
