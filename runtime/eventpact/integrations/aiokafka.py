"""For aiokafka: `value_serializer` and `value_deserializer`.

    AIOKafkaProducer(bootstrap_servers=…, value_serializer=EventSerializer(settings))

aiokafka calls them on the event loop and tells no topic. The registry is asked on the first event of a class, and for
the first record of a schema; `await prepare(…)` asks before, in a thread.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from eventpact.errors import DecodeError, NotRegistered
from eventpact.integrations.serializing import Deserializing, Serializing, headers, key

if TYPE_CHECKING:
    from typing import Literal

    from eventpact.adapters.adapter import Adapter
    from eventpact.integrations.serializing import Subject
    from eventpact.schemas import SchemaCatalog
    from eventpact.settings import Settings

__all__ = ["EventDeserializer", "EventSerializer", "headers", "key"]


class EventSerializer:
    """`value_serializer`."""

    def __init__(
        self,
        registry: Settings | SchemaCatalog,
        *adapters: Adapter[Any],
        subject: Subject | None = None,
        register: Literal["dev"] | None = None,
    ) -> None:
        """See `Serializing`."""
        self._serializing = Serializing(registry, *adapters, subject=subject, register=register)

    def __call__(self, event: Any) -> bytes | None:
        """The record's value; None, a tombstone, stays None. Raises as `Serializing.encode`."""
        return None if event is None else self._serializing.encode(event)

    async def prepare(self, *events: type[Any] | Adapter[Any]) -> None:
        """Ask the registry for the schemas of classes now, without holding the event loop up."""
        await asyncio.to_thread(self._serializing.prepare, *events)


class EventDeserializer:
    """`value_deserializer`.

    A record that cannot be read ends `getone` and the iteration with an exception, and aiokafka stands before it again:
    `errors="return"` hands the exception out as the record's value instead, so that a handler can park the record.
    """

    def __init__(
        self,
        registry: Settings | SchemaCatalog,
        *events: type[Any] | Adapter[Any],
        errors: Literal["raise", "return"] = "raise",
    ) -> None:
        """See `Deserializing`."""
        self._deserializing = Deserializing(registry, *events)
        self._returns = errors == "return"

    def __call__(self, value: bytes | None) -> Any:
        """The event; None, a tombstone, stays None. Raises as `Deserializing.decode`."""
        if value is None:
            return None
        try:
            return self._deserializing.decode(value)
        except (DecodeError, NotRegistered) as error:
            if self._returns:
                return error
            raise
