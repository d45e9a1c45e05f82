"""Topics of one partition each, and offsets of groups, in plain lists."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import confluent_kafka

from eventpact import Settings
from eventpact.in_process import CLUSTERS, REGISTRIES
from eventpact_testing.memory.clients import MemoryConsumer, MemoryProducer
from eventpact_testing.memory.registry import MemoryRegistry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact.consume.record import RawHeaders

_NUMBERS: Final = itertools.count(1)
_CREATE_TIME: Final = 1
_SOME_DAY_MS: Final = 1_772_438_400_000


class Record(NamedTuple):
    """What was written."""

    topic: str
    offset: int
    key: bytes | None
    value: bytes | None
    headers: RawHeaders


class MemoryCluster:
    """What is on the topics, in the order in which it was written."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.committed: dict[str, int] = {}
        """Topic to the offset that comes next for the one group that reads here."""

    def write(
        self, topic: str, value: bytes | None, *, key: bytes | None = None, headers: RawHeaders = ()
    ) -> confluent_kafka.Message:
        """Append a record to a topic."""
        record = Record(topic, len(self.on(topic)), key, value, list(headers))
        self.records.append(record)
        return self.message(record)

    def on(self, topic: str) -> list[Record]:
        """The records of a topic."""
        return [record for record in self.records if record.topic == topic]

    @staticmethod
    def message(record: Record) -> confluent_kafka.Message:
        """A record as the client hands it over."""
        return confluent_kafka.Message(
            topic=record.topic,
            partition=0,
            offset=record.offset,
            key=record.key,
            value=record.value,
            headers=list(record.headers),
            timestamp=(_CREATE_TIME, _SOME_DAY_MS + record.offset),
        )


@contextmanager
def memory_settings(cluster: MemoryCluster) -> Iterator[Settings]:
    """Settings whose brokers are the cluster and whose registry is one in memory, until the block ends."""
    number = next(_NUMBERS)
    brokers, registry = f"in-process-{number}:1", f"http://in-process-{number}:1"
    CLUSTERS[brokers] = {
        confluent_kafka.Producer: partial(MemoryProducer, cluster),
        confluent_kafka.Consumer: partial(MemoryConsumer, cluster),
    }
    REGISTRIES[registry] = MemoryRegistry()
    try:
        yield Settings(brokers=brokers, registry_url=registry, client_id="tests")
    finally:
        del CLUSTERS[brokers], REGISTRIES[registry]
