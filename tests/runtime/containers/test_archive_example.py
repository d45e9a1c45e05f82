"""The example that archives a topic does so, and goes on where it was."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from eventpact.containers import read_archive
from tests.runtime import raw

if TYPE_CHECKING:
    from eventpact_testing.broker import LocalBroker

ROOT = Path(__file__).parents[3]


def archive(broker: LocalBroker, file: Path) -> str:
    program = "import runpy, sys; module = runpy.run_path(sys.argv[1]); module['archive'].__globals__['_QUIET'] = 1.5\n"
    program += "print(module['archive'](*sys.argv[2:]))"
    variables = {"KAFKA_BROKERS": broker.bootstrap_servers, "KAFKA_SESSION_TIMEOUT_MS": "1500"}
    done = subprocess.run(
        [sys.executable, "-c", program, ROOT / "examples" / "archive.py", "sample.dead", file],
        env={**os.environ, **variables, "PYTHONPATH": str(ROOT / "runtime")},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_records_are_archived_once(broker: LocalBroker, tmp_path: Path) -> None:
    file = tmp_path / "dead.avro"
    raw.write(broker, "sample.dead", b"one", b"two", key=b"k")

    assert archive(broker, file) == "2"
    raw.write(broker, "sample.dead", b"three")
    assert archive(broker, file) == "1"

    assert [(record.offset, record.value) for record in read_archive(file)] == [(0, b"one"), (1, b"two"), (2, b"three")]
