"""The command line as a user has it: in this process through its entry point, or as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import Self

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "eventpact_cli.main")
PATIENCE = 60.0
"""Seconds after which a process that should have ended or spoken is a failure."""

OURS = ("KAFKA_", "SCHEMA_REGISTRY_", "PRODUCER_", "CONSUMER_", "LOG_LEVEL", "NO_COLOR", "PYTHON")
"""How variables begin that could change what a command does."""


def environment(**more: str) -> dict[str, str]:
    """This process's environment without `OURS`, and with `more`."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {**plain, "PYTHONPATH": os.pathsep.join(sys.path), **more}


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def errors(self) -> list[str]:
        """The lines on standard error, of which each must be an error that a person can read."""
        lines = self.err.splitlines()
        assert all(line.startswith("error: ") for line in lines), self.err
        assert "Traceback" not in self.err
        assert "this is a bug" not in self.err, self.err
        return [line.removeprefix("error: ") for line in lines]

    @property
    def error(self) -> str:
        """The only error of a run that printed nothing else."""
        assert (self.out, self.code) == ("", 2), self
        [error] = self.errors
        return error


class Run(Protocol):
    """What the fixture `run` gives: a command run through its entry point in this process."""

    def __call__(self, *arguments: str, **variables: str) -> Ended: ...


def execute(*arguments: str, cwd: Path, stdin: str | None = None, **variables: str) -> Ended:
    """Run a command as a process, with its output in pipes."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=cwd,
        env=environment(**variables),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


class Started:
    """A command that stays in the foreground, heard through files; killed at the end if it still runs."""

    def __init__(self, *arguments: str, cwd: Path, **variables: str) -> None:
        self._out, self._err = cwd / f"out-{time.monotonic_ns()}", cwd / f"err-{time.monotonic_ns()}"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                [*COMMAND, *arguments], cwd=cwd, env=environment(**variables), stdout=out, stderr=err
            )

    @property
    def out(self) -> str:
        return self._out.read_text()

    @property
    def err(self) -> str:
        return self._err.read_text()

    def heard(self, text: str) -> str:
        """Wait until a text was printed; everything that was."""
        self.until(lambda: text in self.out)
        return self.out

    def until(self, happened: Callable[[], bool]) -> None:
        """Wait until something has happened that the command does before it ends."""
        deadline = time.monotonic() + PATIENCE
        while not happened():
            assert self.process.poll() is None, f"ended with {self.process.returncode}: {self.out}{self.err}"
            assert time.monotonic() < deadline, f"still waiting: {self.out}{self.err}"
            time.sleep(0.02)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> Ended:
        """Send a signal to this process alone, and wait for its end."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> Ended:
        """Wait for the end."""
        return Ended(self.process.wait(PATIENCE), self.out, self.err)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)


def write(folder: Path, files: Mapping[str, str | bytes | None]) -> Path:
    """Write files below a folder; None takes one away."""
    for path, content in files.items():
        file = folder / path
        if content is None:
            file.unlink()
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its content."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()
    }
