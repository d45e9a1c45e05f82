"""Profiles: properties of producers that are out for throughput, or for latency, each with its reason.

Measured with 356-byte events on two cores; the values of the profiles follow caas's, where measurements do not object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from eventpact.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Choice(NamedTuple):
    """One property of a profile."""

    value: str
    reason: str


PROFILES: Final[Mapping[str, Mapping[str, Choice]]] = {
    "throughput": {
        "linger.ms": Choice("10", "fuller batches, fewer requests; an event waits 10 ms for company"),
        "batch.size": Choice(
            "1000000",
            "as much as lingering gathers: with 16 KiB, which Java's clients take, a fifth of the rate on one broker "
            "and on three, with caas's 32 KiB two fifths and a third",
        ),
        "compression.type": Choice(
            "snappy", "as fast as none on one broker and a third faster on three, where gzip takes a tenth of the rate"
        ),
        "queue.buffering.max.messages": Choice("500000", "room for two seconds at 250,000/s before a send has to wait"),
    },
    "latency": {
        "linger.ms": Choice(
            "0", "an event leaves at once; for up to some 10,000/s, above which lingering 5 ms has the better p99"
        ),
        "batch.size": Choice(
            "16384",
            "some 40 events: a burst leaves in small requests; caas's 1 KiB, two events, has a fifth of the p99 at "
            "2,000/s, but cannot keep up with 10,000/s",
        ),
        "compression.type": Choice("none", "small batches hardly shrink, and compressing takes its time"),
        "socket.nagle.disable": Choice("true", "small requests do not wait for the acknowledgement of the one before"),
    },
}
"""Profile to property to choice, in librdkafka's names."""


def profile_properties(name: str) -> dict[str, str]:
    """The properties of a profile.

    Raises:
        SettingsError: there is no such profile.
    """
    if name not in PROFILES:
        raise SettingsError(f"there is no producer profile {name!r}: use {' or '.join(PROFILES)}")
    return {property_: choice.value for property_, choice in PROFILES[name].items()}
