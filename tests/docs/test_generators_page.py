"""What `docs/generators.md` shows is installed and run as it stands there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from eventpact_codegen.targets import BUILT_IN
from tests.docs.pages import DOCS, blocks
from tests.registry.contracts.building import SHOP

PAGE = DOCS / "generators.md"
TARGETS = {target.name: target for target in BUILT_IN}


def shown(folder: Path, *titles: str) -> None:
    """Write the files that the page shows into a folder."""
    found = {block.title: block.text for language in ("toml", "python", "jinja") for block in blocks(PAGE, language)}
    for title in titles:
        (folder / title).parent.mkdir(parents=True, exist_ok=True)
        (folder / title).write_text(found[title])


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the page's project is installed into, as pip does it."""
    project, target = tmp_path_factory.mktemp("acme"), tmp_path_factory.mktemp("installed")
    shown(
        project, "pyproject.toml", "acme_names.py", "acme_catalog/__init__.py", "acme_catalog/templates/events.md.jinja"
    )
    quiet = ["--quiet", "--disable-pip-version-check", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([sys.executable, "-m", "pip", "install", *quiet, "--target", target, project], check=True)
    return target


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with contracts."""
    for path, text in {**SHOP, "eventpact.yaml": "rules: {}\n"}.items():
        file = tmp_path / "contracts" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path


def eventpact(folder: Path, *arguments: str, plug_ins: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from eventpact_cli.main import main; main()", *arguments],
        cwd=folder,
        env={**os.environ, **({"PYTHONPATH": str(plug_ins)} if plug_ins else {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def test_the_commands_of_the_page_run(folder: Path) -> None:
    shown(folder, "our-templates/README.md.jinja")
    commands = [line for block in blocks(PAGE, "sh") for line in block.text.splitlines()]

    for command in commands:
        _, *arguments = shlex.split(command)
        done = eventpact(folder, *arguments)
        assert (done.returncode, done.stderr) == (0, ""), command

    assert (folder / "web/events/shop/src/index.ts").is_file()
    assert "class OrderPlaced(EventModel" in (folder / "build/pydantic/shop/shop_events/events.py").read_text()
    assert (folder / "build/packages/shop/README.md").read_text().endswith("team that owns shop_events.\n")


def test_the_pass_of_the_page_renames_attributes(folder: Path, installed: Path) -> None:
    done = eventpact(folder, "generate", plug_ins=installed)

    assert done.stderr == ""
    package = folder / "build/packages/shop/shop_events"
    assert "    order_ref: str\n" in (package / "events.py").read_text()
    assert 'key=("order_ref",)' in (package / "_codecs/events.py").read_text()


def test_the_target_of_the_page_makes_its_files_and_keeps_them_true(folder: Path, installed: Path) -> None:
    done = eventpact(folder, "generate", "--target", "catalog", plug_ins=installed)

    assert (done.returncode, done.stderr) == (0, "")
    catalog = folder / "build/catalog/shop/EVENTS.md"
    assert catalog.read_text() == "# Events\n\n- `OrderPlaced` on `order.placed`: What happened.\n"
    assert eventpact(folder, "generate", "--target", "catalog", "--check", plug_ins=installed).returncode == 0
    catalog.unlink()
    assert eventpact(folder, "generate", "--target", "catalog", "--check", plug_ins=installed).returncode == 1


@pytest.mark.parametrize("name", TARGETS)
def test_the_page_lists_the_passes_in_their_order(name: str) -> None:
    section = PAGE.read_text().partition(f"### Passes of {name}\n")[2].partition("\n\n")[0]

    assert re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE) == [step.name for step in TARGETS[name].passes]


def test_the_page_lists_the_targets_and_their_folders() -> None:
    rows = re.findall(r"^\| `([a-z]+)` \| .* \| `build/([a-z]+)` \|$", PAGE.read_text(), re.MULTILINE)

    assert rows == [(target.name, target.folder) for target in BUILT_IN]
