"""How many partitions a topic should have: from its rate, its keys and its consumers, with the reasoning."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Final

_PARTITION_BYTES: Final = 10 * 1024 * 1024
"""What one partition takes a second with room to spare: one log, written in order, replicated by one fetcher."""

_HEADROOM: Final = 2
"""Twice today's need: partitions of a keyed topic cannot be added later without moving its keys."""

_ROUND: Final = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024)
"""Counts that many numbers of consumers divide evenly."""

_MOST_A_BROKER: Final = 4000
"""Replicas a broker carries without slow restarts and elections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is known of a topic's use."""

    rate: float
    """Records a second at the peak."""
    record_bytes: int = 1024
    """Bytes of a record, after compression."""
    consumer_rate: float | None = None
    """Records a second that one consumer of the slowest group handles."""
    consumers: int = 1
    """Members that the largest group is to have, whatever they need."""
    keys: int | None = None
    """How many different keys there are; None for a topic without key."""
    replication_factor: int = 3
    brokers: int | None = None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A number of partitions, and why it is not another one."""

    partitions: int
    reasons: tuple[str, ...]


def recommend(load: Load) -> Recommendation:
    """The partitions that a topic should have under a load."""
    needs = list(_needs(load))
    need = max(partitions for partitions, _ in needs)
    reasons = [reason for _, reason in needs]
    wanted = need
    if load.keys is not None:
        wanted = need * _HEADROOM
        reasons.append(f"it is keyed: twice that, {wanted}, because partitions added later would move most keys")
    partitions = next((count for count in _ROUND if count >= wanted), wanted)
    if partitions != wanted:
        reasons.append(f"{partitions} instead of {wanted}: more numbers of consumers divide it evenly")
    if load.keys is not None and load.keys < partitions:
        partitions = max(load.keys, 1)
        reasons.append(f"there are {load.keys} keys: more partitions than that stand empty")
    reasons += _warnings(load, partitions, need)
    return Recommendation(partitions, tuple(reasons))


def _needs(load: Load) -> list[tuple[int, str]]:
    """Each thing that asks for partitions, and how many."""
    traffic = load.rate * load.record_bytes
    writing = max(ceil(traffic / _PARTITION_BYTES), 1)
    needs = [
        (
            writing,
            f"writing: {_mebibytes(traffic)} a second at {_mebibytes(_PARTITION_BYTES)} a partition need {writing}",
        )
    ]
    if load.consumer_rate is not None:
        members = max(ceil(load.rate / load.consumer_rate), 1)
        needs.append(
            (
                members,
                f"reading: {load.rate:,.0f} records a second at {load.consumer_rate:,.0f} a consumer need {members} "
                "members, each with a partition at least",
            )
        )
    if load.consumers > 1:
        needs.append((load.consumers, f"the largest group has {load.consumers} members; one without partition is idle"))
    return needs


def _warnings(load: Load, partitions: int, need: int) -> list[str]:
    warnings = []
    if partitions < need:
        warnings.append(f"warning: the load needs {need}; choose a key with more values, or split the topic")
    if load.brokers is not None:
        replicas = ceil(partitions * load.replication_factor / load.brokers)
        warnings.append(
            f"that makes {replicas} replicas a broker on {load.brokers} brokers, of some {_MOST_A_BROKER:,} that one "
            "carries well over all topics"
        )
        if load.replication_factor > load.brokers:
            warnings.append(
                f"warning: {load.replication_factor} replicas need as many brokers, there are {load.brokers}"
            )
    return warnings


def _mebibytes(count: float) -> str:
    return f"{count / 1024 / 1024:,.1f} MiB"
