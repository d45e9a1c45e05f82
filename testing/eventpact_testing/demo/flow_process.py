"""A flow as a process of its own in the scratch environment, heard line by line."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import fields
from threading import Thread
from typing import TYPE_CHECKING, Any

from eventpact.errors import EventPactError
from eventpact_testing.demo.flows.ledger import FlowResult

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from eventpact_testing.demo.scratch import ScratchEnvironment
    from eventpact_testing.stack import Stack

PATIENCE = 240.0
"""Seconds that a flow may take."""
_LAST_WORDS = 1_500


class FlowFailed(EventPactError):  # noqa: N818 - reads as the fact it states
    """A flow did not do what it is there to show."""


class FlowProcess:
    """One flow, started at once; `finish` waits for what it found."""

    def __init__(
        self,
        module: str,
        scratch: ScratchEnvironment,
        stack: Stack,
        *,
        events: int,
        first: Path | None = None,
        on_progress: Callable[[int, int, int], None] = lambda _sent, _received, _expected: None,
    ) -> None:
        """`first` is a folder whose packages win over the environment's own."""
        self._name = module.rpartition(".")[2]
        self._on_progress = on_progress
        self._result: FlowResult | None = None
        self._failure = ""
        self._errors: list[str] = []
        environ = stack.environ_within(os.environ)
        self._process = scratch.start(module, ["--events", str(events)], environ=environ, first=first)
        self._readers = (Thread(target=self._read_output), Thread(target=self._read_errors))
        for reader in self._readers:
            reader.start()

    def finish(self) -> FlowResult:
        """Wait for the end.

        Raises:
            FlowFailed: it failed, lost events or took too long; says why.
        """
        try:
            code = self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise FlowFailed(f"{self._name} did not end within {PATIENCE:.0f} s") from None
        finally:
            self.stop()
        if self._result is None or code not in {0, 1}:
            reason = self._failure or "".join(self._errors)[-_LAST_WORDS:].strip() or f"exit code {code}"
            raise FlowFailed(f"{self._name} failed: {reason}")
        return self._result

    def stop(self) -> None:
        """End it if it still runs."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        for reader in self._readers:
            reader.join()

    def _read_output(self) -> None:
        for line in self._process.stdout or ():
            try:
                said: dict[str, Any] = json.loads(line)
            except ValueError:
                self._errors.append(line)
                continue
            kind = said.pop("kind", "")
            if kind == "progress":
                self._on_progress(said["sent"], said["received"], said["expected"])
            elif kind == "result":
                said["notes"] = tuple(said["notes"])
                self._result = FlowResult(**{field.name: said[field.name] for field in fields(FlowResult)})
            elif kind == "failed":
                self._failure = str(said.get("message"))

    def _read_errors(self) -> None:
        self._errors.extend(self._process.stderr or ())
