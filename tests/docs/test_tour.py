"""The README's tour: every block of it runs, in order, in one shell."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def tour() -> str:
    section = README.split("## A five-minute tour", 1)[1].split("\n## ", 1)[0]
    return "\n".join(re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL))


@pytest.mark.timeout(280)
def test_every_command_of_the_tour_runs(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    shutil.copytree(ROOT, checkout, ignore=shutil.ignore_patterns(".*", "build"))
    (checkout / ".venv").symlink_to(ROOT / ".venv")  # what `make setup` has made already
    script = f"set -e -m\n{tour()}".replace("make setup\n", "")

    done = subprocess.run(
        ["bash", "-c", script],
        cwd=checkout,
        env={key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "VIRTUAL_ENV"}},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "FIELD_WITHOUT_DEFAULT" in done.stdout
    assert "stopped with exit code 1" in done.stdout
    assert "QuikApp.message.sent" in done.stdout
    assert "No changes" in done.stdout
    assert "message 3 is record" in done.stdout
    assert "u-ada in c-general: Hello for the 3. time" in done.stdout
