"""Inside confluent-kafka's own clients, on a broker and a registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import confluent_kafka
import pytest
from confluent_kafka import DeserializingConsumer, SerializingProducer
from confluent_kafka.error import KeySerializationError, ValueDeserializationError, ValueSerializationError
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext, SerializationError

from eventpact import adapt
from eventpact.errors import DecodeError, EncodeError, NotRegistered
from eventpact.integrations.confluent import EventDeserializer, EventSerializer, KeySerializer
from tests.runtime import raw
from tests.runtime.sample import AUTHOR, Author, Noted, Posted, Remarked

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact import Settings
    from eventpact_testing.broker import LocalBroker

POST = Posted(event_id="e-1", author=Author(id="a-1"), text="hello")
AUTHORS = adapt(Author, schema=AUTHOR)


def produce(settings: Settings, *records: tuple[Any, Any], key_serializer: Any = None) -> None:
    serializers = {
        "key.serializer": key_serializer or KeySerializer(),
        "value.serializer": EventSerializer(settings, register="dev"),
    }
    producer: Any = SerializingProducer({**settings.producer_config(), **serializers})
    for key, value in records:
        producer.produce("sample.dead", key=key, value=value)
    assert producer.flush(10) == 0


def consume(settings: Settings, count: int, **deserializers: Any) -> list[Any]:
    config: dict[str, Any] = {**settings.consumer_config("any"), **deserializers}
    consumer: Any = DeserializingConsumer(config)
    consumer.assign([confluent_kafka.TopicPartition("sample.dead", 0, confluent_kafka.OFFSET_BEGINNING)])
    found: list[Any] = []
    for _ in range(100):
        try:
            message = consumer.poll(0.2)
        except ValueDeserializationError as error:
            found.append(error)
        else:
            if message is not None:
                found.append(message)
        if len(found) == count:
            break
    consumer.close()
    return found


def test_events_go_through_and_come_back(settings: Settings) -> None:
    produce(settings, (POST, POST), (POST, Noted(note="n")), ("k", None))

    first, second, tombstone = consume(
        settings, 3, **{"value.deserializer": EventDeserializer(settings, Posted, Noted)}
    )

    assert first.value() == POST
    assert first.key() == b"a-1"
    assert second.value() == Noted(note="n")
    assert (tombstone.key(), tombstone.value()) == (b"k", None)


def test_keys_that_are_records_go_through_and_come_back(settings: Settings) -> None:
    produce(settings, (Author(id="a-1"), POST), key_serializer=EventSerializer(settings, AUTHORS, register="dev"))

    [message] = consume(
        settings,
        1,
        **{
            "key.deserializer": EventDeserializer(settings, AUTHORS),
            "value.deserializer": EventDeserializer(settings, Posted),
        },
    )

    assert (message.key(), message.value()) == (Author(id="a-1"), POST)


def test_a_damaged_record_is_wrapped_and_the_next_one_is_read(settings: Settings, broker: LocalBroker) -> None:
    raw.write(broker, "sample.dead", b"no event", key=b"k")
    produce(settings, (POST, POST))

    wrapped, message = consume(settings, 2, **{"value.deserializer": EventDeserializer(settings, Posted)})

    assert isinstance(wrapped, ValueDeserializationError)
    assert wrapped.kafka_message is not None
    assert (wrapped.kafka_message.value(), wrapped.kafka_message.offset()) == (b"no event", 0)
    assert isinstance(wrapped.exception, SerializationError)
    assert isinstance(wrapped.exception.__cause__, DecodeError)
    assert message.value() == POST


def test_a_wrong_event_is_refused_as_the_client_refuses(settings: Settings) -> None:
    with pytest.raises(ValueSerializationError) as caught:
        produce(settings, ("k", Posted(event_id="e", text=5)))  # type: ignore[arg-type]
    assert isinstance(caught.value.exception, SerializationError)
    assert isinstance(caught.value.exception.__cause__, EncodeError)

    with pytest.raises(KeySerializationError) as caught_key:
        produce(settings, (Noted(note=None), Noted(note=None)))
    assert "compacted" in str(caught_key.value.exception)


def test_an_unregistered_schema_is_refused_as_the_client_refuses(settings: Settings) -> None:
    context = SerializationContext("sample.notes.x", MessageField.VALUE)

    with pytest.raises(SerializationError, match="not registered under") as caught:
        EventSerializer(settings, subject=lambda topic, name: f"none-{name}")(Remarked(note="n"), context)
    assert isinstance(caught.value.__cause__, NotRegistered)


@pytest.mark.parametrize("direction", ["ours is read", "theirs is read"])
def test_confluents_own_serializers_understand_ours(settings: Settings, direction: str) -> None:
    context = SerializationContext("sample.posted", MessageField.VALUE)
    ours = EventSerializer(settings, register="dev")(POST, context)
    with SchemaRegistryClient({"url": settings.registry_url}) as client:
        if direction == "ours is read":
            read: Callable[..., Any] = AvroDeserializer(client)
            assert read(ours, context) == {
                "event_id": "e-1",
                "author": {"id": "a-1", "name": None},
                "text": "hello",
                "correlation": POST.correlation,
                "likes": 0,
            }
        else:
            write = AvroSerializer(client, conf={"auto.register.schemas": False, "use.latest.version": True})
            value = {"event_id": "e-1", "author": None, "text": "", "correlation": "c", "likes": 3}
            theirs = write(value, context)
            assert theirs is not None
            assert EventDeserializer(settings, Posted)(theirs, context) == Posted(
                event_id="e-1", text="", correlation="c", likes=3
            )
