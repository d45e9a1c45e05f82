"""The wire format of records: a zero byte, the schema id in four bytes, big-endian, then the Avro datum.

Source: Confluent Schema Registry, "Wire format".
"""

from __future__ import annotations

from typing import Final

from eventpact.errors import DecodeError

HEADER_SIZE: Final = 5
"""Bytes before the datum."""

_MAGIC: Final = 0


def prefix(schema_id: int) -> bytes:
    """What stands before every datum written with a schema."""
    return b"\x00" + schema_id.to_bytes(4, "big")


def frame(schema_id: int, payload: bytes) -> bytes:
    """A record's value."""
    return prefix(schema_id) + payload


def unframe(data: bytes) -> tuple[int, bytes]:
    """The schema id and the datum of a record's value.

    Raises:
        DecodeError: the value is not in the wire format.
    """
    if len(data) < HEADER_SIZE:
        raise DecodeError(f"the record is {len(data)} bytes long, the wire format needs {HEADER_SIZE} before the event")
    if data[0] != _MAGIC:
        raise DecodeError(f"the record starts with byte 0x{data[0]:02x}, the wire format with 0x00", offset=0)
    return int.from_bytes(data[1:HEADER_SIZE], "big"), data[HEADER_SIZE:]
