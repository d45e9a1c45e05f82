"""The stage of the faults, and the table of what each did: it is printed when the tests have ended.

Faults take short lengths in `make test`; `make soak` runs them in full (`full_length`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from eventpact import Settings, Topics
from eventpact_registry.client import RegistryClient
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from eventpact_registry.plan import apply, desired, plan, read_state
from eventpact_registry.server import EmbeddedRegistry
from tests.real.conftest import CONTRACTS
from tests.real.faults.ledger import table
from tests.real.faults.stage import LETTERS, MESSAGES, SESSION_MS, Stage, purge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from eventpact_testing.kafka import KafkaCluster
    from tests.real.faults.ledger import Ledger

ROWS: list[tuple[str, ...]] = []


@pytest.fixture(scope="session")
def quikapp(three_brokers: KafkaCluster) -> Iterator[Settings]:
    """Settings of services on the three brokers, where QuikApp's schemas and the topics of its messages are applied."""
    with EmbeddedRegistry() as registry:
        settings = Settings(
            brokers=three_brokers.bootstrap_servers,
            registry_url=registry.url,
            client_id="faults",
            session_timeout_ms=SESSION_MS,
        )
        wanted = desired(ContractRepository.load(DirectorySource(CONTRACTS)), ["quikapp"])
        wanted = wanted.selected(["io.quikapp.*", "QuikApp.*-value", MESSAGES, LETTERS])
        topics = Topics(settings, timeout=30)
        with RegistryClient(settings) as client:
            todo = plan(wanted, read_state(wanted, registry=client, cluster=topics))
            apply(todo, registry=client, cluster=topics)
        yield settings


@pytest.fixture
def stage(
    three_brokers: KafkaCluster, quikapp: Settings, packages: Mapping[str, Path], unique: str, tmp_path: Path
) -> Iterator[Stage]:
    """A whole cluster without records, for one test, which may break it."""
    settings = replace(quikapp, consumer_group=unique)
    three_brokers.mend()
    purge(settings)
    stage = Stage(three_brokers, settings, [packages["quikapp"]], tmp_path)
    yield stage
    stage.close()


@pytest.fixture
def enter(request: pytest.FixtureRequest) -> Callable[[str, Ledger], None]:
    """Enter what a fault did into the table."""

    def add(fault: str, ledger: Ledger) -> None:
        ROWS.append(ledger.row(fault))

    return add


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    if ROWS:
        terminalreporter.section("faults")
        for line in table(ROWS):
            terminalreporter.write_line(line)
