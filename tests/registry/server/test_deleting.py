"""Deleting in two steps: softly, which hides, and permanently."""

from __future__ import annotations

from tests.registry.server.rest import Rest, record, submission

USER = record("io.acme.User", "name: string")
USER_WITH_AGE = record("io.acme.User", "name: string", "age: string = unknown")


def test_a_soft_deleted_version_is_hidden_but_its_schema_stays_readable(rest: Rest) -> None:
    rest.register("users", USER)
    rest.register("users", USER_WITH_AGE)

    assert rest("DELETE", "/subjects/users/versions/1").body == 1

    assert rest("GET", "/subjects/users/versions").body == [2]
    assert rest("GET", "/subjects/users/versions/1").code == 40402
    assert rest("GET", "/schemas/ids/1").status == 200
    assert rest("GET", "/subjects/users/versions?deleted=true").body == [1, 2]
    assert rest("GET", "/subjects/users/versions?deletedOnly=true").body == [1]
    assert rest("GET", "/subjects/users/versions/1?deleted=true").body["id"] == 1


def test_the_latest_version_is_the_newest_that_is_not_deleted(rest: Rest) -> None:
    rest.register("users", USER)
    rest.register("users", USER_WITH_AGE)

    rest("DELETE", "/subjects/users/versions/latest")

    assert rest("GET", "/subjects/users/versions/latest").body["version"] == 1


def test_a_deleted_subject_is_listed_only_on_request(rest: Rest) -> None:
    rest.register("users", USER)
    rest.register("kept", USER)

    assert rest("DELETE", "/subjects/users").body == [1]

    assert rest("GET", "/subjects").body == ["kept"]
    assert rest("GET", "/subjects?deleted=true").body == ["kept", "users"]
    assert rest("GET", "/subjects?deletedOnly=true").body == ["users"]
    assert rest("GET", "/subjects/users/versions").code == 40401


def test_permanent_deletion_needs_the_soft_one_first(rest: Rest) -> None:
    rest.register("users", USER)

    assert rest("DELETE", "/subjects/users?permanent=true").code == 40405
    assert rest("DELETE", "/subjects/users/versions/1?permanent=true").code == 40407


def test_a_second_soft_deletion_says_how_to_go_on(rest: Rest) -> None:
    rest.register("users", USER)
    rest.register("users", USER_WITH_AGE)
    rest("DELETE", "/subjects/users/versions/1")

    again = rest("DELETE", "/subjects/users/versions/1")
    assert again.code == 40406
    assert "permanent=true" in again.body["message"]

    rest("DELETE", "/subjects/users")
    assert rest("DELETE", "/subjects/users").code == 40404


def test_what_was_never_there_cannot_be_deleted(rest: Rest) -> None:
    rest.register("users", USER)

    assert rest("DELETE", "/subjects/nobody").code == 40401
    assert rest("DELETE", "/subjects/users/versions/7").code == 40402


def test_after_permanent_deletion_nothing_is_left(rest: Rest) -> None:
    rest.register("users", USER)
    rest("DELETE", "/subjects/users")

    assert rest("DELETE", "/subjects/users?permanent=true").body == [1]

    assert rest("GET", "/subjects?deleted=true").body == []
    assert rest("GET", "/schemas/ids/1").code == 40403


def test_an_id_is_never_given_twice(rest: Rest) -> None:
    rest.register("users", USER)
    rest("DELETE", "/subjects/users")
    rest("DELETE", "/subjects/users?permanent=true")

    assert rest.register("users", USER).body["id"] == 2


def test_a_soft_deleted_schema_comes_back_under_its_id_as_the_next_version(rest: Rest) -> None:
    rest.register("users", USER)
    rest.register("users", USER_WITH_AGE)
    rest("DELETE", "/subjects/users/versions/1")

    assert rest.register("users", USER).place == (1, 3)
    assert rest("GET", "/subjects/users/versions?deleted=true").body == [2, 3]


def test_a_lookup_finds_deleted_versions_only_on_request(rest: Rest) -> None:
    rest.register("users", USER)
    rest.register("users", USER_WITH_AGE)
    rest("DELETE", "/subjects/users/versions/1")

    assert rest("POST", "/subjects/users", submission(USER)).code == 40403
    assert rest("POST", "/subjects/users?deleted=true", submission(USER)).body["version"] == 1


def test_a_schema_stays_while_another_subject_has_it(rest: Rest) -> None:
    rest.register("users", USER)
    rest.register("people", USER)
    rest("DELETE", "/subjects/users")
    rest("DELETE", "/subjects/users?permanent=true")

    assert rest("GET", "/schemas/ids/1/subjects").body == ["people"]
