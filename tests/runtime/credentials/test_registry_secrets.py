"""Users and tokens of the registry that are renewed in their files while a service asks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from eventpact.errors import NotRegistered, RegistryError, SettingsError
from eventpact.schemas import SchemaCatalog
from eventpact.settings import Settings
from eventpact_registry.server import EmbeddedRegistry, Users
from eventpact_registry.server.users import hash_password, new_token

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN, TOKEN_HASH = new_token()


@pytest.fixture(scope="module")
def guarded() -> Iterator[EmbeddedRegistry]:
    users = Users([f"viewer:read-only:{hash_password('renewed')}", f"robot:read-only:{TOKEN_HASH}"], "users.txt")
    with EmbeddedRegistry(users=users) as registry:
        yield registry


def catalog(registry: EmbeddedRegistry, **files: Path) -> SchemaCatalog:
    """The schemas of a service whose secrets are in files."""
    environ = {f"SCHEMA_REGISTRY_{name}_FILE": str(file) for name, file in files.items()}
    return SchemaCatalog(Settings.from_env({"SCHEMA_REGISTRY_URL": registry.url, **environ}, required=()))


def test_a_renewed_password_is_used_for_the_next_question(guarded: EmbeddedRegistry, tmp_path: Path) -> None:
    user, password = tmp_path / "user", tmp_path / "password"
    user.write_text("viewer\n")
    password.write_text("old\n")
    schemas = catalog(guarded, USERNAME=user, PASSWORD=password)
    with pytest.raises(RegistryError, match="check SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD, or"):
        schemas.schema(1)

    password.write_text("renewed\n")

    with pytest.raises(NotRegistered):
        schemas.schema(1)


def test_a_renewed_token_is_used_for_the_next_question(guarded: EmbeddedRegistry, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("old")
    schemas = catalog(guarded, TOKEN=token)
    with pytest.raises(RegistryError, match="SCHEMA_REGISTRY_TOKEN"):
        schemas.schema(2)

    token.write_text(TOKEN)

    with pytest.raises(NotRegistered):
        schemas.schema(2)


def test_a_password_whose_file_is_gone_for_a_moment_goes_on_being_used(
    guarded: EmbeddedRegistry, tmp_path: Path
) -> None:
    user, password = tmp_path / "user", tmp_path / "password"
    user.write_text("viewer")
    password.write_text("renewed")
    schemas = catalog(guarded, USERNAME=user, PASSWORD=password)
    with pytest.raises(NotRegistered):
        schemas.schema(3)

    password.unlink()

    with pytest.raises(NotRegistered):
        schemas.schema(4)


def test_a_token_whose_file_is_gone_is_named(guarded: EmbeddedRegistry, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text(TOKEN)
    schemas = catalog(guarded, TOKEN=token)

    token.unlink()

    with pytest.raises(SettingsError, match=f"SCHEMA_REGISTRY_TOKEN_FILE='{token}' cannot be read"):
        schemas.schema(5)


def test_a_secret_that_is_given_twice_is_refused(tmp_path: Path) -> None:
    environ = {"SCHEMA_REGISTRY_TOKEN": "x", "SCHEMA_REGISTRY_TOKEN_FILE": str(tmp_path / "token")}

    with pytest.raises(SettingsError, match="SCHEMA_REGISTRY_TOKEN and SCHEMA_REGISTRY_TOKEN_FILE are given: keep one"):
        Settings.from_env({"SCHEMA_REGISTRY_URL": "http://r", **environ}, required=())
