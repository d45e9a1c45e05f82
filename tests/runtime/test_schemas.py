"""What the registry says, remembered; asked of a real one."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import httpx2
import pytest

from eventpact import SchemaCatalog, Settings
from eventpact.avro import Record
from eventpact.errors import DecodeError, NotRegistered, RegistryError
from eventpact_registry.server.embedded import EmbeddedRegistry
from tests.runtime.sample import AUTHOR_REFERENCE, Noted, Posted

if TYPE_CHECKING:
    from collections.abc import Iterator

POSTED = Posted.contract


@pytest.fixture
def registry() -> Iterator[EmbeddedRegistry]:
    with EmbeddedRegistry() as registry:
        yield registry


def settings(registry: EmbeddedRegistry) -> Settings:
    return Settings(registry_url=registry.url)


def register(registry: EmbeddedRegistry, subject: str, schema: str, references: list[dict[str, object]]) -> int:
    answer = httpx2.post(
        f"{registry.url}/subjects/{subject}/versions", json={"schema": schema, "references": references}
    )
    schema_id: int = answer.raise_for_status().json()["id"]
    return schema_id


def register_posted(registry: EmbeddedRegistry) -> int:
    register(registry, "io.sample.Author", AUTHOR_REFERENCE.schema, [])
    pins: list[dict[str, object]] = [{"name": "io.sample.Author", "subject": "io.sample.Author", "version": 1}]
    return register(registry, POSTED.subject, POSTED.schema, pins)


class TestOwnSchemas:
    def test_a_registered_schema_is_found_by_subject_and_text(self, registry: EmbeddedRegistry) -> None:
        schema_id = register_posted(registry)

        assert SchemaCatalog(settings(registry)).schema_id(POSTED, POSTED.subject) == schema_id

    def test_a_service_registers_nothing_and_says_what_to_do(self, registry: EmbeddedRegistry) -> None:
        with pytest.raises(
            NotRegistered, match=r"Posted v2 is not registered under sample\.posted-value.*apply"
        ) as caught:
            SchemaCatalog(settings(registry)).schema_id(POSTED, POSTED.subject)

        assert caught.value.status == 404
        assert httpx2.get(f"{registry.url}/subjects").json() == []

    def test_another_schema_of_the_subject_is_not_this_one(self, registry: EmbeddedRegistry) -> None:
        register(registry, Noted.contract.subject, json.dumps({"type": "record", "name": "Noted", "fields": []}), [])

        with pytest.raises(NotRegistered) as caught:
            SchemaCatalog(settings(registry)).schema_id(Noted.contract, Noted.contract.subject)

        assert caught.value.code == 40403

    def test_development_registers_shared_types_first(self, registry: EmbeddedRegistry) -> None:
        catalog = SchemaCatalog(settings(registry), register="dev")

        schema_id = catalog.schema_id(POSTED, POSTED.subject)

        assert SchemaCatalog(settings(registry)).schema_id(POSTED, POSTED.subject) == schema_id
        assert httpx2.get(f"{registry.url}/subjects").json() == ["io.sample.Author", "sample.posted-value"]

    def test_an_answer_is_remembered(self, registry: EmbeddedRegistry) -> None:
        catalog = SchemaCatalog(settings(registry), register="dev")
        schema_id = catalog.schema_id(POSTED, POSTED.subject)

        registry.close()

        assert catalog.schema_id(POSTED, POSTED.subject) == schema_id


class TestSchemasOfOthers:
    def test_a_schema_comes_with_what_it_refers_to(self, registry: EmbeddedRegistry) -> None:
        schema_id = register_posted(registry)

        schema = SchemaCatalog(settings(registry)).schema(schema_id)

        assert isinstance(schema, Record)
        assert schema.name == "io.sample.Posted"
        assert [field.name for field in schema.fields] == ["event_id", "author", "text", "correlation", "likes"]

    def test_it_is_fetched_and_parsed_once_for_all_threads(self, registry: EmbeddedRegistry) -> None:
        schema_id = register_posted(registry)
        catalog = SchemaCatalog(settings(registry))
        found: list[object] = []
        threads = [threading.Thread(target=lambda: found.append(catalog.schema(schema_id))) for _ in range(8)]

        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(found) == 8
        assert len({id(schema) for schema in found}) == 1

    def test_an_id_that_nobody_registered_is_unknown(self, registry: EmbeddedRegistry) -> None:
        with pytest.raises(NotRegistered, match=r"cannot get schema 4711.*404"):
            SchemaCatalog(settings(registry)).schema(4711)

    def test_an_unknown_id_is_asked_for_again_only_after_a_while(self, registry: EmbeddedRegistry) -> None:
        seconds = 100.0
        catalog = SchemaCatalog(settings(registry), clock=lambda: seconds)
        with pytest.raises(NotRegistered):
            catalog.schema(1)
        register(registry, "io.sample.Author", AUTHOR_REFERENCE.schema, [])

        with pytest.raises(NotRegistered):
            catalog.schema(1)
        seconds += 31

        assert isinstance(catalog.schema(1), Record)


class TestTrouble:
    def test_a_registry_that_does_not_answer_is_named(self, registry: EmbeddedRegistry) -> None:
        registry.close()

        with pytest.raises(RegistryError, match=f"no schema registry answers at {registry.url}.*SCHEMA_REGISTRY_URL"):
            SchemaCatalog(settings(registry)).schema(1)

    def test_something_else_on_that_port_is_no_registry(self, registry: EmbeddedRegistry) -> None:
        wrong = Settings(registry_url=f"{registry.url}/no/such/place")

        with pytest.raises(RegistryError, match=r"404: check that SCHEMA_REGISTRY_URL ends where"):
            SchemaCatalog(wrong).schema_id(POSTED, POSTED.subject)

    def test_a_schema_that_is_not_valid_is_undecodable_not_a_fault_of_the_registry(
        self, registry: EmbeddedRegistry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        catalog = SchemaCatalog(settings(registry))
        schema_id = register(registry, "a", '{"type": "record", "name": "A", "fields": []}', [])
        from confluent_kafka.schema_registry import Schema, SchemaRegistryClient

        # No registry of ours takes such a schema, but others have other kinds.
        monkeypatch.setattr(SchemaRegistryClient, "get_schema", lambda *_: Schema("message A {}", "PROTOBUF"))

        with pytest.raises(DecodeError, match="PROTOBUF, not Avro"):
            catalog.schema(schema_id)
