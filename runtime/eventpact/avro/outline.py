"""Where the values of a JSON text stand, by JSON pointer (RFC 6901); asked for only by errors and findings."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN: Final = re.compile(r'[\s,:]+|([{}\[\]])|("[^"\\]*+(?:\\.[^"\\]*+)*+")|([^\s,:{}\[\]"]+)', re.DOTALL)
"""A bracket, a string, or a word (a number, true, false, null), or what stands between them."""

_ROOT: Final = 0
_NOTHING: Final = -1


class Outline:
    """The place of each value, found in one pass; values are numbered in the order of the text, parents first."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._places: list[tuple[int, str]] = []
        self._offsets: list[int] = []
        self._numbers: dict[tuple[int, str], int] = {}
        self._repeated = _NOTHING
        for number, (place, offset) in enumerate(_values(text)):
            self._places.append(place)
            self._offsets.append(offset)
            if self._numbers.setdefault(place, number) != number and self._repeated == _NOTHING:
                self._repeated = number
        self._lines = [found.start() for found in re.finditer("\n", text)]

    def locate(self, pointer: str) -> tuple[int, int]:
        """Line and column, from 1, of what a pointer leads to, or of the nearest parent that exists.

        So a pointer to a missing attribute gives its object, and one that goes on behind a type's name gives that name.
        """
        number = _ROOT
        for token in pointer.split("/")[1:]:
            inner = self._numbers.get((number, token))
            if inner is None:
                break
            number = inner
        return self._position(number)

    def repeated_key(self) -> tuple[str, int, int]:
        """Pointer, line and column of the first value whose key its object has had before; of the root if none has."""
        number = max(self._repeated, _ROOT)
        tokens = []
        at = number
        while at > _ROOT:
            at, token = self._places[at]
            tokens.append(token)
        return "".join(f"/{token}" for token in reversed(tokens)), *self._position(number)

    def _position(self, number: int) -> tuple[int, int]:
        offset = self._offsets[number] if self._offsets else 0
        line = bisect_left(self._lines, offset)
        return line + 1, offset - (self._lines[line - 1] if line else -1)


def locate(text: str, pointer: str) -> tuple[int, int]:
    """Line and column, from 1, of what a pointer leads to in a text; see `Outline.locate`."""
    return Outline(text).locate(pointer)


def escape(token: str) -> str:
    """A key as it stands in a JSON pointer."""
    return token.replace("~", "~0").replace("/", "~1")


def unescape(token: str) -> str:
    """The key that a token of a JSON pointer stands for."""
    return token.replace("~1", "/").replace("~0", "~")


def _key(string: str) -> str:
    """What a key says; as it stands where it is no JSON: errors are placed in texts that were not read to their end."""
    try:
        return str(json.loads(string, strict=False))
    except json.JSONDecodeError:
        return string


def _values(text: str) -> Iterator[tuple[tuple[int, str], int]]:
    """Each value as its place (the number of what holds it, and the token that leads to it) and its offset."""
    containers: list[tuple[int, int | None]] = []  # the number, and the next index of an array
    key: str | None = None
    number = _NOTHING
    for match in TOKEN.finditer(text):
        bracket, string, word = match.groups()
        if bracket is None and string is None and word is None:
            continue
        if bracket in {"}", "]"}:
            if containers:
                containers.pop()
            continue
        place = (_NOTHING, "")
        if containers:
            parent, index = containers[-1]
            if index is not None:
                place = (parent, str(index))
                containers[-1] = (parent, index + 1)
            elif key is None:
                key = _key(string or "")
                continue
            else:
                place = (parent, escape(key))
                key = None
        number += 1
        yield place, match.start()
        if bracket:
            containers.append((number, 0 if bracket == "[" else None))
