"""`check` of a large repository: what it prints does not depend on how many cores it may use."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

from benchmarks.many_contracts import write_contracts
from tests.cli.commands import COMMAND, environment

if TYPE_CHECKING:
    from pathlib import Path

CHECK: Final = (*COMMAND, "check", "--format", "json")
ONE: Final = (
    "import os, sys; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); os.execv(sys.argv[1], sys.argv[1:])"
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two systems with 50 events of five versions each, a break in each system."""
    folder = tmp_path_factory.mktemp("large")
    write_contracts(folder / "contracts", 100)
    for system in sorted(folder.glob("contracts/*/")):
        latest = min(system.glob("*/*.v5.avsc"))
        schema = json.loads(latest.read_text())
        schema["fields"].append({"name": "added", "type": "string", "doc": "Without a default."})
        latest.write_text(json.dumps(schema))
    return folder


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="processes cannot be held to one core here")
def test_one_core_and_all_cores_say_the_same(repository: Path) -> None:
    every, one = (
        subprocess.run([*before, *CHECK], cwd=repository, env=environment(), capture_output=True, check=False)
        for before in ((), (sys.executable, "-c", ONE))
    )

    assert (every.returncode, every.stdout, every.stderr) == (one.returncode, one.stdout, one.stderr)
    assert (every.returncode, every.stderr) == (1, b"")
    assert every.stdout.count(b"FIELD_WITHOUT_DEFAULT") >= 2
