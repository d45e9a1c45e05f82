"""Every metric: its name, its kind, what it means and by what it is told apart.

Names and units follow Prometheus's conventions: base units (seconds, bytes), `_total` on counters. Labels hold what
contracts declare: systems, groups, events, topics. Tenants, keys and ids are not among them: their number has no bound,
so a topic with run-time parameters counts under its declared name (`chat.messages.{tenant_id}`), all tenants together;
`eventpact tenants health` and `eventpact groups lag` tell one tenant from the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["counter", "gauge", "histogram"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric."""

    name: str
    """As Prometheus shows it, without the `_bucket`, `_sum` and `_count` of a histogram."""
    kind: Kind
    meaning: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Read(Metric):
    """A metric that is one attribute of a producer's or group's statistics."""

    attribute: str = ""


def _producer(name: str, kind: Kind, meaning: str, attribute: str) -> Read:
    return Read(f"eventpact_producer_{name}", kind, meaning, ("system",), attribute)


def _group(name: str, kind: Kind, meaning: str, attribute: str) -> Read:
    return Read(f"eventpact_group_{name}", kind, meaning, ("group",), attribute)


PRODUCER: Final = (
    _producer("events_acknowledged_total", "counter", "Events that the brokers have.", "acknowledged"),
    _producer("events_failed_total", "counter", "Events that were not acknowledged in time, or refused.", "failed"),
    _producer("events_given_up_total", "counter", "Events aborted with their transaction or at close.", "given_up"),
    _producer("events_dropped_total", "counter", "Events accepted and dropped: KAFKA_ENABLED is off.", "dropped"),
    _producer("events_spooled_total", "counter", "Events put into the spool: no broker took them.", "spooled"),
    _producer("events_resent_total", "counter", "Events of the spool, acknowledged later.", "resent"),
    _producer("events_rejected_total", "counter", "Events refused at once: the breaker was open.", "rejected"),
    _producer("breaker_opened_total", "counter", "How often the circuit breaker opened.", "opened"),
    _producer("events_pending", "gauge", "Events neither acknowledged nor failed yet.", "pending"),
    _producer("spool_events", "gauge", "Events in the spool.", "waiting"),
    _producer("spool_bytes", "gauge", "Room that the spool's events take.", "waiting_bytes"),
    _producer("spool_set_aside_events", "gauge", "Events in the spool that the brokers refuse.", "set_aside"),
    _producer(
        "delivery_seconds", "histogram", "From a send to its acknowledgement; a sample of the events.", "latency"
    ),
)
"""Of the producers of this process, by the system whose events they send."""

SENT: Final = Metric(
    "eventpact_producer_events_sent_total", "counter", "Events that were taken to be sent.", ("system", "event")
)

BREAKER: Final = Metric(
    "eventpact_producer_breaker_state",
    "gauge",
    "1 for the state that the circuit breaker is in, 0 for the others.",
    ("system", "state"),
)

BREAKER_STATES: Final = ("closed", "half-open", "open")
"""From good to bad; of several producers of a system, the worst state counts."""

GROUP: Final = (
    _group("records_retried_total", "counter", "Attempts at a record beyond its first.", "retried"),
    _group("records_delayed_total", "counter", "Records sent to a retry topic.", "delayed"),
    _group("records_dead_lettered_total", "counter", "Records sent to a dead letter topic.", "dead_lettered"),
    _group("records_skipped_total", "counter", "Records passed over by the group's policy.", "skipped"),
    _group("records_discarded_total", "counter", "Undecodable records of topics without dead letters.", "discarded"),
    _group("records_unknown_total", "counter", "Records of events that the group has no method for.", "unknown"),
    _group("tombstones_total", "counter", "Records without value.", "tombstones"),
    _group("records_lost_to_retention_total", "counter", "Records gone before the group came to them.", "gaps"),
    _group("records_in_flight", "gauge", "Records fetched and not dealt with yet.", "in_flight"),
    _group("partitions_paused", "gauge", "Partitions that are not fetched from for now.", "paused"),
    _group("handling_seconds", "histogram", "In a handler, attempts and the waits between them included.", "handling"),
    _group(
        "end_to_end_seconds", "histogram", "From a record's timestamp to the end of its handling; a sample.", "ages"
    ),
)
"""Of the groups that run in this process."""

HANDLED: Final = Metric(
    "eventpact_group_events_handled_total", "counter", "Events that a handler has returned for.", ("group", "event")
)

LAG: Final = Metric(
    "eventpact_group_lag_records",
    "gauge",
    "Records of the partitions that this member holds and has not dealt with; its tenants together.",
    ("group", "topic", "partition"),
)

ROUND_TRIP: Final = Metric(
    "eventpact_client_round_trip_seconds",
    "gauge",
    "From a request of the Kafka client to the broker's answer, over ten seconds: the mean and the 99th percentile.",
    ("client", "name", "broker", "measure"),
)
WAITING: Final = Metric(
    "eventpact_client_requests_waiting",
    "gauge",
    "Requests of the Kafka client that the broker has not answered yet.",
    ("client", "name", "broker"),
)
CONNECTED: Final = Metric(
    "eventpact_client_brokers_connected",
    "gauge",
    "Brokers that the Kafka client has a connection to.",
    ("client", "name"),
)
QUEUED: Final = Metric(
    "eventpact_client_queue_records",
    "gauge",
    "Records in the Kafka client's queues: to be sent, or fetched and not yet taken by the group.",
    ("client", "name"),
)
QUEUED_BYTES: Final = Metric(
    "eventpact_client_queue_bytes", "gauge", "Room that those records take.", ("client", "name")
)

CLIENT: Final = (ROUND_TRIP, WAITING, CONNECTED, QUEUED, QUEUED_BYTES)
"""From the Kafka client's own statistics, every ten seconds; `client` is producer or consumer, `name` its system or
group."""

BUILD: Final = Metric(
    "eventpact_build_info",
    "gauge",
    "Always 1; the labels name the versions, and the executor of the codecs (native or python).",
    ("version", "codec", "confluent_kafka", "librdkafka"),
)

METRICS: Final[tuple[Metric, ...]] = (SENT, *PRODUCER, BREAKER, HANDLED, *GROUP, LAG, *CLIENT, BUILD)
"""In the order of the reference page."""
