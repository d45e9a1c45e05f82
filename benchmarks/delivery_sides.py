"""The sides of the delivery benchmark: each a process of its own, which prints what it measured as one line of JSON.

python -m benchmarks.delivery_sides SIDE '{"brokers": …, "registry": …, "package": …, "topic": …, …}'

Raw sides are plain confluent-kafka with the same settings, bytes, keys and headers; typed sides are a generated class.
"""

from __future__ import annotations

import json
import mmap
import struct
import sys
import threading
import time
from array import array
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import confluent_kafka
from confluent_kafka import TopicPartition

from eventpact import Context, Event, Group, Producer, SchemaCatalog, Settings
from eventpact.produce.route import headers_of, key_of
from eventpact.wire import frame
from eventpact_testing.examples import examples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from confluent_kafka import KafkaError, Message

    from eventpact.produce.route import Headers

EVENTS: Final = 1_000
"""How many different events are sent again and again."""
_DRAIN: Final = 1_000
_QUIET: Final = 3.0
"""Seconds without a record after which a consumer has read everything."""
_TICK: Final = 0.001
_WARM_UP: Final = 2.0
"""Seconds at the start of a paced run that count for nothing."""


class Shared:
    """Two counters that producer and consumer of one run share through a file."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            file.write_bytes(bytes(16))
        with file.open("r+b") as opened:
            self._memory = mmap.mmap(opened.fileno(), 16)

    @property
    def sent(self) -> int:
        """Events that were acknowledged."""
        return int(struct.unpack_from("<q", self._memory, 0)[0])

    @sent.setter
    def sent(self, count: int) -> None:
        struct.pack_into("<q", self._memory, 0, count)

    @property
    def handled(self) -> int:
        """Events that were handled."""
        return int(struct.unpack_from("<q", self._memory, 8)[0])

    @handled.setter
    def handled(self, count: int) -> None:
        struct.pack_into("<q", self._memory, 8, count)


class Side:
    """What every side is told, and what it makes of it."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.told = told
        self.count: int = told.get("count", 0)
        self.settings = Settings(
            brokers=told["brokers"],
            client_id="benchmark",
            registry_url=told["registry"],
            producer=told.get("producer", {}),
            consumer=told.get("consumer", {}),
        )
        package = import_module(told["package"])
        self.cls: type[Event] = package.MessageSent
        self.producer_class: type[Producer] = getattr(package, told["producer_class"])
        self.events = list(examples(self.cls, EVENTS))

    def records(self) -> list[tuple[bytes, bytes | None, Headers]]:
        """The events as records: value, key, headers."""
        contract = self.cls.contract
        catalog = SchemaCatalog(self.settings, register="dev")
        identifier = catalog.schema_id(contract, contract.subject)
        catalog.close()
        key, headers = key_of(contract), headers_of(contract)
        return [(frame(identifier, contract.encode(event)), key(event), list(headers(event))) for event in self.events]

    def config(self) -> dict[str, str]:
        """The producer's configuration, the same on both sides."""
        return self.settings.producer_config()

    def producer(self, **options: Any) -> Producer:
        """The typed producer with this configuration: the contracts' gzip would be all that is measured."""
        made = type("BenchmarkProducer", (self.producer_class,), {"settings": {}})
        producer: Producer = made(self.settings, register="dev", **options)
        return producer


def produce_raw(side: Side) -> dict[str, float]:
    """Produce the bytes as fast as they go, with a callback on each delivery."""
    client = confluent_kafka.Producer(side.config())
    topic, failed, acknowledged = side.told["topic"], 0, 0

    def told(error: KafkaError | None, _: Message) -> None:
        nonlocal failed, acknowledged
        if error is None:
            acknowledged += 1
        else:
            failed += 1

    records = side.records()
    client.list_topics(topic, timeout=10)
    memory = Memory(side.count)
    start = time.perf_counter()
    sent = 0
    while sent < side.count:
        for value, key, headers in records:
            while True:
                try:
                    client.produce(topic, value, key, -1, told, None, 0, headers)
                    break
                except BufferError:
                    client.poll(0.05)
        sent += len(records)
        client.poll(0)
        memory.look(sent)
    client.flush()
    seconds = time.perf_counter() - start
    assert acknowledged == sent
    assert not failed
    return {"rate": sent / seconds, "cpu": time.process_time(), **memory.found()}


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
    return {"rate": sent / seconds, "cpu": time.process_time(), **memory.found()}


