"""Who may use the registry: users and tokens, what each role may do, and TLS."""

from __future__ import annotations

import base64
import http.client
import json
import logging
import ssl
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient

from eventpact.errors import EventPactError
from eventpact_registry.server import EmbeddedRegistry, Tls, Users
from eventpact_registry.server.users import Role, hash_password, new_token
from tests.registry.server.rest import record, submission

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

USER = record("User", "name: string")
WRITER, READER = "correct horse: battery", "pâssword"
TOKEN, TOKEN_HASH = new_token()

USERS = (
    "# who may use the registry",
    "",
    f"ci:read-write:{hash_password(WRITER)}",
    f"dashboard:read-only:{hash_password(READER)}",
    f"deployer:read-write:{TOKEN_HASH}",
)


@pytest.fixture(scope="module")
def guarded() -> Iterator[str]:
    with EmbeddedRegistry(users=Users(USERS, "users.txt")) as registry:
        yield registry.url


def basic(name: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"


def call(url: str, method: str, path: str, authorization: str | None, body: object = None) -> tuple[int, str | None]:
    """Status, and what the server says about how to authenticate."""
    connection = http.client.HTTPConnection(str(urlsplit(url).hostname), urlsplit(url).port, timeout=20)
    headers = {"Content-Type": "application/json"} | ({"Authorization": authorization} if authorization else {})
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        said = answer.read().decode()
        assert READER not in said
        assert TOKEN not in said
        return answer.status, answer.headers["WWW-Authenticate"]
    finally:
        connection.close()


@pytest.mark.parametrize("authorization", [basic("ci", WRITER), f"Bearer {TOKEN}"], ids=["password", "token"])
def test_who_may_write_writes(guarded: str, authorization: str) -> None:
    for _ in range(2):  # the second time the password is remembered
        assert call(guarded, "POST", "/subjects/users/versions", authorization, submission(USER)) == (200, None)


def test_who_may_read_reads_looks_up_and_asks_for_verdicts_but_changes_nothing(guarded: str) -> None:
    call(guarded, "POST", "/subjects/users/versions", basic("ci", WRITER), submission(USER))
    reader = basic("dashboard", READER)

    for method, path, body in [
        ("GET", "/subjects", None),
        ("POST", "/subjects/users", submission(USER)),
        ("POST", "/compatibility/subjects/users/versions/latest", submission(USER)),
        ("GET", "/metrics", None),
    ]:
        assert call(guarded, method, path, reader, body)[0] == 200, path
    for method, path, body in [
        ("POST", "/subjects/users/versions", submission(USER)),
        ("DELETE", "/subjects/users", None),
        ("PUT", "/config", {"compatibility": "NONE"}),
        ("DELETE", "/mode", None),
    ]:
        assert call(guarded, method, path, reader, body)[0] == 403, path


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        basic("ci", READER),
        basic("ci", ""),
        basic("nobody", WRITER),
        basic("deployer", TOKEN),
        "Basic !!!",
        f"Basic {base64.b64encode(b'ci').decode()}",
        "Basic " + "A" * 100_00,
        "Bearer ",
        "Bearer wrong",
        "Digest username=ci",
    ],
    ids=[
        "nothing",
        "another password",
        "no password",
        "another user",
        "a token as password",
        "no base64",
        "no colon",
        "too long",
        "no token",
        "another token",
        "another scheme",
    ],
)
def test_nobody_else_gets_in(guarded: str, authorization: str | None) -> None:
    for method, path in [("GET", "/subjects"), ("DELETE", "/subjects/users"), ("GET", "/metrics")]:
        status, says = call(guarded, method, path, authorization)
        assert status == 401
        assert says == 'Basic realm="schema registry", Bearer'


def test_probes_need_no_password(guarded: str) -> None:
    assert call(guarded, "GET", "/health", None)[0] == 200


def test_confluents_client_brings_user_and_password(guarded: str) -> None:
    client = SchemaRegistryClient({"url": guarded, "basic.auth.user.info": f"ci:{WRITER}"})

    assert client.register_schema("users", Schema(USER, "AVRO")) == 1


def test_the_access_log_names_users_and_never_secrets(guarded: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "eventpact_registry.access"):
        call(guarded, "GET", "/subjects?subjectPrefix=a%0Ab", basic("dashboard", READER))
        call(guarded, "GET", "/nowhere", None)

    lines = [record.getMessage() for record in caplog.records]
    assert lines[0].startswith("127.0.0.1 dashboard GET /subjects 200 ")
    assert lines[1].startswith("127.0.0.1 - GET /nowhere 404 ")
    assert READER not in caplog.text


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("ci", "users.txt:2:1: not a user; write name:role:hash, where the role is read-only or read-write"),
        ("ci:admin:scrypt:a:b", "users.txt:2:1: not a user; write name:role:hash"),
        ("ci:read-only:secret", "users.txt:2:1: not a hash; `eventpact serve --hash` prints them"),
        ("ci:read-only:scrypt:%%:%%", "users.txt:2:1: not a hash"),
        (USERS[2], "users.txt:2:1: there is a user ci already"),
    ],
)
def test_a_line_that_is_no_user_is_an_error_with_its_place(line: str, message: str) -> None:
    with pytest.raises(EventPactError) as raised:
        Users((USERS[2], line), "users.txt")

    assert str(raised.value).startswith(message)


def test_a_file_without_users_lets_nobody_in_by_accident(tmp_path: Path) -> None:
    empty = tmp_path / "users.txt"
    empty.write_text("# nobody yet\n")

    with pytest.raises(EventPactError, match=r"users\.txt: no users"):
        Users.read(empty)
    with pytest.raises(EventPactError, match="cannot be read"):
        Users.read(tmp_path / "missing.txt")


def test_a_hash_holds_no_password_and_is_another_each_time() -> None:
    first, second = hash_password(READER), hash_password(READER)

    assert first != second
    assert READER not in first
    proved = Users((f"ci:read-only:{first}",), "users.txt").proved(basic("ci", READER))
    assert proved is not None
    assert proved.role is Role.READ_ONLY


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    folder = tmp_path_factory.mktemp("tls")
    crt, key = folder / "tls.crt", folder / "tls.key"
    made = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    subprocess.run([*made.split(), "-keyout", key, "-out", crt], check=True, capture_output=True)
    return Tls(crt, key)


def test_clients_reach_it_through_tls(certificate: Tls) -> None:
    with EmbeddedRegistry(tls=certificate) as registry:
        assert registry.url.startswith("https://127.0.0.1:")
        trusting = SchemaRegistryClient({"url": registry.url, "ssl.ca.location": str(certificate.certificate)})

        assert trusting.register_schema("users", Schema(USER, "AVRO")) == 1
        connection = http.client.HTTPSConnection(registry.url.removeprefix("https://"), timeout=20)
        with pytest.raises(ssl.SSLCertVerificationError):
            connection.request("GET", "/subjects")


def test_files_that_are_no_certificate_are_refused(certificate: Tls, tmp_path: Path) -> None:
    for wrong in (Tls(certificate.key, certificate.key), Tls(certificate.certificate, tmp_path / "missing.key")):
        with pytest.raises(EventPactError, match="not a certificate and its key"):
            EmbeddedRegistry(tls=wrong)
