"""Reads a group's retry topics beside the group, to learn which keys wait there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import confluent_kafka
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from eventpact.clients import Complaints, connect, translated
from eventpact.consume.parked import Found, slot_of
from eventpact.consume.record import headers_of
from eventpact.consume.retries import BEHIND, waiting_of
from eventpact.errors import BrokerError
from eventpact.names import topic_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from confluent_kafka import Message

    from eventpact.consume.parked import Partition
    from eventpact.consume.retries import Courses
    from eventpact.settings import Settings

_PATIENCE: Final = 60.0
"""Seconds that reading the tiers may take before the group gives up: it must not guess who waits."""

_METADATA_AGE: Final = 30.0
"""Seconds that a list of partitions is good for; retry topics of new tenants come with the tenant."""

_MOST: Final = 1000
_EOF: Final = "enable.partition.eof"

_ABSENT: Final = frozenset({KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC})


class ParkedScan:
    """A reader of a group's retry topics that is no member of the group: it asks how far the group is, and reads on.

    Called by one thread at a time.
    """

    def __init__(self, settings: Settings, group: str, courses: Courses) -> None:
        self._settings = settings
        self._group = group
        self._courses = courses
        self._complaints = Complaints(settings.brokers)
        self._client: confluent_kafka.Consumer | None = None
        self._read: dict[Partition, int] = {}  # how far each partition was read
        self._listed: list[Partition] = []
        self._listed_at = 0.0

    def read(self) -> tuple[list[Found], Mapping[Partition, int]]:
        """What came to the tiers since the last reading, and before it how far the group is done: for `learn`.

        Raises:
            BrokerError: the cluster does not answer.
        """
        with translated(self._complaints, f"read the retry topics of group {self._group}"):
            client = self._connected()
            partitions = self._partitions(client)
            if not partitions:
                return [], {}
            # First how far the group is, then the ends: see `ParkedKeys.learn`.
            asked = [TopicPartition(*partition) for partition in partitions]
            answered = client.committed(asked, timeout=self._settings.timeout)
            done = {(each.topic, each.partition): max(0, each.offset) for each in answered}
            return self._read_to(client, done, self._ends(client, partitions)), done

    def close(self) -> None:
        """Let go of the connection."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _connected(self) -> confluent_kafka.Consumer:
        if self._client is None:
            config = self._settings.consumer_config(self._group)
            # It asks for the group's offsets by the group's name, but joins nothing and commits nothing. It sees what
            # open transactions have written: their offsets may be told as committed before their records are. What
            # turns out to be aborted makes others wait in vain, until the next record of its tier is dealt with.
            config |= {"auto.offset.reset": "earliest", "isolation.level": "read_uncommitted", _EOF: "true"}
            config.pop("group.instance.id", None)
            self._client = connect(confluent_kafka.Consumer, config, self._complaints)
        return self._client

    def _partitions(self, client: confluent_kafka.Consumer) -> list[Partition]:
        now = time.monotonic()
        if not self._listed or now - self._listed_at > _METADATA_AGE:
            patterns = [topic_name(name) for name in self._courses.ordered_topics]
            topics = client.list_topics(timeout=self._settings.timeout).topics
            self._listed = sorted(
                (name, number)
                for name, topic in topics.items()
                if any(pattern.match(name) is not None for pattern in patterns)
                for number in topic.partitions
            )
            self._listed_at = now
        return self._listed

    def _ends(
        self, client: confluent_kafka.Consumer, partitions: Sequence[Partition]
    ) -> dict[Partition, tuple[int, int]]:
        """Of each partition the first offset that is there and the one after the last."""
        ends = {}
        for partition in partitions:
            try:
                found = client.get_watermark_offsets(TopicPartition(*partition), timeout=self._settings.timeout)
            except KafkaException as error:
                if error.args[0].code() in _ABSENT:
                    continue  # a tenant's topic that has just gone
                raise
            if found is None:
                raise BrokerError(f"no answer about {partition[0]}/{partition[1]}{self._complaints.known()}")
            ends[partition] = found
        return ends

    def _read_to(
        self,
        client: confluent_kafka.Consumer,
        done: Mapping[Partition, int],
        ends: Mapping[Partition, tuple[int, int]],
    ) -> list[Found]:
        """What the group is not done with, from where the last reading ended."""
        starts = {}
        for partition, (low, high) in ends.items():
            read = self._read.get(partition, 0)
            starts[partition] = max(read if read <= high else 0, done.get(partition, 0), low)  # 0: it was made anew
        left = {partition for partition, start in starts.items() if start < ends[partition][1]}
        if not left:
            return []
        client.assign([TopicPartition(*partition, starts[partition]) for partition in sorted(left)])
        found = []
        deadline = time.monotonic() + _PATIENCE
        try:
            while left:
                if time.monotonic() > deadline:
                    where = ", ".join(f"{topic}/{number}" for topic, number in sorted(left))
                    raise BrokerError(f"{where} could not be read in {_PATIENCE:g} s{self._complaints.known()}")
                for message in self._take(client):
                    partition = (str(message.topic()), int(message.partition() or 0))
                    offset, error = int(message.offset() or 0), message.error()
                    if error is None:
                        found += self._found(message, partition, offset)
                        offset += 1
                    elif error.code() in _ABSENT:
                        left -= {gone for gone in left if gone[0] == partition[0]}
                        continue
                    elif error.code() != KafkaError._PARTITION_EOF:
                        self._complaints(error)
                        continue
                    # The end tells of what transactions leave behind, too, which is never handed out as a record.
                    if partition in left and offset >= ends[partition][1]:
                        self._read[partition] = offset
                        left.discard(partition)
        finally:
            client.unassign()
        return found

    @staticmethod
    def _take(client: confluent_kafka.Consumer) -> list[Message]:
        first = client.poll(0.05)
        return [] if first is None else [first, *client.consume(_MOST, 0)]

    def _found(self, message: Message, partition: Partition, offset: int) -> list[Found]:
        """What a record on a tier tells; nothing where it is another group's, or its key has no order to keep."""
        waiting, key = waiting_of(headers_of(message)), message.key()
        if waiting is None or key is None or waiting.info.group != self._group:
            return []
        topic = waiting.info.topic
        if not self._courses.of(topic).in_order:
            return []
        due = 0.0 if waiting.info.reason == BEHIND else waiting.due
        return [Found(partition, offset, slot_of(topic, key if isinstance(key, bytes) else key.encode()), due)]

    def list_again(self) -> None:
        """Ask which retry topics there are: partitions that were just assigned may be those of a new tenant."""
        self._listed = []

    def forget(self) -> None:
        """Read everything again that the group is not done with."""
        self._read.clear()