def consume_raw(side: Side) -> dict[str, float]:
    """Consume all there is in drains, and commit after each."""
    client = confluent_kafka.Consumer(side.settings.consumer_config(side.told["group"]))
    client.subscribe([side.told["topic"]])
    seen = size = 0
    start = last = 0.0
    while seen < side.count:
        first = client.poll(1.0)
        if first is None:
            assert not start or time.perf_counter() - last < _QUIET, f"{seen} of {side.count}"
            continue
        start = start or time.perf_counter()
        for message in (first, *client.consume(_DRAIN - 1, 0)):
            value = message.value()
            assert value is not None
            size += len(value)
            seen += 1
        client.commit(asynchronous=True)
        last = time.perf_counter()
    client.close()
    return {"rate": seen / (last - start), "cpu": time.process_time()}


def consume_typed(side: Side) -> dict[str, float]:
    """Handle all there is."""
    memory = Memory(side.count)
    seen = 0
    start = last = 0.0
    group = side_group(side)

    class Counting(group):  # type: ignore[misc, valid-type]  # a class made here
        def on_message_sent(self, _: Event, __: Context) -> None:
            nonlocal seen, start, last
            seen += 1
            if not seen & 1023 or seen == 1:
                last = time.perf_counter()
                start = start or last
                memory.look(seen)

    statistics = Counting().run(side.settings, max_events=side.count, idle_timeout=_QUIET)
    assert statistics.handled == seen
    return {"rate": seen / (last - start), "cpu": time.process_time(), **memory.found()}


def side_group(side: Side) -> type[Group]:
    """A group with one handler, as a generated one would have it; the service's class has to name its method."""
    return type(
        "BenchmarkGroup",
        (Group,),
        {
            "topics": (side.told["topic"],),
            "handlers": {side.cls.contract.full_name: (side.cls, "on_message_sent")},
            "name": side.told["group"],
        },
    )


def produce_paced(side: Side) -> dict[str, float]:
    """Send so many events a second, in even steps of a millisecond, and keep count for the consumer."""
    rate, seconds = side.told["rate"], side.told["seconds"]
    shared = Shared(Path(side.told["shared"]))
    with side.producer() as producer:
        producer.send_and_wait(side.events[0])
        while not shared.handled:  # the consumer has joined when it has handled that
            time.sleep(0.01)
        sent, start, looked = 0, time.perf_counter(), 0.0
        while (now := time.perf_counter() - start) < seconds:
            for _ in range(min(int(now * rate) - sent, int(rate / 20) + 1)):
                producer.send(side.events[sent % EVENTS])
                sent += 1
            if now - looked > _TICK * 10:
                looked = now
                shared.sent = producer.statistics.acknowledged
            time.sleep(_TICK)
        producer.flush(60)
        shared.sent = producer.statistics.acknowledged
    return {"rate": sent / seconds, "sent": sent + 1}


def consume_paced(side: Side) -> dict[str, float]:
    """Handle events as they come; how old each is when it has been handled, and how many wait."""
    shared = Shared(Path(side.told["shared"]))
    ages, lags = array("d"), array("q")
    handled, first = 0, 0.0
    stop = threading.Event()

    class Timing(side_group(side)):  # type: ignore[misc]  # a class made here
        def on_message_sent(self, _: Event, context: Context) -> None:
            nonlocal handled, first
            handled += 1
            if handled == 1:
                shared.handled = 1
            elif not handled & 7:
                now = time.time()
                first = first or now
                if now - first > _WARM_UP and context.timestamp_ms is not None:
                    ages.append(now * 1000 - context.timestamp_ms)

    def watch() -> None:
        while not stop.wait(0.05):
            if first and time.time() - first > _WARM_UP:
                lags.append(max(0, shared.sent - handled))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        Timing().run(side.settings, idle_timeout=_QUIET)
    finally:
        stop.set()
        watcher.join()
    quantiles = {f"p{part}": _quantile(ages, part / 100) for part in (50, 99)}
    return {**quantiles, "lag": _quantile(lags, 0.5), "handled": handled}


def pass_on_raw(side: Side) -> dict[str, float]:
    """Consume, transform, produce in transactions of 1,000, as a tuned plain client does it."""
    producer = confluent_kafka.Producer({**side.config(), **TRANSACTIONAL, "transactional.id": side.told["group"]})
    consumer = confluent_kafka.Consumer(
        {**side.settings.consumer_config(side.told["group"]), "isolation.level": "read_committed"}
    )
    consumer.subscribe([side.told["topic"]])
    producer.init_transactions(30)
    seen, start = 0, 0.0
    while seen < side.count:
        first = consumer.poll(1.0)
        if first is None:
            continue
        start = start or time.perf_counter()
        producer.begin_transaction()
        drained = [first, *consumer.consume(_DRAIN - 1, 1.0 if side.count - seen >= _DRAIN else 0)]
        for message in drained:
            producer.produce(side.told["target"], message.value(), message.key(), headers=message.headers())
        positions = consumer.position(consumer.assignment())
        producer.send_offsets_to_transaction(
            [place for place in positions if place.offset >= 0], consumer.consumer_group_metadata(), 30
        )
        producer.commit_transaction(30)
        seen += len(drained)
    seconds = time.perf_counter() - start
    consumer.close()
    return {"rate": seen / seconds, "written": _written(side)}


