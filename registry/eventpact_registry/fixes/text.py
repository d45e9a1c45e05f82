"""Edits of JSON and YAML text at a known place: what is not edited keeps every byte."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from eventpact_registry.contracts.model import Location

_SPACE: Final = re.compile(r"\s*")
_DECODER: Final = json.JSONDecoder()


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Text to put in the place of `length` characters."""

    offset: int
    length: int
    text: str


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text with edits made; they must not overlap."""
    for edit in sorted(edits, reverse=True):
        text = text[: edit.offset] + edit.text + text[edit.offset + edit.length :]
    return text


def offset_of(text: str, place: Location) -> int:
    """Where a line and column are in a text."""
    at = 0
    for _ in range(place.line - 1):
        at = text.index("\n", at) + 1
    return at + place.column - 1


@dataclass(frozen=True, slots=True)
class _Member:
    """A member of a JSON object in a text."""

    key: str
    space: str
    """What stands before the key: a line break and its indentation, a blank, or nothing."""
    colon: str
    value: Any
    value_start: int
    end: int


@dataclass(frozen=True, slots=True)
class JsonObject:
    """A JSON object in a text."""

    text: str
    members: tuple[_Member, ...]

    @classmethod
    def at(cls, text: str, place: Location) -> JsonObject | None:
        """The object at a place; None when something else stands there."""
        offset = offset_of(text, place)
        return cls(text, tuple(_members(text, offset))) if text[offset : offset + 1] == "{" else None

    @property
    def value(self) -> dict[str, Any]:
        """The object as data."""
        return {member.key: member.value for member in self.members}

    def add(self, key: str, value: Any, *, after: str) -> Edit | None:
        """Add a member behind another one, laid out as that one is; None when it is there, or the other is not."""
        if key in self.value:
            return None
        before = next((member for member in self.members if member.key == after), None)
        if before is None:
            return None
        space = before.space
        if before is self.members[0] and "\n" not in space:  # what follows `{` need not be what follows a comma
            space = self.members[1].space if len(self.members) > 1 else " "
        written = json.dumps(value, ensure_ascii=False)
        return Edit(before.end, 0, f',{space}"{key}"{before.colon}{written}')

    def put_first(self, key: str, item: str) -> Edit | None:
        """Put a text at the start of a list that the object has; None when there is none, or it has the text."""
        member = next((member for member in self.members if member.key == key), None)
        if member is None or not isinstance(member.value, list) or item in member.value:
            return None
        written = json.dumps(item, ensure_ascii=False)
        return Edit(member.value_start + 1, 0, f"{written}, " if member.value else written)


def replace_scalar(text: str, place: Location, old: str, new: str) -> Edit | None:
    """Put another scalar where a YAML file has `old`, in the same quotes; None when something else stands there."""
    offset = offset_of(text, place)
    start = offset + (text[offset : offset + 1] in {'"', "'"})
    return Edit(start, len(old), new) if text.startswith(old, start) else None


def _members(text: str, offset: int) -> Iterator[_Member]:
    at = offset + 1
    while True:
        start = _skip(text, at)
        if text[start] == "}":
            return
        key, key_end = _DECODER.raw_decode(text, start)
        value_start = _skip(text, text.index(":", key_end) + 1)
        value, end = _DECODER.raw_decode(text, value_start)
        yield _Member(key, text[at:start], text[key_end:value_start], value, value_start, end)
        at = _skip(text, end)
        if text[at] == "}":
            return
        at += 1


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
