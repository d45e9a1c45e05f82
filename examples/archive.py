"""A service that keeps: writes what is on a topic to a container file, raw, until nothing comes for a while.

    python examples/archive.py QuikApp.dead-letters dead-letters.avro

Needs the settings that `eventpact dev` prints. Run it again to add what is new: the group remembers where it was. Each
run's records are on the disk before their offsets are committed, so a crash repeats records and never loses one.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from confluent_kafka import Consumer

from eventpact import Settings
from eventpact.containers import ArchivedRecord, archive_writer

if TYPE_CHECKING:
    from collections.abc import Iterator

_QUIET = 5.0
"""Seconds without a record that end a run."""


def records(consumer: Consumer) -> Iterator[ArchivedRecord]:
    """What is on the topic, as it is on the wire."""
    while (message := consumer.poll(_QUIET)) is not None:
        if message.error() is None:
            consumer.store_offsets(message)
            yield ArchivedRecord.of(message)


def archive(topic: str, file: str) -> int:
    """Add the records of a topic to a file; returns how many."""
    consumer = Consumer(Settings.from_env(required=("KAFKA_BROKERS",)).consumer_config(f"archive-{topic}"))
    consumer.subscribe([topic])
    try:
        with archive_writer(file, append=True) as writer:
            for record in records(consumer):
                writer.write(record)
        if writer.written:
            consumer.commit(asynchronous=False)
    finally:
        consumer.close()
    return writer.written


if __name__ == "__main__":
    topic, file = sys.argv[1:]
    print(f"{archive(topic, file)} records of {topic} added to {file}")
