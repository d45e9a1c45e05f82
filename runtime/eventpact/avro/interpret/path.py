"""Where in a value we are, as errors say it: `data.attachments[2].name`, `headers['trace']`."""

from __future__ import annotations

_SHOWN: int = 40


class Path:
    """A stack of steps; the root is empty."""

    __slots__ = ("_steps",)

    def __init__(self) -> None:
        self._steps: list[str | int | tuple[str]] = []

    def field(self, name: str) -> None:
        """Step into a record's field."""
        self._steps.append(name)

    def index(self, index: int) -> None:
        """Step into an array's item."""
        self._steps.append(index)

    def key(self, key: str) -> None:
        """Step into a map's value."""
        self._steps.append((key,))

    def leave(self) -> None:
        """Step out."""
        self._steps.pop()

    def __str__(self) -> str:
        text = ""
        for step in self._steps:
            match step:
                case int():
                    text += f"[{step}]"
                case (key,):
                    text += f"[{shown(key)}]"
                case _:
                    text += f".{step}" if text else step
        return text


def shown(text: str) -> str:
    """A text of a message's own for an error message: quoted, on one line, not too long."""
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")
