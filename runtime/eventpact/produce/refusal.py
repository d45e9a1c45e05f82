"""What it means when the Kafka client refuses an event or reports it as failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from confluent_kafka import KafkaError

from eventpact.errors import DeliveryError

if TYPE_CHECKING:
    from eventpact.clients import Complaints
    from eventpact.produce.route import Route

PURGED: Final = frozenset({KafkaError._PURGE_QUEUE, KafkaError._PURGE_INFLIGHT})
"""Of what the producer itself gave up."""

PERMANENT: Final = frozenset(
    {
        KafkaError.MSG_SIZE_TOO_LARGE,
        KafkaError.INVALID_MSG,
        KafkaError.INVALID_MSG_SIZE,
        KafkaError.INVALID_RECORD,
        KafkaError.INVALID_TIMESTAMP,
        KafkaError.RECORD_LIST_TOO_LARGE,
        KafkaError.TOPIC_EXCEPTION,
        KafkaError.POLICY_VIOLATION,
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError._UNKNOWN_TOPIC,
        KafkaError._UNKNOWN_PARTITION,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
        KafkaError._INVALID_ARG,
        KafkaError._STATE,
    }
)
"""About the event or its topic: brokers answer, and would answer the same again. Everything else is their failure."""

_TRANSACTIONAL: Final = "a transactional producer sends inside `with producer.transaction():` only"


def refused(cause: KafkaError, way: Route, size: int, complaints: Complaints) -> DeliveryError:
    """The error of an event that the client does not even queue."""
    if cause.code() == KafkaError.MSG_SIZE_TOO_LARGE:
        return too_large(way, size)
    reason = _TRANSACTIONAL if cause.code() == KafkaError._STATE else complaints.explain(cause)
    return DeliveryError(f"{way.event} is not sent to {way.topic}: {reason}")


def too_large(way: Route, size: int) -> DeliveryError:
    """The error of an event that no broker would take."""
    return DeliveryError(
        f"{way.event} is not sent to {way.topic}: its record of {size:,} bytes is larger than message.max.bytes allows"
    )


def queue_full(way: Route, waited: float, complaints: Complaints) -> DeliveryError:
    """The error of an event that found no room."""
    return DeliveryError(
        f"{way.event} is not sent: the queue to the brokers stayed full for {waited:g} s{complaints.known()}"
    )
