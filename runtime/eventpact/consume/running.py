"""How a group is run: what its caller chose, judged together before anything connects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, get_args

from eventpact.consume.inline import Inline
from eventpact.consume.lanes import Lanes, Ordering, ThreadLanes
from eventpact.consume.task_lanes import TaskLanes
from eventpact.errors import SettingsError

if TYPE_CHECKING:
    import threading

    from eventpact.consume.handling import Handling
    from eventpact.consume.offsets import Offsets
    from eventpact.consume.patience import Patience

MOST_LANES: Final = 1000
"""Of a run; beyond that another process does more."""

_AHEAD: Final = 4
"""Drains in flight for lanes: enough that keys which come in numbers leave other lanes something to do."""

REGISTRY_PATIENCE: Final = 300.0
"""Seconds that records wait for a registry that does not answer, before the group stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Arguments of `Group.run`."""

    concurrency: int = 1
    ordering: Ordering = "partition"
    registry_patience: float = REGISTRY_PATIENCE
    measure_latency: bool = False

    def check(self) -> None:
        """Raise `SettingsError` with all that does not make sense."""
        problems = []
        if not 1 <= self.concurrency <= MOST_LANES:
            problems.append(f"concurrency={self.concurrency} does not fit: expected 1 to {MOST_LANES} lanes")
        if self.ordering not in get_args(Ordering):
            problems.append(f"ordering={self.ordering!r} is none of {', '.join(get_args(Ordering))}")
        if problems:
            raise SettingsError(*problems)

    def workers(
        self,
        handling: Handling,
        offsets: Offsets,
        patience: Patience,
        stop: threading.Event,
        *,
        asynchronous: bool,
        most: int,
    ) -> Inline | Lanes:
        """Who handles the records: this thread, threads, or the tasks of an event loop."""
        if asynchronous or self.concurrency > 1:
            kind = TaskLanes if asynchronous else ThreadLanes
            return kind(handling, offsets, patience, count=self.concurrency, ordering=self.ordering, most=_AHEAD * most)
        return Inline(handling, offsets, patience, stop)
