"""The five systems' packages."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from eventpact_codegen import generate
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from tests.codegen.packages import GOLDEN, PYRIGHT_FOUND_NOTHING, ROOT, pyright, tool

SYSTEMS = ("caas", "chatplatform", "delivery", "quikapp", "showoff")


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All five, generated."""
    out = tmp_path_factory.mktemp("packages")
    repository = ContractRepository.load(DirectorySource(ROOT / "contracts"))
    generate(repository, out)
    return out


def test_all_systems_have_a_package(packages: Path) -> None:
    assert tuple(sorted(path.name for path in packages.iterdir())) == SYSTEMS


def test_they_are_clean_under_ruff(packages: Path) -> None:
    assert tool("ruff", "format", "--check", "--no-cache", ".", cwd=packages).stderr == ""
    assert "All checks passed!" in tool("ruff", "check", "--no-cache", ".", cwd=packages).stdout


def test_they_are_clean_under_strict_mypy(packages: Path, mypy_cache: Path) -> None:
    for system in SYSTEMS:
        link = packages.parent / "linked" / f"{system}_events"
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(packages / system / f"{system}_events")

    names = [f"{system}_events" for system in SYSTEMS]
    done = tool("mypy", "--strict", "--cache-dir", mypy_cache, *names, cwd=packages.parent / "linked")

    assert done.stdout.startswith("Success: no issues found")


def test_they_and_the_golden_tree_are_clean_under_strict_pyright(packages: Path, tmp_path: Path) -> None:
    """`_codecs` ask for less: their values are of any type until the code has looked at them."""
    for folder in [*packages.iterdir(), GOLDEN / "bookshop", GOLDEN / "torture"]:
        shutil.copytree(folder / f"{folder.name}_events", tmp_path / f"{folder.name}_events")

    assert pyright(tmp_path).endswith(PYRIGHT_FOUND_NOTHING)


def test_the_notification_service_still_reads_the_first_version_of_messages(packages: Path) -> None:
    groups = (packages / "quikapp" / "quikapp_events" / "groups.py").read_text()

    assert "from quikapp_events.v1.message import MessageSent as MessageSentV1" in groups
    assert "def on_message_sent(self, event: MessageSentV1, context: Context) -> " in groups
