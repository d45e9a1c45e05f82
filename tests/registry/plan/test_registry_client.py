"""The registry's client: typed answers, and one clear sentence when there are none."""

from __future__ import annotations

import socket
import subprocess
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from eventpact.errors import NotRegistered, RegistryError, SettingsError
from eventpact.settings import Settings
from eventpact_registry.client import Pin, RegisteredVersion, RegistryClient
from eventpact_registry.contracts.model import Mode, Reference
from eventpact_registry.server import EmbeddedRegistry, Tls, Users
from eventpact_registry.server.users import new_token
from eventpact_registry.shelf import Shelf
from eventpact_testing.broker import LocalBroker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

USER = '{"type":"record","name":"User","fields":[{"name":"name","type":"string"}]}'
TEAM = '{"type":"record","name":"Team","fields":[{"name":"lead","type":"User"}]}'
TO_USER = Pin("User", "users", 1)


@pytest.fixture
def client() -> Iterator[RegistryClient]:
    with EmbeddedRegistry() as registry, RegistryClient(Settings(registry_url=registry.url)) as client:
        yield client


def test_a_registered_version_comes_back_with_its_references(client: RegistryClient) -> None:
    client.register("users", USER, ())
    team = client.register("teams", TEAM, (TO_USER,))

    assert client.subjects() == ["teams", "users"]
    assert client.version("teams", 1) == RegisteredVersion("teams", 1, team, TEAM, (TO_USER,))
    assert client.lookup("teams", TEAM, (TO_USER,)).version == 1


def test_an_unknown_subject_has_no_versions_and_no_level(client: RegistryClient) -> None:
    assert client.versions("nobody") == []
    assert client.level("nobody") is None
    assert client.default_level() is Mode.BACKWARD


def test_a_level_is_set_before_the_subject_has_a_version(client: RegistryClient) -> None:
    client.set_level("users", Mode.FULL_TRANSITIVE)

    assert client.level("users") is Mode.FULL_TRANSITIVE


def test_what_is_not_registered_is_an_error_of_its_own(client: RegistryClient) -> None:
    with pytest.raises(NotRegistered, match="get version 3 of users") as caught:
        client.version("users", 3)

    assert (caught.value.status, caught.value.code) == (404, 40401)


def test_a_refusal_carries_the_registrys_words_and_code(client: RegistryClient) -> None:
    with pytest.raises(RegistryError, match=r"cannot register users: the registry at .* says Invalid schema.*42201"):
        client.register("users", "nonsense", ())


def test_nothing_is_remembered_that_the_registry_has_forgotten() -> None:
    with EmbeddedRegistry() as first:
        port = int(first.url.rpartition(":")[2])
        client = RegistryClient(Settings(registry_url=first.url))
        client.register("users", USER, ())
    with EmbeddedRegistry(port=port), client:
        assert client.versions("users") == []
        client.register("users", USER, ())
        assert client.versions("users") == [1]


def failure(url: str, timeout: float = 60) -> str:
    """What the client says of an address."""
    with RegistryClient(Settings(registry_url=url, timeout=timeout)) as client, pytest.raises(RegistryError) as caught:
        client.default_level()
    return str(caught.value)


def test_nobody_listening_is_said_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    said = failure(f"http://127.0.0.1:{port}")

    assert said.startswith(
        f"cannot get the global compatibility level: no schema registry answers at http://127.0.0.1:{port} ("
    )
    assert said.endswith("check SCHEMA_REGISTRY_URL, and that the registry runs")


def test_an_address_that_never_answers_is_given_up_in_bounded_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        said = failure(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.5)
        taken = time.monotonic() - started

    assert "no schema registry answers" in said
    assert taken < 60


def test_a_brokers_port_is_told_from_a_registrys() -> None:
    with LocalBroker() as broker:
        assert "no schema registry answers" in failure(f"http://{broker.bootstrap_servers}")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (200, "is no schema registry"),
        (404, "check that SCHEMA_REGISTRY_URL ends where the registry's API starts"),
        (401, "check SCHEMA_REGISTRY_USERNAME"),
        (502, "something else answers there, or the registry is down"),
    ],
)
def test_another_web_server_is_told_from_a_registry(status: int, said: str) -> None:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b"<html>Welcome</html>")

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        assert said in failure(f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("url", ["", "ftp://registry:8081", "registry:8081"])
def test_what_is_no_address_is_an_error_of_settings(url: str) -> None:
    with pytest.raises(SettingsError, match="SCHEMA_REGISTRY_URL"):
        RegistryClient(Settings(registry_url=url))


def test_many_versions_are_listed_in_few_requests_with_their_references(client: RegistryClient) -> None:
    for subject in ("users", "elsewhere"):
        client.register(subject, USER, ())
    for number in range(3):
        client.register(f"teams-{number}", TEAM.replace("Team", f"Team{number}"), (TO_USER,))

    listing = client.listing("teams")

    assert listing is not None
    assert [(found.subject, found.version, found.pins) for found in listing] == [
        (f"teams-{number}", 1, (TO_USER,)) for number in range(3)
    ]


def test_more_versions_than_fit_a_page_are_all_listed(client: RegistryClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventpact_registry.client._PAGE", 4)
    for number in range(8):
        client.register(f"s{number}", USER, ())

    listing = client.listing("")

    assert listing is not None
    assert [found.subject for found in listing] == [f"s{number}" for number in range(8)]


@pytest.mark.parametrize("from_list", [True, False], ids=["listed", "one by one"])
def test_a_shelf_holds_the_same_whether_a_registry_lists_schemas_or_not(
    client: RegistryClient, monkeypatch: pytest.MonkeyPatch, from_list: bool
) -> None:
    monkeypatch.setattr("eventpact_registry.shelf._MANY", 0 if from_list else 100)
    client.register("users", USER, ())
    client.register("teams", TEAM, (TO_USER,))
    client.register("teams", TEAM.replace('"name":"Team"', '"doc":"Two.","name":"Team"'), (TO_USER,))
    shelf = Shelf(client)

    shelf.fetch(["teams", "teams-new"])

    assert shelf.numbers("teams") == [1, 2]
    assert shelf.numbers("teams-new") == []
    assert [one.references for one in shelf.versions("teams")] == [(Reference("User", 1),)] * 2


def test_a_token_and_certificates_lead_into_a_guarded_registry(tmp_path: Path) -> None:
    token, hashed = new_token()
    certificate, key = tmp_path / "tls.crt", tmp_path / "tls.key"
    made = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    subprocess.run([*made.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    users = Users([f"ci:read-write:{hashed}"], "users.txt")

    with EmbeddedRegistry(users=users, tls=Tls(certificate, key)) as registry:
        given = {
            "SCHEMA_REGISTRY_URL": registry.url,
            "SCHEMA_REGISTRY_TOKEN": token,
            "SCHEMA_REGISTRY_SSL_CA_LOCATION": str(certificate),
        }
        settings = Settings.from_env(given, required=())
        with RegistryClient(settings) as client:
            assert client.register("users", USER, ()) == 1
        untrusting = Settings.from_env({**given, "SCHEMA_REGISTRY_SSL_CA_LOCATION": ""}, required=())
        with RegistryClient(untrusting) as client, pytest.raises(RegistryError, match="certificate verify failed"):
            client.subjects()

    assert token not in repr(settings)
