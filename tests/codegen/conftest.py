"""Importing generated packages in the test process, and forgetting them again."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

Import = Callable[[Path, str], ModuleType]


@pytest.fixture
def import_from(monkeypatch: pytest.MonkeyPatch) -> Iterator[Import]:
    """`import_from(folder, "shop_events.order")` imports from a package's folder for the length of one test."""
    imported: set[str] = set()

    def load(folder: Path, module: str) -> ModuleType:
        monkeypatch.syspath_prepend(str(folder))
        imported.add(module.partition(".")[0])
        return importlib.import_module(module)

    yield load
    for name in list(sys.modules):
        if name.partition(".")[0] in imported:
            del sys.modules[name]


@pytest.fixture(scope="session")
def mypy_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all runs of mypy, so that the runtime is analysed once."""
    return tmp_path_factory.mktemp("mypy")
