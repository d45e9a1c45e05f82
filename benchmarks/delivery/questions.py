"""What is asked, one table each: plain and typed sides in turns with the same settings; of several, the fastest counts.

Latency is the age of an event when it has been handled, by the record's timestamp.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from benchmarks.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.delivery.bench import Bench

_TURNS: Final = 3
_EXECUTORS: Final = {"native": 5_000_000, "python": 1_000_000}
"""Which codec, and how many events: with the native one also to see whether memory grows."""
_SECONDS: Final = float(os.environ.get("EVENTPACT_BENCHMARK_SECONDS", "60"))
_SEARCH_SECONDS: Final = 20
"""Of one try: in much less, one pause of a broker decides."""
_PACED_PARTITIONS: Final = 3
_LINGER_MS: Final = {1: "15", 3: "30"}
"""By how many brokers there are, for paced runs. A request holds what one partition gathered while it lingered, and on
two cores brokers answer some thousand requests a second: with keys, twelve partitions and the default of 5 ms, these
would be all that is measured."""
_ACCEPTED_MS: Final = 100.0
"""The p99 that the highest rate has to keep."""
_KEPT: Final = 0.98
"""The part of the asked rate that a run must reach to count."""
_TRANSFORMED: Final = 200_000
_PASSING_ON: Final = {
    "pass_on_raw": "plain, tuned",
    "pass_on_batches": "typed, exactly_once=True, a batch method",
    "pass_on_typed": "typed, exactly_once=True, a method for each event",
}
_LANES: Final = 64
_WAIT: Final = 0.005
_WAITED: Final = 64_000
_CHATPLATFORM: Final = {"package": "chatplatform_events", "producer_class": "ChatplatformProducer"}


def throughput(bench: Bench) -> Table:
    """Produce and consume as fast as it goes."""
    rows: dict[str, list[float | None]] = {}
    notes = []
    limits = {"native": ((250, 0.40), (300, 0.25)), "python": ((150, None), (120, None))}
    raw_produce = _best(bench, "produce_raw", _EXECUTORS["python"])
    produced = {}
    consumed = {}
    for codec, events in _EXECUTORS.items():
        produced[codec] = _best(bench, "produce_typed", events, codec=codec)
        consumed[codec] = _best(bench, "consume_typed", events, codec=codec, keep=True)
    raw_consume = _best(bench, "consume_raw", _EXECUTORS["python"], keep=True)
    for what, raw, typed, which in (("produce", raw_produce, produced, 0), ("consume", raw_consume, consumed, 1)):
        rows[f"{what}, plain"] = [raw["rate"] / 1000, 1, None, None]
        for codec, found in typed.items():
            least, share = limits[codec][which]
            rows[f"{what}, typed, {codec} codec"] = [found["rate"] / 1000, found["rate"] / raw["rate"], least, share]
            if codec == "native":
                notes.append(
                    f"memory, typed {what}: {found['early']:.0f} MiB after a fifth of {_EXECUTORS[codec]:,} events, "
                    f"{found['late']:.0f} MiB at the end"
                )
    columns = ["thousand/s", "of plain", "limit", "limit of plain"]
    return Table(f"Throughput, {bench}, idempotent, acks all", columns, rows, notes)


def _best(bench: Bench, side: str, events: int, *, codec: str = "native", keep: bool = False) -> dict[str, float]:
    """The fastest of several turns; each producer has an empty topic, each consumer is a new group."""
    found = []
    for _ in range(_TURNS if events <= _EXECUTORS["python"] else 1):
        if not keep:
            bench.fresh()
        found.append(bench.ask(side, codec=codec, count=events))
    return max(found, key=lambda one: one["rate"])


def transactions(bench: Bench) -> Table:
    """Consume, transform, produce in transactions of 1,000 records: from one tenant's topic to another's."""
    told: dict[str, Any] = {**_CHATPLATFORM, "topic": bench.fresh("chat.messages.from"), "count": _TRANSFORMED}
    bench.ask("produce_raw", **told)
    rates: dict[str, list[float]] = {side: [] for side in _PASSING_ON}
    bytes_a_record = []
    for _ in range(_TURNS):
        for side, found in rates.items():
            tenant = f"{side}_{len(found)}"
            passed = bench.ask(side, **told, tenant=tenant, target=bench.fresh(f"chat.messages.{tenant}"))
            assert passed["written"] == passed["read"] >= _TRANSFORMED, passed
            bytes_a_record.append(passed["bytes"] / passed["written"])
            found.append(passed["rate"])
    assert max(bytes_a_record) - min(bytes_a_record) < 1, bytes_a_record  # no side has to write what others have not
    plain = max(rates["pass_on_raw"])
    rows: dict[str, list[float | None]] = {
        name: [max(rates[side]) / 1000, max(rates[side]) / plain, None if side == "pass_on_raw" else 0.8]
        for side, name in _PASSING_ON.items()
    }
    return Table(f"Exactly-once in transactions of 1,000, {bench}", ["thousand/s", "of plain", "limit of plain"], rows)


def lanes(bench: Bench) -> Table:
    """Handlers that wait 5 ms, ordered by key."""
    rates = {}
    for lane_count in (1, _LANES):
        bench.fresh()
        events = _WAITED * lane_count // _LANES
        bench.ask("preload", count=events)
        rates[lane_count] = bench.ask("wait_in_lanes", count=events, lanes=lane_count, wait=_WAIT)["rate"]
    rows: dict[str, list[float | None]] = {
        f"{count} lane{'s' * (count > 1)}": [rate, rate / (count / _WAIT), rate / rates[1], None if count == 1 else 0.8]
        for count, rate in rates.items()
    }
    columns = ["events/s", "of ideal", "speed-up", "limit of ideal"]
    return Table('A handler that waits 5 ms, ordering="key"', columns, rows)


def latency(bench: Bench) -> Table:
    """A minute at the rate that the issue asks for."""
    rows = {}
    for name, rate, limit, told in (
        ("100,000/s, plain", 100_000, None, {"plain": True}),
        ("100,000/s, typed, native codec", 100_000, 50, {}),
        ("50,000/s, typed, python codec", 50_000, 100, {"codec": "python"}),
    ):
        found = _paced(bench, rate, _SECONDS, **told)
        rows[name] = [found["rate"] / 1000, found["p50"], found["p99"], limit, found["lag"]]
    columns = ["thousand/s", "p50 ms", "p99 ms", "limit ms", "median lag"]
    return Table(
        f"End to end for {_SECONDS:g} s, {bench}", columns, rows, ["median lag: limit 1,000 events", _how(bench)]
    )


def highest(bench: Bench) -> Table:
    """The highest rate at which p99 stays below 100 ms, found by halving."""
    rows = {"plain": _highest(bench, plain=True), "typed, native codec": _highest(bench)}
    title = f"Highest rate with p99 below {_ACCEPTED_MS:g} ms for {_SEARCH_SECONDS} s, {bench}"
    return Table(title, ["thousand/s", "p50 ms", "p99 ms"], rows, [_how(bench)])


def _how(bench: Bench) -> str:
    return f"by key over {_PACED_PARTITIONS} partitions, linger.ms={_LINGER_MS[bench.brokers]}"


def _highest(bench: Bench, *, plain: bool = False) -> list[float | None]:
    low, high = 0, 640_000
    best: Mapping[str, float | None] = {"p50": None, "p99": None}
    while high - low > max(5_000, low // 10):
        rate = (low + high) // 2 if low else high // 4
        found = _paced(bench, rate, _SEARCH_SECONDS, plain=plain)
        if found["p99"] < _ACCEPTED_MS and found["rate"] > _KEPT * rate:
            low, best = rate, found
        else:
            high = rate
    return [low / 1000, best["p50"], best["p99"]]


def _paced(bench: Bench, rate: int, seconds: float, *, codec: str = "native", plain: bool = False) -> dict[str, float]:
    bench.fresh(partitions=_PACED_PARTITIONS)
    producer = {"linger.ms": _LINGER_MS[bench.brokers]}
    told = {"rate": rate, "seconds": seconds, "shared": str(bench.new_file("counters")), "producer": producer}
    kind = "_raw" if plain else ""
    consumer = bench.begin(f"consume_paced{kind}", codec=codec, **told)
    sent = bench.ask(f"produce_paced{kind}", codec=codec, **told)
    found = bench.answer(consumer)
    assert found["handled"] == sent["sent"], (found, sent)
    return {**found, "rate": sent["rate"]}
