"""The part of the registry's client that the runtime calls, on schemas in memory.

It knows whatever it is asked for: a lookup of a schema that nobody registered finds it registered, as in production,
where `eventpact apply` came first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from confluent_kafka.schema_registry import RegisteredSchema, SchemaRegistryClient, SchemaRegistryError

if TYPE_CHECKING:
    from confluent_kafka.schema_registry import Schema

_NOT_FOUND: Final = 404
_NO_SCHEMA: Final = 40403
"""Confluent Schema Registry's error code for an id that it does not know."""


class MemoryRegistry(SchemaRegistryClient):
    """`SchemaRegistryClient`, as far as it is called."""

    def __init__(self) -> None:
        self._schemas: list[Schema] = []
        self._subjects: dict[str, list[Schema]] = {}

    def register_schema(self, subject_name: str, schema: Schema, *_: Any, **__: Any) -> int:
        """The schema's id, the same under every subject."""
        return int(self.lookup_schema(subject_name, schema).schema_id or 0)

    def lookup_schema(self, subject_name: str, schema: Schema, *_: Any, **__: Any) -> RegisteredSchema:
        """The schema as it is registered under the subject, from now on if it was not."""
        versions = self._subjects.setdefault(subject_name, [])
        if schema not in versions:
            versions.append(schema)
        return self._registered(subject_name, versions.index(schema) + 1)

    def get_schema(self, schema_id: int, *_: Any, **__: Any) -> Schema:
        """The schema of an id."""
        if not 1 <= schema_id <= len(self._schemas):
            raise SchemaRegistryError(_NOT_FOUND, _NO_SCHEMA, f"Schema {schema_id} not found")
        return self._schemas[schema_id - 1]

    def get_version(self, subject_name: str, version: Any = "latest", *_: Any, **__: Any) -> RegisteredSchema:
        """A version of a subject."""
        return self._registered(subject_name, int(version))

    def close(self) -> None:
        """Nothing is open."""

    def _registered(self, subject: str, version: int) -> RegisteredSchema:
        schema = self._subjects[subject][version - 1]
        if schema not in self._schemas:
            self._schemas.append(schema)
        return RegisteredSchema(
            subject=subject, version=version, schema_id=self._schemas.index(schema) + 1, guid=None, schema=schema
        )
