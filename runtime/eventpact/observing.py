"""Who is there to be observed: the producers and running groups of this process.

They add themselves when they start and are taken out when they end; metrics and health read their `statistics` when
somebody asks. What one had counted when it ended stays in the totals, so that a counter never falls.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, Generic, TypeVar
from weakref import WeakSet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eventpact.consume.session import Session
    from eventpact.produce.producer import Producer

T = TypeVar("T")


class Observed(Generic[T]):
    """Live objects of one kind, held weakly; threads may share it."""

    def __init__(self) -> None:
        self._live: WeakSet[T] = WeakSet()
        self._lock = threading.Lock()
        self._farewells: list[Callable[[T], None]] = []

    def add(self, one: T) -> None:
        """Observe one from now on."""
        with self._lock:
            self._live.add(one)

    def discard(self, one: T) -> None:
        """One has ended, its counts are final; nothing happens when it is not here."""
        with self._lock:
            known = one in self._live
            self._live.discard(one)
        if known:
            for farewell in self._farewells:
                farewell(one)

    def on_end(self, farewell: Callable[[T], None]) -> None:
        """Call `farewell` with each one that ends from now on."""
        self._farewells.append(farewell)

    def __iter__(self) -> Iterator[T]:
        with self._lock:
            return iter(tuple(self._live))

    def __len__(self) -> int:
        return len(self._live)


PRODUCERS: Final[Observed[Producer]] = Observed()
"""Producers that are not closed."""

GROUPS: Final[Observed[Session]] = Observed()
"""Runs of groups that have not ended."""
