"""How fast are typed producers and consumers on Apache Kafka, beside plain confluent-kafka moving the same bytes?

Brokers and clients share this machine. Every side is a process of its own (`benchmarks.delivery_sides`); plain and
typed sides take turns with the same settings, and of several turns the fastest counts. Latency is the age of an event
when it has been handled, by the record's timestamp.

EVENTPACT_BENCHMARK_SECONDS shortens the paced runs, which take a minute otherwise.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.table import Table, main
from eventpact import Settings
from eventpact.operate.topics import Topics
from eventpact.topic import TopicContract
from eventpact_codegen.generator import generate
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import parse_source
from eventpact_registry.server.embedded import EmbeddedRegistry
from eventpact_testing.java import fetch_libraries
from eventpact_testing.kafka import KafkaCluster

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ROOT: Final = Path(__file__).parents[1]
_TURNS: Final = 3
_EXECUTORS: Final = {"native": 5_000_000, "python": 1_000_000}
"""Which codec, and how many events: with the native one also to see whether memory grows."""
_SECONDS: Final = float(os.environ.get("EVENTPACT_BENCHMARK_SECONDS", "60"))
_SEARCH_SECONDS: Final = 10
_ACCEPTED_MS: Final = 100.0
"""The p99 that the highest rate has to keep."""
_TRANSFORMED: Final = 200_000
_LANES: Final = 64
_WAIT: Final = 0.005
_WAITED: Final = 64_000
_PARTITIONS: Final = 12
_TOPIC: Final = "QuikApp.message.sent"
_QUIKAPP: Final = {"package": "quikapp_events", "producer_class": "QuikappProducer", "topic": _TOPIC}
_CHATPLATFORM: Final = {"package": "chatplatform_events", "producer_class": "ChatplatformProducer"}
_FAST: Final = {"compression.type": "none"}
"""Random ids do not shrink, and compressing would be all that is measured."""


@dataclass
class Bench:
    """A cluster, a registry and quikapp's package, and processes that use them."""

    kafka: KafkaCluster
    registry: str
    packages: Path
    brokers: int
    folder: Path
    _names: Iterator[int] = field(default_factory=count)

    def ask(self, side: str, *, codec: str = "native", **told: Any) -> dict[str, float]:
        """What a side measured."""
        return self.answer(self.begin(side, codec=codec, **told))

    def begin(self, side: str, *, codec: str = "native", **told: Any) -> subprocess.Popen[str]:
        """Start a side; `answer` waits for what it measured."""
        everything = {
            "brokers": self.kafka.bootstrap_servers,
            "registry": self.registry,
            **_QUIKAPP,
            "group": f"group-{next(self._names)}",
            "producer": _FAST,
            **told,
        }
        command = [sys.executable, "-m", "benchmarks.delivery_sides", side, json.dumps(everything)]
        search = os.pathsep.join(str(package) for package in self.packages.iterdir())
        environment = {**os.environ, "EVENTPACT_CODEC": codec, "PYTHONPATH": search}
        return subprocess.Popen(command, cwd=_ROOT, env=environment, stdout=subprocess.PIPE, text=True)

    @staticmethod
    def answer(process: subprocess.Popen[str]) -> dict[str, float]:
        """What a side measured, once it has ended."""
        said, _ = process.communicate()
        if process.returncode:
            raise SystemExit(f"{process.args!r} ended with {process.returncode}")
        found: dict[str, float] = json.loads(said.splitlines()[-1])
        return found

    def fresh(self, name: str = _TOPIC) -> str:
        """An empty topic."""
        topics = Topics(Settings(brokers=self.kafka.bootstrap_servers), timeout=30)
        if name in topics.states():
            topics.delete(name)
        replicas = min(3, self.brokers)
        topics.create(TopicContract(name=name, partitions=_PARTITIONS, replication_factor=replicas))
        return name


def run() -> list[Table]:
    """Every question of the issue, on one broker and then on three."""
    with _bench(1) as one:
        tables = [throughput(one), transactions(one), lanes(one), highest(one)]
    with _bench(3) as three:
        tables += [latency(three), highest(three)]
    return tables


