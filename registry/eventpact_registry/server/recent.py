"""Schemas that were read or written of late, so that what does not change is read from the database once."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from eventpact_registry.server.rows import StoredSchema

    Key: TypeAlias = tuple[str, int, str]

_CHARACTERS: Final = 16 * 1024 * 1024
"""Of the texts that are kept: enough for 5,000 schemas of usual size."""


class Recent:
    """Stored schemas by context, id and guid. Safe to share between threads.

    The guid stands for the content. So whoever has just read it under an id may take the rest from here, also when
    another process has meanwhile deleted a schema and given its id to another one.
    """

    def __init__(self) -> None:
        self._schemas: dict[Key, StoredSchema] = {}
        self._characters = 0
        self._lock = Lock()

    def get(self, key: Key) -> StoredSchema | None:
        """The schema, if it is here."""
        return self._schemas.get(key)

    def keep(self, schema: StoredSchema) -> StoredSchema:
        """Put a schema here, in place of the oldest ones where there is no room."""
        with self._lock:
            key = (schema.context, schema.id, schema.guid)
            if key not in self._schemas:
                self._schemas[key] = schema
                self._characters += len(schema.text)
            while self._characters > _CHARACTERS:
                self._characters -= len(self._schemas.pop(next(iter(self._schemas))).text)
        return schema
