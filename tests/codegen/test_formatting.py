"""Formatting does not depend on where and under which name it happens."""

from __future__ import annotations

import subprocess
import tempfile
from typing import TYPE_CHECKING

import pytest

from eventpact_codegen.python.formatting import formatted

if TYPE_CHECKING:
    from pathlib import Path

UNTIDY = "import sys\nimport os\nx = {  'a':1 }\n"
TIDY = 'import os\nimport sys\n\nx = {"a": 1}\n'


@pytest.mark.parametrize("system", ["shop", "build", "dist", "venv"])
def test_every_file_is_formatted_whatever_its_systems_name(system: str) -> None:
    assert formatted({f"{system}/shop_events/a.py": UNTIDY}) == {f"{system}/shop_events/a.py": TIDY}


def test_temporary_files_that_git_ignores_are_formatted_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text("*\n")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    assert formatted({"shop/a.py": UNTIDY}) == {"shop/a.py": TIDY}
