"""Brokers and registries on loopback for the tests of a service: one of each kind a session, a fresh view of it a test.

The contracts are applied once a session. What they leave, the registry, is then closed to writers, so no test can
change what another one finds; each test has a broker of its own with the same topics, which takes milliseconds.
"""

from __future__ import annotations

import itertools
import os
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Final, Self

from confluent_kafka.schema_registry import SchemaRegistryClient

from eventpact import Settings
from eventpact.environment import VARIABLES
from eventpact.errors import SettingsError
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from eventpact_registry.server import EmbeddedRegistry
from eventpact_testing.broker import FETCH_WAIT_MS, LIMITS, SESSION_TIMEOUT_MS, LocalBroker
from eventpact_testing.known import KnownPackage, import_known
from eventpact_testing.stack import Stack, planned, synchronise, variables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

    import pytest

_NAME: Final = "tests"
"""What the settings call the service under test."""


@dataclass(frozen=True, slots=True)
class LocalRegistry:
    """A schema registry that nobody else writes to."""

    url: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying the contracts has left."""

    registry_url: str
    topics: Mapping[str, int]
    """Names, and how many partitions."""


class LocalRegistries:
    """The registries of a session; started when they are asked for, closed at its end."""

    def __init__(self, contracts: Path | None, packages: tuple[str, ...]) -> None:
        """Remember what to apply: a folder of contracts, those of the systems that the packages are of, or all.

        Without a folder, the packages themselves are applied: every version of an event that they can write or read.
        """
        self._contracts = contracts
        self._packages = packages
        self._exits = ExitStack()
        self._numbers = itertools.count(1)

    def fresh(self) -> LocalRegistry:
        """A registry that knows nothing: a context of its own on one server."""
        return LocalRegistry(f"{self._empty.url}/contexts/test-{next(self._numbers)}")

    @cached_property
    def applied(self) -> Applied:
        """The registry that knows the contracts, and the topics that go with it.

        Raises:
            SettingsError: no contracts and no packages are named, or a package is not installed.
            ContractError: the contracts are not valid.
        """
        if self._contracts is None and not self._packages:
            raise SettingsError(
                "local_stack needs to know what to apply: set eventpact_contracts (a folder), or eventpact_packages "
                "(generated packages), in the ini-file of pytest"
            )
        registry = self._exits.enter_context(EmbeddedRegistry())
        with LocalBroker() as broker:
            stack = Stack(_settings(broker, registry.url), broker.topics, LIMITS)
            packages = [KnownPackage(name) for name in self._packages]
            if self._contracts is None:
                import_known(packages, stack.settings)
                for topic in chain.from_iterable(package.topics for package in packages):
                    broker.create_topic(topic.name, topic.partitions)
            else:
                repository = ContractRepository.load(DirectorySource(self._contracts))
                systems = {system for package in packages for system in package.systems}
                synchronise(planned(repository, stack, systems=systems), stack)
            topics = {name: state.partitions for name, state in broker.topics.states().items()}
        _close_to_writers(stack.settings)
        return Applied(registry.url, topics)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exits.close()

    @cached_property
    def _empty(self) -> EmbeddedRegistry:
        return self._exits.enter_context(EmbeddedRegistry())


def stack_on(broker: LocalBroker, applied: Applied) -> Stack:
    """A stack with the topics that belong to the contracts on a broker that has none yet."""
    for name, partitions in applied.topics.items():
        broker.create_topic(name, partitions)
    return Stack(_settings(broker, applied.registry_url), broker.topics, LIMITS)


def point_environment(patch: pytest.MonkeyPatch, settings: Settings) -> None:
    """Let `Settings.from_env()` find `settings` and nothing of what the environment said before."""
    for name in VARIABLES.keys() & os.environ.keys():
        patch.delenv(name)
    for name, text in variables(settings).items():
        patch.setenv(name, text)


def _settings(broker: LocalBroker, registry_url: str) -> Settings:
    return Settings(
        brokers=broker.bootstrap_servers,
        registry_url=registry_url,
        client_id=_NAME,
        session_timeout_ms=SESSION_TIMEOUT_MS,
        fetch_wait_ms=FETCH_WAIT_MS,
        acks="1",  # the embedded broker takes half a second to admit an idempotent producer
    )


def _close_to_writers(settings: Settings) -> None:
    client = SchemaRegistryClient(settings.registry_config())
    client.update_global_mode("READONLY")
    client.close()
