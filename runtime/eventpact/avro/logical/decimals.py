"""`decimal`: exact numbers as two's-complement integers of their smallest unit (Avro 1.12, "Decimal").

Nothing is rounded: a number with more decimal places than the scale, or more digits than the precision, is refused.
"""

from __future__ import annotations

import decimal
from decimal import Decimal
from typing import Final

_EXACT: Final = decimal.Context(prec=decimal.MAX_PREC, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)
_BITS_PER_DIGIT: Final = 3.3219280948873626


def decimal_to_bytes(value: Decimal, precision: int, scale: int) -> bytes:
    """The shortest two's-complement form of an amount.

    Raises:
        ValueError, OverflowError: it is not finite, or does not fit precision and scale.
        TypeError, AttributeError: it is no Decimal.
    """
    unscaled = _unscaled(value, precision, scale)
    bits = unscaled.bit_length() if unscaled >= 0 else (~unscaled).bit_length()
    return unscaled.to_bytes(bits // 8 + 1, "big", signed=True)


def decimal_to_fixed(value: Decimal, precision: int, scale: int, size: int) -> bytes:
    """An amount as `size` bytes; raises as `decimal_to_bytes`."""
    return _unscaled(value, precision, scale).to_bytes(size, "big", signed=True)


def decimal_from_bytes(raw: bytes, precision: int, scale: int) -> Decimal:
    """The amount, with exactly `scale` decimal places.

    Raises:
        ValueError: there are no bytes, or more digits than the precision.
    """
    if not raw:
        raise ValueError("a decimal needs at least one byte")
    unscaled = int.from_bytes(raw, "big", signed=True)
    # 10**precision is only worked out for numbers of about that size: precision may be as large as 2^31 - 1
    spare = int(precision * _BITS_PER_DIGIT) - unscaled.bit_length()
    if spare < -2 or (spare < 0 and abs(unscaled) >= 10**precision):
        raise ValueError(f"more than {precision} digits")
    return Decimal(unscaled).scaleb(-scale, _EXACT)


def _unscaled(value: Decimal, precision: int, scale: int) -> int:
    if not value.is_finite():
        raise ValueError("it is no finite number")
    if value and value.adjusted() >= precision - scale:
        raise ValueError(f"more than {precision - scale} digits before the decimal point")
    scaled = value.scaleb(scale, _EXACT)
    unscaled = int(scaled)
    if unscaled != scaled:
        raise ValueError(f"more than {scale} decimal places")
    return unscaled
