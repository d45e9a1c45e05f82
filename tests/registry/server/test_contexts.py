"""Contexts: registries within the registry, each with ids, subjects, levels and modes of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient

from eventpact_registry.server import EmbeddedRegistry
from eventpact_registry.server.contexts import context_name, qualified, split, within
from tests.registry.server.rest import Rest, record, submission

if TYPE_CHECKING:
    from pathlib import Path

USER = record("User", "name: string")
USER_WITH_AGE = record("User", "name: string", "age: string")
ORDER = record("Order", "user: User")


def _text(schema: str) -> str:
    """As the registry gives it back."""
    return schema.replace('": ', '":').replace(", ", ",")


USER_TEXT, USER_WITH_AGE_TEXT = _text(USER), _text(USER_WITH_AGE)


@pytest.mark.parametrize(
    ("subject", "parts"),
    [
        ("users", (".", "users")),
        (":.:users", (".", "users")),
        (":.dev:users", (".dev", "users")),
        (":.dev:", (".dev", "")),
        (":.dev", (".dev", "")),
        (":.dev:a:b", (".dev", "a:b")),
        ("a:.dev:b", (".", "a:.dev:b")),
    ],
)
def test_a_subjects_name_says_its_context(subject: str, parts: tuple[str, str]) -> None:
    assert split(subject) == parts
    assert split(qualified(*parts)) == parts


def test_a_name_is_taken_in_the_context_that_it_stands_in_unless_it_says_another() -> None:
    assert within(".dev", "users") == ":.dev:users"
    assert within(".dev", ":.:users") == "users"
    assert within(".", ":.dev:users") == ":.dev:users"
    assert {context_name(written) for written in ("dev", ".dev", ":.dev:")} == {".dev"}


def test_each_context_counts_its_own_ids(rest: Rest) -> None:
    assert rest.register("people", USER).place == (1, 1)
    assert rest.register("users", USER_WITH_AGE).place == (2, 1)

    assert rest.register(":.dev:users", USER_WITH_AGE).place == (1, 1)
    assert rest("POST", "/contexts/.dev/subjects/users/versions", submission(USER)).status == 200

    assert rest("GET", "/schemas/ids/1?subject=:.dev:").body["schema"] == USER_WITH_AGE_TEXT
    assert rest("GET", "/contexts/.dev/schemas/ids/1").body["schema"] == USER_WITH_AGE_TEXT
    assert rest("GET", "/schemas/ids/1").body["schema"] == USER_TEXT
    assert rest("GET", "/contexts").body == [".", ".dev"]


def test_an_id_that_only_another_context_has_is_found_from_the_default_one(rest: Rest) -> None:
    rest.register(":.dev:users", USER)

    assert rest("GET", "/schemas/ids/1").body["schema"] == USER_TEXT
    assert rest("GET", "/schemas/ids/1?subject=:.test:users").code == 40403


def test_subjects_are_listed_with_their_contexts(rest: Rest) -> None:
    for subject in ("users", "uses", ":.dev:users", ":.dev:orders"):
        rest.register(subject, USER)

    assert rest("GET", "/subjects").body == [":.dev:orders", ":.dev:users", "users", "uses"]
    assert rest("GET", "/subjects?subjectPrefix=").body == ["users", "uses"]
    assert rest("GET", "/subjects?subjectPrefix=:*:use").body == [":.dev:users", "users", "uses"]
    assert rest("GET", "/subjects?subjectPrefix=:.dev:u").body == [":.dev:users"]
    assert rest("GET", "/contexts/dev/subjects").body == [":.dev:orders", ":.dev:users"]
    assert rest("GET", "/contexts/dev/subjects?subjectPrefix=o").body == [":.dev:orders"]
    assert rest("GET", "/schemas/ids/1/subjects").body == ["users", "uses"]
    assert rest("GET", "/contexts/dev/schemas/ids/1/versions").body == [
        {"subject": ":.dev:orders", "version": 1},
        {"subject": ":.dev:users", "version": 1},
    ]


def test_references_lead_to_subjects_of_the_same_context_unless_they_say_another(rest: Rest) -> None:
    rest.register("users", USER)

    lost = rest.register(":.dev:orders", ORDER, ("User", "users", 1))
    named = rest.register(":.dev:orders", ORDER, ("User", ":.:users", 1))
    rest.register(":.dev:users", USER_WITH_AGE)
    own = rest.register(":.dev:others", ORDER, ("User", "users", 1))

    assert lost.code == 42201
    assert named.place == (1, 1)
    assert own.status == 200
    assert rest("GET", "/subjects/users/versions/1/referencedby").body == [1]
    assert rest("GET", "/contexts/.dev/subjects/users/versions/1/referencedby").body == [own.body["id"]]


def test_a_context_has_a_level_and_a_mode_between_the_global_one_and_the_subjects(rest: Rest) -> None:
    rest.register(":.dev:users", USER)
    rest("PUT", "/config", {"compatibility": "NONE"})
    rest("PUT", "/config/:.dev:", {"compatibility": "BACKWARD"})

    assert rest.register(":.dev:users", USER_WITH_AGE).status == 409
    assert rest("GET", "/contexts/.dev/config").body == {"compatibilityLevel": "BACKWARD"}
    assert rest("GET", "/config").body == {"compatibilityLevel": "NONE"}

    rest("PUT", "/contexts/.dev/config/users", {"compatibility": "NONE"})
    assert rest.register(":.dev:users", USER_WITH_AGE).status == 200

    rest("PUT", "/contexts/.dev/mode", {"mode": "READONLY"})
    assert rest.register(":.dev:users", record("User", "name: string", "city: string")).code == 42205
    assert rest.register("users", USER).status == 200


def test_import_into_a_context_asks_for_an_empty_context_only(rest: Rest) -> None:
    rest.register("users", USER)

    assert rest("PUT", "/mode/:.dev:", {"mode": "IMPORT"}).body == {"mode": "IMPORT"}
    assert rest.register(":.dev:users", USER, id=70, version=3).place == (70, 3)
    assert rest("PUT", "/mode", {"mode": "IMPORT"}).code == 42205


@pytest.mark.parametrize("subject", [":.dev:", ":.d\nev:users", ":." + "x" * 300 + ":users"])
def test_a_subject_without_a_name_or_in_an_impossible_context_is_refused(rest: Rest, subject: str) -> None:
    path = subject.replace("\n", "%0A")

    assert rest("POST", f"/subjects/{path}/versions", submission(USER)).code == 42208


def test_a_guid_is_the_same_for_the_same_schema_in_every_context_and_registry(rest: Rest, tmp_path: Path) -> None:
    rest.register("users", USER_WITH_AGE)
    rest.register("users", USER)
    guid = rest.register(":.dev:users", USER).body["guid"]

    assert rest("GET", f"/schemas/guids/{guid}").body["schema"] == USER_TEXT
    assert rest("GET", f"/schemas/guids/{guid}/ids").body == [{"context": ".", "id": 2}, {"context": ".dev", "id": 1}]
    assert rest("GET", "/schemas/ids/2").body["guid"] == guid
    with EmbeddedRegistry(tmp_path / "registry.db") as other:
        assert Rest(other.url).register("elsewhere", USER).body["guid"] == guid


def test_an_unknown_guid_is_404(rest: Rest) -> None:
    for guid in ("7f0a3c7e-3a52-4f6e-9b1e-1d2c3b4a5968", "none"):
        assert rest("GET", f"/schemas/guids/{guid}").code == 40403
        assert rest("GET", f"/schemas/guids/{guid}/ids").body == []


def test_confluents_client_reads_by_guid_and_from_contexts() -> None:
    with EmbeddedRegistry() as registry:
        client = SchemaRegistryClient({"url": registry.url})
        client.register_schema(":.dev:users", Schema(USER_WITH_AGE, "AVRO"))
        registered = client.register_schema_full_response(":.dev:users", Schema(USER, "AVRO"))
        fresh = SchemaRegistryClient({"url": registry.url})

        assert registered.guid is not None
        assert fresh.get_schema_by_guid(registered.guid).schema_str == USER_TEXT
        assert fresh.get_schema(1, ":.dev:users").schema_str == USER_WITH_AGE_TEXT
        assert fresh.get_subjects() == [":.dev:users"]
