"""Brokers and registries that are not there, or are something else: one line that says which, and exit code 2."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

import pytest

from eventpact_registry.server import EmbeddedRegistry
from eventpact_testing.broker import LocalBroker
from tests.cli.commands import Run, Started, write
from tests.registry.contracts.building import SHOP

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

BROKERS = "check KAFKA_BROKERS, and that the cluster runs"
REGISTRY = "check SCHEMA_REGISTRY_URL, and that the registry runs"
RETRY = "{description: Orders to try again., purpose: retry, partitions: 1, retention: 1d, replication-factor: 1}\n"


class Page(BaseHTTPRequestHandler):
    """A web server that knows nothing of schemas: it has one page, at every path."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<h1>Welcome</h1>")

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


class Neighbours(NamedTuple):
    """What answers on this machine, and two ports where nothing does."""

    broker: str
    registry: str
    page: str
    silent: str
    nobody: str


@pytest.fixture(scope="module")
def neighbours() -> Iterator[Neighbours]:
    with ExitStack() as running:
        broker = running.enter_context(LocalBroker({"order.placed": 3}))
        registry = running.enter_context(EmbeddedRegistry())
        page = running.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Page))
        Thread(target=page.serve_forever, daemon=True).start()
        running.callback(page.shutdown)
        silent = running.enter_context(socket.create_server(("127.0.0.1", 0)))
        nobody = running.enter_context(socket.socket())
        nobody.bind(("127.0.0.1", 0))  # bound and not listening: refused, and nobody else can take it
        yield Neighbours(
            broker.bootstrap_servers,
            registry.url,
            f"http://127.0.0.1:{page.server_port}",
            f"127.0.0.1:{silent.getsockname()[1]}",
            f"127.0.0.1:{nobody.getsockname()[1]}",
        )


@pytest.fixture(scope="module", autouse=True)
def asking(neighbours: Neighbours, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Started]]:
    """Commands that ask for brokers, side by side: a Kafka client goes on trying until its time is over."""
    addresses = {
        "nobody": neighbours.nobody,
        "no such host": "nowhere.invalid:9092",
        "a registry": neighbours.registry.removeprefix("http://"),
        "silence": neighbours.silent,
    }
    work = tmp_path_factory.mktemp("asking")
    write(work / "contracts", SHOP)
    with ExitStack() as running:
        yield {
            name: running.enter_context(Started("plan", "--only", "topics", "--brokers", address, cwd=work))
            for name, address in addresses.items()
        }


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (
            "http://{nobody}",
            f"no schema registry answers at http://{{nobody}} ([Errno 111] Connection refused): {REGISTRY}",
        ),
        ("http://nowhere.invalid:8081", "no schema registry answers at http://nowhere.invalid:8081 ("),
        ("http://{broker}", "no schema registry answers at http://{broker} ("),
        ("{page}", "what answers at {page} is no schema registry: check SCHEMA_REGISTRY_URL"),
        (
            "{registry}/api",
            "the registry at {registry}/api says 404: check that SCHEMA_REGISTRY_URL ends where the registry's API ",
        ),
    ],
)
def test_a_registry_that_is_not_there_or_is_something_else(
    run: Run, shop: Path, neighbours: Neighbours, address: str, said: str
) -> None:
    known = neighbours._asdict()

    error = run("plan", "--only", "schemas", "--registry", address.format(**known)).error

    assert error.startswith("cannot ")
    assert f": {said.format(**known)}" in error


def test_a_base_that_is_no_registry_is_an_error_and_no_finding(run: Run, shop: Path, neighbours: Neighbours) -> None:
    error = run("check", "--against", f"registry:{neighbours.page}").error

    assert f": what answers at {neighbours.page} is no schema registry: " in error


def test_a_step_that_the_broker_refuses_says_how_far_it_came(run: Run, shop: Path, neighbours: Neighbours) -> None:
    write(shop, {"shop/again/topic.yaml": RETRY})

    said = run("apply", "--only", "topics", "--brokers", neighbours.broker)

    assert said.code == 2
    assert "create  topic  again  1 partition, 1 replica\n" in said.out
    [error] = said.errors
    assert error.startswith("create again failed: cannot create topic again: ")
    assert error.endswith("(0 of 1 step done; the next apply goes on from there)")


def test_the_demonstration_refuses_an_address_before_it_begins(run: Run, shop: Path) -> None:
    said = run("demo", "--brokers", "localhost", "--registry", "localhost")

    assert (said.code, said.out) == (2, "")
    assert [error.split(" does not fit")[0] for error in said.errors] == [
        "KAFKA_BROKERS='localhost'",
        "SCHEMA_REGISTRY_URL='localhost'",
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nobody", f"Connect to ipv4#{{nobody}} failed: Connection refused: {BROKERS}"),
        ("no such host", "Failed to resolve 'nowhere.invalid:9092': "),
        ("a registry", "what answers there speaks HTTP, as a schema registry does (brokers: "),
        ("silence", ""),
    ],
)
def test_a_broker_that_is_not_there_or_is_something_else(
    asking: Mapping[str, Started], neighbours: Neighbours, name: str, said: str
) -> None:
    error = asking[name].wait().error

    assert error.startswith(f"cannot list topics: {said.format(**neighbours._asdict())}")
    assert "check KAFKA_BROKERS" in error
