"""The pytest plugin: `pytest --contracts contracts/` tests every property of every version pair; fixtures for services.

It is loaded by each pytest of whoever has eventpact installed: without `--contracts` it adds options and the fixtures'
names, and imports nothing of eventpact until a test asks for a fixture.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from eventpact_testing.plugin.fixtures import (
    _local_registries,
    add_ini,
    captured_events,
    local_kafka,
    local_registry,
    local_stack,
    retry_clock,
    run_group,
)

if TYPE_CHECKING:
    import pytest

__all__ = [
    "_local_registries",
    "captured_events",
    "local_kafka",
    "local_registry",
    "local_stack",
    "retry_clock",
    "run_group",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a run on contracts."""
    group = parser.getgroup("contracts", "properties of event contracts (eventpact)")
    group.addoption(
        "--contracts",
        type=Path,
        metavar="DIR",
        help="test every property of the contracts in this folder; alone, without the tests that pytest would collect",
    )
    group.addoption(
        "--contracts-profile",
        choices=("ci", "dev", "thorough"),
        help="how many examples: ci tries the same in every run (default where CI is set), dev some (default "
        "elsewhere), thorough many",
    )
    group.addoption(
        "--contracts-seed",
        type=int,
        metavar="N",
        help="repeat the examples of an earlier run; failures print it",
    )
    add_ini(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Bring in the rest when contracts are to be tested."""
    if config.getoption("contracts") is not None and not config.getoption("help"):
        from eventpact_testing.plugin.session import ContractSession  # noqa: PLC0415 - not for runs without contracts

        config.pluginmanager.register(ContractSession(config), "eventpact-contracts")
