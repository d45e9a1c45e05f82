"""Damage: bytes that are cut, flipped, made up or that claim lengths beyond reason are a `DecodeError` and no harm."""

from __future__ import annotations

import signal
import threading
import tracemalloc
from contextlib import contextmanager
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from eventpact import avro
from eventpact_testing.properties.case import Case, Trial, Violation
from eventpact_testing.properties.codecs import codec
from eventpact_testing.properties.covering import covering
from eventpact_testing.properties.evolution import ANY
from eventpact_testing.properties.plain import shown
from eventpact_testing.strategies import values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eventpact_registry.contracts.model import SchemaVersion
    from eventpact_testing.properties.subject import Subject

MAX_SECONDS: Final = 5.0
"""CPU time that decoding one damaged event may take: thousands of times what it does take."""
FREE_BYTES: Final = 32 << 20
BYTES_PER_BYTE: Final = 1_000
"""Memory that decoding may allocate: so much, and so much for each byte of the event."""

_HUGE: Final = tuple(avro.Codec(avro.parse('"long"')).encode(size) for size in (-(2**63), -1, 2**31, 2**62, 2**63 - 1))
"""Lengths and counts that no event has."""


def damage(subject: Subject) -> Iterator[Case]:
    """Damaged bytes of a version, read by itself, by the latest version and by the generated class."""
    for version in subject.versions:
        prepare = partial(_trial, subject, version)
        yield Case(claim="damage", subject=subject, writer=version, reader=version, prepare=prepare, weight=0.5)


def _trial(subject: Subject, version: SchemaVersion) -> Trial:
    encode = codec(version.schema).encode
    readers = list(_readers(subject, version))

    def check(pair: tuple[Any, int]) -> None:
        value, seed = pair
        data = encode(value)
        for what, damaged, must_fail in _damages(data, Random(seed)):  # noqa: S311 - damage is no secret
            for reader, decode in readers:
                _harmless(decode, damaged, f"{what}, read by {reader}", must_fail=must_fail and reader == _ITSELF)

    cases = [(value, seed) for seed, value in enumerate(covering(version.schema)[:20])]
    drawn = st.tuples(values(version.schema, style=ANY), st.integers(0, 2**32))
    return Trial(check=check, always=cases, values=drawn, show=lambda pair: shown(pair[0]))


_ITSELF: Final = "its own version"


def _readers(subject: Subject, version: SchemaVersion) -> Iterator[tuple[str, Callable[[bytes], Any]]]:
    latest = subject.event.latest
    yield _ITSELF, codec(version.schema).decode
    if version is not latest:
        yield f"version {latest.version}", codec(latest.schema).decoder(version.schema)
    elif subject.generated is not None:
        yield "the generated class", subject.generated.contract.decode


def _damages(data: bytes, random: Random) -> Iterator[tuple[str, bytes, bool]]:
    """What was done, the bytes, and whether no reader of the same version may take them."""
    if data:
        cut = random.randrange(len(data))
        yield f"cut to {cut} of {len(data)} bytes", data[:cut], True
        at = random.randrange(len(data))
        flipped = bytearray(data)
        flipped[at] ^= 1 << random.randrange(8)
        yield f"one bit flipped in byte {at}", bytes(flipped), False
        size = random.choice(_HUGE)
        yield f"{size.hex()} instead of byte {at}", data[:at] + size + data[at + 1 :], False
    yield "random bytes", random.randbytes(random.randrange(80)), False
    yield "bytes appended", data + random.randbytes(random.randrange(1, 9)), True


def _harmless(decode: Callable[[bytes], Any], data: bytes, what: str, *, must_fail: bool) -> None:
    """Decode, and raise `Violation` for anything but a value or a `DecodeError` at little cost."""
    allowed = FREE_BYTES + BYTES_PER_BYTE * len(data)
    tracemalloc.start()
    try:
        with _limited(MAX_SECONDS):
            decode(data)
    except avro.DecodeError:
        must_fail = False
    except _OutOfTimeError:
        raise Violation(f"{what}: decoding takes more than {MAX_SECONDS:g} s: {data.hex()}") from None
    except (Exception, RecursionError, MemoryError) as error:
        raise Violation(f"{what}: {type(error).__name__} instead of DecodeError: {error}: {data.hex()}") from error
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    if must_fail:
        raise Violation(f"{what}: taken for a whole event: {data.hex()}")
    if peak > allowed:
        raise Violation(f"{what}: decoding {len(data)} bytes takes {peak:,} bytes of memory: {data.hex()}")


class _OutOfTimeError(BaseException):
    """Raised inside decoding, which may catch every `Exception`."""


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Stop the block after so much CPU time of this process, where signals can do that."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def stop(*_: object) -> None:
        raise _OutOfTimeError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
