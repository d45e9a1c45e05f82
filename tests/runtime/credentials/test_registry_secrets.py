"""Users, tokens and certificates for the registry, renewed in their files while a service asks it."""

from __future__ import annotations

import ssl
import threading
from contextlib import ExitStack
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from eventpact.credentials import Ssl
from eventpact.errors import NotRegistered, RegistryError, SettingsError
from eventpact.schemas import SchemaCatalog
from eventpact.settings import Settings
from eventpact_registry.server import EmbeddedRegistry, Users
from eventpact_registry.server.users import hash_password, new_token
from eventpact_testing.certificates import EXPIRED, Authority, Identity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
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


class Answering(BaseHTTPRequestHandler):
    """A registry that knows nothing."""

    def do_GET(self) -> None:
        answer = b'{"error_code": 40403, "message": "Schema not found"}'
        self.send_response(404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments: object) -> None: ...


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def serving(authority: Authority) -> Iterator[Callable[[Identity], Settings]]:
    """Registries over TLS that ask for a certificate, and settings that reach them and show one."""
    with ExitStack() as stack:

        def serve(identity: Identity) -> Settings:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(authority.ca))
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_cert_chain(identity.certificate, identity.key)
            server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            stack.callback(server.server_close)
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            own = authority.issue("service")
            shown = Ssl(ca=str(authority.ca), certificate=str(own.certificate), key=str(own.key))
            return Settings(registry_url=f"https://127.0.0.1:{server.server_port}", registry_ssl=shown)

        yield serve


def answer(settings: Settings) -> str:
    with pytest.raises(RegistryError) as caught:
        SchemaCatalog(settings).schema(7)
    return str(caught.value)


def test_a_registry_is_reached_over_mutual_tls(serving: Callable[[Identity], Settings], authority: Authority) -> None:
    assert "Schema not found (40403)" in answer(serving(authority.issue("registry")))


def test_a_registry_of_an_unknown_authority_is_refused_with_the_variable(
    serving: Callable[[Identity], Settings], authority: Authority, tmp_path: Path
) -> None:
    settings = replace(serving(authority.issue("registry")), registry_ssl=Ssl(ca=str(Authority(tmp_path).ca)))

    assert answer(settings).endswith("check SCHEMA_REGISTRY_SSL_CA_LOCATION")


def test_a_registry_whose_certificate_has_expired_is_refused(
    serving: Callable[[Identity], Settings], authority: Authority
) -> None:
    said = answer(serving(authority.issue("old-registry", valid=EXPIRED)))

    assert said.endswith("the registry's certificate has to be renewed there")


def test_a_registry_that_asks_for_a_certificate_is_not_reached_without(
    serving: Callable[[Identity], Settings], authority: Authority
) -> None:
    settings = replace(serving(authority.issue("registry")), registry_ssl=Ssl(ca=str(authority.ca)))

    assert "SCHEMA_REGISTRY_SSL_CERTIFICATE_LOCATION" in answer(settings)


def test_tls_to_a_registry_without_it_is_refused_with_what_to_do(guarded: EmbeddedRegistry) -> None:
    settings = Settings(registry_url=guarded.url.replace("http:", "https:"))

    assert answer(settings).endswith("begin SCHEMA_REGISTRY_URL with http")
