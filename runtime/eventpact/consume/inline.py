"""Records handled in the thread that fetches them: one after the other, with nothing between fetching and handling."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from eventpact.consume.drains import last_offsets, outside, partition_of
from eventpact.consume.handling import Later, Turn
from eventpact.consume.steps import Stopped
from eventpact.errors import RegistryError
from eventpact.in_hand import Hand

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from confluent_kafka import Message

    from eventpact.consume.handling import Handling
    from eventpact.consume.offsets import Offsets, Partition
    from eventpact.consume.patience import Patience

MOST: Final = 1000
"""Records of one drain: beyond that a call of the client costs nothing to speak of for each."""

_LONGEST: Final = 0.5
"""Seconds of handling that one drain should not exceed: in between the client serves the group's rebalances."""


class Inline:
    """Deals with what is offered before `offer` returns, but for records that have to wait."""

    failure: BaseException | None = None
    """What ended a lane: there is none, `offer` raises."""

    def __init__(self, handling: Handling, offsets: Offsets, patience: Patience, stop: threading.Event) -> None:
        self.hand = Hand()
        self.busy_since: float | None = None
        """When handling what was offered began, on the monotonic clock; `None` when there is nothing to handle."""
        self.free = threading.Event()
        """Set whenever handling ends."""
        self._handling = handling
        self._offsets = offsets
        self._patience = patience
        self._stop = stop
        self._pace = 1
        self._seconds_a_record = 0.0
        self._waiting: dict[Partition, tuple[float, list[Message]]] = {}
        self._boundary = threading.Condition()
        self._leaving: set[Partition] = set()
        self._left: set[Partition] = set()
        self.rewound: set[Partition] = set()
        """Partitions of which the client reads again what it had read; for whoever holds the client."""
        self.wanted: int | None = None
        """How many more of the records that wait may be dealt with; `None` for all."""

    @property
    def hands(self) -> Sequence[Hand]:
        """The one hand."""
        return (self.hand,)

    @property
    def in_flight(self) -> int:
        """Records that wait."""
        return sum(len(records) for _, records in self._waiting.values())

    @property
    def resting(self) -> int:
        """All of them."""
        return self.in_flight

    @property
    def room(self) -> int:
        """How many records may be offered: few where handling one takes long."""
        if not self._seconds_a_record:
            return MOST
        return max(1, min(MOST, int(_LONGEST / self._seconds_a_record)))

    def start(self) -> None:
        """There is nothing to start."""

    def offer(self, records: Sequence[Message]) -> None:
        """Deal with records.

        Raises:
            HandlerError: a handler failed, and the group has to stop.
            RegistryError: the registry has not answered for too long.
        """
        if self._waiting:
            for message in records:
                if partition_of(message) in self._waiting:
                    self._waiting[partition_of(message)][1].append(message)
            records = outside(records, set(self._waiting))
        self._handle(records)

    def tend(self, partitions: Collection[Partition]) -> set[Partition]:  # noqa: ARG002 - lanes need them
        """Deal with records whose time has come; the partitions that should not be fetched from for now."""
        now = self._handling.clock.time()
        due = [partition for partition, (until, _) in self._waiting.items() if until <= now]
        for partition in due:
            with self._boundary:  # from here on who lets the partition go waits for what is taken
                self.busy_since = time.monotonic()
                records = self._take(partition)
            self._handle(records)
        return set(self._waiting)

    def _take(self, partition: Partition) -> list[Message]:
        """What waits in a partition, or as much of it as is wanted: the rest goes on waiting."""
        until, records = self._waiting.pop(partition, (0.0, []))
        if self.wanted is None or len(records) <= self.wanted:
            taken = records
        else:
            taken = records[: max(0, self.wanted)]
            self._waiting[partition] = until, records[len(taken) :]
        if self.wanted is not None:
            self.wanted -= len(taken)
        return taken

    def wait_for_room(self, seconds: float) -> None:
        """There is always room; where nothing more is wanted, records wait for their time."""
        time.sleep(seconds)

    def revoke(self, partitions: Collection[Partition], seconds: float) -> list[Hand]:
        """Drop what is not begun of these partitions and wait for the record in hand; the hand when it is not done.

        Called in the thread that handles, when nothing is in hand, or in another that polls meanwhile.
        """
        with self._boundary:
            for partition in partitions:
                self._waiting.pop(partition, None)
            if self.busy_since is None:
                return []
            self._leaving |= set(partitions)
            if self._boundary.wait_for(lambda: not self._leaving, seconds):
                return []
            self._left |= self._leaving
            self._leaving.clear()
            return [self.hand]

    def end(self, _: float) -> list[Hand]:
        """Nothing is in hand."""
        return []

    def _handle(self, records: Sequence[Message]) -> None:
        turn = Turn(records, self._pace)
        begun = time.monotonic()
        self.free.clear()
        self.busy_since = begun
        try:
            self._deal_with(turn)
        finally:
            with self._boundary:
                self._credit(turn)
                self._leaving.clear()
                self.busy_since = None
                self._boundary.notify_all()
            self.free.set()
            self._pace = turn.pace
            if records:
                self._seconds_a_record = (time.monotonic() - begun) / len(records)

    def _deal_with(self, turn: Turn) -> None:
        while turn and not self._stop.is_set():
            try:
                self._handling.step(turn, self.hand)
            except Stopped:
                return
            except (Later, RegistryError) as error:
                self._set_aside(turn, error)
            self._let_go(turn)

    def _let_go(self, turn: Turn) -> None:
        """Between two records: hand over the partitions that another thread waits for."""
        if self._leaving or self._left:
            with self._boundary:
                self._credit(turn)
                turn.records, turn.done = outside(turn.records[turn.done :], self._leaving), 0
                self._leaving.clear()
                self._boundary.notify_all()

    def _credit(self, turn: Turn) -> None:
        """Move positions past what is done, but for partitions that others have by now."""
        last = last_offsets(turn.records[: turn.done])
        self._offsets.passed({partition: offset for partition, offset in last.items() if partition not in self._left})
        if self._left:
            turn.records, turn.done = outside(turn.records[turn.done :], self._left), 0
            self._left.clear()

    def _set_aside(self, turn: Turn, error: Later | RegistryError) -> None:
        """Let the rest of a partition wait, and go on with the others."""
        if isinstance(error, Later):
            until = error.due
        else:
            wait = self._patience.wait(error)
            if wait is None:
                raise error
            until = self._handling.clock.time() + wait
        partition = partition_of(turn.records[turn.done])
        rest = turn.records[turn.done :]
        _, later = self._waiting.get(partition, (0.0, []))
        self._waiting[partition] = (until, [*(one for one in rest if partition_of(one) == partition), *later])
        turn.records = [*turn.records[: turn.done], *outside(rest, {partition})]
