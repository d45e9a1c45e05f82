"""How fast are typed producers and consumers on Apache Kafka, beside plain confluent-kafka moving the same bytes?

Brokers and clients share this machine, and every side is a process of its own. EVENTPACT_BENCHMARK_SECONDS shortens the
paced runs, which take a minute otherwise.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from benchmarks.delivery.bench import bench
from benchmarks.delivery.questions import highest, lanes, latency, throughput, transactions
from benchmarks.machine import Machine
from benchmarks.table import Table, main

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.delivery.bench import Bench

_QUESTIONS: Final[dict[int, tuple[Callable[[Bench], Table], ...]]] = {
    1: (throughput, transactions, lanes, highest),
    3: (latency, highest),
}
"""By how many brokers there are."""


def run() -> list[Table]:
    """Every question; each table says how fast the machine was meanwhile."""
    machine = Machine()
    tables = []
    for brokers, questions in _QUESTIONS.items():
        with bench(brokers) as cluster:
            for question in questions:
                before = machine.speed()
                table = question(cluster)
                tables.append(replace(table, notes=[*table.notes, f"before: {before}", f"after: {machine.speed()}"]))
                print(f"{table.title}: done", file=sys.stderr)
    return tables


if __name__ == "__main__":
    main(run)
