"""Transactions that break on their own, with a client that says so when it is asked for something."""

from __future__ import annotations

from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException

from eventpact.clients import Complaints
from eventpact.errors import DeliveryError
from eventpact.produce.serving import Serving
from eventpact.produce.transaction import Transactions

HOUR = 3600.0


class Client:
    """Has an event that it never sends, as where the right to write is missing."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def __len__(self) -> int:
        return 0 if "abort" in self.done else 1

    def flush(self, _: float) -> None:
        self.done.append("flush")

    def init_transactions(self, _: float) -> None: ...

    def begin_transaction(self) -> None:
        self.done.append("begin")
        if self.done != ["begin"]:
            self._refuse()

    def send_offsets_to_transaction(self, *_: object) -> None:
        self.done.append("offsets")
        self._refuse()

    def abort_transaction(self, _: float) -> None:
        self.done.append("abort")

    def _refuse(self) -> None:
        reason = "no right to write to orders"
        raise KafkaException(KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED, reason, txn_requires_abort=True))


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def transactions(client: Client) -> Transactions:
    stand_in: Any = client
    complaints = Complaints("127.0.0.1:9092")
    serving = Serving(complaints)
    serving.client = stand_in
    transactions = Transactions(stand_in, complaints, serving)
    transactions.begin(HOUR)
    return transactions


def test_offsets_after_an_event_that_broke_the_transaction_are_refused_at_once_with_the_reason(
    client: Client, transactions: Transactions
) -> None:
    with pytest.raises(DeliveryError, match="no right to write to orders"):
        transactions.send_offsets([], None, HOUR)

    assert client.done == ["begin", "flush", "begin", "offsets"]


def test_offsets_of_a_producer_that_is_fenced_meanwhile_are_refused_with_that_reason(
    client: Client, transactions: Transactions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fenced(_: float) -> None:
        raise KafkaException(KafkaError(KafkaError._FENCED, "another producer has started", fatal=True))

    monkeypatch.setattr(client, "flush", fenced)

    with pytest.raises(DeliveryError, match=r"another producer.*a new one can"):
        transactions.send_offsets([], None, HOUR)


def test_a_broken_transaction_is_taken_back_without_waiting_for_what_is_not_sent_any_more(
    client: Client, transactions: Transactions
) -> None:
    transactions.abort(HOUR)

    assert client.done == ["begin", "flush", "begin", "abort"]


def test_a_producer_that_does_not_know_what_became_of_an_event_takes_no_more(transactions: Transactions) -> None:
    transactions.abort(HOUR)

    with pytest.raises(DeliveryError, match=r"taken back \(1\) is not known.*a new one can"):
        transactions.begin(HOUR)
