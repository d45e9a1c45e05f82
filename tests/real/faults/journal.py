"""What a process under test writes down, so that it can be judged after it was killed.

A journal is a text file. Each line is written by one system call at once, so a SIGKILL loses none that was finished:
the kind, the time (a clock that all processes of a machine share), and what it is about.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

SENT: Final = "sent"
"""Handed to the producer: event id, key, number within the key."""
ACKNOWLEDGED: Final = "acknowledged"
"""The broker has it, or the spool: event id."""
FAILED: Final = "failed"
"""The producer said so: event id and why."""
HANDLED: Final = "handled"
"""A handler has ended with success: event id, key, number within the key, place on the broker."""
NOTE: Final = "note"
"""Anything else a test may want to know."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a journal."""

    kind: str
    at: int
    """Nanoseconds of the shared clock."""
    words: tuple[str, ...]


class Journal:
    """Appends lines to a file; threads may share it."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(self, kind: str, *words: object) -> None:
        """Write a line; only the last word may hold blanks."""
        text = " ".join(map(str, (kind, time.monotonic_ns(), *words))).replace("\n", " / ")
        os.write(self._file, f"{text}\n".encode())


def lines(path: Path) -> list[Line]:
    """The finished lines of a journal; none when its process has not begun it."""
    if not path.exists():
        return []
    found = []
    for text in path.read_text().splitlines(keepends=True):
        if text.endswith("\n"):
            kind, at, *words = text.rstrip("\n").split(" ")
            found.append(Line(kind, int(at), tuple(words)))
    return found
