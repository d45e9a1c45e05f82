"""As fast as it goes: produce and consume, plain and typed, and whether memory grows meanwhile."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from benchmarks.delivery.plain import PlainProducer
from benchmarks.delivery.side import DRAIN, QUIET, Memory

if TYPE_CHECKING:
    from benchmarks.delivery.side import Side
    from eventpact import Context, Event


def produce_raw(side: Side) -> dict[str, float]:
    """Produce the bytes as fast as they go."""
    plain = PlainProducer(side.config(), side.told["topic"])
    records = side.records()
    plain.warm_up(records[0])
    memory = Memory(side.count)
    start = time.perf_counter()
    sent = 0
    while sent < side.count:
        for record in records:
            plain.send(record)
        sent += len(records)
        plain.client.poll(0)
        memory.look(sent)
    plain.finish(sent)
    return {"rate": sent / (time.perf_counter() - start), **memory.found()}


def produce_typed(side: Side) -> dict[str, float]:
    """Send events as fast as they go."""
    with side.producer() as producer:
        producer.send_and_wait(side.events[0])
        memory = Memory(side.count)
        send = producer.send
        start = time.perf_counter()
        sent = 0
        while sent < side.count:
            for event in side.events:
                send(event)
            sent += len(side.events)
            memory.look(sent)
        producer.flush(120)
        seconds = time.perf_counter() - start
        assert producer.statistics.acknowledged == sent + 1, producer.statistics
    return {"rate": sent / seconds, **memory.found()}


def consume_raw(side: Side) -> dict[str, float]:
    """Consume all there is in drains, and commit after each."""
    client = side.plain_consumer()
    seen = size = 0
    start = last = 0.0
    while seen < side.count:
        first = client.poll(1.0)
        if first is None:
            assert not start or time.perf_counter() - last < QUIET, f"{seen} of {side.count}"
            continue
        start = start or time.perf_counter()
        for message in (first, *client.consume(DRAIN - 1, 0)):
            value = message.value()
            assert value is not None
            size += len(value)
            seen += 1
        client.commit(asynchronous=True)
        last = time.perf_counter()
    client.close()
    return {"rate": seen / (last - start)}


def consume_typed(side: Side) -> dict[str, float]:
    """Handle all there is."""
    memory = Memory(side.count)
    seen = 0
    start = last = 0.0

    class Counting(side.group()):  # type: ignore[misc]  # a class made here
        def on_message_sent(self, _: Event, __: Context) -> None:
            nonlocal seen, start, last
            seen += 1
            if not seen & 1023 or seen == 1:
                last = time.perf_counter()
                start = start or last
                memory.look(seen)

    statistics = Counting().run(side.settings, max_events=side.count, idle_timeout=QUIET)
    assert statistics.handled == seen
    return {"rate": seen / (last - start), **memory.found()}
