"""Contracts as pytest's collectors and items: a file of contracts, and in it a test for each case."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from eventpact_testing.plugin.failures import Failure, explained
from eventpact_testing.properties.case import Case, Violation
from eventpact_testing.properties.catalog import cases
from eventpact_testing.properties.running import PROFILES, Tally, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_testing.plugin.session import ContractSession

EXAMPLES: Final = "examples"
"""Name of the user property that holds how many examples a test has tried; JUnit files show it."""


class ContractFile(pytest.File):
    """A `topic.yaml` with the cases of its events, or a `system.yaml` with those of its shared types."""

    def __init__(self, *, session_of: ContractSession, **arguments: Any) -> None:
        """Remember the run; the other arguments are pytest's own."""
        super().__init__(**arguments)
        self.run = session_of

    def collect(self) -> Iterator[pytest.Item]:
        """An item for each case."""
        for subject in self.run.subjects[str(self.path.resolve())]:
            for case in cases(subject):
                yield ContractItem.from_parent(self, name=case.name, case=case, run=self.run)


class ContractItem(pytest.Item):
    """One case."""

    def __init__(self, *, case: Case, run: ContractSession, **arguments: Any) -> None:
        """Remember case and run; the other arguments are pytest's own."""
        super().__init__(**arguments)
        self.case = case
        self.run = run

    def runtest(self) -> None:
        """Try the case; `Violation` fails the test."""
        tally = Tally()
        try:
            run(self.case, PROFILES[self.run.profile], self.run.seed, tally)
        finally:
            self.user_properties.append((EXAMPLES, tally.examples))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The evidence for a violation; pytest's own words for anything else."""
        if not isinstance(excinfo.value, Violation):
            return super().repr_failure(excinfo, style)
        failure = Failure(case=self.case, violation=excinfo.value, again=self._again())
        return explained(failure, self.run.repository)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the test comes from, and its title."""
        return self.path, None, self.name

    def _again(self) -> str:
        """The command that repeats just this, with the same examples."""
        words = ["pytest", "--contracts", str(self.run.folder), "--contracts-profile", self.run.profile]
        if self.run.seed is not None:
            words += ["--contracts-seed", str(self.run.seed)]
        file = Path(os.path.relpath(self.path, self.config.invocation_params.dir))
        return shlex.join([*words, f"{file.as_posix()}::{self.name}"])
