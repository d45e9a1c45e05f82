"""How benchmarks measure and report: candidates in turns, medians, a table for people and JSON for machines."""

from __future__ import annotations

import argparse
import gc
import json
import operator
import platform
import statistics
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

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
    """Of this thread's CPU time; the median of all rounds."""
    ratio: float
    """To the peer's time in the same round; the median of all rounds."""


def measure(candidates: Candidates, peer: str, rounds: int = _ROUNDS) -> dict[str, Timing]:
    """Time candidates that compute and do not wait.

    All take turns of about half a millisecond in every round, and only time on the CPU counts, so that what else the
    machine does hits them alike or not at all.
    """
    counts = {name: _calls_in_a_turn(call) for name, call in candidates.items()}
    turns: dict[str, list[float]] = {name: [] for name in candidates}
    gc.collect()
    gc.freeze()
    try:
        for _ in range(rounds):
            for name, call in candidates.items():
                turns[name].append(_turn(call, counts[name]))
    finally:
        gc.unfreeze()
    return {
        name: Timing(statistics.median(times), statistics.median(map(operator.truediv, times, turns[peer])))
        for name, times in turns.items()
    }


def main(run: Callable[[], Table]) -> None:
    """Run a benchmark from the command line: print its table, and write it as JSON where asked."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the numbers to FILE")
    arguments = parser.parse_args()
    table = run()
    print(table)
    if arguments.json:
        machine = {"python": platform.python_version(), "machine": platform.machine()}
        arguments.json.write_text(json.dumps({**asdict(table), **machine}, indent=2) + "\n")


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
