"""`uuid`, without the detours of the standard class: its constructor and `str` take four times as long."""

from __future__ import annotations

import struct
from binascii import hexlify, unhexlify
from typing import Final
from uuid import UUID, SafeUUID

_GROUPS: Final = struct.Struct("8s4s4s4s12s").unpack
_DASHED: Final = b"-".join
_new: Final = UUID.__new__
_from_bytes: Final = int.from_bytes
_set_int: Final = UUID.__dict__["int"].__set__
_set_safety: Final = UUID.__dict__["is_safe"].__set__
_UNKNOWN: Final = SafeUUID.unknown


def uuid_to_text(value: UUID) -> bytes:
    """The 36 ASCII characters.

    Raises:
        AttributeError: not a UUID.
    """
    return _DASHED(_GROUPS(hexlify(value.int.to_bytes(16, "big"))))


def uuid_from_text(text: bytes) -> UUID:
    """The id that 32 hexadecimal digits and dashes stand for.

    Raises:
        ValueError: it has another form.
    """
    raw = unhexlify(text.replace(b"-", b""))
    if len(raw) != 16:
        raise ValueError("a uuid has 32 hexadecimal digits")
    # what UUID.__init__ does once its arguments are checked; instances refuse plain assignment
    value = _new(UUID)
    _set_int(value, _from_bytes(raw, "big"))
    _set_safety(value, _UNKNOWN)
    return value


def uuid_to_fixed(value: UUID) -> bytes:
    """The 16 bytes, in network order."""
    return value.int.to_bytes(16, "big")


def uuid_from_fixed(raw: bytes) -> UUID:
    """The id of 16 bytes; ValueError for any other number."""
    return UUID(bytes=raw)
