"""A registry's schemas kept in a file, and given back with the ids that records name them by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from eventpact import Settings
from eventpact.errors import OutputError, RegistryError
from eventpact_registry.client import Pin, RegisteredVersion, RegistryClient
from eventpact_registry.contracts.model import Mode
from eventpact_registry.keeping import KeptSchemas, give_back, in_order, keep, read_schemas, write_schemas
from eventpact_registry.server import EmbeddedRegistry

if TYPE_CHECKING:
    from collections.abc import Iterator

MONEY = json.dumps(
    {"type": "record", "name": "Money", "namespace": "io", "fields": [{"name": "cents", "type": "long"}]}
)


def order(*fields: str) -> str:
    """A record with an amount and some texts."""
    texts = [{"name": name, "type": "string", "default": ""} for name in fields]
    return json.dumps({"type": "record", "name": "Order", "fields": [{"name": "amount", "type": "io.Money"}, *texts]})


PIN = Pin("io.Money", "io.Money", 1)


@pytest.fixture
def lost() -> Iterator[RegistryClient]:
    """A registry whose ids do not begin with 1."""
    with EmbeddedRegistry() as server, RegistryClient(Settings(registry_url=server.url)) as client:
        client.register("a.first", '"string"', [])
        client.register("io.Money", MONEY, [])
        client.register("orders-value", order(), [PIN])
        client.register("orders-value", order("note"), [PIN])
        client.set_level("orders-value", Mode.FULL)
        client.delete("a.first")
        yield client


@pytest.fixture
def new() -> Iterator[RegistryClient]:
    with EmbeddedRegistry() as server, RegistryClient(Settings(registry_url=server.url)) as client:
        yield client


def test_schemas_come_back_with_their_ids_versions_and_levels(
    lost: RegistryClient, new: RegistryClient, tmp_path: Path
) -> None:
    write_schemas(keep(lost), tmp_path / "schemas.json")

    done = give_back(new, read_schemas(tmp_path / "schemas.json"))

    assert (done.registered, done.there, done.ids, done.refused) == (3, 0, {}, {})
    assert keep(new) == keep(lost)
    assert new.level("orders-value") is Mode.FULL
    assert new.register("orders-value", order("note", "more"), [PIN]) > 4


def test_giving_back_can_be_repeated(lost: RegistryClient, new: RegistryClient) -> None:
    kept = keep(lost)
    give_back(new, kept)

    again = give_back(new, kept)

    assert (again.registered, again.there, again.ids) == (0, 3, {})


def test_ids_that_became_others_are_told(lost: RegistryClient, new: RegistryClient) -> None:
    new.register("io.Money", MONEY, [])

    done = give_back(new, keep(lost))

    assert (done.registered, done.there, done.ids) == (2, 1, {2: 1})


def test_what_is_referred_to_comes_first() -> None:
    user = RegisteredVersion("a", 1, 1, "", (Pin("z", "z", 2),))
    old, used = RegisteredVersion("z", 1, 2, "", ()), RegisteredVersion("z", 2, 3, "", ())

    assert in_order([user, used, old]) == [old, used, user]


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "[" * 200_000, '{"format": "eventpact schemas", "version": 1, "schemas": 3}']
)
def test_a_file_that_is_no_export_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "schemas.json").write_text(text)

    with pytest.raises(RegistryError, match=r"schemas\.json is no export of schemas"):
        read_schemas(tmp_path / "schemas.json")


def test_a_file_that_cannot_be_read_or_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match=r"missing\.json: No such file"):
        read_schemas(tmp_path / "missing.json")
    with pytest.raises(OutputError, match="the schemas were not written"):
        write_schemas(KeptSchemas(versions=()), tmp_path / "missing" / "schemas.json")
