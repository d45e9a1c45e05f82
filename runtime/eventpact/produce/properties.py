"""Names of producer properties: Java's and librdkafka's second names, as librdkafka's first ones.

Contracts are shared with services in Java, whose clients name some properties differently and have some of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact.errors import SettingsError
from eventpact.numbers import CONTRACTS, check_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BLOCK: Final = "max.block.ms"
"""How long a send waits for room, for Java's client; the producer itself here."""

_SAME: Final[Mapping[str, str]] = {
    "compression.codec": "compression.type",
    "delivery.timeout.ms": "message.timeout.ms",
    "max.in.flight": "max.in.flight.requests.per.connection",
    "max.request.size": "message.max.bytes",
    "queue.buffering.max.ms": "linger.ms",
    "receive.buffer.bytes": "socket.receive.buffer.bytes",
    "request.required.acks": "acks",
    "retries": "message.send.max.retries",
    "send.buffer.bytes": "socket.send.buffer.bytes",
}
"""Another name to librdkafka's first one, where the value means the same."""

_JAVA_ONLY: Final = frozenset(
    {
        "auto.include.jmx.reporter",
        "interceptor.classes",
        "key.serializer",
        MAX_BLOCK,
        "metric.reporters",
        "metrics.num.samples",
        "metrics.recording.level",
        "metrics.sample.window.ms",
        "partitioner.adaptive.partitioning.enable",
        "partitioner.availability.timeout.ms",
        "partitioner.class",
        "partitioner.ignore.keys",
        "value.serializer",
    }
)
"""Properties of Java's producer that mean nothing to librdkafka, which would refuse them."""

_BUFFER: Final = "buffer.memory"
_KBYTES: Final = "queue.buffering.max.kbytes"

_NUMBERS: Final = (
    _BUFFER,
    "delivery.timeout.ms",
    MAX_BLOCK,
    "max.request.size",
    "message.max.bytes",
    "message.timeout.ms",
    "transaction.timeout.ms",
)
"""What the runtime itself reads of a producer's properties; the client checks the others."""


def for_librdkafka(properties: Mapping[str, str], where: str = CONTRACTS) -> dict[str, str]:
    """Producer properties under librdkafka's first names; what only Java knows is left out.

    `where` says who set them, for errors.

    Raises:
        SettingsError: two names of one property have different values, or a number is none.
    """
    check_numbers(properties, _NUMBERS, where)
    found: dict[str, str] = {}
    for name, value in properties.items():
        if name in _JAVA_ONLY:
            continue
        first, meant = _SAME.get(name, name), value
        if name == _BUFFER:
            first, meant = _KBYTES, str(max(1, int(value) // 1024))
        if found.get(first, meant) != meant:
            others = ", ".join(other for other in properties if other != name and _SAME.get(other, other) == first)
            raise SettingsError(f"{name}={value} and {others or first}={found[first]} mean the same: keep one of them")
        found[first] = meant
    return found
