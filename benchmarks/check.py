"""How long does `eventpact check` take on 250, 1,000 and 4,000 subjects of five versions, and how do others judge them?

Every process counts whole: its start, the files, YAML, lint and all transitive pairs (10,000 for 1,000 subjects). Then
the same pairs without files and lint, as texts without references: parsed once each and judged by us, by Avro Java in a
JVM that is running already, and by PyPI avro. Of three runs the fastest counts, because what else the machine does only
ever adds.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
from avro.schema import parse as parse_pypi

from benchmarks.many_contracts import begin_repository, standalone, write_contracts
from benchmarks.table import Table, main
from eventpact import avro
from eventpact.avro.memory import Memory, Remembered
from eventpact_testing.java import missing_parts
from tests.real.judge.java_avro import JAVA, JavaAvro

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SIZES: Final = (250, 1_000, 4_000)
_BASE: Final = 1_000
"""The size that others are compared with."""
_RUNS: Final = 3
_CHANGED: Final = 50
"""Against the base, each so many-th event has got a version."""


@dataclass(frozen=True)
class Cost:
    """What something took."""

    seconds: float
    cpu: float | None = None
    """Seconds of all its processes on all cores."""
    mebibytes: float | None = None
    """The most that its largest process held."""


def run() -> Table:
    """Measure, after checking that all judges agree."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        costs = {size: _check(_written(folder, size)) for size in SIZES}
        contracts = _written(folder, _BASE)
        begin_repository(contracts, _CHANGED)
        against = _check(contracts, "--against", "git:HEAD")
        texts = standalone(contracts)
    ours = _fastest(lambda: _ours(texts))
    java, missing = _java(texts)
    pypi = _fastest(lambda: _pypi(texts), runs=1)
    per_subject = costs[_BASE].seconds / _BASE
    rows = {f"check, {size:,} subjects": _row(cost, cost.seconds / size / per_subject) for size, cost in costs.items()}
    rows[f"check --against git:HEAD, {_BASE:,}"] = _row(against, against.seconds / costs[_BASE].seconds)
    pairs = f"{sum(len(versions) * (len(versions) - 1) // 2 for versions in texts):,} pairs"
    for judge, cost in {"eventpact": ours, "Avro Java": java, "PyPI avro": pypi}.items():
        rows[f"{pairs}, {judge}"] = _row(cost, cost.seconds / ours.seconds) if cost else [None] * 4
    size = sum(len(text) for versions in texts for text in versions) / sum(map(len, texts))
    notes = [
        "Ratio, of `check`: time a subject to that with 1,000 subjects, 1.00 is linear; of pairs: to ours.",
        f"The base adds {against.seconds - costs[_BASE].seconds:.2f} s.",
        f"A schema has {size:,.0f} bytes on average, without references and without white space.",
    ]
    if missing:
        notes.append(f"Avro Java was not asked: {missing}.")
    return Table(
        "`eventpact check`: the fastest of three runs", ["seconds", "CPU seconds", "MiB", "ratio"], rows, notes
    )


def _row(cost: Cost, ratio: float) -> list[float | None]:
    return [cost.seconds, cost.cpu, cost.mebibytes, ratio]


def _written(folder: Path, size: int) -> Path:
    contracts = folder / str(size) / "contracts"
    if not contracts.exists():
        write_contracts(contracts, size)
    return contracts


def _check(contracts: Path, *options: str) -> Cost:
    """The whole command as it is installed: with its bytecode compiled, which the first run sees to."""
    command = [Path(sys.executable).with_name("eventpact"), "check", "--contracts", contracts.name, *options]
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(contracts.parent.parent / "bytecode")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    costs = [_process(command, contracts.parent, environment) for _ in range(_RUNS)]
    return Cost(
        *(min(values) for values in zip(*((c.seconds, c.cpu or 0, c.mebibytes or 0) for c in costs), strict=True))
    )


def _process(command: Sequence[object], folder: Path, environment: dict[str, str]) -> Cost:
    start = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"{command} found errors in what has none"
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _fastest(judge: Callable[[], bool], runs: int = _RUNS) -> Cost:
    """A judge in this process; nothing else is collected meanwhile, as in `check`."""
    costs = []
    for _ in range(runs):
        gc.collect()
        gc.disable()
        start, cpu = time.perf_counter(), time.process_time()
        assert judge(), "a pair is called incompatible"
        costs.append(Cost(time.perf_counter() - start, time.process_time() - cpu))
        gc.enable()
    return min(costs, key=lambda cost: cost.seconds)


def _ours(texts: list[list[str]]) -> bool:
    everywhere: dict[bytes, Remembered] = {}
    for versions in texts:
        memory = Memory(everywhere)  # as `check` does it
        schemas = [avro.parse(text, memory=memory) for text in versions]
        if not all(avro.resolve(writer=old, reader=new).compatible for old, new in combinations(schemas, 2)):
            return False
    return True


def _pypi(texts: list[list[str]]) -> bool:
    checker: Callable[[], Any] = ReaderWriterCompatibilityChecker
    for versions in texts:
        schemas = [parse_pypi(text) for text in versions]
        for old, new in combinations(schemas, 2):
            found = checker().get_compatibility(new, old)
            if found.compatibility is not SchemaCompatibilityType.compatible:
                return False
    return True


def _java(texts: list[list[str]]) -> tuple[Cost | None, str | None]:
    """Avro Java, or why it could not be asked. Each run has a fresh JVM, whose start does not count."""
    missing = missing_parts(JAVA)
    if missing:
        return None, missing
    seconds = []
    for _ in range(_RUNS):
        with JavaAvro() as java:
            java.parse(texts[0][0])
            start = time.perf_counter()
            answers = java.versions(texts)
            seconds.append(time.perf_counter() - start)
        assert all(map(all, answers)), "a pair is called incompatible"
    return Cost(min(seconds)), None


if __name__ == "__main__":
    main(run)
