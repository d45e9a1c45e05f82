"""The pages of `docs/reference/` are what the code makes them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from eventpact.environment import VARIABLES
from eventpact_cli.main import COMMANDS
from eventpact_cli.reference import PAGES
from eventpact_cli.reference.__main__ import main
from eventpact_registry.rules.catalog import rules

FOLDER = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_on_disk_is_as_the_code_makes_it(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")

    assert text == PAGES[name](), "run `make docs`"


def test_every_page_in_the_folder_is_made() -> None:
    assert {file.name for file in FOLDER.iterdir()} == set(PAGES)


def test_every_rule_has_a_heading_that_can_be_linked_to() -> None:
    headings = PAGES["rules.md"]().splitlines()

    assert [rule for rule in rules() if f"### {rule}" not in headings] == []


def test_every_variable_and_every_command_is_described() -> None:
    settings, commands = PAGES["settings.md"](), PAGES["cli.md"]()

    assert [name for name in VARIABLES if f"| `{name}` |" not in settings] == []
    assert [name for name in COMMANDS if f"\n## eventpact {name}\n" not in commands] == []


def test_a_changed_page_is_reported_and_written_again(tmp_path: Path) -> None:
    run = CliRunner().invoke
    run(main, ["--out", str(tmp_path)])
    (tmp_path / "settings.md").write_text("something else")

    checked = run(main, ["--out", str(tmp_path), "--check"])
    written = run(main, ["--out", str(tmp_path)])
    clean = run(main, ["--out", str(tmp_path), "--check"])

    assert (checked.exit_code, checked.output) == (1, f"{tmp_path / 'settings.md'}: differs\nrun `make docs`\n")
    assert (written.exit_code, written.output) == (0, f"{tmp_path / 'settings.md'}: written\n")
    assert (clean.exit_code, clean.output) == (0, "")