@contextmanager
def _bench(brokers: int) -> Iterator[Bench]:
    libraries = fetch_libraries(_ROOT / "tests" / "real" / "pom.xml")
    with (
        tempfile.TemporaryDirectory() as name,
        KafkaCluster(libraries, brokers=brokers, folder=Path(name) / "kafka", heap="512m") as kafka,
        EmbeddedRegistry() as registry,
    ):
        contracts = _ROOT / "contracts"
        folder = Path(name) / "packages"
        repository = ContractRepository.load(parse_source(f"dir:{contracts}", contracts))
        generate(repository, folder, systems=["quikapp", "chatplatform"])
        yield Bench(kafka, registry.url, folder, brokers, Path(name))


def throughput(bench: Bench) -> Table:
    """Produce and consume as fast as it goes, plain and typed in turns."""
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
    return Table(f"Throughput, {_brokers(bench)}, idempotent, acks all", columns, rows, notes)


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
    rates = {}
    for side in ("pass_on_raw", "pass_on_typed"):
        found = bench.ask(side, **told, tenant=side, target=bench.fresh(f"chat.messages.{side}"))
        assert found["written"] == _TRANSFORMED, found
        rates[side] = found["rate"]
    plain, typed = rates.values()
    rows: dict[str, list[float | None]] = {
        "plain, tuned": [plain / 1000, 1, None],
        "typed, exactly_once=True": [typed / 1000, typed / plain, 0.8],
    }
    return Table(
        f"Exactly-once in transactions of 1,000, {_brokers(bench)}", ["thousand/s", "of plain", "limit of plain"], rows
    )


def lanes(bench: Bench) -> Table:
    """Handlers that wait 5 ms, ordered by key."""
    rows = {}
    for lane_count in (1, _LANES):
        events = _WAITED * lane_count // _LANES
        bench.fresh()
        bench.ask("preload", count=events)
        rate = bench.ask("wait_in_lanes", count=events, lanes=lane_count, wait=_WAIT)["rate"]
        rows[f"{lane_count} lanes"] = [rate, rate / (lane_count / _WAIT), 0.8 if lane_count > 1 else None]
    return Table('A handler that waits 5 ms, ordering="key"', ["events/s", "of ideal", "limit"], rows)


def latency(bench: Bench) -> Table:
    """A minute at the rate that the issue asks for."""
    rows = {}
    for codec, rate, limit in (("native", 100_000, 50), ("python", 50_000, 100)):
        found = _paced(bench, rate, _SECONDS, codec)
        rows[f"{rate:,}/s, {codec} codec"] = [found["rate"] / 1000, found["p50"], found["p99"], limit, found["lag"]]
    columns = ["thousand/s", "p50 ms", "p99 ms", "limit ms", "median lag"]
    return Table(f"End to end for {_SECONDS:g} s, {_brokers(bench)}", columns, rows, ["median lag: limit 1,000 events"])


def highest(bench: Bench) -> Table:
    """The highest rate at which p99 stays below 100 ms, found by halving."""
    low, high, best = 0, 600_000, {"p50": None, "p99": None}
    while high - low > 25_000:
        rate = (low + high) // 2
        found = _paced(bench, rate, _SEARCH_SECONDS, "native")
        if found["p99"] < _ACCEPTED_MS and found["rate"] > 0.98 * rate:
            low, best = rate, found  # type: ignore[assignment]  # wider than the dashes it starts with
        else:
            high = rate
    rows: Mapping[str, list[float | None]] = {"native codec": [low / 1000, best["p50"], best["p99"]]}
    title = f"Highest rate with p99 below {_ACCEPTED_MS:g} ms, {_brokers(bench)}"
    return Table(title, ["thousand/s", "p50 ms", "p99 ms"], rows)


def _paced(bench: Bench, rate: int, seconds: float, codec: str) -> dict[str, float]:
    bench.fresh()
    told = {"rate": rate, "seconds": seconds, "shared": str(bench.folder / f"counters-{next(bench._names)}")}
    consumer = bench.begin("consume_paced", codec=codec, **told)
    sent = bench.ask("produce_paced", codec=codec, **told)
    found = bench.answer(consumer)
    assert found["handled"] == sent["sent"], (found, sent)
    return {**found, "rate": sent["rate"]}


def _brokers(bench: Bench) -> str:
    return "one broker" if bench.brokers == 1 else f"{bench.brokers} brokers, replication {min(3, bench.brokers)}"


if __name__ == "__main__":
    main(run)
