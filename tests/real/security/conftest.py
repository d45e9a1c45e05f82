"""One broker that asks who is there; an administrator has applied the contracts of all systems to it, rights too."""

from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs

import pytest
from click.testing import CliRunner

from eventpact_cli.main import cli
from eventpact_registry.server import EmbeddedRegistry
from eventpact_testing.secured import ADMINISTRATOR, SASL_TLS, SecuredKafka, password_of, unsecured_token

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from click.testing import Result

    from eventpact import Settings

CONTRACTS = Path(__file__).parents[3] / "contracts"
PRODUCER = "quikapp.producer"
NOTIFIER = "quikapp.notification-service"
AUDITOR = "quikapp.audit-service"
TENANTS_PRODUCER = "caas.producer"
TENANTS_READER = "caas.caas-consumer-group"
ROTATING = "rotating"
"""Whose password a test changes."""
CREATOR = "creator"
"""Who may create topics and not look at them."""
NOBODY = "nobody"
"""Who may come in and do nothing."""

_USERS = (PRODUCER, NOTIFIER, AUDITOR, TENANTS_PRODUCER, TENANTS_READER, ROTATING, CREATOR, NOBODY)


class Secured(NamedTuple):
    """The broker and a registry."""

    broker: SecuredKafka
    registry_url: str
    applied: Result
    """What the administrator's first `eventpact apply --acls` said."""

    def settings(self, user: str, *, mechanism: str = "SCRAM-SHA-512") -> Settings:
        return self.broker.settings(user, mechanism=mechanism, registry_url=self.registry_url)

    def environ(self, user: str) -> dict[str, str]:
        """The variables of a user who comes by SCRAM over TLS."""
        return environ(self.broker, self.registry_url, user)

    def run(self, *arguments: str, user: str = ADMINISTRATOR) -> Result:
        """The command line as a user has it."""
        return CliRunner().invoke(cli, arguments, env=self.environ(user))


def environ(broker: SecuredKafka, registry_url: str, user: str) -> dict[str, str]:
    return {
        "KAFKA_BROKERS": broker.kafka.bootstrap(SASL_TLS),
        "KAFKA_CLIENT_ID": user,
        "SCHEMA_REGISTRY_URL": registry_url,
        "KAFKA_SSL_ENABLED": "true",
        "KAFKA_SSL_CA_LOCATION": str(broker.authority.ca),
        "KAFKA_SASL_ENABLED": "true",
        "KAFKA_SASL_USERNAME": user,
        "KAFKA_SASL_PASSWORD": password_of(user),
    }


@pytest.fixture(scope="package")
def secured(libraries: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("secured")
    with SecuredKafka(libraries, folder, _USERS) as broker, EmbeddedRegistry() as registry:
        first = environ(broker, registry.url, ADMINISTRATOR)
        cluster = ("--only", "topics", "--acls", "--replication-factor-limit", "1")
        applied = CliRunner().invoke(cli, ["apply", *cluster], env=first)
        assert applied.exit_code == 0, applied.output
        schemas = ("--only", "schemas", "--system", "quikapp", "--system", "caas")
        assert CliRunner().invoke(cli, ["apply", *schemas], env=first).exit_code == 0
        yield Secured(broker, registry.url, applied)


@pytest.fixture(scope="package", autouse=True)
def generated(packages: Mapping[str, Path]) -> Iterator[None]:
    """The packages can be imported."""
    added = [str(packages[system]) for system in ("quikapp", "caas", "delivery")]
    sys.path[:0] = added
    yield
    for path in added:
        sys.path.remove(path)


class Provider:
    """An identity provider on loopback that gives a token to whoever names a client."""

    def __init__(self) -> None:
        self.scopes: set[str] = set()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                provider.scopes.update(form["scope"])
                answer = json.dumps({"access_token": unsecured_token(PRODUCER), "token_type": "bearer"}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *arguments: object) -> None: ...

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/token"


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    serving = threading.Thread(target=made.server.serve_forever)
    serving.start()
    yield made
    made.server.shutdown()
    serving.join()
    made.server.server_close()
