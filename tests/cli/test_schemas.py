"""`schemas` as a user types it, against embedded registries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from eventpact_registry.server import EmbeddedRegistry
from tests.cli.commands import Run

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def registry(run: Run, shop: Path) -> Iterator[str]:
    """A registry that has the shop's contracts."""
    with EmbeddedRegistry() as one:
        assert run("apply", "--only", "schemas", "--registry", one.url).code == 0
        yield one.url


@pytest.fixture
def new() -> Iterator[str]:
    with EmbeddedRegistry() as one:
        yield one.url


def test_schemas_are_exported_and_given_back(run: Run, registry: str, new: str) -> None:
    exported = run("schemas", "export", "--out", "schemas.json", "--registry", registry)
    given = run("schemas", "import", "schemas.json", "--registry", new)
    again = run("schemas", "import", "schemas.json", "--registry", new)

    assert exported.out == "schemas.json: 1 schema version\n"
    assert (given.code, given.out) == (0, "1 version registered, 0 there before, 0 ids became others\n")
    assert again.out == "0 versions registered, 1 there before, 0 ids became others\n"


def test_ids_that_became_others_are_noted_for_replays(run: Run, work: Path, registry: str, new: str) -> None:
    run("schemas", "export", "--out", "schemas.json", "--registry", registry)
    kept = json.loads((work / "schemas.json").read_text())
    kept["schemas"][0]["id"] = 41
    (work / "schemas.json").write_text(json.dumps(kept))
    run("apply", "--only", "schemas", "--registry", new)

    without = run("schemas", "import", "schemas.json", "--registry", new)
    noted = run("schemas", "import", "schemas.json", "--ids", "ids.json", "--registry", new)

    assert (without.code, without.out) == (1, "0 versions registered, 1 there before, 1 id became others\n")
    assert (noted.code, json.loads((work / "ids.json").read_text())) == (0, {"41": 1})


def test_a_file_that_is_no_export_is_refused(run: Run, work: Path, new: str) -> None:
    (work / "schemas.json").write_text("{}")

    ended = run("schemas", "import", "schemas.json", "--registry", new)

    assert ended.error.startswith("schemas.json is no export of schemas")
