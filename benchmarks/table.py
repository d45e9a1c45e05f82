"""How benchmarks measure and report: candidates in turns, the fastest counts, tables for people, JSON for machines."""

from __future__ import annotations

import argparse
import gc
import json
import platform
import sys
import time
from dataclasses import asdict, dataclass
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from benchmarks.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Candidates: TypeAlias = Mapping[str, Callable[[], object]]

_TURN_NS = 500_000
_ROUNDS = 401


@dataclass(frozen=True)
class Table:
    """What one benchmark found out; None is shown as a dash."""

    title: str
    columns: Sequence[str]
    rows: Mapping[str, Sequence[float | None]]
    notes: Sequence[str] = ()

    def __str__(self) -> str:
        cells = [["", *self.columns]]
        cells += [[name, *map(_number, values)] for name, values in self.rows.items()]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = []
        for name, *numbers in cells:
            aligned = (text.rjust(width) for text, width in zip(numbers, widths[1:], strict=True))
            lines.append("  ".join([name.ljust(widths[0]), *aligned]))
        return "\n".join([self.title, "", *lines, "", *self.notes])


@dataclass(frozen=True)
class Timing:
    """What one candidate's call takes."""

    microseconds: float
    """Of this thread's CPU time; the fastest of all rounds."""
    ratio: float
    """To the peer's fastest."""


def measure(candidates: Candidates, peer: str, rounds: int = _ROUNDS) -> dict[str, Timing]:
    """Time candidates that compute and do not wait.

    All take turns of about half a millisecond in every round, and only time on the CPU counts. What else the machine
    does only ever adds, so the fastest turn of each is the one that says most about it.
    """
    counts = {name: _calls_in_a_turn(call) for name, call in candidates.items()}
    fastest = dict.fromkeys(candidates, inf)
    gc.collect()
    gc.freeze()
    try:
        for _ in range(rounds):
            for name, call in candidates.items():
                fastest[name] = min(fastest[name], _turn(call, counts[name]))
    finally:
        gc.unfreeze()
    return {name: Timing(microseconds, microseconds / fastest[peer]) for name, microseconds in fastest.items()}


def main(run: Callable[[], Table | Sequence[Table]]) -> None:
    """Run a benchmark from the command line: print its tables, and write them as JSON where asked."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the numbers to FILE")
    arguments = parser.parse_args()
    machine = Machine()
    before = machine.speed()
    made = run()
    tables = [made] if isinstance(made, Table) else made
    print(*tables, f"The machine before: {before}", f"and after: {machine.speed()}", sep="\n\n")
    if arguments.json:
        found = asdict(made) if isinstance(made, Table) else {"tables": [asdict(table) for table in tables]}
        where = {"python": platform.python_version(), "machine": platform.machine(), "speed": asdict(before)}
        arguments.json.write_text(json.dumps({**found, **where}, indent=2) + "\n")


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _turn(call: Callable[[], object], count: int) -> float:
    start = time.thread_time_ns()
    for _ in range(count):
        call()
    return (time.thread_time_ns() - start) / count / 1000


def _calls_in_a_turn(call: Callable[[], object]) -> int:
    call()
    count = 1
    while _turn(call, count) * count * 1000 < _TURN_NS:
        count *= 2
    return count
