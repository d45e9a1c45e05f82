"""What is to be done with a record as steps, so that threads and event loops share one description of it.

A generator yields a step at a time: a call of the service's code, which may return something to await, or seconds to
wait. What a call raises is thrown into the generator, which decides what comes next.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import threading

    from eventpact.consume.clock import Clock

Step: TypeAlias = Callable[[], Any] | float
Steps: TypeAlias = Generator[Step, None, None]


class Stopped(Exception):  # noqa: N818 - not an error
    """The run was told to stop while a record waited for another attempt; the record is not dealt with."""


def walk(steps: Steps, clock: Clock, stop: threading.Event) -> None:
    """Take all steps in this thread, and wait by `clock`.

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
            if clock.wait(step, stop):
                raise Stopped
            continue
        try:
            step()
        except Exception as error:  # noqa: BLE001 - the service's own code may raise anything; the steps decide
            failure = error


async def walk_async(steps: Steps, clock: Clock, stop: threading.Event) -> None:
    """Take all steps in this task, and wait by `clock`.

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
            if await clock.pause(step, stop):
                raise Stopped
            continue
        try:
            result = step()
            if isawaitable(result):
                await result
        except Exception as error:  # noqa: BLE001 - as above
            failure = error
