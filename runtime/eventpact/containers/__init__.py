"""Avro object container files (`.avro`): typed events, plain values, and raw records of topics.

for event in read_events("sent.avro", MessageSent): ...
write_events("sent.avro", events, codec="zstandard")

`null`, `deflate`, `bzip2` and `xz` need nothing besides Python; `snappy` and `zstandard` need `eventpact[files]`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from eventpact.containers.archive import (
        ARCHIVE_SCHEMA,
        ArchivedHeader,
        ArchivedRecord,
        archive_writer,
        read_archive,
        write_archive,
    )
    from eventpact.containers.compression import CODECS
    from eventpact.containers.converting import JsonLinesWriter, converted, converter, read_json_lines, read_lines
    from eventpact.containers.layout import Limits
    from eventpact.containers.reading import ContainerReader, read_contents, read_data, read_events, read_values
    from eventpact.containers.writing import ContainerWriter, write_events, write_values

_LAZY: Final = {
    "ARCHIVE_SCHEMA": "archive",
    "CODECS": "compression",
    "ArchivedHeader": "archive",
    "ArchivedRecord": "archive",
    "ContainerReader": "reading",
    "ContainerWriter": "writing",
    "JsonLinesWriter": "converting",
    "Limits": "layout",
    "archive_writer": "archive",
    "converted": "converting",
    "converter": "converting",
    "read_archive": "archive",
    "read_contents": "reading",
    "read_data": "reading",
    "read_events": "reading",
    "read_json_lines": "converting",
    "read_lines": "converting",
    "read_values": "reading",
    "write_archive": "archive",
    "write_events": "writing",
    "write_values": "writing",
}

__all__ = [
    "ARCHIVE_SCHEMA",
    "CODECS",
    "ArchivedHeader",
    "ArchivedRecord",
    "ContainerReader",
    "ContainerWriter",
    "JsonLinesWriter",
    "Limits",
    "archive_writer",
    "converted",
    "converter",
    "read_archive",
    "read_contents",
    "read_data",
    "read_events",
    "read_json_lines",
    "read_lines",
    "read_values",
    "write_archive",
    "write_events",
    "write_values",
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"eventpact.containers.{_LAZY[name]}"), name)
    globals()[name] = value
    return value
