"""confluent-kafka's own registry client and serializers, unchanged, against each registry.

One file for all: where a registry differs from Confluent's, the test says so in `DIFFERENCES` and expects that.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest
from confluent_kafka.schema_registry import (
    Schema,
    SchemaReference,
    SchemaRegistryClient,
    SchemaRegistryError,
    record_subject_name_strategy,
    topic_record_subject_name_strategy,
    topic_subject_name_strategy,
)
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext, SerializationError

from eventpact.wire import unframe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.real.conftest import Registry

DIFFERENCES: Final[Mapping[str, Mapping[str, Any]]] = {
    "a version that is no number": {"embedded": 42202, "apicurio": 40402},
    "permanent deletion without the soft one": {"embedded": (404, 40405), "apicurio": (409, 40405)},
    "read-only mode": {"embedded": "enforced", "apicurio": "ignored"},
    "a verbose test": {"embedded": "says why", "apicurio": "says nothing"},
    "a test with references": {"embedded": True, "apicurio": 422},
    "subjects by prefix": {"embedded": "filtered", "apicurio": "ignored"},
}
"""What registries answer where Apicurio is not as Confluent's (the embedded registry is)."""


def record(name: str, *fields: tuple[Any, ...]) -> str:
    """A record of (name, type) or (name, type, default)."""
    declared = [dict(zip(("name", "type", "default"), field, strict=False)) for field in fields]
    return json.dumps({"type": "record", "name": name, "namespace": "io.acme", "fields": declared})


@pytest.fixture
def client(registry: Registry) -> Iterator[SchemaRegistryClient]:
    with SchemaRegistryClient({"url": registry.url, "timeout": 20}) as client:
        yield client


def value_of(topic: str) -> SerializationContext:
    return SerializationContext(topic, MessageField.VALUE)


def test_a_value_goes_through_serializer_and_deserializer(client: SchemaRegistryClient, unique: str) -> None:
    schema = record("User", ("name", "string"), ("age", ["null", "int"], None))
    data = AvroSerializer(client, schema)({"name": "Ada", "age": 36}, value_of(unique))

    assert data is not None
    schema_id, _ = unframe(data)
    assert client.get_latest_version(f"{unique}-value").schema_id == schema_id
    assert AvroDeserializer(client)(data, value_of(unique)) == {"name": "Ada", "age": 36}


def test_old_records_are_read_with_a_newer_schema(client: SchemaRegistryClient, unique: str) -> None:
    old = record("User", ("name", "string"))
    new = record("User", ("name", "string"), ("age", "int", 0))
    data = AvroSerializer(client, old)({"name": "Ada"}, value_of(unique))
    AvroSerializer(client, new)({"name": "Ada", "age": 36}, value_of(unique))

    assert AvroDeserializer(client, new)(data, value_of(unique)) == {"name": "Ada", "age": 0}


def test_a_breaking_schema_is_refused_by_the_serializer(client: SchemaRegistryClient, unique: str) -> None:
    AvroSerializer(client, record("User", ("name", "string")))({"name": "Ada"}, value_of(unique))
    breaking = AvroSerializer(client, record("User", ("name", "string"), ("age", "int")))

    with pytest.raises((SchemaRegistryError, SerializationError)) as caught:
        breaking({"name": "Ada", "age": 36}, value_of(unique))

    assert isinstance(caught.value, SchemaRegistryError)
    assert (caught.value.http_status_code, caught.value.error_code) == (409, 409)


def test_a_schema_with_references_is_written_and_read(client: SchemaRegistryClient, unique: str) -> None:
    money = f"Money_{unique}"
    client.register_schema(money, Schema(record(money, ("amount", "string"))))
    pin: Any = SchemaReference(f"io.acme.{money}", money, 1)
    schema = Schema(record("Order", ("price", f"io.acme.{money}")), "AVRO", [pin])
    data = AvroSerializer(client, schema)({"price": {"amount": "1.00"}}, value_of(unique))

    assert AvroDeserializer(client)(data, value_of(unique)) == {"price": {"amount": "1.00"}}
    stored = client.get_latest_version(f"{unique}-value")
    assert stored.schema.references == [pin]
    assert client.get_referenced_by(money, 1) == [stored.schema_id]


