"""How a group is run: what its caller chose, judged together before anything connects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, get_args

from eventpact.consume.inline import Inline
from eventpact.consume.lanes import Lanes, Ordering, ThreadLanes
from eventpact.consume.task_lanes import TaskLanes
from eventpact.consume.transactions import SIZE, Transacted
from eventpact.errors import SettingsError

if TYPE_CHECKING:
    import threading

    from eventpact.consume.handlers import HandlerTable
    from eventpact.consume.handling import Handling
    from eventpact.consume.offsets import Offsets
    from eventpact.consume.patience import Patience
    from eventpact.produce.producer import Producer
    from eventpact.settings import Settings

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
    exactly_once: bool = False
    producer: Producer | None = None
    transaction_size: int = SIZE

    def check(self, settings: Settings) -> None:
        """Raise `SettingsError` with all that does not make sense."""
        problems = []
        if not 1 <= self.concurrency <= MOST_LANES:
            problems.append(f"concurrency={self.concurrency} does not fit: expected 1 to {MOST_LANES} lanes")
        if self.ordering not in get_args(Ordering):
            problems.append(f"ordering={self.ordering!r} is none of {', '.join(get_args(Ordering))}")
        if self.exactly_once:
            problems += self._transactional(settings)
        elif self.producer is not None:
            problems.append("producer=… is for exactly_once=True: elsewhere handlers keep their producer themselves")
        if problems:
            raise SettingsError(*problems)

    def _transactional(self, settings: Settings) -> list[str]:
        problems = []
        producer = self.producer
        if producer is None:
            problems.append("exactly_once=True needs producer=…, the one that the handlers send with")
        elif not settings.enabled:
            pass  # nothing connects, and nothing is handled
        elif producer.transactions is None:
            problems.append("exactly_once=True needs a producer with a transactional id: make it with transactional_id")
        elif producer.brokers != settings.brokers:
            problems.append(
                f"exactly_once=True needs a producer on the group's cluster: it sends to {producer.brokers}, "
                f"and the group reads from {settings.brokers}"
            )
        if self.concurrency != 1:
            problems.append("exactly_once=True handles one record after the other: leave concurrency at 1")
        if self.transaction_size < 1:
            problems.append(f"transaction_size={self.transaction_size} does not fit: expected at least 1")
        return problems

    def check_handlers(self, table: HandlerTable) -> None:
        """Raise `SettingsError` when the service's methods are not made for this."""
        if self.exactly_once and table.is_async:
            raise SettingsError("exactly_once=True calls handlers in the thread of `run`: none may be `async`")

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
        if self.exactly_once:
            return Transacted(handling, offsets, patience, stop)
        if asynchronous or self.concurrency > 1:
            kind = TaskLanes if asynchronous else ThreadLanes
            return kind(handling, offsets, patience, count=self.concurrency, ordering=self.ordering, most=_AHEAD * most)
        return Inline(handling, offsets, patience, stop)
