"""What all integrations share: which schema an event is sent with, what is refused, when the registry is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from eventpact import Adapter, SchemaCatalog, Settings, adapt
from eventpact.errors import DecodeError, DeliveryError, EncodeError, NotRegistered, ParameterError, RegistryError
from eventpact.integrations.serializing import Deserializing, Serializing, headers, key
from eventpact.subjects import SubjectStrategy
from eventpact.wire import frame, unframe
from eventpact_registry.server.embedded import EmbeddedRegistry
from tests.runtime.sample import AUTHOR, NOTED, Author, Noted, Posted, PostedV1, Remarked

AUTHORS = adapt(Author, schema=AUTHOR)
POST = Posted(event_id="e-1", text="hello")


@pytest.fixture
def settings(registry: EmbeddedRegistry) -> Settings:
    return Settings(registry_url=registry.url)


@pytest.fixture
def catalog(settings: Settings) -> SchemaCatalog:
    return SchemaCatalog(settings, register="dev")


def subjects(settings: Settings, data: bytes) -> set[str]:
    from confluent_kafka.schema_registry import SchemaRegistryClient

    with SchemaRegistryClient({"url": settings.registry_url}) as client:
        return {version.subject for version in client.get_schema_versions(unframe(data)[0])}


class TestSubjects:
    def test_an_event_has_that_of_its_contract(self, catalog: SchemaCatalog, settings: Settings) -> None:
        data = Serializing(catalog).encode(POST, "another.topic")

        assert "sample.posted-value" in subjects(settings, data)

    @pytest.mark.parametrize(
        ("strategy", "subject"),
        [
            (SubjectStrategy.TOPIC_NAME, "by.topic-value"),
            (SubjectStrategy.RECORD_NAME, "io.sample.Posted"),
            (SubjectStrategy.TOPIC_RECORD_NAME, "by.topic-io.sample.Posted"),
            (lambda topic, name: f"own-{topic}-{name}", "own-by.topic-io.sample.Posted"),
        ],
    )
    def test_a_strategy_names_others(
        self, catalog: SchemaCatalog, settings: Settings, strategy: Any, subject: str
    ) -> None:
        data = Serializing(catalog, subject=strategy).encode(POST, "by.topic")

        assert subject in subjects(settings, data)

    def test_a_key_that_is_a_record_has_that_of_the_topics_keys(
        self, catalog: SchemaCatalog, settings: Settings
    ) -> None:
        data = Serializing(catalog, AUTHORS).encode(Author(id="a"), "sample.posted", key=True)

        assert "sample.posted-key" in subjects(settings, data)

    def test_a_strategy_that_needs_a_topic_says_so_where_there_is_none(self, catalog: SchemaCatalog) -> None:
        with pytest.raises(EncodeError, match=r"TopicNameStrategy needs the topic.*leave `subject` out"):
            Serializing(catalog, subject=SubjectStrategy.TOPIC_NAME).encode(POST)

    def test_a_subject_a_tenant_takes_the_tenant_from_the_topic(
        self, catalog: SchemaCatalog, settings: Settings
    ) -> None:
        note = Noted(note="n")
        serializing = Serializing(catalog, of_each_tenant())

        assert "acme-notes" in subjects(settings, serializing.encode(note, "sample.notes.acme"))
        for topic, said in ((None, "does not tell its serializers the topic"), ("other", "other is not one of it")):
            with pytest.raises(ParameterError, match=said):
                serializing.encode(note, topic)


def of_each_tenant() -> Adapter[Noted]:
    """An adapter for a class whose subject has the tenant's name."""
    return adapt(Noted, schema=NOTED, topic="sample.notes.{tenant_id}", subject="{tenant_id}-notes")


