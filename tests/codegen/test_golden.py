"""The golden tree: what the systems in `contracts` become, kept for reading and compared byte by byte.

`bookshop` is a small system as people write them; `torture` holds every type and every awkward name. After a wanted
change: `python -m tests.codegen.golden_trees`.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.codegen.golden_trees import TREES
from tests.codegen.packages import GOLDEN, tool


@pytest.mark.parametrize("target", TREES)
def test_a_golden_tree_is_what_the_generator_writes(target: str) -> None:
    drift = TREES[target].generate(check=True).drift

    assert drift == (), "if that is meant: python -m tests.codegen.golden_trees"


def test_the_golden_tree_is_clean_under_ruff(tmp_path: Path) -> None:
    shutil.copytree(GOLDEN, tmp_path / "golden")

    assert tool("ruff", "format", "--check", "--no-cache", ".", cwd=tmp_path / "golden").stderr == ""
    assert "All checks passed!" in tool("ruff", "check", "--no-cache", ".", cwd=tmp_path / "golden").stdout


def test_the_golden_tree_is_clean_under_strict_mypy(tmp_path: Path, mypy_cache: Path) -> None:
    for system in ("bookshop", "torture"):
        shutil.copytree(GOLDEN / system / f"{system}_events", tmp_path / f"{system}_events")

    done = tool("mypy", "--strict", "--cache-dir", mypy_cache, "bookshop_events", "torture_events", cwd=tmp_path)

    assert done.stdout.startswith("Success: no issues found")


def test_every_module_of_the_golden_tree_imports(tmp_path: Path) -> None:
    program = (
        "import importlib, pkgutil, sys\n"
        f"sys.path[:0] = [{str(GOLDEN / 'bookshop')!r}, {str(GOLDEN / 'torture')!r}]\n"
        "sys.dont_write_bytecode = True\n"
        "for name in ('bookshop_events', 'torture_events'):\n"
        "    package = importlib.import_module(name)\n"
        "    for module in pkgutil.walk_packages(package.__path__, f'{name}.'):\n"
        "        importlib.import_module(module.name)\n"
        "    print(len([getattr(package, exported) for exported in package.__all__]))\n"
    )

    done = tool("-c", program, cwd=tmp_path)

    assert done.stderr == ""
    assert [int(count) > 10 for count in done.stdout.split()] == [True, True]
