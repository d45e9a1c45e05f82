"""Which executors tests can count on."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from eventpact.avro import executor as executors

if TYPE_CHECKING:
    from eventpact.avro.executor import Executor


def missing(name: Executor) -> str | None:
    """Why an executor cannot run here; in CI that ends the test, wherever the extension can be built."""
    if name in executors.available():
        return None
    if os.environ.get("CI", "").lower() == "true" and shutil.which("cargo"):
        pytest.fail("in CI codecs run natively too: `make setup` builds the extension where cargo is", pytrace=False)
    return "eventpact-native is not installed: only the Python executor is tested"


def runnable() -> tuple[Executor, ...]:
    """All that can run here; in CI that is all."""
    return tuple(name for name in executors.EXECUTORS if not missing(name))
