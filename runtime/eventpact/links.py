"""Generated classes by name, imported when somebody looks: a service pays for the events that it uses.

A link is `module:NAME`. Generated code writes them where it would otherwise import every event of a system.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact.event import Event


def load(link: str) -> Any:
    """What a link leads to; its module is imported now, if it was not before."""
    module, _, name = link.partition(":")
    return getattr(import_module(module), name)


class Events(Sequence["type[Event]"]):
    """Event classes, each imported when it is first asked for."""

    def __init__(self, *links: str) -> None:
        self._links = links

    @overload
    def __getitem__(self, index: int) -> type[Event]: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[type[Event]]: ...

    def __getitem__(self, index: int | slice) -> type[Event] | Sequence[type[Event]]:
        if isinstance(index, slice):
            return Events(*self._links[index])
        event: type[Event] = load(self._links[index])
        return event

    def __len__(self) -> int:
        return len(self._links)

    def __repr__(self) -> str:
        return f"Events({', '.join(map(repr, self._links))})"


class Handlers(Mapping[str, "tuple[type[Event], str]"]):
    """Full name of each event that a group handles to its class, imported when asked for, and the method's name."""

    def __init__(self, links: Mapping[str, tuple[str, str]]) -> None:
        self._links = links

    def __getitem__(self, full_name: str) -> tuple[type[Event], str]:
        link, method = self._links[full_name]
        return load(link), method

    def __contains__(self, full_name: object) -> bool:
        return full_name in self._links  # without importing the class

    def __iter__(self) -> Iterator[str]:
        return iter(self._links)

    def __len__(self) -> int:
        return len(self._links)

    def __repr__(self) -> str:
        return f"Handlers({self._links!r})"
