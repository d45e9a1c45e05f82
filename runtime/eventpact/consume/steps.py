"""What is to be done with a record as steps, so that threads and event loops share one description of it.

A generator yields a step at a time: a call of the service's code, which may return something to await, or seconds to
wait. What a call raises is thrown into the generator, which decides what comes next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from inspect import isasyncgen, isawaitable, iscoroutine, isgenerator
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import threading

    from eventpact.consume.clock import Clock

Step: TypeAlias = Callable[[], Any] | float
Steps: TypeAlias = Generator[Step, None, None]


class Stopped(Exception):  # noqa: N818 - not an error
    """The run was told to stop while a record waited for another attempt; the record is not dealt with."""


class NotRun(Exception):  # noqa: N818 - told to who wrote the handler in a HandlerError
    """A handler returned something that nobody runs, so that it has done nothing yet: no attempt will do better."""


class HandlerCancelled(Exception):  # noqa: N818 - named as asyncio's own
    """A handler ended in asyncio's CancelledError, and nobody had cancelled it: something that it awaited was."""


def check_run(result: object) -> None:
    """Look at what a handler returned, where that is not awaited; anything is fine that is not work still to be done.

    Raises:
        NotRun: it is a coroutine, a generator or the like.
    """
    if isawaitable(result):
        kind, advice = "a coroutine", "make it `async def`, and what decorates it, too"
    elif isgenerator(result) or isasyncgen(result):
        kind, advice = "a generator", "take the `yield` out of it"
    else:
        return
    if iscoroutine(result) or isgenerator(result):
        result.close()
    raise NotRun(f"its handler returned {kind}, which nobody runs: {advice}")


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
            result = step()
            if result is not None:
                check_run(result)
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
                result = await result
            if result is not None:
                check_run(result)
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            failure = HandlerCancelled("the handler ended in CancelledError, and nobody cancelled it")
            failure.__cause__ = error
        except Exception as error:  # noqa: BLE001 - as above
            failure = error
