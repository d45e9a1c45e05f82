"""For FastStream's Kafka brokers, that of aiokafka and that of confluent-kafka: a codec that knows events.

    broker = KafkaBroker(settings.brokers, codec=EventCodec(settings, MessageSent))

Handlers take events, and what they return or publish may be events. Everything else goes FastStream's own way.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from faststream.message import decode_message, encode_message

from eventpact.adapters.adapter import Adapter
from eventpact.integrations.serializing import Deserializing, Serializing, catalog_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from faststream.message import StreamMessage

    from eventpact.integrations.serializing import Subject
    from eventpact.schemas import SchemaCatalog
    from eventpact.settings import Settings

_MAGIC = b"\x00"
"""What a value in the wire format begins with, and no JSON text."""


class EventCodec:
    """`codec` of a broker, a subscriber or a publisher."""

    def __init__(
        self,
        registry: Settings | SchemaCatalog,
        *events: type[Any] | Adapter[Any],
        subject: Subject | None = None,
        register: Literal["dev"] | None = None,
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            registry: where schemas are looked up.
            events: the classes and adapters that are read; what is only published needs no mention, adapters do.
            subject: see `Serializing`.
            register: see `Serializing`.
        """
        catalog = catalog_of(registry, register)
        adapters = [event for event in events if isinstance(event, Adapter)]
        self._serializing = Serializing(catalog, *adapters, subject=subject)
        self._deserializing = Deserializing(catalog, *events) if events else None

    async def encode(self, msg: Any, serializer: Any = None) -> tuple[bytes, str | None]:
        """The value of a record and its content type; what is no event is encoded as FastStream does."""
        if not self._serializing.takes(msg):
            return encode_message(msg, serializer)
        if not self._serializing.knows(type(msg)):
            await asyncio.to_thread(self._serializing.encode, msg)
        return self._serializing.encode(msg), None

    async def decode(self, msg: StreamMessage[Any]) -> Any:
        """The event of a record; what is not in the wire format is decoded as FastStream does.

        Raises:
            DecodeError: see `Deserializing.decode`; FastStream deals with it as with an exception of the handler.
        """
        return await self._event(msg.body) if self._is_event(msg.body) else decode_message(msg)

    async def encode_batch(self, msgs: Sequence[Any], serializer: Any = None) -> list[tuple[bytes, str | None]]:
        """As `encode`, for several."""
        return [await self.encode(msg, serializer) for msg in msgs]

    async def decode_batch(self, msg: StreamMessage[Sequence[Any]]) -> list[Any]:
        """As `decode`, for several."""
        bodies: Sequence[Any] = msg.body  # of a batch: one a record
        return [await self._event(body) if self._is_event(body) else decode_message(body) for body in bodies]

    def _is_event(self, body: Any) -> bool:
        return self._deserializing is not None and isinstance(body, bytes) and body.startswith(_MAGIC)

    async def _event(self, body: bytes) -> Any:
        if self._deserializing is None:
            raise TypeError("this codec was given no events to read")
        if not self._deserializing.knows(body):
            return await asyncio.to_thread(self._deserializing.decode, body)
        return self._deserializing.decode(body)
