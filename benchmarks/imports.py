"""How long does importing a package of 50 events take, beyond importing the runtime?

Each step is a process of its own that has imported the runtime's part of it already; CPU time, the fastest of many.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.many_contracts import write_contracts
from benchmarks.table import Table, main
from eventpact_codegen import generate
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource

if TYPE_CHECKING:
    from collections.abc import Mapping

EVENTS: Final = 50
LIMIT_MS: Final = 60
_ROUNDS: Final = 15

_RUNTIME: Final = "from eventpact import Context, Event, Group, Producer, Record, classes, links"
_CODEC_RUNTIME: Final = (
    "import eventpact.avro.generated.codec, eventpact.avro.generated.links, eventpact.avro.generated.names"
)
_LIBRARIES: Final = "import collections.abc, dataclasses, datetime, decimal, enum, typing, uuid"


def steps(package: str, system: str, codecs: list[str]) -> Mapping[str, tuple[str, str]]:
    """What is measured: what runs before, and what is timed."""
    producer = f"{system.title().replace('-', '')}Producer"
    before = f"{_LIBRARIES}; {_RUNTIME}"
    return {
        "the runtime itself": (_LIBRARIES, _RUNTIME),
        "package": (before, f"import {package}"),
        "producer": (before, f"from {package} import {producer}"),
        "all groups": (before, f"import {package}.groups"),
        "every class of every event": (before, f"from {package} import *"),
        "every codec": (
            f"{before}; {_CODEC_RUNTIME}",
            "; ".join(f"import {package}._codecs.{name}" for name in codecs),
        ),
    }


def milliseconds(folder: Path, before: str, timed: str) -> float:
    """The CPU time of `timed` in a fresh process."""
    program = f"import time; {before}; start = time.process_time_ns()\n{timed}\nprint(time.process_time_ns() - start)"
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return int(done.stdout) / 1e6


def run() -> Table:
    """Generate the package and import it."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_contracts(folder / "contracts", EVENTS)
        repository = ContractRepository.load(DirectorySource(folder / "contracts"))
        [made] = generate(repository, folder / "packages").packages
        package = made.distribution.replace("-", "_")
        codecs = [path.stem for path in (made.folder / package / "_codecs").glob("[!_]*.py")]
        rows = {}
        for name, (before, timed) in steps(package, made.system, codecs).items():
            milliseconds(made.folder, before, timed)  # writes byte code, as installing does
            rows[name] = [min(milliseconds(made.folder, before, timed) for _ in range(_ROUNDS))]
    title = f"Importing a package of {EVENTS} events, milliseconds of CPU time; at most {LIMIT_MS} is wanted"
    return Table(title, ["ms"], rows, [f"fastest of {_ROUNDS} processes each"])


if __name__ == "__main__":
    main(run)
