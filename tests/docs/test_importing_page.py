"""What `docs/importing.md` shows works: its class becomes contracts that load, as the page's own command makes them."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

from click.testing import CliRunner

from eventpact_cli.main import cli
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from tests.docs.pages import DOCS, blocks

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

PAGE = DOCS / "importing.md"


def test_the_class_that_is_shown_becomes_contracts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [shown] = blocks(PAGE, "python")
    commands = [line for block in blocks(PAGE, "sh") for line in block.text.splitlines() if " python " in line]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / str(shown.title)).write_text(shown.text, encoding="utf-8")

    for command in commands:
        said = CliRunner().invoke(cli, shlex.split(command)[1:])
        assert said.exit_code == 0, said.output

    system = ContractRepository.load(DirectorySource(tmp_path / "contracts")).systems["shop"]
    assert len(commands) == 2
    assert [(topic.name, list(topic.events)) for topic in system.topics.values()] == [("order-placed", ["OrderPlaced"])]
