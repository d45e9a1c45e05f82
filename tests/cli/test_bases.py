"""`check` and `diff` against folders, revisions and registries, as a user types them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from eventpact.settings import Settings
from eventpact_cli.main import cli
from eventpact_registry.client import RegistryClient
from eventpact_registry.server import EmbeddedRegistry
from tests.registry.contracts.building import ORDER_PLACED, SHOP, SYSTEM, TOPIC, avsc, field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click.testing import Result

ORDER = "contracts/shop/order.placed"
CHANGED = avsc("OrderPlaced", field("orderId"), field("note", default=""))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def git(*arguments: str) -> None:
    identity = {f"GIT_{role}_{what}": "a@b" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(["git", *arguments], check=True, capture_output=True, env={**os.environ, **identity})


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the shop on `main`; the tests stand in it."""
    monkeypatch.chdir(tmp_path)
    for path, text in SHOP.items():
        file = tmp_path / "contracts" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "Open the shop")
    return tmp_path


@pytest.fixture
def registry() -> Iterator[RegistryClient]:
    """A registry that has the shop's event."""
    with EmbeddedRegistry() as embedded, RegistryClient(Settings(registry_url=embedded.url)) as client:
        client.register("order.placed-value", ORDER_PLACED, ())
        yield client


def test_contracts_are_checked_against_a_registry(shop: Path, registry: RegistryClient) -> None:
    (shop / ORDER / "OrderPlaced.v1.avsc").write_text(CHANGED)

    result = run("check", "--against", f"registry:{registry.url}")

    assert result.exit_code == 1
    assert "error VERSION_MUTATED\n" in result.output


def test_several_bases_are_judged_together(shop: Path, registry: RegistryClient) -> None:
    (shop / ORDER / "OrderPlaced.v1.avsc").write_text(CHANGED)
    (shop / ORDER / "topic.yaml").write_text(TOPIC.replace("partitions: 3", "partitions: 1"))

    result = run("check", "--against", "git:main", "--against", f"registry:{registry.url}")

    assert result.output.count("error VERSION_MUTATED\n") == 1
    assert "error PARTITIONS_CHANGED\n" in result.output


def test_a_registry_that_does_not_answer_is_said_in_one_line(shop: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "eventpact_cli.main", "check", "--against", "registry:http://127.0.0.1:9"],
        cwd=shop,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 2
    [line] = result.stderr.splitlines()
    assert line.startswith("error: cannot list subjects: no schema registry answers at http://127.0.0.1:9")


def test_what_is_not_a_source_is_said_with_what_one_is() -> None:
    result = run("check", "--against", "registry:localhost:8081")

    assert result.exit_code == 2
    assert "a registry is registry:http://localhost:8081" in result.output


def test_a_diff_tells_what_a_registry_lacks(shop: Path, registry: RegistryClient) -> None:
    (shop / ORDER / "OrderPlaced.v2.avsc").write_text(CHANGED)

    forth = run("diff", f"registry:{registry.url}", "dir:contracts")
    back = run("diff", "dir:contracts", f"registry:{registry.url}")

    assert "version 2 added" in forth.output
    assert "version 2 removed" in back.output


def test_a_job_on_github_gets_a_summary_of_what_changed(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    (shop / ORDER / "OrderPlaced.v2.avsc").write_text(CHANGED)
    (shop / "contracts/shop/system.yaml").write_text(SYSTEM.replace("1.0.0", "1.1.0"))

    result = run("check", "--against", "git:main", "--format", "github")

    assert (result.exit_code, result.output) == (0, "")
    assert "## Contracts: nothing found" in summary.read_text()
    assert "field note added, with a default" in summary.read_text()


def test_markdown_tells_what_changed_against_every_base(shop: Path, registry: RegistryClient) -> None:
    (shop / ORDER / "OrderPlaced.v2.avsc").write_text(CHANGED)

    result = run("check", "--against", f"registry:{registry.url}", "--format", "markdown")

    assert result.output.startswith("<!-- eventpact -->\n## Contracts: nothing found\n\n### What changed\n")


@pytest.mark.parametrize("form", ["text", "json", "github", "gitlab", "junit", "sarif", "markdown"])
def test_files_that_cannot_be_read_are_shown_in_every_format(shop: Path, form: str) -> None:
    (shop / ORDER / "topic.yaml").write_text("partitions: many\n")

    result = run("check", "--against", "git:main", "--format", form)

    assert result.exit_code == 1
    assert "partitions" in result.output


def test_fix_edits_what_is_new_says_so_and_judges_what_is_left(shop: Path) -> None:
    added = avsc("OrderPlaced", field("orderId"), field("note", ["null", "string"]))
    (shop / ORDER / "OrderPlaced.v2.avsc").write_text(added)

    first = run("check", "--against", "git:main", "--fix", "--format", "json")
    second = run("check", "--against", "git:main", "--fix")

    assert first.exit_code == 0
    assert "fixed FIELD_WITHOUT_DEFAULT: field note has the default null" in first.stderr
    assert json.loads(first.stdout)["findings"] == []
    assert (second.stdout, second.stderr) == ("nothing found\n", "")


def test_fix_needs_to_know_what_is_new(shop: Path) -> None:
    result = run("check", "--fix")

    assert result.exit_code == 2
    assert "--fix needs --against" in result.output
