"""Handlers that return work still to be done: it is done, or the group stops; it never counts as handled."""

from __future__ import annotations

import asyncio
import functools
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from eventpact import Context, Event, Policy, Settings
from eventpact.consume.dead_letters import letter_of
from eventpact.consume.record import headers_of
from eventpact.errors import HandlerError
from eventpact.idempotent import Idempotent, SqliteStore
from tests.runtime.raw import committed, read
from tests.runtime.sample import Posted, PostReader, SampleProducer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
    from pathlib import Path

    from eventpact_testing.broker import LocalBroker

WAYS: list[dict[str, Any]] = [{}, {"measure_latency": True}, {"concurrency": 2}]
"""The short way of a record, the long one, and lanes."""


def passed_on(method: Callable[..., Any]) -> Callable[..., Any]:
    """What many decorators do."""

    @functools.wraps(method)
    def wrapper(*arguments: Any) -> Any:
        return method(*arguments)

    return wrapper


@pytest.fixture(autouse=True)
def posted(settings: Settings) -> None:
    with SampleProducer(settings, register="dev") as producer:
        for number in range(3):
            producer.send(Posted(event_id=str(number)))


class Storing(PostReader, name="storing"):
    """Stores events, which takes a coroutine."""

    async def store(self, *events: Event) -> None:
        await asyncio.sleep(0)
        self.events.extend(events)


class Delegating(Storing):
    def on_posted(self, event: Posted, context: Context) -> Awaitable[None]:  # type: ignore[override]  # the fault
        return self.store(event)


class Generating(Storing):
    def on_posted(self, event: Posted, context: Context) -> Iterator[None]:  # type: ignore[override]  # the fault
        self.events.append(event)
        yield


class GeneratingLater(Storing):
    async def on_posted(  # type: ignore[override]  # the fault
        self, event: Posted, context: Context
    ) -> AsyncIterator[None]:
        self.events.append(event)
        yield


class DelegatingTwice(Storing):
    async def on_posted(self, event: Posted, context: Context) -> Any:  # type: ignore[override]  # the fault
        return self.store(event)


class Skipping(Delegating):
    errors: ClassVar = {Exception: Policy.SKIP}


@pytest.mark.parametrize("how", WAYS, ids=str)
@pytest.mark.parametrize("reader", [Delegating, Generating, GeneratingLater, DelegatingTwice, Skipping])
@pytest.mark.filterwarnings("ignore:coroutine:RuntimeWarning")
def test_a_handler_that_nobody_runs_stops_the_group_and_nothing_is_committed(
    settings: Settings, broker: LocalBroker, reader: type[Storing], how: dict[str, Any]
) -> None:
    group = reader()

    with pytest.raises(HandlerError, match=r"stops at sample\.posted/\d@0: its handler returned a (coroutine|gener)"):
        group.run(settings, idle_timeout=30, **how)

    assert group.events == []
    assert sum(committed(broker, "storing", "sample.posted").values()) == 0


def test_a_batch_that_nobody_runs_stops_the_group_too(settings: Settings, broker: LocalBroker) -> None:
    class Batched(Storing):
        def on_posted_batch(self, events: Sequence[Posted], contexts: Sequence[Context]) -> Any:
            return self.store(*events)

    with SampleProducer(settings) as producer:
        for number in range(100):
            producer.send(Posted(event_id=str(number)))

    with pytest.raises(HandlerError, match="make it `async def`"):
        Batched().run(settings, max_events=103)


@pytest.mark.parametrize("how", WAYS, ids=str)
def test_a_decorated_coroutine_function_is_awaited(
    settings: Settings, broker: LocalBroker, how: dict[str, Any]
) -> None:
    class Decorated(Storing):
        @passed_on
        async def on_posted(self, event: Posted, context: Context) -> None:
            await self.store(event)

    group = Decorated()

    assert group.run(settings, max_events=3, **how).handled == 3
    assert len(group.events) == 3
    assert sum(committed(broker, "storing", "sample.posted").values()) == 3


def test_what_else_a_handler_returns_is_its_own_affair(settings: Settings) -> None:
    class Answering(PostReader, name="answering"):
        def on_posted(self, event: Posted, context: Context) -> str:  # type: ignore[override]  # harmless
            return event.event_id

    assert Answering().run(settings, max_events=3).handled == 3


def test_what_was_not_run_is_not_remembered_as_handled(settings: Settings, tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "handled", keep=timedelta(days=1)) as store:
        once = Idempotent(store)

        class Broken(Generating):
            idempotent = once

        class Mended(Storing):
            idempotent = once

        with pytest.raises(HandlerError, match="generator"):
            Broken().run(settings, max_events=3)

        assert Mended().run(settings, max_events=3).handled == 3
        assert once.duplicates == 0


def test_a_coroutine_whose_own_work_was_cancelled_is_a_handler_that_failed(
    settings: Settings, broker: LocalBroker
) -> None:
    class Cancelling(Storing):
        async def on_posted(self, event: Posted, context: Context) -> None:  # type: ignore[override]  # a coroutine function, as a group may have
            if event.event_id == "1":
                task = asyncio.ensure_future(asyncio.sleep(9))
                task.cancel()
                await task
            await self.store(event)

    statistics = Cancelling().run(settings, max_events=3, concurrency=2)

    assert (statistics.handled, statistics.retried, statistics.dead_lettered) == (2, 2, 1)
    info = letter_of(headers_of(read(broker, "sample.dead", 1)[0]))
    assert info is not None
    assert info.exception == "eventpact.consume.steps.HandlerCancelled"
