"""Schemas are read from the database once, and nobody is ever given one that is no longer there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eventpact_registry.server import EmbeddedRegistry, recent
from eventpact_registry.server.recent import Recent
from eventpact_registry.server.rows import StoredSchema
from tests.registry.server.rest import Rest, record, submission

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

USER = record("User", "name: string")
STORED = StoredSchema(".", 1, "guid", '"int"', ())


def delete(rest: Rest, subject: str) -> None:
    rest("DELETE", f"/subjects/{subject}")
    assert rest("DELETE", f"/subjects/{subject}?permanent=true").status == 200


def test_the_oldest_schemas_make_room_for_new_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "_CHARACTERS", 3 * len(STORED.text))
    kept = Recent()

    for number in (1, 2, 2, 3, 4):
        kept.keep(replace(STORED, id=number))

    assert [number for number in range(1, 5) if kept.get((".", number, "guid"))] == [2, 3, 4]


def test_a_schema_that_another_process_deleted_is_gone(tmp_path: Path) -> None:
    database = tmp_path / "registry.db"
    with EmbeddedRegistry(database) as one, EmbeddedRegistry(database) as other:
        Rest(one.url).register("users", USER)
        assert Rest(one.url)("GET", "/schemas/ids/1").status == 200

        delete(Rest(other.url), "users")

        assert Rest(one.url)("GET", "/schemas/ids/1").code == 40403


def test_an_id_that_was_given_to_another_schema_means_that_one(rest: Rest) -> None:
    rest.register("users", USER)
    assert rest("GET", "/schemas/ids/1").body["schema"].count("User") == 1
    delete(rest, "users")
    rest("PUT", "/mode", {"mode": "IMPORT"})

    other = submission(record("Other", "name: string"), id=1, version=1)
    assert rest("POST", "/subjects/others/versions", other).place == (1, 1)

    assert "Other" in rest("GET", "/schemas/ids/1").body["schema"]
