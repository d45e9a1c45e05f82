"""One run of pytest on contracts: what is collected, with which examples, and what is told at its end."""

from __future__ import annotations

import os
import shutil
import tempfile
from functools import cached_property
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Any, Final

import pytest

from eventpact.errors import ContractError, EventPactError
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from eventpact_testing.plugin.items import EXAMPLES, ContractFile
from eventpact_testing.properties.packages import event_class, generate_packages
from eventpact_testing.properties.subject import Subject, subjects

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eventpact.event import Event
    from eventpact_registry.contracts.model import System, VersionedType

_SEED: Final = "eventpact_seed"
_PACKAGES: Final = "eventpact_packages"


class ContractSession:
    """Registered with pytest for the length of a run; under pytest-xdist in each worker and in what steers them."""

    def __init__(self, config: pytest.Config) -> None:
        """Add the contracts to what is collected.

        Raises:
            pytest.UsageError: there are no contracts, or they are not valid.
        """
        self.config = config
        self._workerinput: dict[str, Any] | None = getattr(config, "workerinput", None)
        self.folder: Path = config.getoption("contracts")
        self.profile: str = config.getoption("contracts_profile") or ("ci" if os.environ.get("CI") else "dev")
        self.seed = self._chosen_seed()
        self._examples = 0
        self._tests = 0
        self._owns_packages = False
        _collect_contracts(config, self.folder)
        self.repository = _loaded(self.folder)

    def _chosen_seed(self) -> int | None:
        """None where the profile needs none; the same in all workers."""
        given: int | None = self.config.getoption("contracts_seed")
        if given is not None or self.profile == "ci":
            return given
        if self._workerinput is not None:
            seed: int = self._workerinput[_SEED]
            return seed
        return SystemRandom().randrange(2**32)

    @cached_property
    def packages(self) -> Path:
        """The folder of the generated packages, made once a run."""
        if self._workerinput is not None:
            return Path(self._workerinput[_PACKAGES])
        folder = Path(tempfile.mkdtemp(prefix="eventpact-packages-"))
        self._owns_packages = True
        try:
            generate_packages(self.repository, folder)
        except EventPactError as error:
            raise pytest.UsageError(*str(error).splitlines()) from error
        return folder

    def find_class(self, system: System, event: VersionedType) -> type[Event]:
        """The generated class of an event."""
        return event_class(self.packages, system, event)

    @cached_property
    def subjects(self) -> dict[str, list[Subject]]:
        """Events and shared types by the file that they are collected from."""
        found: dict[str, list[Subject]] = {}
        for subject in subjects(self.repository, self.find_class):
            found.setdefault(str(Path(subject.file).resolve()), []).append(subject)
        return found

    def pytest_report_header(self) -> str:
        """Say what this run does."""
        seed = f", seed {self.seed}" if self.seed is not None else ""
        return f"contracts: {self.folder}, profile {self.profile}{seed}"

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """The cases of a topic's, or a system's, file."""
        if file_path.suffix != ".yaml" or str(file_path.resolve()) not in self.subjects:
            return None
        file: ContractFile = ContractFile.from_parent(parent, path=file_path, session_of=self)
        return file

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Give a worker of pytest-xdist what all workers share."""
        node.workerinput[_SEED] = self.seed
        node.workerinput[_PACKAGES] = str(self.packages)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count examples where reports come together."""
        if report.when == "call":
            examples = [count for name, count in report.user_properties if name == EXAMPLES]
            self._examples += sum(int(str(count)) for count in examples)
            self._tests += len(examples)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Tell how much was tried."""
        tests = f"{self._tests:,} propert{'y' if self._tests == 1 else 'ies'}"
        examples = f"{self._examples:,} example{'' if self._examples == 1 else 's'}"
        if self._tests:
            terminalreporter.write_line(f"contracts: {tests} tried on {examples} (profile {self.profile})")

    def pytest_unconfigure(self) -> None:
        """Remove what was generated."""
        if self._owns_packages:
            shutil.rmtree(self.packages, ignore_errors=True)


def _loaded(folder: Path) -> ContractRepository:
    try:
        return ContractRepository.load(DirectorySource(_as_typed(folder)))
    except ContractError as error:
        raise pytest.UsageError(*(str(problem) for problem in error.problems)) from error


def _as_typed(folder: Path) -> Path:
    """The folder as it is shown to people: relative where it lies below the current one."""
    try:
        return folder.resolve().relative_to(Path.cwd())
    except ValueError:
        return folder


def _collect_contracts(config: pytest.Config, folder: Path) -> None:
    """Collect the contracts: alone, or beside the paths that were named."""
    if not folder.is_dir():
        raise pytest.UsageError(f"there is no contracts folder '{folder}': name it with --contracts DIR")
    if config.args_source is not config.ArgsSource.ARGS:
        config.args[:] = [str(folder)]
    elif not _named(folder.resolve(), config.args):
        config.args.append(str(folder))


def _named(folder: Path, arguments: Iterable[str]) -> bool:
    """Whether paths on the command line are in the folder, so that only these are meant."""
    paths = (Path(argument.split("::")[0]).resolve() for argument in arguments)
    return any(path.is_relative_to(folder) for path in paths)
