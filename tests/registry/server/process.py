"""A registry in a process of its own, to be killed or weighed."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_SERVE = """
import sys
from eventpact_registry.server import EmbeddedRegistry
registry = EmbeddedRegistry(sys.argv[1])
print(registry.url, flush=True)
registry.wait()
"""


def serve(database: Path) -> tuple[subprocess.Popen[str], str]:
    """The process, which the caller ends, and where it answers."""
    process = subprocess.Popen([sys.executable, "-c", _SERVE, str(database)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()
