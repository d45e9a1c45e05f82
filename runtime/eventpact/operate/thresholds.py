"""Levels that a measured value is at, by the thresholds of a system's contracts (`alerts` in system.yaml)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Level: TypeAlias = Literal["ok", "warning", "critical"]

LEVELS: Final[tuple[Level, ...]] = ("ok", "warning", "critical")
"""From good to bad."""


def level(value: float, thresholds: Mapping[str, float]) -> Level:
    """The worst level whose threshold a value is above; `ok` where none is, or none is given."""
    reached: Level = "ok"
    for name in LEVELS[1:]:
        if name in thresholds and value > thresholds[name]:
            reached = name
    return reached


def reaches(found: Level, limit: Level) -> bool:
    """Whether a level is as bad as another one or worse."""
    return LEVELS.index(found) >= LEVELS.index(limit)


def strictest(thresholds: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """The lowest of several thresholds at each level: what systems agree on that share a name."""
    found: dict[str, float] = {}
    for one in thresholds:
        for name, value in one.items():
            found[name] = min(value, found.get(name, value))
    return found
