"""Lanes that are tasks of one event loop, for handlers that are coroutine functions."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from contextvars import copy_context
from typing import TYPE_CHECKING

from eventpact.consume.lanes import Item, Lane, Lanes
from eventpact.in_hand import Hand

if TYPE_CHECKING:
    from eventpact.consume.strands import Strand


class TaskLanes(Lanes):
    """Lanes of one event loop in a thread of its own; handlers that are no coroutine functions hold up the others."""

    def start(self) -> None:
        """Start the loop and its tasks."""
        self._loop = asyncio.new_event_loop()
        self._thread = 0
        self._arrived: deque[Strand[Item] | None] = deque()
        self._queue: asyncio.Queue[Strand[Item] | None] = asyncio.Queue()
        context = copy_context()
        threading.Thread(target=context.run, args=(self._run,), name="eventpact-lanes", daemon=True).start()

    def _ready(self, strand: Strand[Item]) -> None:
        self._tell(strand)

    def _dismiss(self) -> None:
        for _ in self._lanes:
            self._tell(None)

    def _tell(self, strand: Strand[Item] | None) -> None:
        if threading.get_ident() == self._thread:
            self._queue.put_nowait(strand)
            return
        self._arrived.append(strand)
        if len(self._arrived) == 1:  # waking the loop costs a system call: once for all that comes meanwhile
            self._loop.call_soon_threadsafe(self._take_in)

    def _take_in(self) -> None:
        while self._arrived:
            self._queue.put_nowait(self._arrived[0])
            self._arrived.popleft()  # only now: whoever adds to an empty row wakes the loop

    def _run(self) -> None:
        self._thread = threading.get_ident()
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._work_all())
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    async def _work_all(self) -> None:
        await asyncio.gather(*(self._work(lane) for lane in self._lanes))

    async def _work(self, lane: Lane) -> None:
        while (strand := await self._queue.get()) is not None:
            turn = self._take(lane, strand)
            stopped: BaseException | None = None
            try:
                while not self._is_over(lane, turn):
                    lane.hand = Hand()  # a new one: tasks that a handler leaves behind keep the record they are of
                    await self._handling.step_async(turn, lane.hand)
            except BaseException as error:  # noqa: BLE001 - told to the session, which raises it
                stopped = error
            self._put_back(lane, strand, turn, stopped)
