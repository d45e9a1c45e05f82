"""What a flow sent and what its groups handled, so that nothing can be lost unnoticed."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eventpact import Context, Event, Group


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowResult:
    """One row of the final table."""

    system: str
    topics: int
    sent: int
    """Events acknowledged by the broker."""
    received: int
    """Events handled, each counted once for every group that reads it."""
    expected: int
    """What `received` has to be."""
    lost: int
    """Events acknowledged that a group did not handle, over all groups."""
    poisoned: int
    """How many groups met the poison record."""
    dead_letters: int
    """How many of them set it aside."""
    rate: float
    """Events sent and handled a second."""
    p99_ms: float
    """99th percentile of the time from send to handler."""
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The row as plain JSON."""
        return asdict(self)


class Ledger:
    """Counts sent events by type and handled records by group; safe to use from every group's thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._started_ms = time.time() * 1000 - 1
        self._sent: Counter[str] = Counter()
        self._topics: set[str] = set()
        self._groups: dict[str, frozenset[str]] = {}
        self._handled: defaultdict[str, set[tuple[str, int, int]]] = defaultdict(set)
        self._latencies: list[float] = []
        self._warm = 0
        self._clock_started = time.perf_counter()
        self._last_handled = self._clock_started

    def add_group(self, group: Group) -> None:
        """Expect every event that the group declares a handler for."""
        with self._lock:
            self._groups[group.name] = frozenset(group.handlers)

    def sent(self, event: Event, topic: str) -> None:
        """An event was acknowledged."""
        with self._lock:
            self._sent[event.contract.full_name] += 1
            self._topics.add(topic)

    def handled(self, group: Group, context: Context) -> None:
        """A group handled the record at the context's place; one of an earlier run does not count."""
        now_ms = time.time() * 1000
        written_ms = context.timestamp.timestamp() * 1000 if context.timestamp else now_ms
        if written_ms < self._started_ms:
            return
        with self._lock:
            self._handled[group.name].add((context.topic, context.partition, context.offset))
            self._latencies.append(now_ms - written_ms)
            self._last_handled = time.perf_counter()

    def start_clock(self) -> None:
        """Measure rate and latency from here on; what came before was for warming up."""
        with self._lock:
            self._latencies.clear()
            self._warm = sum(self._sent.values())
            self._clock_started = time.perf_counter()

    @property
    def total_sent(self) -> int:
        """Events acknowledged so far."""
        with self._lock:
            return sum(self._sent.values())

    @property
    def received(self) -> int:
        """Events handled so far, over all groups."""
        with self._lock:
            return sum(map(len, self._handled.values()))

    @property
    def expected(self) -> int:
        """Events that the groups have to handle, over all groups."""
        with self._lock:
            return sum(map(self._expected_of, self._groups))

    @property
    def lost(self) -> int:
        """Events that groups have not handled; what one group got twice makes up for nothing that another lacks."""
        with self._lock:
            return sum(max(self._expected_of(group) - len(self._handled[group]), 0) for group in self._groups)

    def wait(self, timeout: float) -> bool:
        """Wait until every group has handled what was sent, at most `timeout` seconds; says whether it has."""
        deadline = time.monotonic() + timeout
        while self.lost:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True

    def _expected_of(self, group: str) -> int:
        return sum(self._sent[name] for name in self._groups[group])

    def result(
        self, system: str, *, poisoned: int = 0, dead_letters: int = 0, notes: tuple[str, ...] = ()
    ) -> FlowResult:
        """The row for the table."""
        with self._lock:
            seconds = max(self._last_handled - self._clock_started, 1e-6)
            ranked = sorted(self._latencies) or [0.0]
            measured = sum(self._sent.values()) - self._warm
        return FlowResult(
            system=system,
            topics=len(self._topics),
            sent=self.total_sent,
            received=self.received,
            expected=self.expected,
            lost=self.lost,
            poisoned=poisoned,
            dead_letters=dead_letters,
            rate=measured / seconds,
            p99_ms=ranked[int(0.99 * (len(ranked) - 1))],
            notes=notes,
        )
