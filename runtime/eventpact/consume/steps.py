"""What is to be done with a record as steps, so that threads and event loops share one description of it.

A generator yields a step at a time: a call of the service's code, which may return something to await, or seconds to
wait. What a call raises is thrown into the generator, which decides what comes next.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator
from inspect import isawaitable
from typing import Any, Final, TypeAlias

Step: TypeAlias = Callable[[], Any] | float
Steps: TypeAlias = Generator[Step, None, None]

_LOOK: Final = 0.1
"""Seconds between two looks whether a waiting run was told to stop."""


class Stopped(Exception):  # noqa: N818 - not an error
    """The run was told to stop while a record waited for another attempt; the record is not dealt with."""


def walk(steps: Steps, stop: threading.Event) -> None:
    """Take all steps in this thread.

    Raises:
        Stopped: the run was told to stop while it waited.
    """
    failure: Exception | None = None
    while True:
        try:
            step = next(steps) if failure is None else steps.throw(failure)
        except StopIteration:
            return
        failure = None
        if isinstance(step, float):
            if stop.wait(step):
                raise Stopped
            continue
        try:
            step()
        except Exception as error:  # noqa: BLE001 - the service's own code may raise anything; the steps decide
            failure = error


async def walk_async(steps: Steps, stop: threading.Event) -> None:
    """Take all steps in this task.

    Raises:
        Stopped: the run was told to stop while it waited.
    """
    failure: Exception | None = None
    while True:
        try:
            step = next(steps) if failure is None else steps.throw(failure)
        except StopIteration:
            return
        failure = None
        if isinstance(step, float):
            await _pause(step, stop)
            continue
        try:
            result = step()
            if isawaitable(result):
                await result
        except Exception as error:  # noqa: BLE001 - as above
            failure = error


async def _pause(seconds: float, stop: threading.Event) -> None:
    if type(stop) is not threading.Event:  # one that goes by a clock of its own
        if await asyncio.to_thread(stop.wait, seconds):
            raise Stopped
        return
    until = asyncio.get_running_loop().time() + seconds
    while not stop.is_set():
        left = until - asyncio.get_running_loop().time()
        if left <= 0:
            return
        await asyncio.sleep(min(left, _LOOK))
    raise Stopped
