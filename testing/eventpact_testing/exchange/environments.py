"""Packages as somebody who updated late has them, and as of now, each installed where the other is not."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eventpact.errors import OutputError
from eventpact_codegen.generator import generate
from eventpact_codegen.wheel import build
from eventpact_registry.contracts.repository import ContractRepository

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from eventpact_registry.contracts.source import Tree


@dataclass(frozen=True, slots=True)
class Contracts:
    """Contracts that were read already."""

    tree: Tree

    def read(self) -> Tree:
        """What was read."""
        return self.tree


def as_of(tree: Tree, gone: Collection[str]) -> ContractRepository:
    """The contracts before certain files were added, named as they are shown.

    Raises:
        ContractError: they were not valid without these.
    """
    files = {path: content for path, content in tree.files.items() if tree.shown(path) not in gone}
    return ContractRepository.load(Contracts(type(tree)(tree.label, tree.root, tree.revision, files)))


def installed(repository: ContractRepository, systems: Collection[str], folder: Path) -> Path:
    """The Python of a new environment in `folder` that has the systems' wheels, and what this one has.

    Raises:
        ContractError: contracts cannot become Python.
        OutputError: pip refuses the wheels.
    """
    report = generate(repository, folder / "packages", systems=systems)
    wheels = [build(package.folder, folder / "wheels") for package in report.packages]
    venv.create(folder / "env", symlinks=True)
    python = folder / "env" / "bin" / "python"
    pip = ["-m", "pip", "--python", str(python), "install", "--quiet", "--no-index", "--no-deps", "--no-compile"]
    done = subprocess.run(  # noqa: S603 - pip of this interpreter
        [sys.executable, *pip, "--disable-pip-version-check", *map(str, wheels)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise OutputError(f"the packages cannot be installed: {done.stderr.strip()}")
    # The runtime and its dependencies are this interpreter's own; only the packages differ.
    site = next((folder / "env" / "lib").glob("python*/site-packages"))
    (site / "runtime.pth").write_text(
        f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n", encoding="utf-8"
    )
    return python
