"""`decimal`: exact numbers as two's-complement integers of their smallest unit (Avro 1.12, "Decimal").

Nothing is rounded: a number with more decimal places than the scale, or more digits than the precision, is refused.
"""

from __future__ import annotations

import decimal
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_EXACT: Final = decimal.Context(prec=decimal.MAX_PREC, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)
_BITS_PER_DIGIT: Final = 3.3219280948873626
_POWERS: Final = [10**digits for digits in range(77)]
"""As far as decimals go that databases have; larger ones are worked out when they are needed."""


def decimal_to_bytes(value: Decimal, precision: int, scale: int) -> bytes:
    """The shortest two's-complement form of an amount.

    Raises:
        ValueError, OverflowError: it is not finite, or does not fit precision and scale.
        TypeError, AttributeError: it is no Decimal.
    """
    unscaled = _unscaled(value, precision, scale)
    if unscaled >= 0:  # most are, and so it takes half the time
        return unscaled.to_bytes(unscaled.bit_length() // 8 + 1, "big")
    return unscaled.to_bytes((~unscaled).bit_length() // 8 + 1, "big", signed=True)


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
    if not (
        -_POWERS[precision] < unscaled < _POWERS[precision]
        if precision < len(_POWERS)
        else _has_digits(unscaled, precision)
    ):
        raise ValueError(f"more than {precision} digits")
    return Decimal(unscaled).scaleb(-scale, _EXACT)


def _has_digits(number: int, most: int) -> bool:
    """Whether it has no more digits; `10**most` is only worked out for numbers of about that size."""
    spare = int(most * _BITS_PER_DIGIT) - number.bit_length()
    return spare >= 0 or (spare >= -2 and abs(number) < 10**most)


@lru_cache(maxsize=256)
def _exactly(precision: int, scale: int) -> tuple[Callable[..., Decimal], Decimal, Callable[..., Decimal], Decimal]:
    """What gives an amount its scale, and refuses to round or to exceed the precision; then what makes it whole."""
    context = decimal.Context(
        precision, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN, traps=[decimal.Inexact, decimal.InvalidOperation]
    )
    unit = Decimal(1).scaleb(-scale, _EXACT)
    return context.quantize, unit, context.multiply, Decimal(1).scaleb(scale, _EXACT)


def _unscaled(value: Decimal, precision: int, scale: int) -> int:
    quantize, unit, multiply, units = _exactly(precision, scale)
    try:
        return int(multiply(quantize(value, unit), units))
    except (ArithmeticError, ValueError):
        raise ValueError(_refusal(value, precision, scale)) from None


def _refusal(value: Decimal, precision: int, scale: int) -> str:
    """Why an amount does not fit."""
    if not value.is_finite():
        return "it is no finite number"
    if value.adjusted() >= precision - scale:
        return f"more than {precision - scale} digits before the decimal point"
    return f"more than {scale} decimal places"
