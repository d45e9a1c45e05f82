"""Levels and modes, of the registry and of subjects."""

from __future__ import annotations

from tests.registry.server.rest import Rest, record

USER = record("User", "name: string")
USER_WITH_AGE = record("User", "name: string", "age: string = unknown")


def test_a_level_is_set_read_and_dropped(rest: Rest) -> None:
    assert rest("PUT", "/config", {"compatibility": "full"}).body == {"compatibility": "FULL"}
    assert rest("GET", "/config").body == {"compatibilityLevel": "FULL"}

    assert rest("DELETE", "/config").body == {"compatibilityLevel": "FULL"}
    assert rest("GET", "/config").body == {"compatibilityLevel": "BACKWARD"}


def test_a_subject_has_no_level_until_it_is_given_one(rest: Rest) -> None:
    answer = rest("GET", "/config/users")
    assert (answer.status, answer.code) == (404, 40408)
    assert rest("GET", "/config/users?defaultToGlobal=true").body == {"compatibilityLevel": "BACKWARD"}

    rest("PUT", "/config/users", {"compatibility": "FORWARD"})

    assert rest("GET", "/config/users").body == {"compatibilityLevel": "FORWARD"}
    assert rest("GET", "/config").body == {"compatibilityLevel": "BACKWARD"}


def test_a_dropped_level_falls_back_to_the_global_one(rest: Rest) -> None:
    rest("PUT", "/config/users", {"compatibility": "FORWARD"})

    assert rest("DELETE", "/config/users").body == {"compatibilityLevel": "FORWARD"}

    assert rest("GET", "/config/users").code == 40408
    assert rest("DELETE", "/config/users").code == 40401


def test_an_unknown_level_is_422(rest: Rest) -> None:
    for wrong in ("SIDEWAYS", None, 7):
        answer = rest("PUT", "/config", {"compatibility": wrong})
        assert (answer.status, answer.code) == (422, 42203)


def test_nothing_is_written_in_read_only_mode(rest: Rest) -> None:
    rest.register("users", USER)
    rest("PUT", "/mode", {"mode": "READONLY"})

    refused = [
        rest.register("users", USER_WITH_AGE),
        rest("DELETE", "/subjects/users"),
        rest("DELETE", "/subjects/users/versions/1"),
        rest("PUT", "/config/users", {"compatibility": "NONE"}),
    ]

    assert [(answer.status, answer.code) for answer in refused] == [(422, 42205)] * 4
    assert "read-only" in refused[0].body["message"]
    assert rest("GET", "/subjects/users/versions").body == [1]


def test_what_is_registered_is_still_found_in_read_only_mode(rest: Rest) -> None:
    rest.register("users", USER)
    rest("PUT", "/mode", {"mode": "READONLY"})

    assert rest.register("users", USER).body["id"] == 1


def test_a_subjects_mode_beats_the_global_one_but_not_its_override(rest: Rest) -> None:
    rest("PUT", "/mode", {"mode": "READONLY"})
    rest("PUT", "/mode/users", {"mode": "READWRITE"})
    assert rest.register("users", USER).status == 200

    rest("PUT", "/mode", {"mode": "READONLY_OVERRIDE"})
    assert rest.register("users", USER_WITH_AGE).code == 42205


def test_a_subject_has_no_mode_until_it_is_given_one(rest: Rest) -> None:
    assert rest("GET", "/mode").body == {"mode": "READWRITE"}
    assert rest("GET", "/mode/users").code == 40409
    assert rest("GET", "/mode/users?defaultToGlobal=true").body == {"mode": "READWRITE"}

    rest("PUT", "/mode/users", {"mode": "READONLY"})
    assert rest("GET", "/mode/users").body == {"mode": "READONLY"}
    assert rest("DELETE", "/mode/users").body == {"mode": "READONLY"}
    assert rest("DELETE", "/mode/users").code == 40401


def test_an_unknown_mode_is_422(rest: Rest) -> None:
    assert rest("PUT", "/mode", {"mode": "SIDEWAYS"}).code == 42204


def test_import_takes_ids_and_versions_as_given_without_judging(rest: Rest) -> None:
    rest("PUT", "/mode/users", {"mode": "IMPORT"})

    assert rest.register("users", USER, id=70, version=3).place == (70, 3)
    assert rest.register("users", record("User", "age: string"), id=80, version=5).place == (80, 5)

    assert rest("GET", "/subjects/users/versions").body == [3, 5]
    assert rest("GET", "/schemas/ids/70/subjects").body == ["users"]


def test_ids_go_on_above_those_that_were_imported(rest: Rest) -> None:
    rest("PUT", "/mode/users", {"mode": "IMPORT"})
    rest.register("users", USER, id=70, version=1)

    assert rest.register("people", USER_WITH_AGE).body["id"] == 71


def test_an_imported_id_cannot_become_another_schema(rest: Rest) -> None:
    rest.register("people", USER)
    rest("PUT", "/mode/users", {"mode": "IMPORT"})

    assert rest.register("users", USER_WITH_AGE, id=1).code == 42205
    assert rest.register("users", USER, id=9).code == 42205
    assert rest.register("users", USER, id=1).place == (1, 1)


def test_an_id_that_was_deleted_for_good_may_be_imported_as_another_schema(rest: Rest) -> None:
    rest.register("users", USER)
    rest.register("users", USER_WITH_AGE)
    for path in ("/subjects/users", "/subjects/users?permanent=true"):
        rest("DELETE", path)
    rest("PUT", "/mode/users", {"mode": "IMPORT"})
    rest.register("users", record("User", "city: string"), id=1)
    rest("DELETE", "/mode/users")

    answer = rest.register("users", record("User", "name: string"))

    assert answer.status == 409
    assert "'name'" in answer.body["message"]


def test_ids_are_given_in_import_mode_only_and_must_be_there(rest: Rest) -> None:
    assert rest.register("users", USER, id=9).code == 42205
    rest("PUT", "/mode/users", {"mode": "IMPORT"})
    assert rest.register("users", USER).code == 42205


def test_import_mode_needs_an_empty_subject_or_force(rest: Rest) -> None:
    rest.register("users", USER)

    assert rest("PUT", "/mode/users", {"mode": "IMPORT"}).code == 42205
    assert rest("PUT", "/mode", {"mode": "IMPORT"}).code == 42205
    assert rest("PUT", "/mode/users?force=true", {"mode": "IMPORT"}).body == {"mode": "IMPORT"}


def test_a_deleted_subject_loses_its_level_and_mode(rest: Rest) -> None:
    rest("PUT", "/config/users", {"compatibility": "FORWARD"})
    rest("PUT", "/mode/users", {"mode": "READWRITE"})
    rest.register("users", USER)

    rest("DELETE", "/subjects/users")

    assert rest("GET", "/config/users").code == 40408
    assert rest("GET", "/mode/users").code == 40409
