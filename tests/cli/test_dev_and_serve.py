"""`dev` and `serve` as processes: what they offer while they run, how they stop, and why they do not start."""

from __future__ import annotations

import re
import signal
import socket
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from eventpact.operate.topics import Topics
from eventpact.settings import Secret, Settings
from eventpact_registry.client import RegistryClient
from tests.cli.commands import PATIENCE, Run, Started, execute, write
from tests.registry.contracts.building import ORDER_PLACED, TOPIC, avsc, field

if TYPE_CHECKING:
    from collections.abc import Iterator

STOPS = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])


def serving(work: Path, *arguments: str) -> Started:
    return Started("serve", "--port", "0", *arguments, cwd=work)


def address(said: str) -> str:
    """The registry's URL in what `serve` prints."""
    found = re.match(r"schema registry on (http://127\.0\.0\.1:\d+), data in (\S+); stop it with Ctrl-C\n", said)
    assert found is not None, said
    return found[1]


@pytest.fixture
def taken() -> Iterator[str]:
    """A port that somebody else listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield str(server.getsockname()[1])


@STOPS
def test_a_served_registry_keeps_its_data_over_restarts(work: Path, number: signal.Signals) -> None:
    with serving(work) as server:
        url = address(server.heard("Ctrl-C\n"))
        with RegistryClient(Settings(registry_url=url)) as client:
            client.register("order.placed-value", ORDER_PLACED, ())
        stopped = server.stop(number)

    with serving(work) as server:
        url = address(server.heard("Ctrl-C\n"))
        with RegistryClient(Settings(registry_url=url)) as client:
            assert client.subjects() == ["order.placed-value"]

    assert (stopped.code, stopped.err) == (0, "")
    assert (work / "eventpact-registry.db").is_file()


def test_a_registry_in_memory_leaves_no_file(work: Path) -> None:
    with serving(work, "--database", ":memory:") as server:
        assert ", data in :memory:; " in server.heard("Ctrl-C\n")
        assert server.stop().code == 0

    assert list(work.glob("*.db*")) == []


def test_what_is_no_http_request_does_not_fill_the_terminal(work: Path) -> None:
    with serving(work, "--database", ":memory:") as server:
        host, port = address(server.heard("Ctrl-C\n")).removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=PATIENCE) as client:
            client.sendall(b"\x00\x00\x00\x12\x00\x12\x00\x03\x00\x00\x00\x01\x00\x00 a Kafka client's hello\r\n\r\n")
            assert client.recv(100).startswith(b"HTTP/1.1 400 ")

        assert server.stop().err == ""


def test_a_port_in_use_is_said_with_what_to_do(run: Run, work: Path, taken: str) -> None:
    said = f"the registry cannot listen on 127.0.0.1:{taken}: Address already in use; choose another port"

    assert run("serve", "--port", taken).error.startswith(said)


@pytest.mark.parametrize(
    ("host", "reason"),
    [("192.0.2.1", "Cannot assign requested address"), ("nowhere.invalid", "")],
    ids=["of another machine", "that does not exist"],
)
def test_a_host_to_listen_on_that_is_not_ours_is_an_error(run: Run, work: Path, host: str, reason: str) -> None:
    error = run("serve", "--host", host, "--port", "0", "--database", ":memory:").error

    assert error.startswith(f"the registry cannot listen on {host}:0: {reason}")


def test_a_database_that_cannot_be_opened_is_an_error(run: Run, work: Path) -> None:
    error = run("serve", "--port", "0", "--database", "no/such/folder/registry.db").error

    assert error.startswith("the registry's database no/such/folder/registry.db cannot be opened: ")


def test_a_file_that_is_no_database_is_left_as_it_is(run: Run, work: Path) -> None:
    text = "a letter to somebody\n" * 100
    write(work, {"letter.txt": text})

    error = run("serve", "--port", "0", "--database", "letter.txt").error

    assert error == "the registry's database letter.txt cannot be opened: file is not a database"
    assert (work / "letter.txt").read_text() == text


def test_the_database_of_something_else_is_left_as_it_is(run: Run, work: Path) -> None:
    with sqlite3.connect(work / "accounts.db") as database:
        database.execute("CREATE TABLE accounts (id INTEGER)")
    database.close()
    before = (work / "accounts.db").read_bytes()

    assert "accounts.db" in run("serve", "--port", "0", "--database", "accounts.db").error
    assert (work / "accounts.db").read_bytes() == before


@STOPS
def test_dev_offers_what_the_contracts_say_until_it_is_stopped(run: Run, shop: Path, number: signal.Signals) -> None:
    write(shop, {"shop/notes.{tenant_id}/topic.yaml": TOPIC})
    write(shop, {"shop/notes.{tenant_id}/NoteTaken.v1.avsc": avsc("NoteTaken", field("orderId"))})
    arguments = ("--registry-port", "0", "--env-file", "local/dev.env", "--tenant", "acme")

    with Started("dev", *arguments, cwd=shop.parent) as dev:
        said = dev.heard("- all members of a group")
        exports = dict(re.findall(r"^export (\w+)=(.*)$", said, re.MULTILINE))
        written = Path("local/dev.env").read_text()
        states = Topics(Settings(brokers=exports["KAFKA_BROKERS"])).states()
        with RegistryClient(Settings(registry_url=exports["SCHEMA_REGISTRY_URL"])) as client:
            subjects = client.subjects()
        planned = run("plan", "--fail-on-drift", **exports)
        stopped = dev.stop(number)

    assert said.startswith(
        "7 changes applied; stop it with Ctrl-C\n1 topic for tenant acme\n\nexport KAFKA_BROKERS=127.0.0.1:"
    )
    assert {name: state.partitions for name, state in states.items()} == {"order.placed": 3, "notes.acme": 3}
    assert subjects == ["io.shop.NoteTaken", "order.placed-value"]
    assert (planned.code, planned.err) == (0, "")
    assert re.findall(r"^export (\w+)=(.*)$", written, re.MULTILINE) == list(exports.items())
    assert (stopped.code, stopped.err) == (0, "")
    assert list(Path("local").iterdir()) == []


def test_dev_that_is_stopped_while_it_starts_leaves_nothing(shop: Path) -> None:
    for _ in range(10):  # now and then this process stands still for so long that all has started
        with Started("dev", "--registry-port", "0", "--env-file", "dev.env", cwd=shop.parent) as dev:
            stopped = dev.stop()
        assert not Path("dev.env").exists()
        if not stopped.out:
            break

    assert stopped.code in {143, -signal.SIGTERM}  # with or before the handler that unwinds
    assert (stopped.out, stopped.err) == ("", "")


def test_dev_says_which_port_is_in_use(run: Run, shop: Path, taken: str) -> None:
    assert run("dev", "--registry-port", taken).error.startswith(
        f"the registry cannot listen on 127.0.0.1:{taken}: Address already in use"
    )


def test_an_env_file_of_somebody_else_is_left_as_it_is(run: Run, shop: Path) -> None:
    write(Path(), {".env": "SECRET=1\n"})

    error = run("dev", "--registry-port", "0", "--env-file", ".env").error

    assert error == ".env is there already and not from `eventpact dev`: give --env-file another name"
    assert Path(".env").read_text() == "SECRET=1\n"


def test_an_env_file_that_cannot_be_written_is_an_error(run: Run, shop: Path) -> None:
    error = run("dev", "--registry-port", "0", "--env-file", "contracts/shop/system.yaml/dev.env").error

    assert error == "contracts/shop/system.yaml: File exists; the settings were not written"


@pytest.mark.parametrize(
    ("tenant", "said"),
    [
        ("../x", "tenant_id='../x' is not a name: use 1 to 63 letters, digits, '_' or '-', starting with"),
        ("*", "tenant_id='*' is not a name"),
        ("", "tenant_id='' is not a name"),
    ],
)
def test_a_tenant_is_a_name_and_no_path_or_pattern(run: Run, shop: Path, tenant: str, said: str) -> None:
    assert run("dev", "--registry-port", "0", "--tenant", tenant).error.startswith(said)


def test_a_tenant_of_systems_that_have_none_is_wrong_use(run: Run, shop: Path) -> None:
    error = run("dev", "--registry-port", "0", "--tenant", "acme").error

    assert error == "none of these systems has topics of tenants (see `eventpact dev --help`)"


def test_a_guarded_registry_asks_for_the_password_that_was_hashed_and_logs_requests(work: Path) -> None:
    hashed = execute("serve", "--hash", "password", cwd=work, stdin="s3cret\n").out.strip()
    (work / "users.txt").write_text(f"ci:read-write:{hashed}\n")

    with serving(work, "--users", "users.txt", "--access-log") as server:
        url = address(server.heard("Ctrl-C\n"))
        with RegistryClient(
            Settings(registry_url=url, registry_username="ci", registry_password=Secret("s3cret"))
        ) as client:
            assert client.subjects() == []
        stopped = server.stop(signal.SIGINT)

    assert "127.0.0.1 ci GET /subjects" in stopped.err
    assert "s3cret" not in hashed + stopped.err


def test_a_new_token_is_printed_once_with_its_hash(run: Run) -> None:
    printed = run("serve", "--hash", "token").out

    assert re.fullmatch(r"token for the client: \S{43}\nhash for --users:     sha256:\S{44}\n", printed)


def test_a_certificate_without_its_key_is_wrong_use(run: Run) -> None:
    ended = run("serve", "--tls-certificate", "tls.crt")

    assert ended.code == 2
    assert "--tls-certificate and --tls-key belong together" in ended.err
