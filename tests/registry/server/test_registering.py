"""Registering schemas and finding them again."""

from __future__ import annotations

import json

from tests.registry.server.rest import MEDIA_TYPE, Rest, record, submission

USER = record("io.acme.User", "name: string")
USER_WITH_AGE = record("io.acme.User", "name: string", "age: string = unknown")
ESCAPED = {
    "a%2Fb": "a/b",
    "a%2Fversions%2F1": "a/versions/1",
    "..%2F..": "../..",
    "100%25": "100%",
    "a%252Fb": "a%2Fb",
    "a%3Fb%23c": "a?b#c",
    "a+b": "a+b",
    "a%20b": "a b",
    "%C3%BCber": "über",
}


def test_versions_of_a_subject_count_from_one(rest: Rest) -> None:
    assert rest.register("users", USER).place == (1, 1)
    assert rest.register("users", USER_WITH_AGE).place == (2, 2)

    assert rest("GET", "/subjects/users/versions").body == [1, 2]


def test_a_schema_registered_again_keeps_its_id_and_version(rest: Rest) -> None:
    rest.register("users", USER)
    rest.register("users", USER_WITH_AGE)

    assert rest.register("users", USER).place == (1, 1)


def test_a_schema_has_one_id_across_subjects(rest: Rest) -> None:
    assert rest.register("users", USER).body["id"] == rest.register("people", USER).body["id"]

    assert rest("GET", "/schemas/ids/1/subjects").body == ["people", "users"]
    assert rest("GET", "/schemas/ids/1/versions").body == [
        {"subject": "people", "version": 1},
        {"subject": "users", "version": 1},
    ]


def test_the_way_a_schema_is_written_makes_no_other_schema(rest: Rest) -> None:
    rest.register("users", USER)
    respelled = """{ "fields": [{"type": {"type": "string"}, "name": "name"}],
                     "name": "User", "namespace": "io.acme", "type": "record" }"""

    assert rest.register("users", respelled).place == (1, 1)


def test_a_changed_doc_is_another_version(rest: Rest) -> None:
    rest.register("users", USER)

    assert rest.register("users", json.dumps({**json.loads(USER), "doc": "A person."})).body["version"] == 2


def test_an_answer_is_in_the_registrys_media_type(rest: Rest) -> None:
    assert rest("GET", "/subjects").media_type == MEDIA_TYPE


def test_a_version_is_got_by_number_and_as_latest(rest: Rest) -> None:
    rest.register("users", USER)
    rest.register("users", USER_WITH_AGE)

    first = rest("GET", "/subjects/users/versions/1").body

    assert {key: first[key] for key in ("subject", "version", "id")} == {"subject": "users", "version": 1, "id": 1}
    assert json.loads(first["schema"])["name"] == "User"
    for latest in ("2", "latest", "-1"):
        assert rest("GET", f"/subjects/users/versions/{latest}").body["id"] == 2


def test_a_schema_is_got_by_id_and_as_plain_text(rest: Rest) -> None:
    rest.register("users", USER)

    schema = json.loads(rest("GET", "/schemas/ids/1").body["schema"])

    assert schema["fields"] == [{"name": "name", "type": "string"}]
    assert rest("GET", "/schemas/ids/1/schema").body == schema
    assert rest("GET", "/subjects/users/versions/1/schema").body == schema


def test_a_lookup_finds_the_version_of_a_schema(rest: Rest) -> None:
    rest.register("users", USER)
    rest.register("users", USER_WITH_AGE)

    found = rest("POST", "/subjects/users", submission(USER)).body

    assert (found["subject"], found["version"], found["id"]) == ("users", 1, 1)


def test_a_lookup_of_another_subjects_schema_finds_nothing(rest: Rest) -> None:
    rest.register("users", USER)
    rest.register("other", USER_WITH_AGE)

    answer = rest("POST", "/subjects/other", submission(USER))

    assert (answer.status, answer.code, answer.body["message"]) == (404, 40403, "Schema not found")


def test_what_is_not_there_is_404_with_its_own_code(rest: Rest) -> None:
    rest.register("users", USER)

    expected = {
        "/subjects/nobody/versions": 40401,
        "/subjects/nobody/versions/1": 40401,
        "/subjects/users/versions/9": 40402,
        "/schemas/ids/9": 40403,
        "/schemas/ids/9/versions": 40403,
        "/nowhere": 404,
        "/schemas/ids/one": 404,
    }
    for path, code in expected.items():
        answer = rest("GET", path)
        assert (answer.status, answer.code) == (404, code), path


def test_a_version_that_is_no_number_is_422(rest: Rest) -> None:
    rest.register("users", USER)

    for wrong in ("0", "-2", "newest", "2147483648", "99999999999999999999", f"{1:011}" + "0" * 5_000):
        answer = rest("GET", f"/subjects/users/versions/{wrong}")
        assert (answer.status, answer.code) == (422, 42202), wrong


def test_subjects_are_listed_in_order_by_prefix_and_in_pages(rest: Rest) -> None:
    for subject in ("b-value", "a-value", "a-key"):
        rest.register(subject, USER)

    assert rest("GET", "/subjects").body == ["a-key", "a-value", "b-value"]
    assert rest("GET", "/subjects?subjectPrefix=a-").body == ["a-key", "a-value"]
    assert rest("GET", "/subjects?offset=1&limit=1").body == ["a-value"]


def test_all_schemas_are_listed_or_only_the_latest(rest: Rest) -> None:
    rest.register("users", USER)
    rest.register("users", USER_WITH_AGE)
    rest.register("people", USER)

    def listed(path: str) -> list[tuple[str, int]]:
        return [(found["subject"], found["version"]) for found in rest("GET", path).body]

    assert listed("/schemas") == [("people", 1), ("users", 1), ("users", 2)]
    assert listed("/schemas?subjectPrefix=users&latestOnly=true") == [("users", 2)]


def test_a_subject_may_hold_slashes_percents_and_letters_of_any_script(rest: Rest) -> None:
    for escaped, subject in ESCAPED.items():
        assert rest.register(escaped, USER).status == 200
        assert rest("GET", f"/subjects/{escaped}/versions/1").body["subject"] == subject
        assert rest("PUT", f"/config/{escaped}", {"compatibility": "FULL"}).status == 200

    assert rest("GET", "/subjects").body == sorted(ESCAPED.values())
    for escaped in ESCAPED:
        assert rest("DELETE", f"/subjects/{escaped}").body == [1]


def test_an_explicit_version_must_be_the_next_one(rest: Rest) -> None:
    rest.register("users", USER)

    assert rest.register("users", USER_WITH_AGE, version=4).code == 42201
    assert rest.register("users", USER_WITH_AGE, version=2).body["version"] == 2
