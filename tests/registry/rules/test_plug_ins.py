"""Rules from other distributions, really installed, and judged as our own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ..contracts.building import SHOP

PROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "acme-rules"
version = "1.0.0"

[project.entry-points."eventpact.rules"]
acme = "acme_rules"
"""
RULES = '''
from __future__ import annotations

from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import WholeTopic


@rule("ACME_FEW_PARTITIONS", Severity.ERROR, docs="https://rules.acme.example/few-partitions")
def acme_few_partitions(whole: WholeTopic) -> Verdict | None:
    """A topic has fewer than six partitions.

    Anti-pattern: three partitions, because the example had three.
    Best practice: six, or a multiple of it.
    """
    if whole.topic.partitions >= 6:
        return None
    return Verdict(f"{whole.topic.folder} has {whole.topic.partitions} partitions", "write `partitions: 6`")
'''


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the plug-in is installed into, as pip does it."""
    project, target = tmp_path_factory.mktemp("acme"), tmp_path_factory.mktemp("installed")
    (project / "pyproject.toml").write_text(PROJECT)
    (project / "acme_rules.py").write_text(RULES)
    quiet = ["--quiet", "--disable-pip-version-check", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([sys.executable, "-m", "pip", "install", *quiet, "--target", target, project], check=True)
    return target


def lint(folder: Path, installed: Path, policy: str = "") -> subprocess.CompletedProcess[str]:
    for path, text in {**SHOP, "eventpact.yaml": policy or "rules: {}\n"}.items():
        file = folder / "contracts" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    command = "from eventpact_cli.main import main; main()"
    return subprocess.run(
        [sys.executable, "-c", command, "lint", "--format", "json"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def findings(result: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(result.stdout)["findings"]
    return found


def test_a_rule_of_an_installed_plug_in_is_judged_like_any_other(tmp_path: Path, installed: Path) -> None:
    result = lint(tmp_path, installed)

    [finding] = findings(result)
    assert (finding["rule"], finding["message"]) == ("ACME_FEW_PARTITIONS", "order.placed has 3 partitions")
    assert finding["docs"] == "https://rules.acme.example/few-partitions"
    assert result.returncode == 1


def test_a_rule_of_a_plug_in_is_weighed_and_approved_by_its_id(tmp_path: Path, installed: Path) -> None:
    off = lint(tmp_path, installed, "rules: {ACME_FEW_PARTITIONS: off}\n")
    approval = "{rule: ACME_FEW_PARTITIONS, at: shop/order.placed, reason: Small., by: sales, until: 9999-12-31}"
    approved = lint(tmp_path, installed, f"approvals: [{approval}]\n")

    assert findings(off) == []
    [finding] = findings(approved)
    assert (finding["approved"]["by"], approved.returncode) == ("sales", 0)


@pytest.mark.parametrize(
    ("module", "reason"),
    [
        ("import no_such_module\n", "ModuleNotFoundError: No module named 'no_such_module'"),
        (RULES.replace("ACME_FEW_PARTITIONS", "KEY_CHANGED"), "ValueError: there is a rule KEY_CHANGED already"),
        (RULES.replace("Best practice:", "Best:"), "ValueError: ACME_FEW_PARTITIONS needs a summary"),
        (RULES.replace("whole: WholeTopic", "whole"), "has to take one parameter, whose type says what it judges"),
        (RULES.replace(": WholeTopic)", ": WholeTopics)"), "judges something that is not imported at run time"),
        ("raise SystemError\n", "SystemError"),
    ],
)
def test_a_broken_plug_in_is_one_error_that_names_it(tmp_path: Path, module: str, reason: str) -> None:
    info = tmp_path / "broken" / "acme_rules-1.0.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-rules\nVersion: 1.0.0\n")
    (info / "entry_points.txt").write_text("[eventpact.rules]\nacme = acme_rules\n")
    (info.parent / "acme_rules.py").write_text(module)

    result = lint(tmp_path, info.parent)

    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error: the rules of acme-rules (acme_rules) cannot be loaded: ")
    assert reason in result.stderr
    assert len(result.stderr.splitlines()) == 1
