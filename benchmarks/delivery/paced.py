"""So many events a second: how old each is when it is handled, and how many wait; plain and typed."""

from __future__ import annotations

import mmap
import struct
import threading
import time
from array import array
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.delivery.plain import PlainProducer
from benchmarks.delivery.side import DRAIN, EVENTS, QUIET

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.delivery.side import Side
    from eventpact import Context, Event

_TICK: Final = 0.001
"""Seconds between two handfuls of events."""
_LOOK: Final = 0.01
"""Seconds between two counts of what is acknowledged."""
_COMMIT_EVERY: Final = 1.0
"""Seconds between two commits, as our groups have it."""
_WARM_UP: Final = 2.0
"""Seconds at the start that count for nothing."""
_ONE_IN: Final = 8
"""Of so many events the age of one is looked at."""


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


def produce_paced_raw(side: Side) -> dict[str, float]:
    """Plain records at an even rate."""
    records = side.records()
    plain = PlainProducer(side.config(), side.told["topic"])
    plain.warm_up(records[0])

    def send(number: int) -> None:
        plain.send(records[number % EVENTS])
        if not number & 63:
            plain.client.poll(0)

    return _paced(side, send, lambda: plain.acknowledged, plain.finish)


def produce_paced(side: Side) -> dict[str, float]:
    """Events at an even rate."""
    with side.producer() as producer:
        producer.send_and_wait(side.events[0])
        return _paced(
            side,
            lambda number: producer.send(side.events[number % EVENTS]),
            lambda: producer.statistics.acknowledged,
            lambda _: producer.flush(60),
        )


def _paced(
    side: Side, send: Callable[[int], None], acknowledged: Callable[[], int], finish: Callable[[int], None]
) -> dict[str, float]:
    """Send in even steps, and keep count for the consumer."""
    rate, seconds = side.told["rate"], side.told["seconds"]
    shared = Shared(Path(side.told["shared"]))
    while not shared.handled:  # the consumer has joined when it has handled the warm-up
        time.sleep(_LOOK)
    sent, start, looked = 0, time.perf_counter(), 0.0
    while (now := time.perf_counter() - start) < seconds:
        for _ in range(min(int(now * rate) - sent, int(rate / 20) + 1)):
            send(sent)
            sent += 1
        if now - looked > _LOOK:
            looked = now
            shared.sent = acknowledged()
        time.sleep(_TICK)
    finish(sent)
    shared.sent = acknowledged()
    return {"rate": sent / seconds, "sent": sent + 1}


class Ages:
    """How old records are when they are handled, by their timestamps, and how many are acknowledged and wait."""

    def __init__(self, shared: Shared) -> None:
        self.handled = 0
        self._shared = shared
        self._ages = array("d")
        self._lags = array("q")
        self._first = 0.0
        self._stop = threading.Event()
        self._watcher = threading.Thread(target=self._watch)
        self._watcher.start()

    def saw(self, written_ms: int | None) -> None:
        """One more was handled; called for one in `_ONE_IN`, and for the first."""
        now = time.time()
        if not self._first:
            self._first = now
            self._shared.handled = 1
        if now - self._first > _WARM_UP and written_ms is not None:
            self._ages.append(now * 1000 - written_ms)

    def found(self) -> dict[str, float]:
        """What there is to tell at the end."""
        self._stop.set()
        self._watcher.join()
        quantiles = {f"p{part}": _quantile(self._ages, part / 100) for part in (50, 99)}
        return {**quantiles, "lag": _quantile(self._lags, 0.5), "handled": self.handled}

    def _watch(self) -> None:
        while not self._stop.wait(0.05):
            if self._first and time.time() - self._first > _WARM_UP:
                self._lags.append(max(0, self._shared.sent - self.handled))


def consume_paced_raw(side: Side) -> dict[str, float]:
    """Read plain records as they come: wait for one, then drain."""
    ages = Ages(Shared(Path(side.told["shared"])))
    client = side.plain_consumer()
    committed = last = time.perf_counter()
    while not ages.handled or time.perf_counter() - last < QUIET:
        first = client.poll(0.2)
        if first is None:
            continue
        for message in (first, *client.consume(DRAIN - 1, 0)):
            assert message.value() is not None
            ages.handled += 1
            if ages.handled % _ONE_IN == 1:
                ages.saw(message.timestamp()[1])
        last = time.perf_counter()
        if last - committed > _COMMIT_EVERY:
            client.commit(asynchronous=True)
            committed = last
    client.close()
    return ages.found()


def consume_paced(side: Side) -> dict[str, float]:
    """Handle events as they come."""
    ages = Ages(Shared(Path(side.told["shared"])))

    class Timing(side.group()):  # type: ignore[misc]  # a class made here
        def on_message_sent(self, _: Event, context: Context) -> None:
            ages.handled += 1
            if ages.handled % _ONE_IN == 1:
                ages.saw(context.timestamp_ms)

    Timing().run(side.settings, idle_timeout=QUIET)
    return ages.found()


def _quantile(values: array[float] | array[int], part: float) -> float:
    ordered = sorted(values)
    return float(ordered[min(len(ordered) - 1, int(part * len(ordered)))]) if ordered else float("nan")
