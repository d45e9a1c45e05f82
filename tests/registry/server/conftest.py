"""A registry of its own for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from eventpact_registry.server import EmbeddedRegistry
from tests.registry.server.rest import Rest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def rest() -> Iterator[Rest]:
    with EmbeddedRegistry() as registry:
        yield Rest(registry.url)
