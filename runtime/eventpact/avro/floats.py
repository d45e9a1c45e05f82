"""Whole numbers read as floats, as Java casts them."""

from __future__ import annotations

import struct
from typing import Final

_FLOAT: Final = struct.Struct("<f")
_EXACT_BITS: Final = 53


def float_from_int(number: int) -> float:
    """The nearest 32-bit float, as a Python float; ties go to the even one.

    Rounded once: a long that a double cannot hold would otherwise be rounded to a double first and then again.
    """
    spare = abs(number).bit_length() - _EXACT_BITS
    if spare > 0:
        kept = number >> spare << spare
        number = kept if kept == number else kept | 1 << spare  # a set last bit keeps a tie from looking like one
    rounded: float = _FLOAT.unpack(_FLOAT.pack(number))[0]
    return rounded
