"""Paths lead to the entries of a table, with their parameters."""

from __future__ import annotations

import http.client

import pytest

from eventpact_registry.server.routing import Routes
from tests.registry.server.rest import Rest, record

ROUTES = Routes({path: path for path in ("/", "/subjects", "/subjects/{subject}", "/subjects/{s}/versions/{v}")})


@pytest.mark.parametrize(
    ("path", "entry", "parameters"),
    [
        ("/", "/", {}),
        ("/subjects", "/subjects", {}),
        ("/subjects/users", "/subjects/{subject}", {"subject": "users"}),
        ("/subjects/a%2Fb/versions/1", "/subjects/{s}/versions/{v}", {"s": "a%2Fb", "v": "1"}),
        ("/subjects/{}/versions/{v}", "/subjects/{s}/versions/{v}", {"s": "{}", "v": "{v}"}),
        ("/subjects/versions/versions/versions", "/subjects/{s}/versions/{v}", {"s": "versions", "v": "versions"}),
    ],
)
def test_a_path_leads_to_its_entry(path: str, entry: str, parameters: dict[str, str]) -> None:
    assert ROUTES.find(path) == (entry, parameters)


@pytest.mark.parametrize("path", ["", "//", "/subject", "/subjects/", "/subjects/a/versions", "/subjects//versions/1"])
def test_any_other_path_leads_nowhere(path: str) -> None:
    entry, _ = ROUTES.find(path)

    assert entry is None


def test_what_get_answers_head_answers_without_a_body(rest: Rest) -> None:
    rest.register("users", record("User", "name: string"))
    connection = http.client.HTTPConnection(rest.address.netloc, timeout=20)
    answers = []
    for method in ("GET", "HEAD"):
        connection.request(method, "/schemas/ids/1")
        answer = connection.getresponse()
        answers.append((answer.status, answer.headers["Content-Length"], len(answer.read())))
    connection.close()

    (status, length, read), head = answers
    assert (status, int(length)) == (200, read)
    assert head == (200, length, 0)
