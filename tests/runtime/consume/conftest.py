"""Groups here come, go and come again: a session lasts no longer than they can wait for."""

from __future__ import annotations

import pytest


@pytest.fixture
def session_timeout_ms() -> int:
    return 1500