def test_a_registered_schema_is_used_without_registering(client: SchemaRegistryClient, unique: str) -> None:
    schema = record("User", ("name", "string"))
    newest = record("User", ("name", "string"), ("age", "int", 7))
    registered = [client.register_schema(f"{unique}-value", Schema(text)) for text in (schema, newest)]
    config = {"auto.register.schemas": False, "use.latest.version": True}

    data = AvroSerializer(client, schema, conf=config)({"name": "Ada"}, value_of(unique))

    assert data is not None
    assert unframe(data)[0] == registered[1]
    assert AvroDeserializer(client)(data, value_of(unique)) == {"name": "Ada", "age": 7}


def test_an_unregistered_schema_is_refused_where_registering_is_off(client: SchemaRegistryClient, unique: str) -> None:
    serializer = AvroSerializer(client, record("User", ("name", "string")), conf={"auto.register.schemas": False})

    with pytest.raises(SchemaRegistryError) as caught:
        serializer({"name": "Ada"}, value_of(unique))

    assert caught.value.error_code == 40401


def test_normalised_schemas_share_an_id(client: SchemaRegistryClient, unique: str) -> None:
    config = {"normalize.schemas": True}
    one = record("User", ("name", "string"))
    other = json.dumps(json.loads(one), indent=4)

    ids = {
        unframe(AvroSerializer(client, text, conf=config)({"name": "Ada"}, value_of(unique)) or b"")[0]
        for text in (one, other)
    }

    assert len(ids) == 1


@pytest.mark.parametrize(
    ("strategy", "subject"),
    [
        (topic_subject_name_strategy, "{topic}-value"),
        (record_subject_name_strategy, "io.acme.User_{topic}"),
        (topic_record_subject_name_strategy, "{topic}-io.acme.User_{topic}"),
    ],
)
def test_each_subject_name_strategy_registers_under_its_name(
    client: SchemaRegistryClient, unique: str, strategy: Any, subject: str
) -> None:
    schema = record(f"User_{unique}", ("name", "string"))

    data = AvroSerializer(client, schema, conf={"subject.name.strategy": strategy})({"name": "Ada"}, value_of(unique))

    assert client.get_versions(subject.format(topic=unique)) == [1]
    assert AvroDeserializer(client)(data, value_of(unique)) == {"name": "Ada"}


def test_a_schema_has_one_id_under_every_subject(client: SchemaRegistryClient, unique: str) -> None:
    schema = Schema(record(f"User_{unique}", ("name", "string")))

    ids = {client.register_schema(f"{unique}_{part}", schema) for part in ("a", "b")}

    [schema_id] = ids
    assert sorted(client.get_subjects_by_schema_id(schema_id)) == [f"{unique}_a", f"{unique}_b"]
    assert sorted((use.subject, use.version) for use in client.get_schema_versions(schema_id)) == [
        (f"{unique}_a", 1),
        (f"{unique}_b", 1),
    ]


def test_versions_are_listed_looked_up_and_got(client: SchemaRegistryClient, unique: str) -> None:
    first = Schema(record("User", ("name", "string")))
    second = Schema(record("User", ("name", "string"), ("age", "int", 0)))
    ids = [client.register_schema(unique, schema) for schema in (first, second)]

    assert client.get_versions(unique) == [1, 2]
    assert client.lookup_schema(unique, first).version == 1
    assert client.get_version(unique, 2).schema_id == ids[1]
    assert client.get_latest_version(unique).version == 2
    assert json.loads(client.get_schema(ids[0]).schema_str or "")["name"] == "User"


@pytest.mark.parametrize(
    "level", ["NONE", "BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD", "FORWARD_TRANSITIVE", "FULL", "FULL_TRANSITIVE"]
)
def test_every_level_is_set_and_read(client: SchemaRegistryClient, unique: str, level: str) -> None:
    client.register_schema(unique, Schema(record("User", ("name", "string"))))

    client.set_compatibility(unique, level)

    assert client.get_compatibility(unique) == level


def test_compatibility_is_tested_before_registering(client: SchemaRegistryClient, unique: str) -> None:
    client.register_schema(unique, Schema(record("User", ("name", "string"))))

    assert client.test_compatibility(unique, Schema(record("User", ("name", "string"), ("age", "int", 0))))
    assert not client.test_compatibility(unique, Schema(record("User", ("name", "string"), ("age", "int"))))


