"""What `docs/gate.md` shows is what the commands print, and what it tells `eventpact.yaml` to hold is taken."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from eventpact_cli.main import cli
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from eventpact_registry.gate import lint
from tests.docs.pages import DOCS, ROOT, Block, blocks

PAGE = DOCS / "gate.md"
ELLIPSIS = "…"
SEVERITIES = [
    block
    for page in (PAGE, DOCS / "reference" / "rules.md")
    for block in blocks(page, "yaml")
    if block.text.startswith("rules:")
]


@pytest.fixture(scope="module")
def pull_request(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the contracts and the third version of MessageSent that the page describes."""
    folder = tmp_path_factory.mktemp("pull-request")
    shutil.copytree(ROOT / "contracts", folder / "contracts")
    latest = folder / "contracts/quikapp/message.sent/MessageSent.v2.avsc"
    schema = json.loads(latest.read_text())
    [data] = [field["type"] for field in schema["fields"] if field["name"] == "data"]
    data["fields"].append({"name": "priority", "type": "string", "doc": "How urgently to deliver the message."})
    latest.with_name("MessageSent.v3.avsc").write_text(json.dumps(schema, indent=2))
    return folder


@pytest.mark.parametrize(
    ("opening", "command", "exit_code"),
    [
        ("contracts/quikapp/message.sent/MessageSent.v3.avsc:103:11: error", ["check"], 1),
        ("field data.priority added", ["diff", "quikapp/MessageSent@2", "quikapp/MessageSent@3"], 0),
    ],
)
def test_what_is_shown_is_what_is_printed(
    opening: str, command: list[str], exit_code: int, pull_request: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [shown] = [block for block in blocks(PAGE, "text") if block.text.startswith(opening)]
    monkeypatch.chdir(pull_request)

    result = CliRunner().invoke(cli, command)

    first, *others = shown.text.splitlines()
    printed = result.output.splitlines()
    printed = printed[printed.index(first) + 1 :]
    assert result.exit_code == exit_code
    for line, real in zip(others, printed, strict=False):
        kept, ellipsis, _ = line.partition(ELLIPSIS)
        assert real.startswith(kept) if ellipsis else real == line
    assert others[-1].strip() == ELLIPSIS or not printed[len(others)], "the page leaves the end out"


@pytest.mark.parametrize("block", SEVERITIES, ids=lambda block: block.name)
def test_severities_that_are_shown_are_taken(block: Block, tmp_path: Path) -> None:
    (tmp_path / "eventpact.yaml").write_text(block.text, encoding="utf-8")

    repository = ContractRepository.load(DirectorySource(tmp_path))

    assert lint(repository) == []  # raises for a rule that does not exist
    assert set(repository.policy.severities) == set(yaml.safe_load(block.text)["rules"])
