"""confluent-kafka's own registry client and serializers, unchanged, against each registry.

One file for all: where a registry differs from Confluent's, the test says so in `DIFFERENCES` and expects that.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest
from confluent_kafka.schema_registry import (
    Metadata,
    MetadataProperties,
    Schema,
    SchemaReference,
    SchemaRegistryClient,
    SchemaRegistryError,
    header_schema_id_serializer,
    record_subject_name_strategy,
    topic_record_subject_name_strategy,
    topic_subject_name_strategy,
)
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext, SerializationError

from eventpact.settings import Settings
from eventpact.wire import unframe
from eventpact_registry.client import RegistryClient
from tests.runtime.raw import PATIENCE

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
    "ids in headers": {"embedded": "a guid each", "apicurio": "no guid"},
    "contexts": {"embedded": "ids of their own", "apicurio": "a part of the name"},
    "the order of references": {"embedded": "normalised", "apicurio": "kept"},
    "a reference to the newest version": {"embedded": True, "apicurio": 422},
    "metadata": {"embedded": "kept", "apicurio": "dropped"},
    "ids in import mode": {"embedded": "as given", "apicurio": "its own"},
}
"""What registries answer where Apicurio is not as Confluent's (the embedded registry is)."""


def record(name: str, *fields: tuple[Any, ...]) -> str:
    """A record of (name, type) or (name, type, default)."""
    declared = [dict(zip(("name", "type", "default"), field, strict=False)) for field in fields]
    return json.dumps({"type": "record", "name": name, "namespace": "io.acme", "fields": declared})


@pytest.fixture
def client(registry: Registry) -> Iterator[SchemaRegistryClient]:
    with SchemaRegistryClient({"url": registry.url, "timeout": PATIENCE}) as client:
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


def test_a_schema_with_references_is_used_without_registering(client: SchemaRegistryClient, unique: str) -> None:
    money = f"Money_{unique}"
    client.register_schema(money, Schema(record(money, ("amount", "string"))))
    pin: Any = SchemaReference(f"io.acme.{money}", money, 1)
    text = record("Order", ("price", f"io.acme.{money}"))
    registered = client.register_schema(f"{unique}-value", Schema(text, "AVRO", [pin]))
    config = {"auto.register.schemas": False, "use.latest.version": True}

    data = AvroSerializer(client, Schema(text, "AVRO", [pin]), conf=config)(
        {"price": {"amount": "2"}}, value_of(unique)
    )

    assert data is not None
    assert unframe(data)[0] == registered
    assert AvroDeserializer(client)(data, value_of(unique)) == {"price": {"amount": "2"}}


def test_a_schema_is_used_by_its_id(client: SchemaRegistryClient, unique: str) -> None:
    schema = record("User", ("name", "string"))
    registered = client.register_schema(f"{unique}-value", Schema(schema))
    config = {"auto.register.schemas": False, "use.schema.id": registered}

    data = AvroSerializer(client, None, conf=config)({"name": "Ada"}, value_of(unique))

    assert data is not None
    assert unframe(data)[0] == registered


def test_keys_and_values_have_subjects_of_their_own(client: SchemaRegistryClient, unique: str) -> None:
    key, value = record("Key", ("id", "long")), record("User", ("name", "string"))

    AvroSerializer(client, key)({"id": 1}, SerializationContext(unique, MessageField.KEY))
    AvroSerializer(client, value)({"name": "Ada"}, value_of(unique))

    assert client.get_versions(f"{unique}-key") == [1]
    assert client.get_versions(f"{unique}-value") == [1]


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


@pytest.mark.parametrize("text", ['{"type": "nothing"}', ""], ids=["unknown type", "empty"])
def test_an_invalid_schema_is_422(client: SchemaRegistryClient, unique: str, text: str) -> None:
    assert refusal(client.register_schema, unique, Schema(text)) == (422, 42201)


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


