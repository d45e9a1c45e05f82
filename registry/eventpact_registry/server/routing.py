"""Which entry of a table a path leads to: one dictionary a segment, however many paths there are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")


@dataclass(slots=True)
class _Place(Generic[T]):
    """Where some segments of a path lead."""

    segments: dict[str, _Place[T]] = field(default_factory=dict)
    parameter: _Place[T] | None = None
    """Where any other segment leads, unless it is empty."""
    names: tuple[str, ...] = ()
    """The parameters on the way to `entry`."""
    entry: T | None = None


class Routes(Generic[T]):
    """Entries by path, with parameters in braces: `/subjects/{subject}/versions`."""

    def __init__(self, table: Mapping[str, T]) -> None:
        self._root: _Place[T] = _Place()
        for path, entry in table.items():
            place, names = self._root, []
            for segment in _segments(path):
                if segment.startswith("{"):
                    names.append(segment.strip("{}"))
                    place.parameter = place.parameter or _Place()
                    place = place.parameter
                else:
                    place = place.segments.setdefault(segment, _Place())
            place.names, place.entry = tuple(names), entry

    def find(self, path: str) -> tuple[T | None, dict[str, str]]:
        """The entry of a path, None where it leads nowhere, and its parameters by name."""
        place = self._root
        values: list[str] = []
        for segment in _segments(path):
            following = place.segments.get(segment)
            if following is None:
                if not segment or place.parameter is None:
                    return None, {}
                values.append(segment)
                following = place.parameter
            place = following
        return place.entry, dict(zip(place.names, values, strict=False))


def _segments(path: str) -> list[str]:
    return path.split("/")[1:]
