"""Consume, transform and produce in transactions, plain and typed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import confluent_kafka
from confluent_kafka import TopicPartition

from benchmarks.delivery.plain import PlainProducer
from benchmarks.delivery.side import DRAIN, QUIET
from eventpact.produce.configuration import TRANSACTIONAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from confluent_kafka import Message

    from benchmarks.delivery.side import Side
    from eventpact import Context, Event, Group, Producer


def pass_on_raw(side: Side) -> dict[str, float]:
    """Consume, transform, produce in transactions of 1,000, as a tuned plain client that looks at each delivery."""
    timeouts = {"transaction.timeout.ms": "60000", "message.timeout.ms": "60000"}
    config = {**side.config(), **TRANSACTIONAL, **timeouts, "transactional.id": side.told["group"]}
    plain = PlainProducer(config, side.told["target"])
    producer = plain.client
    consumer = side.plain_consumer(**{"isolation.level": "read_committed"})
    producer.init_transactions(30)
    seen, start = 0, 0.0
    while seen < side.count:
        first = consumer.poll(1.0)
        if first is None:
            continue
        start = start or time.perf_counter()
        producer.begin_transaction()
        drained = [first, *consumer.consume(DRAIN - 1, 1.0 if side.count - seen >= DRAIN else 0)]
        for message in drained:
            plain.send((message.value(), message.key(), message.headers()))
        positions = consumer.position(consumer.assignment())
        producer.send_offsets_to_transaction(
            [place for place in positions if place.offset >= 0], consumer.consumer_group_metadata(), 30
        )
        producer.commit_transaction(30)
        seen += len(drained)
    seconds = time.perf_counter() - start
    consumer.close()
    assert plain.acknowledged == seen, (plain.acknowledged, seen)
    return {"rate": seen / seconds, "read": seen, **_written(side)}


def pass_on_typed(side: Side) -> dict[str, float]:
    """The same with classes: what is handled for one tenant is sent for another, and committed together."""
    producer, tenant, watch = _producer(side), side.told["tenant"], _Watch()

    class PassingOn(side.group()):  # type: ignore[misc]  # a class made here
        def on_message_sent(self, event: Event, _: Context) -> None:
            producer.send(event, tenant_id=tenant)
            watch.passed(1)

    return _passed_on(side, PassingOn(), producer, watch)


def pass_on_batches(side: Side) -> dict[str, float]:
    """The same with a batch method."""
    producer, tenant, watch = _producer(side), side.told["tenant"], _Watch()

    class PassingOn(side.group()):  # type: ignore[misc]  # as above
        def on_message_sent(self, event: Event, context: Context) -> None:
            self.on_message_sent_batch([event], [context])

        def on_message_sent_batch(self, events: Sequence[Event], _: Sequence[Context]) -> None:
            producer.send_all(events, tenant_id=tenant)
            watch.passed(len(events))

    return _passed_on(side, PassingOn(), producer, watch)


class _Watch:
    """How many were passed on, and how many a second after the first look, which counts as the start."""

    def __init__(self) -> None:
        self.seen = 0
        self._first = 0
        self._start = self._last = 0.0

    def passed(self, count: int) -> None:
        drains = self.seen // DRAIN
        self.seen += count
        if not self._first:
            self._first, self._start = count, time.perf_counter()
        elif self.seen // DRAIN > drains:
            self._last = time.perf_counter()

    @property
    def rate(self) -> float:
        return (self.seen - self._first) / (self._last - self._start)


def _producer(side: Side) -> Producer:
    return side.producer(transactional_id=side.told["group"])


def _passed_on(side: Side, group: Group, producer: Producer, watch: _Watch) -> dict[str, float]:
    with producer:
        group.run(side.settings, exactly_once=True, producer=producer, max_events=side.count, idle_timeout=QUIET)
    return {"rate": watch.rate, "read": watch.seen, **_written(side)}


def _written(side: Side) -> dict[str, float]:
    """Committed records on the target and their bytes, by reading them."""
    reader = confluent_kafka.Consumer(
        {"bootstrap.servers": side.settings.brokers, "group.id": "count", "isolation.level": "read_committed"}
        | {"enable.auto.commit": "false"}
    )
    count = size = 0
    for message in _read_to_the_end(reader, side.told["target"]):
        parts = [message.value(), message.key(), *(part for header in message.headers() or () for part in header)]
        count += 1
        size += sum(map(len, filter(None, parts)))
    return {"written": count, "bytes": size}


def _read_to_the_end(reader: confluent_kafka.Consumer, topic: str) -> Iterator[Message]:
    partitions = reader.list_topics(topic, timeout=10).topics[topic].partitions
    reader.assign([TopicPartition(topic, number, 0) for number in partitions])
    while batch := reader.consume(10_000, 2.0):
        yield from batch
    reader.close()
