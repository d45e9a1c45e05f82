"""A scratch environment: where the demonstration installs the packages it made, as a service would."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import TYPE_CHECKING

from eventpact.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class ScratchEnvironment:
    """A virtual environment of its own in `root` that sees the dependencies installed beside eventpact.

    Nothing is downloaded: the packages are installed from wheels, and what they need comes from the environment that
    runs the demonstration.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.python = root / ("Scripts" if os.name == "nt" else "bin") / "python"

    def create(self) -> None:
        """Make the environment; raises `OutputError` when it cannot be written."""
        try:
            venv.create(self.root, symlinks=os.name != "nt", with_pip=False)
            self._see_installed_dependencies()
        except (OSError, subprocess.CalledProcessError) as error:
            raise OutputError(f"the scratch environment in {self.root} could not be made: {error}") from error

    def _see_installed_dependencies(self) -> None:
        """Add the folders that hold eventpact and its dependencies behind the environment's own."""
        paths = [sysconfig.get_path("purelib"), *(path for path in sys.path if Path(path).is_dir())]
        site_packages = next((self.root / "lib").glob("python*/site-packages"))
        (site_packages / "eventpact_dependencies.pth").write_text("\n".join(dict.fromkeys(paths)) + "\n")

    def install(self, wheels: Iterable[Path], *, into: Path | None = None) -> None:
        """Install wheels with pip, into the environment or into a folder that stands before it on the path."""
        target = ["--target", str(into)] if into else []
        self._pip(["install", "--no-deps", "--no-index", "--quiet", *target, *map(str, wheels)])

    def _pip(self, arguments: list[str]) -> None:
        command = [sys.executable, "-m", "pip", "--python", str(self.python), "--disable-pip-version-check", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own arguments
        if done.returncode:
            raise OutputError(f"pip could not install the generated packages: {done.stderr.strip()[-400:]}")

    def start(
        self, module: str, arguments: Iterable[str] = (), *, environ: Mapping[str, str], first: Path | None = None
    ) -> subprocess.Popen[str]:
        """Start `python -m module` in the environment with pipes on its output; `first` leads its import path.

        `environ` holds all the variables that it gets.
        """
        return subprocess.Popen(  # noqa: S603 - our own arguments
            [str(self.python), "-m", module, *arguments],
            env={**environ, **({"PYTHONPATH": str(first)} if first else {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
