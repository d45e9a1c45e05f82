"""Codecs of the versions under test, each compiled once in a process, and decoding that tells a violation."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from eventpact import avro
from eventpact_testing.properties.case import Violation
from eventpact_testing.properties.plain import Difference, difference

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact.avro.model import Schema


@lru_cache(maxsize=512)
def codec(schema: Schema, *, logical_types: bool = True) -> avro.Codec:
    """The codec of plain values."""
    return avro.Codec(schema, logical_types=logical_types)


def decoded(decode: Callable[[bytes], Any], data: bytes, what: str) -> Any:
    """What bytes stand for.

    Raises:
        Violation: they cannot be decoded; `what` says who could not read what.
    """
    try:
        return decode(data)
    except avro.DecodeError as error:
        raise Violation(f"{what}: {error}", path=error.path) from error


def alike(expected: Any, found: Any, what: str) -> None:
    """Hold two plain values against each other.

    Raises:
        Violation: they differ; `what` says what should have been the same.
    """
    apart = difference(expected, found)
    if apart is not None:
        raise Violation(f"{what}: {_parted(apart)}", path=apart.path)


def same_bytes(expected: bytes, found: bytes, what: str) -> None:
    """Hold two encodings against each other; raises as `alike`."""
    if expected != found:
        raise Violation(f"{what}: expected {expected.hex()}, found {found.hex()}")


def _parted(apart: Difference) -> str:
    return f"expected {apart.expected!r}, found {apart.found!r}"