def pass_on_typed(side: Side) -> dict[str, float]:
    """The same with classes: what is handled for one tenant is sent for another, and committed together."""
    producer = side.producer(transactional_id=side.told["group"])
    tenant = side.told["tenant"]
    seen, start, last = 0, 0.0, 0.0

    class PassingOn(side_group(side)):  # type: ignore[misc]  # a class made here
        def on_message_sent(self, event: Event, _: Context) -> None:
            nonlocal seen, start, last
            producer.send(event, tenant_id=tenant)
            seen += 1
            if not seen % _DRAIN or seen == 1:
                last = time.perf_counter()
                start = start or last

    with producer:
        PassingOn().run(side.settings, exactly_once=True, producer=producer, max_events=side.count, idle_timeout=_QUIET)
    return {"rate": seen / (last - start), "written": _written(side)}


def wait_in_lanes(side: Side) -> dict[str, float]:
    """Handlers that wait five milliseconds each, ordered by key, in so many lanes."""
    lanes, wait = side.told["lanes"], side.told["wait"]
    times: list[float] = []

    class Waiting(side_group(side)):  # type: ignore[misc]  # a class made here
        def on_message_sent(self, _: Event, __: Context) -> None:
            times.append(time.perf_counter())
            time.sleep(wait)

    statistics = Waiting().run(
        side.settings, concurrency=lanes, ordering="key", max_events=side.count, idle_timeout=_QUIET
    )
    seconds = max(times) + wait - min(times)
    return {"rate": statistics.handled / seconds}


def preload(side: Side) -> dict[str, float]:
    """Fill a topic with keys of their own, so that lanes have something to do."""
    client = confluent_kafka.Producer(side.config())
    value = side.records()[0][0]
    for number in range(side.count):
        while True:
            try:
                client.produce(side.told["topic"], value, str(number))
                break
            except BufferError:
                client.poll(0.05)
    client.flush()
    return {}


TRANSACTIONAL: Final = {
    "retry.backoff.ms": "5",
    "retry.backoff.max.ms": "20",
    "linger.ms": "0",
    "message.timeout.ms": "60000",
}
"""What makes transactions quick: by default the client waits a tenth of a second before it asks again."""


class Memory:
    """Resident memory at a fifth of a run and at its end, MiB: between the two, nothing should grow."""

    def __init__(self, count: int) -> None:
        self._from = count // 5
        self._early = 0.0

    def look(self, done: int) -> None:
        """Look once, when a fifth is done."""
        if not self._early and done >= self._from:
            self._early = _resident()

    def found(self) -> dict[str, float]:
        """What it was and is."""
        return {"early": self._early, "late": _resident()}


def _resident() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def _quantile(values: array[float] | array[int], part: float) -> float:
    ordered = sorted(values)
    return float(ordered[min(len(ordered) - 1, int(part * len(ordered)))]) if ordered else float("nan")


def _written(side: Side) -> int:
    """Committed records on the target, counted by reading them."""
    reader = confluent_kafka.Consumer(
        {"bootstrap.servers": side.settings.brokers, "group.id": "count", "isolation.level": "read_committed"}
        | {"enable.auto.commit": "false"}
    )
    return sum(1 for _ in _read_to_the_end(reader, side.told["target"]))


def _read_to_the_end(reader: confluent_kafka.Consumer, topic: str) -> Iterator[Message]:
    partitions = reader.list_topics(topic, timeout=10).topics[topic].partitions
    reader.assign([TopicPartition(topic, number, 0) for number in partitions])
    while batch := reader.consume(10_000, 2.0):
        yield from batch
    reader.close()


SIDES: Final[Mapping[str, Callable[[Side], dict[str, float]]]] = {
    side.__name__: side
    for side in (
        produce_raw,
        produce_typed,
        consume_raw,
        consume_typed,
        produce_paced,
        consume_paced,
        pass_on_raw,
        pass_on_typed,
        wait_in_lanes,
        preload,
    )
}


if __name__ == "__main__":
    name, told = sys.argv[1:]
    print(json.dumps(SIDES[name](Side(json.loads(told)))), flush=True)
