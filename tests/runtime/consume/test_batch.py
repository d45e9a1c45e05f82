"""The contexts of a batch, and records that the garbage collector need not look at."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest
from confluent_kafka import Message

from eventpact.avro import executor
from eventpact.consume.batch import Batch
from eventpact.consume.context import Received
from eventpact.consume.drains import untrack


def batch(count: int) -> Batch:
    made = Batch()
    for number in range(count):
        source: Any = f"source {number}"  # nothing here asks it
        made.add(Message(topic="t", partition=0, offset=number), source, f"event {number}")
    return made


def offsets(contexts: Any) -> list[int]:
    return [one.offset for one in contexts]


class TestContexts:
    def test_they_are_those_of_the_records(self) -> None:
        contexts = batch(3).contexts

        assert len(contexts) == 3
        assert offsets(contexts) == [0, 1, 2]
        assert [one._event for one in contexts] == ["event 0", "event 1", "event 2"]
        assert list(map(str, (one._source for one in contexts))) == ["source 0", "source 1", "source 2"]

    def test_each_is_made_once(self) -> None:
        contexts = batch(3).contexts

        assert contexts[1] is contexts[1]
        assert contexts[1] is list(contexts)[1]
        assert contexts[-1] is contexts[2]

    def test_they_are_a_sequence(self) -> None:
        contexts = batch(5).contexts

        assert offsets(contexts[1:3]) == [1, 2]
        assert offsets(contexts[::-2]) == [4, 2, 0]
        assert offsets(reversed(contexts)) == [4, 3, 2, 1, 0]
        assert contexts[2] in contexts
        assert contexts.index(contexts[3]) == 3
        for outside in (5, -6):
            with pytest.raises(IndexError):
                contexts[outside]

    def test_one_that_was_made_before_stays(self) -> None:
        made = batch(1)
        message = Message(topic="t", partition=0, offset=7)
        context = Received.of(message, made.handler, "another")

        made.add(message, made.handler, "another", context)

        assert made.contexts[1] is context

    def test_without_some_the_others_keep_theirs(self) -> None:
        made = batch(4)
        kept = made.contexts[2]

        rest = made.without([True, False, False, True])

        assert rest.events == ["event 1", "event 2"]
        assert offsets(rest.contexts) == [1, 2]
        assert rest.contexts[1] is kept
        assert rest.handler == made.sources[2]


def test_a_batch_is_let_go_without_the_collector() -> None:
    class Event:
        """Something that can be watched."""

    made, event = batch(3), Event()
    made.add(Message(topic="t", partition=0, offset=3), made.handler, event)
    assert made.contexts[3]._event is event
    gone = weakref.ref(event)

    gc.disable()
    try:
        del made, event
        assert gone() is None
    finally:
        gc.enable()


def test_records_that_wait_to_be_handled_are_nothing_that_the_collector_looks_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if "native" not in executor.available():
        pytest.skip("eventpact-native is not installed")
    monkeypatch.setattr("eventpact.consume.drains.chosen", lambda: "native")
    records = [Message(topic="t", value=b"value", key=b"key", headers=[("name", b"value")]) for _ in range(10)]
    assert all(map(gc.is_tracked, records))

    untrack(records)
    untrack(records)
    gc.collect()

    assert not any(map(gc.is_tracked, records))
    assert [one.headers() for one in records] == [[("name", b"value")]] * 10


def test_what_the_collector_knows_nothing_of_is_left_as_it_is() -> None:
    if "native" not in executor.available():
        pytest.skip("eventpact-native is not installed")
    objects: list[Any] = [1, "text", None, (), object(), [1]]

    native: Any = executor.native()
    native.untrack(objects)

    assert gc.is_tracked(objects)
    assert not gc.is_tracked(objects[-1])
