"""Acknowledgements that no broker gave.

An idempotent client that hears of a written batch takes those before it on the partition for written as well, although
the broker refused them and they were to be sent again (librdkafka, `rd_kafka_handle_idempotent_Produce_success`): a
broker refuses what does not follow the batch before. But from a producer that it does not know on a partition, it takes
any batch as the first (Kafka, `ProducerAppendInfo.checkSequence`). So where it refused the very first one, because it
had not heard yet that it leads the partition, and takes the second, the client calls both delivered, and the first is
lost. It is told by the offset, which the report of such an event does not have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from confluent_kafka import KafkaError

if TYPE_CHECKING:
    from collections.abc import Callable

    from confluent_kafka import Message

    Judge: TypeAlias = Callable[[KafkaError | None, Message], KafkaError | None]
    """Says what went wrong with a delivery, if anything did, from the client's report of it."""

UNCONFIRMED: Final = KafkaError(
    KafkaError._GAPLESS_GUARANTEE,
    "no broker has said at which offset it is, as happens where a topic was just created, or leaders change",
)


def judged(error: KafkaError | None, message: Message) -> KafkaError | None:
    """What went wrong with a delivery, from the client's report of it; not for producers with `acks=0`."""
    return UNCONFIRMED if error is None and message.offset() is None else error


def judging(told: Callable[..., Any], error: KafkaError | None, message: Message) -> None:
    """Delivery callback that passes on what is judged."""
    told(judged(error, message), message)
