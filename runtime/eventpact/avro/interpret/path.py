"""Where in a value we are, as errors say it: `data.attachments[2].name`, `headers['trace']`.

Inside a field that is marked as personal data the keys of maps are data themselves, and are not shown.
"""

from __future__ import annotations

from typing import Final

from eventpact.wording import MASK

_SHOWN: Final = 40


class Path:
    """A stack of steps; the root is empty."""

    __slots__ = ("_open", "_steps")

    def __init__(self) -> None:
        self._steps: list[str | int | tuple[str]] = []
        self._open: int | None = None
        """How many steps lead to the outermost field of personal data, if we are inside one."""

    def field(self, name: str, *, personal: bool = False) -> None:
        """Step into a record's field; `personal` when it is marked as personal data."""
        self._steps.append(name)
        if personal and self._open is None:
            self._open = len(self._steps)

    def index(self, index: int) -> None:
        """Step into an array's item."""
        self._steps.append(index)

    def key(self, key: str) -> None:
        """Step into a map's value."""
        self._steps.append((key,))

    def leave(self) -> None:
        """Step out."""
        self._steps.pop()
        if self._open is not None and len(self._steps) < self._open:
            self._open = None

    @property
    def depth(self) -> int:
        """How many steps lead here."""
        return len(self._steps)

    def back_to(self, depth: int) -> None:
        """Step out until so many steps are left."""
        while len(self._steps) > depth:
            self.leave()

    def shown(self, text: str) -> str:
        """A key or name found here, as an error may show it."""
        return shown(text) if self._open is None else MASK

    def __str__(self) -> str:
        text = ""
        open_until = len(self._steps) if self._open is None else self._open
        for place, step in enumerate(self._steps):
            match step:
                case int():
                    text += f"[{step}]"
                case (key,):
                    text += f"[{shown(key) if place < open_until else MASK}]"
                case _:
                    text += f".{step}" if text else step
        return text


def shown(text: str) -> str:
    """A text of a message's own for an error message: quoted, on one line, not too long."""
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")