def test_ids_in_headers(client: SchemaRegistryClient, registry: Registry, unique: str) -> None:
    config = {"schema.id.serializer": header_schema_id_serializer}
    serializer = AvroSerializer(client, record("User", ("name", "string")), conf=config)
    context = SerializationContext(unique, MessageField.VALUE, [])

    user = {"name": "Ada Lovelace"}  # the client takes less than six bytes for no record at all

    try:
        data = serializer(user, context)
        client.clear_caches()  # type: ignore[no-untyped-call]  # the client leaves it without annotations
        answer = "a guid each" if AvroDeserializer(client)(data, context) == user else "another record"
    except (SerializationError, ValueError):
        answer = "no guid"

    assert answer == DIFFERENCES["ids in headers"][registry.name]


def test_contexts(client: SchemaRegistryClient, registry: Registry, unique: str) -> None:
    schema = Schema(record(f"User_{unique}", ("name", "string")))
    padding = client.register_schema(f"{unique}_padding", Schema(record(f"Padding_{unique}", ("name", "string"))))

    inside = client.register_schema(f":.{unique}:users", schema)

    assert client.get_versions(f":.{unique}:users") == [1]
    own_ids = inside <= padding
    found = "ids of their own" if own_ids and f".{unique}" in client.get_contexts() else "a part of the name"
    assert found == DIFFERENCES["contexts"][registry.name]


def test_the_order_of_references(client: SchemaRegistryClient, registry: Registry, unique: str) -> None:
    names = [f"{part}_{unique}" for part in ("A", "B")]
    for name in names:
        client.register_schema(name, Schema(record(name, ("x", "string"))))
    pins: Any = [SchemaReference(f"io.acme.{name}", name, 1) for name in names]
    text = record("Both", *((name[0].lower(), f"io.acme.{name}") for name in names))

    ids = {
        client.register_schema(unique, Schema(text, "AVRO", order), normalize_schemas=True)
        for order in (pins, pins[::-1])
    }

    assert ("normalised" if len(ids) == 1 else "kept") == DIFFERENCES["the order of references"][registry.name]


def taken(client: SchemaRegistryClient, subject: str, schema: Schema) -> bool | int:
    """Whether a schema is registered, or the status that refuses it."""
    try:
        client.register_schema(subject, schema)
    except SchemaRegistryError as error:
        return error.http_status_code
    return True


def test_a_reference_to_the_newest_version(client: SchemaRegistryClient, registry: Registry, unique: str) -> None:
    money = f"Money_{unique}"
    client.register_schema(money, Schema(record(money, ("amount", "string"))))
    newest: Any = SchemaReference(f"io.acme.{money}", money, -1)
    schema = Schema(record("Order", ("price", f"io.acme.{money}")), "AVRO", [newest])

    assert taken(client, unique, schema) == DIFFERENCES["a reference to the newest version"][registry.name]


def test_ids_in_import_mode(client: SchemaRegistryClient, registry: Registry, unique: str) -> None:
    client.update_mode(unique, "IMPORT")
    body = {"schema": record(f"User_{unique}", ("name", "string")), "id": 700_001, "version": 3}
    rest = client._rest_client  # the client itself gives no ids

    answer = rest.post(f"subjects/{unique}/versions", body)

    given = "as given" if answer["id"] == 700_001 and client.get_versions(unique) == [3] else "its own"
    assert given == DIFFERENCES["ids in import mode"][registry.name]


def test_metadata(client: SchemaRegistryClient, registry: Registry, unique: str) -> None:
    owned = Metadata(None, MetadataProperties({"owner": "chat"}), None)
    schema = Schema(record(f"User_{unique}", ("name", "string")), metadata=owned)
    client.register_schema(unique, schema)

    found = client.get_latest_version(unique).schema.metadata

    kept = found is not None and found.properties == owned.properties
    assert ("kept" if kept else "dropped") == DIFFERENCES["metadata"][registry.name]
    if kept:
        assert client.get_latest_with_metadata(unique, {"owner": "chat"}).version == 1


def test_a_registry_says_which_one_it_is(registry: Registry) -> None:
    names = {"embedded": "the embedded registry", "apicurio": "Apicurio Registry"}
    with RegistryClient(Settings(registry_url=registry.url, timeout=PATIENCE)) as client:
        assert client.vendor.name == names[registry.name]
