"""Transactions: everything sent in one is seen by `read_committed` readers together, or not at all."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from confluent_kafka import KafkaException

from eventpact.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Callable

    import confluent_kafka

    from eventpact.clients import Complaints

_AGAIN: Final = 0.1


class Transactions:
    """The transactions of one producer, one after the other."""

    def __init__(self, client: confluent_kafka.Producer, complaints: Complaints) -> None:
        self._client = client
        self._complaints = complaints
        self._initialised = False
        self._finished = False  # by a fatal error, after which the client does not even abort

    def begin(self, timeout: float) -> None:
        """Start a transaction; the first one registers the producer, which fences an older one of the same id."""
        if not self._initialised:
            self._call("register the transactional producer", self._client.init_transactions, timeout)
            self._initialised = True
        self._call("begin a transaction", lambda _: self._client.begin_transaction(), timeout)

    def commit(self, timeout: float) -> None:
        """Send what is left and commit."""
        self._call("commit the transaction", self._client.commit_transaction, timeout)

    def abort(self, timeout: float) -> None:
        """Give up everything that was sent in the transaction."""
        if not self._finished:
            self._call("abort the transaction", self._client.abort_transaction, timeout)

    def _call(self, doing: str, call: Callable[[float], None], timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while True:
            try:
                return call(max(0.0, deadline - time.monotonic()))
            except KafkaException as error:
                cause = error.args[0]
                self._finished = cause.fatal()
                if not cause.retriable() or time.monotonic() + _AGAIN > deadline:
                    raise DeliveryError(f"cannot {doing}: {self._complaints.explain(cause)}") from error
                time.sleep(_AGAIN)
