"""The stage of the faults, and the table of what each did: it is printed when the tests have ended.

Faults take short lengths in `make test`; `make soak` runs them in full (`full_length`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from eventpact import Settings
from eventpact_registry.server import EmbeddedRegistry
from tests.real.faults.ledger import table
from tests.real.faults.stage import SESSION_MS, Stage, apply_messages, purge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from eventpact_testing.kafka import KafkaCluster
    from eventpact_testing.proxy import Proxy
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
        apply_messages(settings)
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
def behind_proxy(stage: Stage, network: Proxy) -> Iterator[Proxy]:
    """The network between the stage's services and the brokers, whole again afterwards."""
    stage.settings = replace(stage.settings, brokers=network.bootstrap_servers)
    yield network
    network.restore()


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
