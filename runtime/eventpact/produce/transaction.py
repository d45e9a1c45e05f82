"""Transactions: everything sent in one is seen by `read_committed` readers together, or not at all."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from confluent_kafka import KafkaError, KafkaException

from eventpact.errors import DeliveryError
from eventpact.produce.unconfirmed import UNCONFIRMED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import confluent_kafka
    from confluent_kafka import TopicPartition

    from eventpact.clients import Complaints
    from eventpact.produce.serving import Serving

RECONNECTING: Final[Mapping[str, str]] = {"connections.max.idle.ms": "5000"}
"""What every client with transactions is made with.

One that lost a broker makes a new connection, but looks for a group's coordinator on the old one that it knew. There it
waits beyond any time-out, until another connection opens or closes (librdkafka's issues 5511 and 5456), and brokers
close idle ones only after ten minutes.
"""

_AGAIN: Final = 0.1

_LOOK: Final = 0.1
"""Seconds of one wait for acknowledgements. The client's own `flush` goes on after a fatal error when it may take
longer than 0.2 s, and calls back with that error raised already."""


class Transactions:
    """The transactions of one producer, one after the other."""

    def __init__(self, client: confluent_kafka.Producer, complaints: Complaints, serving: Serving) -> None:
        self.client = client
        self._complaints = complaints
        self._serving = serving
        self._initialised = False
        self._open = False
        self._broken = False
        """Whether the client takes nothing more in this transaction but its end."""
        self._unconfirmed = False
        """Whether something that was sent in this transaction may not be written, although the client says so."""
        self.on_abort: Callable[[], None] = lambda: None
        """Called when what was sent in a transaction is taken back."""
        self._lock = threading.Lock()
        self._holder: threading.Thread | None = None
        """Who began the transaction that is open."""

    def begin(self, timeout: float) -> None:
        """Start a transaction; the first one registers the producer, which fences an older one of the same id.

        Raises:
            DeliveryError: it cannot be begun: another one is open, or the cluster does not take it.
        """
        self._hold()
        try:
            if not self._initialised:
                self._call("register the transactional producer", self.client.init_transactions, timeout)
                self._initialised = True
            self._broken = self._unconfirmed = False
            self._call("begin a transaction", lambda _: self.client.begin_transaction(), timeout)
        except BaseException:
            self._holder = None
            raise
        self._open = True

    def send_offsets(self, offsets: list[TopicPartition], group: object, timeout: float) -> None:
        """Commit a group's offsets with the transaction; `group` is the consumer's `consumer_group_metadata()`.

        What was sent in the transaction is written first: a refusal breaks it, and then nothing more can be written.

        Raises:
            DeliveryError: the offsets are not taken, or what was sent before is not acknowledged in time.
        """
        unwritten = self._write(timeout)
        self._check_confirmed("commit offsets in the transaction")
        if unwritten and not (self._broken or self.finished):  # else the client says why
            raise DeliveryError(
                f"cannot commit offsets in the transaction: {unwritten} events before them are not acknowledged after "
                f"{timeout:g} s{self._complaints.known()}",
                failed=unwritten,
            )
        self._call(
            "commit offsets in the transaction",
            lambda left: self.client.send_offsets_to_transaction(offsets, group, left),
            timeout,
        )

    @property
    def finished(self) -> bool:
        """Whether a fatal error ended this producer: another one with its transactional id, for instance."""
        return self._serving.ended is not None

    def commit(self, timeout: float) -> None:
        """Send what is left and commit.

        Raises:
            DeliveryError: it is not committed.
        """
        deadline = time.monotonic() + timeout
        self._write(timeout)
        self._check_confirmed("commit the transaction")
        self._call("commit the transaction", self.client.commit_transaction, max(_AGAIN, deadline - time.monotonic()))
        self._open, self._holder = False, None

    def abort(self, timeout: float) -> None:
        """Give up everything that was sent in the transaction.

        What is not acknowledged is waited for first. The client would drop it and count it as never written. Where it
        had not told the cluster of its partition yet, it would end a transaction that the broker has never heard of:
        since Kafka 4 (KIP-890) that is fatal (INVALID_TXN_STATE). Where a broker has it all the same, the client would
        give its sequence numbers to the next events, and the broker would refuse these (OUT_OF_ORDER_SEQUENCE_NUMBER),
        or take them for a repetition and drop them. So where an answer is still missing then, this producer is ended.
        """
        if self._serving.ended is not None:
            self._holder = None
            self.on_abort()
            return  # the client does not even abort
        unwritten = self._write(timeout)
        try:
            self._call("abort the transaction", self.client.abort_transaction, timeout)
            self._open = False
        finally:
            self._holder = None
            self.on_abort()
            if unwritten and not self.finished:
                what = f"what became of events that were taken back ({unwritten}) is not known"
                self._serving.end(KafkaError(KafkaError._PURGE_INFLIGHT, what, fatal=True))

    def failed(self, error: KafkaError) -> None:
        """An event failed that was sent in the transaction: the client knows, but for what it takes for written."""
        self._unconfirmed |= error is UNCONFIRMED

    def aborted(self, timeout: float) -> bool:
        """Abort what is open, at the end of the producer; whether nothing is open then."""
        if self._open and not self.finished:
            try:
                self._call("abort the transaction", self.client.abort_transaction, timeout)
            except DeliveryError:
                return False
        return True

    def _hold(self) -> None:
        """Say whose the transaction is, or that another thread has one."""
        here = threading.current_thread()
        with self._lock:
            holder = self._holder
            if holder is None:
                self._holder = here
                return
        whose = "this thread" if holder is here else f"thread {holder.name}"
        raise DeliveryError(
            f"cannot begin a transaction: {whose} has one open, and a producer has one at a time; wait for its end, or "
            "give each thread a producer, and a transactional id, of its own"
        )

    def _check_confirmed(self, doing: str) -> None:
        if self._unconfirmed:
            raise DeliveryError(f"cannot {doing}: an event of it may not be written: {UNCONFIRMED.str()}")

    def _write(self, timeout: float) -> int:
        """Send what lingers and wait until it is acknowledged or has failed; how much is neither after `timeout`.

        Not waited for is what the client will not send any more, because the transaction is broken.
        """
        deadline = time.monotonic() + timeout
        while len(self.client) and not (self.finished or self._broken) and (left := deadline - time.monotonic()) > 0:
            try:
                self.client.flush(min(left, _LOOK))
            except KafkaException as error:
                self._serving.end(error.args[0])
            else:
                self._look_whether_broken()
        return len(self.client)

    def _look_whether_broken(self) -> None:
        """Begin what is begun: the client refuses it in any case, and says so where the transaction is broken.

        There is no other way to ask: it tells when it is next told to do something.
        """
        if self._open and len(self.client):
            try:
                self.client.begin_transaction()
            except KafkaException as error:
                self._broken = error.args[0].txn_requires_abort()

    def _call(self, doing: str, call: Callable[[float], None], timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while True:
            if self._serving.ended is not None:
                raise DeliveryError(f"cannot {doing}: {self._serving.ended}")
            try:
                return call(max(0.0, deadline - time.monotonic()))
            except KafkaException as error:
                cause = error.args[0]
                self._broken |= cause.txn_requires_abort()
                if cause.fatal():
                    self._serving.end(cause)
                    raise DeliveryError(f"cannot {doing}: {self._serving.ended}") from error
                if not cause.retriable() or time.monotonic() + _AGAIN > deadline:
                    raise DeliveryError(f"cannot {doing}: {self._complaints.explain(cause)}") from error
                time.sleep(_AGAIN)
