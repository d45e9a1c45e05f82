"""Formatting by ruff: one run for all files, with the settings that each package's `pyproject.toml` carries."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eventpact.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Mapping

_STEPS: Final = (
    ("check", "--fix", "--select", "I,RUF022", "--exit-zero", "--quiet"),  # order of imports and of `__all__`
    ("format", "--quiet"),
)
_EVERY_FILE: Final = ("--no-respect-gitignore", "--config", "exclude=[]")
"""Also where temporary files are ignored by git, or a system has a name that ruff passes over, as `dist`."""
_TIMEOUT_S: Final = 120


def formatted(files: Mapping[str, str]) -> dict[str, str]:
    """The same files with every `.py` among them sorted and formatted.

    Raises:
        OutputError: there is no room for temporary files, or ruff cannot be run or cannot read what was generated.
    """
    python = [path for path in files if path.endswith(".py")]
    try:
        with tempfile.TemporaryDirectory(prefix="eventpact-") as folder:
            root = Path(folder)
            for path in [*python, *(path for path in files if path.endswith("pyproject.toml"))]:
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(files[path], encoding="utf-8", newline="\n")
            for step in _STEPS:
                _ruff(step, root)
            return {**files, **{path: (root / path).read_text(encoding="utf-8") for path in python}}
    except subprocess.TimeoutExpired as error:
        raise OutputError(f"ruff did not finish with the generated code in {_TIMEOUT_S} s") from error
    except OSError as error:
        raise OutputError(f"generated code could not be formatted: {error.strerror} ({error.filename})") from error


def _ruff(step: tuple[str, ...], root: Path) -> None:
    command = [sys.executable, "-m", "ruff", *step, *_EVERY_FILE, "--no-cache", "."]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)  # noqa: S603 - our own interpreter, fixed arguments
    if done.returncode:
        reason = (done.stderr or done.stdout).strip().splitlines()
        hint = "; `pip install eventpact[toolkit]` brings ruff" if "No module named ruff" in done.stderr else ""
        raise OutputError(f"ruff {step[0]} failed on generated code{hint}: {reason[0] if reason else 'no message'}")
