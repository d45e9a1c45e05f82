"""Compatibility: judged when registering, and on request."""

from __future__ import annotations

import pytest

from tests.registry.server.rest import Rest, record, submission

USER = record("User", "name: string")
OPTIONAL_AGE = record("User", "name: string", "age: string = unknown")
REQUIRED_AGE = record("User", "name: string", "age: string")
ONLY_AGE = record("User", "age: string")


def test_the_default_level_is_backward(rest: Rest) -> None:
    assert rest("GET", "/config").body == {"compatibilityLevel": "BACKWARD"}


def test_an_incompatible_schema_is_refused_with_what_is_in_its_way(rest: Rest) -> None:
    rest.register("users", USER)

    answer = rest.register("users", REQUIRED_AGE)

    assert (answer.status, answer.code) == (409, 409)
    for part in ('"users"', "READER_FIELD_MISSING_DEFAULT_VALUE", "/fields/1", "{oldSchemaVersion: 1}", "'BACKWARD'"):
        assert part in answer.body["message"]
    assert rest("GET", "/subjects/users/versions").body == [1]


@pytest.mark.parametrize(
    ("level", "accepted"),
    [
        ("NONE", True),
        ("BACKWARD", True),
        ("BACKWARD_TRANSITIVE", False),
        ("FORWARD", False),
        ("FORWARD_TRANSITIVE", False),
        ("FULL", False),
        ("FULL_TRANSITIVE", False),
    ],
)
def test_each_level_judges_a_third_version_its_own_way(rest: Rest, level: str, accepted: bool) -> None:
    """The third reads the second but not the first, and the second cannot read the third."""
    rest("PUT", "/config/users", {"compatibility": "NONE"})
    rest.register("users", USER)
    rest.register("users", REQUIRED_AGE)
    rest("PUT", "/config/users", {"compatibility": level})

    assert (rest.register("users", ONLY_AGE).status == 200) is accepted


@pytest.mark.parametrize(("level", "accepted"), [("FORWARD", True), ("FORWARD_TRANSITIVE", False)])
def test_forward_asks_whether_the_old_ones_read_the_new(rest: Rest, level: str, accepted: bool) -> None:
    """The second reads the third, the first cannot."""
    rest("PUT", "/config/users", {"compatibility": "NONE"})
    rest.register("users", USER)
    rest.register("users", ONLY_AGE)
    rest("PUT", "/config/users", {"compatibility": level})

    assert (rest.register("users", record("User", "age: string", "city: string")).status == 200) is accepted


def test_deleted_versions_are_not_judged(rest: Rest) -> None:
    rest.register("users", USER)
    rest("DELETE", "/subjects/users")

    assert rest.register("users", REQUIRED_AGE).body["version"] == 2


def test_a_schema_is_tested_without_being_registered(rest: Rest) -> None:
    rest.register("users", USER)
    path = "/compatibility/subjects/users/versions/latest"

    assert rest("POST", path, submission(OPTIONAL_AGE)).body == {"is_compatible": True}
    assert rest("POST", path, submission(REQUIRED_AGE)).body == {"is_compatible": False}
    assert rest("GET", "/subjects/users/versions").body == [1]


def test_messages_come_when_they_are_asked_for(rest: Rest) -> None:
    rest.register("users", USER)
    path = "/compatibility/subjects/users/versions/1?verbose=true"

    refused = rest("POST", path, submission(REQUIRED_AGE)).body

    assert "READER_FIELD_MISSING_DEFAULT_VALUE" in refused["messages"][0]
    assert "'age'" in refused["messages"][0]
    assert rest("POST", path, submission(OPTIONAL_AGE)).body == {"is_compatible": True, "messages": []}


def test_all_versions_are_tested_under_a_transitive_level_and_the_last_under_another(rest: Rest) -> None:
    rest("PUT", "/config/users", {"compatibility": "NONE"})
    rest.register("users", USER)
    rest.register("users", REQUIRED_AGE)
    path = "/compatibility/subjects/users/versions"

    rest("PUT", "/config/users", {"compatibility": "BACKWARD"})
    assert rest("POST", path, submission(ONLY_AGE)).body["is_compatible"] is True
    rest("PUT", "/config/users", {"compatibility": "BACKWARD_TRANSITIVE"})
    assert rest("POST", path, submission(ONLY_AGE)).body["is_compatible"] is False


def test_anything_may_be_the_first_version(rest: Rest) -> None:
    assert rest("POST", "/compatibility/subjects/new/versions/latest", submission(USER)).body["is_compatible"] is True
    assert rest("POST", "/compatibility/subjects/new/versions", submission(USER)).body["is_compatible"] is True


def test_a_test_against_a_version_that_is_not_there_is_404(rest: Rest) -> None:
    rest.register("users", USER)

    assert rest("POST", "/compatibility/subjects/users/versions/5", submission(USER)).code == 40402
