"""For confluent-kafka's `SerializingProducer` and `DeserializingConsumer`: serializers as its own are.

    producer = SerializingProducer({**settings.producer_config(), "value.serializer": EventSerializer(settings)})

What is wrong is raised as `SerializationError`, which these clients expect and wrap; our error is its cause.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from confluent_kafka.serialization import Deserializer, MessageField, SerializationError, Serializer

from eventpact.errors import EventPactError
from eventpact.integrations.serializing import Deserializing, Serializing, key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from confluent_kafka.serialization import SerializationContext

    from eventpact.adapters.adapter import Adapter
    from eventpact.integrations.serializing import Subject
    from eventpact.schemas import SchemaCatalog
    from eventpact.settings import Settings


class EventSerializer(Serializer):
    """`value.serializer`, and `key.serializer` for keys that are records themselves."""

    __slots__ = ("_serializing",)

    def __init__(
        self,
        registry: Settings | SchemaCatalog,
        *adapters: Adapter[Any],
        subject: Subject | None = None,
        register: Literal["dev"] | None = None,
    ) -> None:
        """See `Serializing`."""
        self._serializing = Serializing(registry, *adapters, subject=subject, register=register)

    def __call__(self, obj: Any, ctx: SerializationContext | None = None) -> bytes | None:
        """The record's value or key; None, a tombstone, stays None.

        Raises:
            SerializationError: it is no event, does not fit its schema, or the schema is not registered.
        """
        if obj is None:
            return None
        with _translated():
            topic = None if ctx is None else ctx.topic
            return self._serializing.encode(obj, topic, key=ctx is not None and ctx.field == MessageField.KEY)


class KeySerializer(Serializer):
    """`key.serializer` that takes the event itself and gives the key that its contract names.

    producer.produce(topic, key=event, value=event)
    """

    __slots__ = ("_adapters",)

    def __init__(self, *adapters: Adapter[Any]) -> None:
        """`adapters`: for classes that no contract made."""
        self._adapters = adapters

    def __call__(self, obj: Any, ctx: SerializationContext | None = None) -> bytes | None:  # noqa: ARG002 - as called
        """The key of an event; text is encoded, bytes and None stay.

        Raises:
            SerializationError: it is no event, or it has no key and its topic is compacted.
        """
        if obj is None or isinstance(obj, bytes):
            return obj
        if isinstance(obj, str):
            return obj.encode()
        with _translated():
            return key(obj, *self._adapters)


class EventDeserializer(Deserializer):
    """`value.deserializer`, and `key.deserializer` for keys that are records themselves."""

    __slots__ = ("_deserializing",)

    def __init__(self, registry: Settings | SchemaCatalog, *events: type[Any] | Adapter[Any]) -> None:
        """See `Deserializing`."""
        self._deserializing = Deserializing(registry, *events)

    def __call__(self, value: bytes | None, ctx: SerializationContext | None = None) -> Any:  # noqa: ARG002 - as called
        """The event; None, a tombstone, stays None.

        Raises:
            SerializationError: the bytes are none, or the registry does not know or tell their schema.
        """
        if value is None:
            return None
        with _translated():
            return self._deserializing.decode(value)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except EventPactError as error:
        raise SerializationError(str(error)) from error
