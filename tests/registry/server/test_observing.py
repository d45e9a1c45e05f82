"""What the registry tells of itself: metrics, its OpenAPI document, and what it does with faults of its own."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest

from eventpact_registry.server import EmbeddedRegistry, Limits
from eventpact_registry.server.calls import Calls
from eventpact_registry.server.operations import OPERATIONS
from tests.registry.server.rest import Rest, record

if TYPE_CHECKING:
    from starlette.requests import Request

USER = record("User", "name: string")


def exposition(rest: Rest) -> str:
    with urlopen(f"http://{rest.address.netloc}/metrics", timeout=20) as answer:
        return str(answer.read().decode())


def test_metrics_count_requests_by_operation_and_what_is_kept(rest: Rest) -> None:
    for subject in ("users", "people"):
        rest.register(subject, USER)
    rest.register("users", record("User", "name: int"))
    rest("GET", "/subjects/nobody/versions")
    rest("GET", "/nowhere")

    said = exposition(rest)

    requests = 'eventpact_registry_requests_total{method="%s",operation="%s",status="%s"} %s'
    assert requests % ("POST", "/subjects/{subject}/versions", 200, 2.0) in said
    assert requests % ("POST", "/subjects/{subject}/versions", 409, 1.0) in said
    assert requests % ("GET", "/subjects/{subject}/versions", 404, 1.0) in said
    assert requests % ("GET", "none", 404, 1.0) in said
    assert 'request_seconds_count{operation="/subjects/{subject}/versions"} 4.0' in said
    assert re.findall(r"^eventpact_registry_(\w+) (\S+)$", said, re.MULTILINE) == [
        ("subjects", "2.0"),
        ("versions", "2.0"),
        ("schemas", "1.0"),
    ]


def test_methods_that_no_operation_has_make_one_series(rest: Rest) -> None:
    for method in ("PATCH", "OPTIONS"):
        rest(method, "/subjects")

    assert 'method="other",operation="none",status="405"} 2.0' in exposition(rest)


def test_the_openapi_document_lists_every_operation(rest: Rest) -> None:
    document = rest("GET", "/openapi.json").body

    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert described == {(operation.method, operation.path) for operation in OPERATIONS}
    names = [one["operationId"] for methods in document["paths"].values() for one in methods.values()]
    assert len(names) == len(set(names))


def test_a_fault_of_the_registry_is_500_and_stands_in_the_log_once(
    rest: Rest, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(_: Calls, __: Request) -> None:
        raise ZeroDivisionError

    with EmbeddedRegistry() as registry, monkeypatch.context() as patched:
        patched.setattr(registry._app.store, "reading", lambda: failing(None, None))  # type: ignore[arg-type]
        with caplog.at_level(logging.ERROR):
            answer = Rest(registry.url)("GET", "/subjects")

    assert (answer.status, answer.code) == (500, 500)
    assert "ZeroDivision" not in answer.body["message"]
    assert [entry.exc_info[0] for entry in caplog.records if entry.exc_info] == [ZeroDivisionError]


def test_a_schema_of_too_many_parts_is_refused_before_it_is_judged() -> None:
    with EmbeddedRegistry(limits=Limits(parts=10)) as registry:
        rest = Rest(registry.url)

        assert rest.register("users", record("User", *(f"f{n}: int" for n in range(9)))).status == 200
        answer = rest.register("users", record("User", *(f"f{n}: int" for n in range(10))))

    assert answer.code == 42201
    assert "more than 10 named types, fields and symbols" in answer.body["message"]
