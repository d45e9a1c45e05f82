"""Many lanes with handlers that wait."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from benchmarks.delivery.plain import PlainProducer
from benchmarks.delivery.side import QUIET

if TYPE_CHECKING:
    from benchmarks.delivery.side import Side
    from eventpact import Context, Event


def wait_in_lanes(side: Side) -> dict[str, float]:
    """Handlers that wait five milliseconds each, ordered by key, in so many lanes."""
    lanes, wait = side.told["lanes"], side.told["wait"]
    times: list[float] = []

    class Waiting(side.group()):  # type: ignore[misc]  # a class made here
        def on_message_sent(self, _: Event, __: Context) -> None:
            times.append(time.perf_counter())
            time.sleep(wait)

    statistics = Waiting().run(
        side.settings, concurrency=lanes, ordering="key", max_events=side.count, idle_timeout=QUIET
    )
    seconds = max(times) + wait - min(times)
    return {"rate": statistics.handled / seconds}


def preload(side: Side) -> dict[str, float]:
    """Fill a topic with keys of their own, so that lanes have something to do."""
    plain = PlainProducer(side.config(), side.told["topic"])
    value, _, headers = side.records()[0]
    for number in range(side.count):
        plain.send((value, str(number).encode(), headers))
    plain.client.flush()
    return {}
