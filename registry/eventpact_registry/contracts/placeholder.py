"""What stands in a contract for what nobody has said yet, so that `lint` can ask for it."""

from __future__ import annotations

from typing import Final

UNKNOWN: Final = "(unknown)"
"""How a description or an owner begins that `import` had to leave open."""

NOBODY: Final = f"{UNKNOWN} say which team answers for it"
"""An owner that is not known."""


def is_open(text: str) -> bool:
    """Whether a text is still to be written."""
    return text.lstrip().startswith(UNKNOWN)
