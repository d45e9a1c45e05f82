"""Raw records written in transactions, together with how far their source was read: each once, whatever happens.

A run that is killed leaves a transaction that nobody reads; the next run of the same identity ends it, and goes on
where the last whole one ended. Two runs at once cannot be: the later one shuts the earlier out.
"""

from __future__ import annotations

import time
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import confluent_kafka
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from eventpact.clients import Complaints, connect, set_log_level
from eventpact.errors import DeliveryError
from eventpact.produce.serving import Serving
from eventpact.produce.transaction import RECONNECTING, Transactions
from eventpact.produce.unconfirmed import judged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import Self

    from confluent_kafka import Message

    from eventpact.consume.record import RawHeaders
    from eventpact.operate.log_offsets import Partition
    from eventpact.operate.pace import Pace
    from eventpact.settings import Settings

_MOST: Final = 500
"""Records of one transaction."""

_LONGEST: Final = 1.0
"""Seconds of one transaction: until it ends, nobody reads beyond its first record."""

_PATIENCE: Final = 60.0
"""Seconds that each step may take; an older run's transaction is waited for that long."""

_ALWAYS: Final = {
    "acks": "all",
    "enable.idempotence": "true",
    "message.timeout.ms": "30000",  # must end before the transaction does
    "transaction.timeout.ms": "60000",
    "message.max.bytes": "1000000000",  # the most that clients can: each topic says itself what it takes
    "retry.backoff.ms": "5",  # the default waits a tenth of a second at each end of a transaction
    "retry.backoff.max.ms": "20",
    **RECONNECTING,
}


_GIVEN_UP: Final = frozenset({KafkaError._PURGE_QUEUE, KafkaError._PURGE_INFLIGHT})
"""What is told of records that go down with their transaction: another error has ended that."""


class RecordWriter:
    """Writes for one identity; use it in a `with`: what is not committed at its end is given up."""

    def __init__(
        self,
        settings: Settings,
        identity: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        patience: float = _PATIENCE,
    ) -> None:
        """Connect in the background. `identity` is the transactional id, and the group that progress is kept under."""
        set_log_level(settings)
        self._clock = clock
        self._patience = patience
        self._complaints = Complaints(settings.brokers)
        config = {**settings.producer_config(), **_ALWAYS, "transactional.id": identity}
        self._client = connect(confluent_kafka.Producer, config, self._complaints)
        self._serving = Serving(self._complaints)
        self._serving.client = self._client
        self._transactions = Transactions(self._client, self._complaints, self._serving)
        # A consumer that never joins: it names the group in the producer's transactions.
        self._consumer = connect(
            confluent_kafka.Consumer,
            {**settings.consumer_config(identity), "group.id": identity},
            self._complaints,
        )
        self._begun: float | None = None
        self._failure: DeliveryError | None = None
        self.pending = 0
        """Records of the open transaction."""

    def __enter__(self) -> Self:
        """Shut out an older run of the same identity, and end what it left open.

        Raises:
            DeliveryError: the cluster does not answer, or refuses.
        """
        self._transactions.begin(self._patience)
        self._transactions.abort(self._patience)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._begun is not None:
                self._give_up()
        finally:
            self._consumer.close()
            self._client.purge()
            with suppress(KafkaException):  # as above
                self._client.close()

    @property
    def due(self) -> bool:
        """Whether the open transaction has become large or long enough to be committed."""
        return self._begun is not None and (self.pending >= _MOST or self._clock() - self._begun >= _LONGEST)

    def pause(self, pace: Pace) -> bool:
        """Wait for the next record's turn, with nothing left open meanwhile that readers would wait for.

        False when a stop came first: then it is not its turn.
        """
        if pace.delay >= _LONGEST:
            self.commit({})
        return pace.wait()

    def write(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: RawHeaders,
        *,
        partition: int | None = None,
        timestamp_ms: int | None = None,
    ) -> None:
        """Add a record to the open transaction, or to a new one; without partition, the key chooses it.

        Raises:
            DeliveryError: the client or the cluster refuses it.
        """
        if self._begun is None:
            self._transactions.begin(self._patience)
            self._begun = self._clock()
        deadline = self._clock() + self._patience
        while True:
            try:
                self._client.produce(
                    topic,
                    value,
                    key,
                    -1 if partition is None else partition,
                    self._told,
                    None,
                    timestamp_ms or 0,
                    list(headers),
                )
            except BufferError as error:
                if self._clock() > deadline:
                    raise DeliveryError(f"the queue to the brokers stayed full{self._complaints.known()}") from error
                self._serving.poll(0.1)
            except KafkaException as error:
                raise DeliveryError(f"not written to {topic}: {self._complaints.explain(error.args[0])}") from error
            else:
                break
        self.pending += 1
        self._serving.poll()

    def commit(self, progress: Mapping[Partition, int], notes: Mapping[Partition, str] = MappingProxyType({})) -> None:
        """Commit what was written, together with how far its source was read, and notes that go with that.

        Raises:
            DeliveryError: it is not committed, and nobody will read it.
        """
        if self._begun is None:
            if not progress:
                return
            self._transactions.begin(self._patience)
            self._begun = self._clock()
        try:
            if progress:
                self._keep(progress, notes)
            self._transactions.commit(self._patience)
        except BaseException as error:
            self._give_up()
            if self._failure is not None and isinstance(error, Exception):
                raise self._failure from error
            raise
        self._begun, self.pending = None, 0

    def _keep(self, progress: Mapping[Partition, int], notes: Mapping[Partition, str]) -> None:
        offsets = [TopicPartition(*place, offset, notes.get(place, "")) for place, offset in progress.items()]
        self._transactions.send_offsets(offsets, self._consumer.consumer_group_metadata(), self._patience)

    def _give_up(self) -> None:
        self._begun, self.pending = None, 0
        with suppress(DeliveryError):  # who was shut out cannot even abort; why is told by what led here
            self._transactions.abort(self._patience)

    def _told(self, error: KafkaError | None, message: Message) -> None:
        error = judged(error, message)
        if error is None:
            return
        self._transactions.failed(error)
        if self._failure is None and error.code() not in _GIVEN_UP:
            self._failure = DeliveryError(f"not written to {message.topic()}: {self._complaints.explain(error)}")
