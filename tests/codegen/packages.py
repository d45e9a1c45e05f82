"""Packages generated from a few lines of contracts, and tools run on them as a user would run them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from eventpact.errors import ContractError
from eventpact_codegen import generate, render
from tests.registry.contracts.building import SHOP, SYSTEM, Files, load

if TYPE_CHECKING:
    from eventpact_registry.contracts.repository import ContractRepository

ROOT = Path(__file__).parents[2]
CONTRACTS = Path(__file__).parent / "contracts"
GOLDEN = Path(__file__).parent / "golden"


def system(*lines: str) -> str:
    """The shop's `system.yaml` with more lines at its end."""
    return SYSTEM + "".join(f"{line}\n" for line in lines)


def sources(changes: Files | None = None, base: Files = SHOP) -> dict[str, str]:
    """The files of the shop's package, path to text; nothing is written."""
    [(_, files)] = render(load(changes, base), Path("packages")).values()
    return dict(files)


def refusals(changes: Files, base: Files = SHOP) -> list[str]:
    """Why the shop with changes cannot be generated, without the folder that all paths begin with."""
    with pytest.raises(ContractError) as caught:
        render(load(changes, base), Path("packages"))
    return [str(problem).removeprefix("contracts/") for problem in caught.value.problems]


def written(out: Path, changes: Files | None = None) -> Path:
    """The folder of the shop's package, generated into `out`."""
    return write(load(changes), out) / "shop"


def write(repository: ContractRepository, out: Path) -> Path:
    """Generate all packages of a repository into a folder."""
    generate(repository, out)
    return out


def tool(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run `python -m …` (or `-c`) with the runtime importable, as if it was installed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "runtime"), "MYPYPATH": str(ROOT / "runtime")}
    module = [] if arguments[0] == "-c" else ["-m"]
    command = [sys.executable, *module, *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=240, check=False, env=environment)


def pyright(folder: Path) -> str:
    """What pyright says in its strict mode of the packages in a folder, in one line where all is well."""
    settings = {"typeCheckingMode": "strict", "extraPaths": [str(ROOT / "runtime")], "pythonVersion": "3.11"}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    done = tool("basedpyright", "--pythonpath", sys.executable, cwd=folder)
    return (done.stdout + done.stderr).strip()


PYRIGHT_FOUND_NOTHING = "0 errors, 0 warnings, 0 notes"
