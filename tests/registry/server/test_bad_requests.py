"""What is not a proper request gets a clear 4xx, never a 500."""

from __future__ import annotations

import http.client
import json
import socket

import pytest

from eventpact.errors import EventPactError
from eventpact_registry.server import EmbeddedRegistry, Limits
from tests.registry.server.rest import Rest, record, submission

USER = record("User", "name: string")
VERSIONS = "/subjects/users/versions"


@pytest.mark.parametrize(
    "schema",
    [
        "",
        "nonsense",
        "{",
        '{"type": "record", "name": "User"}',
        '{"type": "record", "name": "User", "fields": [{"name": "a", "type": "strin"}]}',
        '{"type": "record", "name": "User", "fields": [{"name": "a", "type": "double", "default": 1e999}]}',
        "[" * 100_000,
        '{"type": "array", "items": ' * 5_000 + '"int"' + "}" * 5_000,
    ],
    ids=["empty", "no JSON", "cut", "no fields", "unknown type", "infinite", "deep", "deep schema"],
)
def test_an_invalid_schema_is_422(rest: Rest, schema: str) -> None:
    answer = rest.register("users", schema)

    assert (answer.status, answer.code) == (422, 42201)


def test_an_invalid_schema_is_refused_with_the_place_of_the_mistake(rest: Rest) -> None:
    answer = rest.register("users", record("User", "name: strin"))

    assert "strin" in answer.body["message"]


