"""Names of a writer's types in the reader's terms: what the reader's aliases rename (Avro 1.12, "Aliases")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventpact.avro.canonical import canonical
from eventpact.avro.model import Enum, Fixed, Record, Schema
from eventpact.avro.names import short_name
from eventpact.avro.walk import walk

if TYPE_CHECKING:
    from eventpact.avro.model import Named


class Renames:
    """The aliases of a reader's types. As in Avro Java, one renames the writer's type wherever that stands.

    No alias counts between two texts of one schema, which may keep as an alias what it has reused as a name.
    """

    def __init__(self, writer: Schema, reader: Schema) -> None:
        self._counts = writer is not reader and _has_alias(reader) and canonical(writer) != canonical(reader)
        self._renamed = (
            {}
            if not self._counts
            else {
                alias: schema.name
                for schema in walk(reader)
                if isinstance(schema, (Record, Enum, Fixed))
                for alias in schema.aliases
            }
        )

    def between_fields(self, writer: Record, reader: Record) -> bool:
        """Whether the aliases of the reader's fields count: where the records share a name."""
        return self._counts and self.is_akin(writer, reader)

    def name(self, writer: Named) -> str:
        """The full name of a writer's type in the reader's terms."""
        return self._renamed.get(writer.name, writer.name)

    def is_same_short(self, writer: Named, reader: Named) -> bool:
        """Whether the names without namespaces are one."""
        return short_name(self.name(writer)) == short_name(reader.name)

    def is_akin(self, writer: Named, reader: Named) -> bool:
        """Whether the two alone, without the reader's other types, would share a name."""
        return (
            self.is_same_short(writer, reader)
            or short_name(writer.name) == short_name(reader.name)
            or writer.name in reader.aliases
        )


def _has_alias(reader: Schema) -> bool:
    for schema in walk(reader):
        if isinstance(schema, (Record, Enum, Fixed)) and schema.aliases:
            return True
        if isinstance(schema, Record) and any(field.aliases for field in schema.fields):
            return True
    return False
