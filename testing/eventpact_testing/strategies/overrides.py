"""Strategies that a caller gives for some fields, by their paths."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hypothesis.strategies import SearchStrategy

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(slots=True)
class Overrides:
    """What is given below one record; containers and unions on the way are passed through."""

    given: dict[str, SearchStrategy[Any]] = field(default_factory=dict)
    below: dict[str, Overrides] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.given or self.below)

    @property
    def names(self) -> set[str]:
        """The fields that are overridden, or hold what is."""
        return self.given.keys() | self.below.keys()


NONE = Overrides()


def overrides(given: Mapping[str, SearchStrategy[Any]]) -> Overrides:
    """Strategies by dotted path (`data.user_id`) as a tree.

    Raises:
        TypeError: something is no strategy.
        ValueError: a path leads into what another one replaces.
    """
    root = Overrides()
    for path, strategy in given.items():
        if not isinstance(strategy, SearchStrategy):
            raise TypeError(f"{path} must be a strategy; for one value write st.just({strategy!r})")
        *way, last = path.split(".")
        place = root
        for step in way:
            place = place.below.setdefault(step, Overrides())
        place.given[last] = strategy
    _check(root, "")
    return root


def _check(tree: Overrides, path: str) -> None:
    for name, inner in tree.below.items():
        if name in tree.given:
            raise ValueError(f"{path}{name} is replaced as a whole, so nothing in it can be replaced too")
        _check(inner, f"{path}{name}.")