def test_subjects_are_deleted_softly_and_then_for_good(client: SchemaRegistryClient, unique: str) -> None:
    client.register_schema(unique, Schema(record("User", ("name", "string"))))

    assert client.delete_subject(unique) == [1]
    assert unique not in client.get_subjects()
    assert unique in client.get_subjects(deleted=True)
    assert client.delete_subject(unique, permanent=True) == [1]
    assert unique not in client.get_subjects(deleted=True)


def refusal(call: Any, *arguments: Any, **options: Any) -> tuple[int, int]:
    """HTTP status and error code of a call that is refused."""
    with pytest.raises(SchemaRegistryError) as caught:
        call(*arguments, **options)
    return caught.value.http_status_code, caught.value.error_code


def test_what_is_not_there_has_its_own_code(client: SchemaRegistryClient, unique: str) -> None:
    client.register_schema(unique, Schema(record("User", ("name", "string"))))

    assert refusal(client.get_versions, f"{unique}_nobody") == (404, 40401)
    assert refusal(client.get_version, unique, 9) == (404, 40402)
    assert refusal(client.get_schema, 999_999) == (404, 40403)
    assert refusal(client.lookup_schema, unique, Schema(record("Other", ("a", "int")))) == (404, 40403)


def test_an_invalid_schema_is_422(client: SchemaRegistryClient, unique: str) -> None:
    assert refusal(client.register_schema, unique, Schema('{"type": "nothing"}')) == (422, 42201)


def test_a_schema_type_that_is_not_served_is_422(client: SchemaRegistryClient, unique: str) -> None:
    assert refusal(client.register_schema, unique, Schema("{}", "XML")) == (422, 42201)


def test_a_version_that_is_no_number(client: SchemaRegistryClient, registry: Registry, unique: str) -> None:
    client.register_schema(unique, Schema(record("User", ("name", "string"))))

    _, code = refusal(client.get_version, unique, "newest")

    assert code == DIFFERENCES["a version that is no number"][registry.name]


def test_permanent_deletion_without_the_soft_one(client: SchemaRegistryClient, registry: Registry, unique: str) -> None:
    client.register_schema(unique, Schema(record("User", ("name", "string"))))
    rest = client._rest_client  # the client itself always deletes softly first

    answer = refusal(rest.delete, f"subjects/{unique}?permanent=true")

    assert answer == DIFFERENCES["permanent deletion without the soft one"][registry.name]


def test_read_only_mode(client: SchemaRegistryClient, registry: Registry, unique: str) -> None:
    client.register_schema(unique, Schema(record("User", ("name", "string"))))
    client.update_mode(unique, "READONLY")
    another = Schema(record("User", ("name", "string"), ("age", "int", 0)))

    if DIFFERENCES["read-only mode"][registry.name] == "enforced":
        assert refusal(client.register_schema, unique, another) == (422, 42205)
    else:
        client.register_schema(unique, another)


def test_a_verbose_test(client: SchemaRegistryClient, registry: Registry, unique: str) -> None:
    client.register_schema(unique, Schema(record("User", ("name", "string"))))
    breaking = Schema(record("User", ("name", "string"), ("age", "int"))).to_dict()
    rest = client._rest_client  # the client itself drops the messages

    answer = rest.post(f"compatibility/subjects/{unique}/versions/latest?verbose=true", breaking)

    says = "says why" if any("age" in message for message in answer.get("messages", [])) else "says nothing"
    assert says == DIFFERENCES["a verbose test"][registry.name]


def test_a_test_with_references(client: SchemaRegistryClient, registry: Registry, unique: str) -> None:
    money = f"Money_{unique}"
    client.register_schema(money, Schema(record(money, ("amount", "string"))))
    pin: Any = SchemaReference(f"io.acme.{money}", money, 1)
    schema = Schema(record("Order", ("price", f"io.acme.{money}")), "AVRO", [pin])
    client.register_schema(unique, schema)

    try:
        answer: bool | int = client.test_compatibility(unique, schema)
    except SchemaRegistryError as error:
        answer = error.http_status_code

    assert answer == DIFFERENCES["a test with references"][registry.name]


def test_subjects_by_prefix(client: SchemaRegistryClient, registry: Registry, unique: str) -> None:
    for part in ("a", "b"):
        client.register_schema(f"{part}_{unique}", Schema(record("User", ("name", "string"))))

    found = client.get_subjects(subject_prefix=f"a_{unique}")

    filtered = found == [f"a_{unique}"]
    assert ("filtered" if filtered else "ignored") == DIFFERENCES["subjects by prefix"][registry.name]
