"""A broker for each test and a registry for each module: both real servers on loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from eventpact import Settings
from eventpact_registry.server.embedded import EmbeddedRegistry
from eventpact_testing.broker import FETCH_WAIT_MS, LocalBroker
from tests.runtime.raw import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def broker() -> Iterator[LocalBroker]:
    with LocalBroker({"sample.posted": 3, "sample.dead": 1, "sample.notes.acme": 2}) as broker:
        yield broker


@pytest.fixture(scope="module")
def registry() -> Iterator[EmbeddedRegistry]:
    with EmbeddedRegistry() as registry:
        yield registry


@pytest.fixture
def session_timeout_ms() -> int:
    """So long a member may stand still with its machine; short for tests that start a group again, who wait for it."""
    return 60_000


@pytest.fixture
def settings(broker: LocalBroker, registry: EmbeddedRegistry, session_timeout_ms: int) -> Settings:
    return Settings(
        brokers=broker.bootstrap_servers,
        client_id="tests",
        registry_url=registry.url,
        timeout=PATIENCE,
        session_timeout_ms=session_timeout_ms,
        fetch_wait_ms=FETCH_WAIT_MS,
        # The embedded broker takes half a second to admit an idempotent producer; few tests are about that.
        producer={"linger.ms": "0", "enable.idempotence": "false"},
        consumer={"topic.metadata.refresh.interval.ms": "200"},
    )