@pytest.mark.parametrize("raw", [b"", b"{", b"[1]", b'"text"', b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_400(rest: Rest, raw: bytes) -> None:
    answer = rest("POST", VERSIONS, raw=raw)

    assert (answer.status, answer.code) == (400, 400)


@pytest.mark.parametrize(
    "body",
    [
        {"schema": 5},
        {"schema": USER, "references": "x"},
        {"schema": USER, "references": [1]},
        {"schema": USER, "references": [{"name": "a", "subject": "b"}]},
        {"schema": USER, "references": [{"name": "a", "subject": "b", "version": 2**70}]},
        {"schema": USER, "id": "seven"},
        {"schema": USER, "version": 2**31},
        {"schema": USER, "version": {}},
        {"schema": USER, "references": 0},
        {"schema": USER, "metadata": "owner"},
        {"schema": USER, "metadata": {"properties": {"owner": 5}}},
        {"schema": USER, "metadata": {"tags": {"a": "b"}}},
        {"schema": USER, "metadata": {"properties": {"owner": "\ud800"}}},
    ],
)
def test_a_property_of_the_wrong_type_is_400_and_named(rest: Rest, body: object) -> None:
    answer = rest("POST", VERSIONS, body)

    assert answer.status == 400
    assert "property" in answer.body["message"] or "Metadata" in answer.body["message"]


@pytest.mark.parametrize("where", ["schema", "schemaType", "references.subject", "references.name", "doc"])
def test_half_a_surrogate_pair_is_refused_wherever_it_stands(rest: Rest, where: str) -> None:
    half = "\ud800"
    doc = half if where == "doc" else ""
    schema = json.dumps({"type": "record", "name": "A", "doc": doc, "fields": []})
    pin = {"name": "x" + half * (where == "references.name"), "subject": half * (where == "references.subject")}
    body = {
        "schema": schema + half * (where == "schema"),
        "schemaType": f"AVRO{half * (where == 'schemaType')}",
        "references": [{**pin, "version": 1}] if where.startswith("references") else [],
    }

    answer = rest("POST", VERSIONS, body)

    assert 400 <= answer.status < 500
    assert "not found" not in answer.body["message"]


def test_a_client_that_leaves_in_the_middle_of_its_request_is_no_fault_of_the_registry(
    rest: Rest, caplog: pytest.LogCaptureFixture
) -> None:
    address = (str(rest.address.hostname), rest.address.port)
    with caplog.at_level("ERROR"), socket.create_connection(address) as connection:
        head = f"POST {VERSIONS} HTTP/1.1\r\nHost: registry\r\nContent-Type: application/json\r\nContent-Length: 100"
        connection.sendall(f"{head}\r\n\r\n{{".encode())
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass

    assert rest("GET", "/subjects").status == 200
    assert caplog.records == []


@pytest.mark.parametrize("kind", ["JSON", "PROTOBUF", "XML"])
def test_only_avro_is_served(rest: Rest, kind: str) -> None:
    answer = rest.register("users", "{}", schemaType=kind)

    assert answer.code == 42201
    assert f"AVRO only, not {kind}" in answer.body["message"]
    assert rest("GET", "/schemas/types").body == ["AVRO"]


def test_rules_are_refused_rather_than_dropped(rest: Rest) -> None:
    assert rest.register("users", USER, ruleSet={"domainRules": [{}]}).code == 42210
    for setting in ("compatibilityGroup", "overrideRuleSet", "alias"):
        answer = rest("PUT", "/config/users", {"compatibility": "FULL", setting: "x"})
        assert answer.code == 42210
        assert setting in answer.body["message"]


def test_another_media_type_is_415(rest: Rest) -> None:
    body = json.dumps(submission(USER)).encode()

    assert rest("POST", VERSIONS, raw=body, media_type="text/xml").status == 415
    for accepted in ("application/json", "application/vnd.schemaregistry+json; charset=utf-8"):
        assert rest("POST", VERSIONS, raw=body, media_type=accepted).status == 200


def test_another_method_is_405(rest: Rest) -> None:
    answer = rest("PATCH", "/subjects")

    assert (answer.status, answer.code) == (405, 405)


def test_a_path_says_every_method_that_it_takes(rest: Rest) -> None:
    connection = http.client.HTTPConnection(str(rest.address.hostname), rest.address.port, timeout=20)
    connection.request("PATCH", "/config")

    allowed = connection.getresponse().headers["Allow"]

    assert sorted(allowed.split(", ")) == ["DELETE", "GET", "HEAD", "PUT"]


@pytest.mark.parametrize("written", ["many", "", "1_0", "2147483648"])
def test_a_page_that_is_no_number_is_400(rest: Rest, written: str) -> None:
    assert rest("GET", f"/subjects?limit={written}").status == 400


def test_a_number_may_be_written_with_a_fraction_of_nothing(rest: Rest) -> None:
    assert rest.register("users", USER, version=1.0).place == (1, 1)


def test_a_subject_with_a_control_character_is_422(rest: Rest) -> None:
    assert rest.register("a%00b", USER).code == 42208


@pytest.mark.parametrize("escaped", ["%FF", "a%C3", "%ED%A0%80"])
def test_a_subject_whose_escapes_are_no_text_is_400(rest: Rest, escaped: str) -> None:
    answer = rest.register(escaped, USER)

    assert (answer.status, answer.body["message"]) == (400, "The subject in the path is not UTF-8")
    assert rest("GET", "/subjects").body == []


def test_a_body_over_the_limit_is_413() -> None:
    with EmbeddedRegistry(limits=Limits(body=1_000)) as registry:
        rest = Rest(registry.url)

        answer = rest.register("users", record("User", *(f"field{number}: string" for number in range(100))))

        assert (answer.status, answer.code) == (413, 413)
        assert "1000 bytes" in answer.body["message"]
        assert rest.register("users", USER).status == 200


def test_references_are_followed_only_so_deep(rest: Rest) -> None:
    rest.register("t0", record("T0", "x: string"))
    deepest = 0
    for number in range(1, 80):
        schema = record(f"T{number}", f"x: T{number - 1}")
        answer = rest.register(f"t{number}", schema, (f"T{number - 1}", f"t{number - 1}", 1))
        if answer.status != 200:
            break
        deepest = number

    assert answer.code == 42201
    assert deepest == 64


def test_a_port_that_is_taken_is_an_error_that_names_it() -> None:
    with EmbeddedRegistry() as registry:
        port = int(registry.url.rpartition(":")[2])
        with pytest.raises(EventPactError, match=f"cannot listen on 127.0.0.1:{port}"):
            EmbeddedRegistry(port=port)