class TestEncoding:
    def test_a_schema_that_is_not_registered_is_refused(self, settings: Settings) -> None:
        with pytest.raises(NotRegistered, match=r"Remarked v1 is not registered under io.sample.Remarked"):
            Serializing(settings).encode(Remarked(note="n"))

    def test_the_registry_is_asked_once(self) -> None:
        with EmbeddedRegistry() as own:
            serializing = Serializing(Settings(registry_url=own.url), register="dev")
            serializing.prepare(Posted)

        assert serializing.knows(Posted)
        assert serializing.encode(POST) == serializing.encode(POST)

    def test_what_is_no_event_is_refused(self, catalog: SchemaCatalog) -> None:
        with pytest.raises(EncodeError, match=r"expected an event, got dict: .* adapter"):
            Serializing(catalog).encode({"event_id": "e"})

    def test_what_does_not_fit_is_refused(self, catalog: SchemaCatalog) -> None:
        with pytest.raises(EncodeError, match="text: expected"):
            Serializing(catalog).encode(Posted(event_id="e", text=5))  # type: ignore[arg-type]

    def test_key_and_headers_are_those_of_the_contract(self) -> None:
        post = Posted(event_id="e-1", author=Author(id="a-1", name="Ada"))

        assert key(post) == b"a-1"
        assert headers(post) == [("event-type", b"posted"), ("author-name", b"Ada")]
        with pytest.raises(DeliveryError, match="compacted"):
            key(Noted(note=None))

    def test_key_and_headers_of_an_adapted_class_are_those_of_its_adapter(self) -> None:
        authors = adapt(Author, schema=AUTHOR, key=["id"], headers={"kind": "=author"})

        assert key(Author(id="a-1"), authors) == b"a-1"
        assert headers(Author(id="a-1"), authors) == [("kind", b"author")]

    @pytest.mark.parametrize("asked", [key, headers])
    def test_what_is_no_event_has_no_key_and_no_headers(self, asked: Callable[[Any], object]) -> None:
        with pytest.raises(EncodeError, match=r"expected an event, got Author: .* adapter"):
            asked(Author(id="a-1"))


class TestDecoding:
    def test_each_record_tells_which_event_it_is(self, catalog: SchemaCatalog) -> None:
        serializing, deserializing = Serializing(catalog, AUTHORS), Deserializing(catalog, Posted, Noted, AUTHORS)

        for event in (POST, Noted(note="n"), Author(id="a")):
            assert deserializing.decode(serializing.encode(event)) == event

    def test_other_versions_and_former_names_are_resolved(self, catalog: SchemaCatalog) -> None:
        serializing, deserializing = Serializing(catalog), Deserializing(catalog, Posted, Noted)

        old = PostedV1(event_id="e", text="old", correlation="c")
        assert deserializing.decode(serializing.encode(old)) == Posted(event_id="e", text="old", correlation="c")
        assert deserializing.decode(serializing.encode(Remarked(note="n"))) == Noted(note="n")

    def test_another_event_is_named(self, catalog: SchemaCatalog) -> None:
        with pytest.raises(DecodeError, match=r"the record holds io.sample.Noted, which is none of io.sample.Posted"):
            Deserializing(catalog, Posted).decode(Serializing(catalog).encode(Noted(note="n")))

    @pytest.mark.parametrize(
        ("value", "said"),
        [
            (b"", "0 bytes long"),
            (b'{"event_id": "e"}', "starts with byte 0x7b"),
            (b"\x00\x7f\xff\xff\xff", "get schema 2147483647"),
        ],
    )
    def test_bytes_that_are_no_event_are_refused(self, catalog: SchemaCatalog, value: bytes, said: str) -> None:
        with pytest.raises((DecodeError, NotRegistered), match=said):
            Deserializing(catalog, Posted).decode(value)

    def test_a_damaged_event_is_refused(self, catalog: SchemaCatalog) -> None:
        data = Serializing(catalog).encode(POST)

        with pytest.raises(DecodeError, match="byte"):
            Deserializing(catalog, Posted).decode(data[:-2])
        with pytest.raises(DecodeError, match="byte"):
            Deserializing(catalog, Posted).decode(frame(unframe(data)[0], b"\xff" * 200))

    def test_a_registry_that_does_not_answer_is_no_fault_of_the_record(self) -> None:
        nowhere = Settings(registry_url="http://127.0.0.1:9", timeout=0.2)

        with pytest.raises(RegistryError, match="no schema registry answers"):
            Deserializing(nowhere, Posted).decode(b"\x00\x00\x00\x00\x01\x02")

    def test_nothing_to_read_is_a_mistake(self, catalog: SchemaCatalog) -> None:
        with pytest.raises(TypeError, match="name the events to read"):
            Deserializing(catalog)
