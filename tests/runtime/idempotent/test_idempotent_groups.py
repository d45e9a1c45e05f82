"""Groups that recognise the events they have handled before."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from eventpact import Context, Settings
from eventpact.consume.policy import InOtherHands
from eventpact.idempotent import CLAIMED, HANDLED, Claim, HandledStore, Idempotent, SqliteStore
from tests.runtime.raw import committed, read, write
from tests.runtime.sample import Posted, PostReader, SampleProducer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from eventpact_testing.broker import LocalBroker


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with SqliteStore(tmp_path / "handled", keep=timedelta(hours=1), fsync=False) as store:
        yield store


@pytest.fixture
def producer(settings: Settings) -> Iterator[SampleProducer]:
    with SampleProducer(settings, register="dev") as producer:
        yield producer


def by_id(event: Posted, _: Context) -> str | None:
    return event.event_id


class Mailer(PostReader, name="mailer"):
    """Sends a letter for each event; the post office may fail once."""

    def __init__(self, store: HandledStore, *, failures: int = 0) -> None:
        super().__init__()
        self.idempotent = Idempotent(store, by=by_id)  # type: ignore[misc]  # of this one instance
        self.failures = failures
        self.sent: list[str] = []

    def on_posted(self, event: Posted, context: Context) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("closed")
        self.sent.append(event.event_id)


def test_an_event_that_comes_again_is_not_handled_again(
    producer: SampleProducer, settings: Settings, broker: LocalBroker, store: SqliteStore
) -> None:
    for event_id in ("e1", "e2", "e1"):
        producer.send_and_wait(Posted(event_id=event_id))
    mailer = Mailer(store)

    statistics = mailer.run(settings, max_events=3)

    assert sorted(mailer.sent) == ["e1", "e2"]
    assert (statistics.handled, mailer.idempotent.duplicates) == (3, 1)  # type: ignore[union-attr]  # it has one
    assert sum(committed(broker, "mailer", "sample.posted").values()) == 3


def test_what_failed_is_tried_again(producer: SampleProducer, settings: Settings, store: SqliteStore) -> None:
    producer.send_and_wait(Posted(event_id="e1"))
    mailer = Mailer(store, failures=2)

    statistics = mailer.run(settings, max_events=1)

    assert mailer.sent == ["e1"]
    assert statistics.retried == 2


def test_a_batch_gets_what_is_new_of_it(
    producer: SampleProducer, settings: Settings, broker: LocalBroker, store: SqliteStore
) -> None:
    class Sacks(Mailer, name="sacks"):
        def on_posted_batch(self, events: Sequence[Posted], contexts: Sequence[Context]) -> None:
            self.sent += [event.event_id for event in events]

    producer.send_and_wait(Posted(event_id="e1"))
    [record] = read(broker, "sample.posted", 1)
    write(broker, "sample.posted", *[record.value()] * 5, partition=record.partition() or 0)
    sacks = Sacks(store)

    sacks.run(settings, max_events=6)

    assert sacks.sent == ["e1"]


def test_two_groups_handle_an_event_each(producer: SampleProducer, settings: Settings, store: SqliteStore) -> None:
    class Auditor(Mailer, name="auditor"):
        pass

    producer.send_and_wait(Posted(event_id="e1"))
    mailer, auditor = Mailer(store), Auditor(store)

    mailer.run(settings, max_events=1)
    auditor.run(settings, max_events=1)

    assert (mailer.sent, auditor.sent) == (["e1"], ["e1"])


class Scripted:
    """A store that answers as a test says and notes what it is told."""

    def __init__(self, *answers: Claim | Exception, deaf: bool = False) -> None:
        self.answers = list(answers)
        self.deaf = deaf
        self.told: list[str] = []

    def claim(self, key: str, lease: float) -> Claim:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def confirm(self, key: str) -> None:
        self.told.append(f"confirmed {key}")
        if self.deaf:
            raise ConnectionError("gone")

    def release(self, key: str) -> None:
        self.told.append(f"released {key}")


CONTEXT = Context("sample.posted", 1, 7)
EVENT = Posted(event_id="e1")


def test_an_event_in_other_hands_is_waited_for_and_no_attempt_is_counted(
    producer: SampleProducer, settings: Settings
) -> None:
    producer.send_and_wait(EVENT)
    waiting = Claim(granted=False, wait=0.01)
    mailer = Mailer(Scripted(waiting, waiting, waiting, waiting, CLAIMED))

    statistics = mailer.run(settings, max_events=1)

    assert mailer.sent == ["e1"]
    assert (statistics.handled, statistics.retried, statistics.dead_lettered) == (1, 0, 0)


def test_a_store_that_is_away_is_as_a_handler_that_fails(
    producer: SampleProducer, settings: Settings, broker: LocalBroker
) -> None:
    producer.send_and_wait(EVENT)
    mailer = Mailer(Scripted(*[ConnectionError("gone")] * 3))

    statistics = mailer.run(settings, max_events=1)

    assert (mailer.sent, statistics.dead_lettered) == ([], 1)


def test_what_a_store_was_not_told_is_handled_all_the_same() -> None:
    store = Scripted(CLAIMED, deaf=True)
    sent: list[Any] = []

    Idempotent(store).around("mailer", lambda event, _: sent.append(event))(EVENT, CONTEXT)

    assert sent == [EVENT]


def test_a_coroutine_is_confirmed_when_it_has_ended() -> None:
    store = Scripted(CLAIMED, CLAIMED)

    async def send(event: Posted, context: Context) -> None:
        await asyncio.sleep(0)
        store.told.append("sent")
        if len(store.told) > 2:
            raise OSError("closed")

    once = Idempotent(store).around("mailer", send)
    asyncio.run(once(EVENT, CONTEXT))
    with pytest.raises(OSError, match="closed"):
        asyncio.run(once(EVENT, CONTEXT))

    key = "mailer/Posted/sample.posted/1@7"
    assert store.told == ["sent", f"confirmed {key}", "sent", f"released {key}"]


def test_a_batch_with_one_event_in_other_hands_gives_the_others_back() -> None:
    store = Scripted(CLAIMED, HANDLED, Claim(granted=False, wait=5))
    once = Idempotent(store, by=by_id).around_batch("mailer", lambda *_: None)
    events = [Posted(event_id=event_id) for event_id in ("e1", "e2", "e3")]

    with pytest.raises(InOtherHands):
        once(events, [CONTEXT] * 3)

    assert store.told == ["released mailer/Posted/e1"]


def test_a_key_that_is_too_long_for_a_store_is_shortened() -> None:
    store = Scripted(CLAIMED)

    Idempotent(store, by=lambda *_: "x" * 5000).around("mailer", lambda *_: None)(EVENT, CONTEXT)

    assert len(store.told[0]) < 1000
