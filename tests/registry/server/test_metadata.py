"""Metadata of versions, and what a subject's configuration adds to it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.registry.server.rest import Rest, record, submission

USER = record("User", "name: string")
USER_WITH_AGE = record("User", "name: string", "age: string = unknown")


def owned(owner: str) -> dict[str, Any]:
    return {"properties": {"owner": owner}}


def test_metadata_is_kept_and_returned_wherever_a_version_is(rest: Rest) -> None:
    metadata = {"properties": {"owner": "chat"}, "tags": {"User.name": ["PII"]}, "sensitive": ["owner"]}

    assert rest.register("users", USER, metadata=metadata).body["metadata"] == metadata

    for path in ("/subjects/users/versions/1", "/schemas/ids/1"):
        assert rest("GET", path).body["metadata"] == metadata
    assert rest("GET", "/schemas").body[0]["metadata"] == metadata


def test_a_version_with_other_metadata_is_another_version(rest: Rest) -> None:
    assert rest.register("users", USER, metadata=owned("chat")).place == (1, 1)
    assert rest.register("users", USER, metadata=owned("people")).place == (2, 2)
    assert rest.register("users", USER, metadata=owned("chat")).place == (1, 1)
    assert rest("GET", "/subjects/users/versions").body == [1, 2]


@pytest.mark.parametrize("nothing", [None, {}, {"properties": {}}, {"tags": None}])
def test_empty_metadata_is_none(rest: Rest, nothing: Any) -> None:
    rest.register("users", USER)

    assert rest.register("users", USER, metadata=nothing).body == rest.register("users", USER).body


def test_a_schema_without_metadata_takes_that_of_the_version_before(rest: Rest) -> None:
    rest.register("users", USER, metadata=owned("chat"))

    assert rest.register("users", USER).place == (1, 1)
    assert rest.register("users", USER_WITH_AGE).body["metadata"] == owned("chat")


def test_a_configuration_adds_defaults_and_overrides(rest: Rest) -> None:
    default = {"properties": {"owner": "nobody", "team": "core"}}
    rest("PUT", "/config/users", {"defaultMetadata": default, "overrideMetadata": {"properties": {"stage": "live"}}})

    answer = rest.register("users", USER, metadata={"properties": {"owner": "chat", "stage": "draft"}})

    assert answer.body["metadata"] == {"properties": {"owner": "chat", "team": "core", "stage": "live"}}


def test_who_looks_up_need_not_know_what_was_added(rest: Rest) -> None:
    rest("PUT", "/config/users", {"defaultMetadata": owned("chat")})
    rest.register("users", USER)

    assert rest("POST", "/subjects/users", submission(USER)).body["metadata"] == owned("chat")
    assert rest("POST", "/subjects/users", submission(USER_WITH_AGE)).code == 40403


def test_import_takes_metadata_as_given(rest: Rest) -> None:
    rest("PUT", "/config/users", {"defaultMetadata": owned("chat")})
    rest("PUT", "/mode/users", {"mode": "IMPORT"})

    assert "metadata" not in rest.register("users", USER, id=7, version=1).body


def test_the_newest_version_with_properties_is_found(rest: Rest) -> None:
    rest.register("users", USER, metadata={"properties": {"owner": "chat", "major": "1"}})
    rest.register("users", USER_WITH_AGE, metadata={"properties": {"owner": "chat", "major": "2"}})

    assert rest("GET", "/subjects/users/metadata?key=major&value=1").body["version"] == 1
    assert rest("GET", "/subjects/users/metadata?key=owner&value=chat").body["version"] == 2
    assert rest("GET", "/subjects/users/metadata?key=owner&value=chat&key=major&value=1").body["version"] == 1
    assert rest("GET", "/subjects/users/metadata?key=major&value=3").code == 40402
    assert rest("GET", "/subjects/nobody/metadata?key=major&value=3").code == 40401


def test_a_configuration_is_changed_setting_by_setting(rest: Rest) -> None:
    rest("PUT", "/config/users", {"compatibility": "FULL"})

    answer = rest("PUT", "/config/users", {"defaultMetadata": owned("chat")})

    assert answer.body == {"defaultMetadata": owned("chat")}
    both = {"compatibilityLevel": "FULL", "defaultMetadata": owned("chat")}
    assert rest("GET", "/config/users").body == both
    assert rest("PUT", "/config/users", {"defaultMetadata": None}).body == {}
    assert rest("GET", "/config/users").body == {"compatibilityLevel": "FULL"}


def test_a_subject_may_have_metadata_and_no_level(rest: Rest) -> None:
    rest("PUT", "/config/users", {"defaultMetadata": owned("chat")})

    assert rest("GET", "/config/users").body == {"defaultMetadata": owned("chat")}
    whole = {"compatibilityLevel": "BACKWARD", "defaultMetadata": owned("chat")}
    assert rest("GET", "/config/users?defaultToGlobal=true").body == whole
    assert rest("DELETE", "/config/users").body == {"defaultMetadata": owned("chat")}
    assert rest("GET", "/config/users").code == 40408


def test_a_contexts_configuration_holds_for_its_subjects(rest: Rest) -> None:
    rest("PUT", "/config/:.dev:", {"defaultMetadata": owned("developers")})

    assert rest.register(":.dev:users", USER).body["metadata"] == owned("developers")
    assert "metadata" not in rest.register("users", USER).body
