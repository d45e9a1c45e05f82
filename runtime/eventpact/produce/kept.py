"""What a delivery callback gets for an event that went to the spool, in place of the broker's record."""

from __future__ import annotations

from typing import Final

NOWHERE: Final = -1
"""Partition and offset of what was not written."""


class Kept:
    """As much of `confluent_kafka.Message` as callbacks ask for."""

    __slots__ = ("_topic",)

    def __init__(self, topic: str) -> None:
        self._topic = topic

    def topic(self) -> str:
        """Where the event will go."""
        return self._topic

    def partition(self) -> int:
        """None yet."""
        return NOWHERE

    def offset(self) -> int:
        """None yet."""
        return NOWHERE

    def latency(self) -> None:
        """Nobody knows."""
