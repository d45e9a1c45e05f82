"""What bytes and values may ask of a codec: every number here bounds work or memory that data, not a schema, chooses.

Lengths and counts need no number of their own: they are held against the bytes that are left.
"""

from __future__ import annotations

from typing import Final

MAX_DEPTH: Final = 100
"""How deep a record may nest inside itself, counted in records that their schemas let contain themselves."""

FREE_ZERO_BYTE_ITEMS: Final = 1
"""Items that take no bytes (null, an empty record) and are not counted in one block: its count takes a byte."""

MAX_ZERO_BYTE_ITEMS: Final = 65_536
"""Such items in all larger blocks of one datum together."""

MAX_DECODERS: Final = 128
"""Decoders for other writers that one codec keeps; the least recently used one is dropped."""
