"""Programs under test: processes of their own, broken and ended by their own pids."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT = Path(__file__).parents[3]
_POLL = 0.1


class Program:
    """A running `python -m MODULE --journal FILE …`; what it prints is in `log`."""

    def __init__(self, module: str, *arguments: str, journal: Path, environ: Mapping[str, str]) -> None:
        self.journal = journal
        self.log = journal.with_suffix(".log")
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, "--journal", journal, *arguments],
                cwd=ROOT,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a Ctrl-C is for the tests to handle, in order
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """SIGKILL: no chance to tidy up."""
        self._process.kill()
        self._process.wait()

    def pause(self) -> None:
        """SIGSTOP: it stands still, its connections open."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal that it understands."""
        self._process.send_signal(number)

    def stop(self, patience: float = 60.0) -> int:
        """SIGTERM, and its exit code once it has ended in good order."""
        wait_until(self.journal.exists, patience=patience, what=lambda: f"not begun: {self.said()}")
        self._process.send_signal(signal.SIGTERM)
        return self.wait(patience)

    def wait(self, patience: float = 60.0) -> int:
        """Its exit code; fails with what it printed when it does not end in time."""
        try:
            return self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.journal.stem} did not end within {patience:g} s: {self.said()}") from None

    def end(self) -> None:
        """However it stands, it is gone afterwards."""
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()

    def abort(self) -> None:
        """Let it say what each of its threads is doing, and end."""
        if self.running:
            self._process.send_signal(signal.SIGABRT)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(5)

    def has_said(self, words: str) -> bool:
        """Whether it has ever printed some words, however much came after them."""
        return words in self.log.read_text(errors="replace")

    def said(self) -> str:
        """The last that it printed."""
        return self.log.read_text(errors="replace")[-6000:]


def wait_until(happened: Callable[[], object], *, patience: float, what: Callable[[], str]) -> None:
    """Wait until something has happened; fails with `what` is missing after `patience` seconds."""
    deadline = time.monotonic() + patience
    while not happened():
        assert time.monotonic() < deadline, f"after {patience:g} s: {what()}"
        time.sleep(_POLL)


def environment(values: Mapping[str, str], *packages: Path) -> dict[str, str]:
    """Variables for a program: those of this process but for what others say of Kafka, `values`, and an import path."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("KAFKA_", "SCHEMA_", "PRODUCER_"))}
    path = os.pathsep.join(filter(None, (*map(str, packages), str(ROOT), kept.get("PYTHONPATH"))))
    return {**kept, **values, "PYTHONPATH": path, "PYTHONFAULTHANDLER": "1"}
