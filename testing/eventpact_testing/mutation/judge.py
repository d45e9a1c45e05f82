"""A second opinion on the table: fastavro reads the events, and knows nothing of our resolver."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from eventpact_testing.mutation.operators import BREAKS, SAFE, Effect
from eventpact_testing.properties.codecs import codec
from eventpact_testing.properties.covering import covering
from eventpact_testing.properties.peers import fastavro, parsed

if TYPE_CHECKING:
    from eventpact_registry.contracts.model import SchemaVersion


def judged(writer: SchemaVersion, reader: SchemaVersion) -> Effect:
    """Whether fastavro reads, as `reader`, everything that `writer` writes."""
    library = fastavro()
    written, read = parsed(writer), parsed(reader)
    encode = codec(writer.schema).encode
    for value in covering(writer.schema):
        try:
            library.schemaless_reader(io.BytesIO(encode(value)), written, read)
        except Exception:  # noqa: BLE001 - whatever another library raises is its way to refuse
            return BREAKS
    return SAFE
