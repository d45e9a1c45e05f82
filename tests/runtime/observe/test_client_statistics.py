from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from eventpact import Settings
from eventpact.observe import clients, metrics
from eventpact.observe.clients import ClientWatch
from eventpact.observe.readings import TOTALS
from eventpact.observing import watched
from tests.runtime.observe.test_metrics import port
from tests.runtime.raw import PATIENCE
from tests.runtime.sample import Posted, SampleProducer

__all__ = ["port"]


def broker(number: int, *, state: str = "UP", mean: int = 2_000, p99: int = 9_000, source: str = "learned") -> Any:
    return {"nodeid": number, "state": state, "source": source, "waitresp_cnt": 4, "rtt": {"avg": mean, "p99": p99}}


def absent(lines: set[str], registry: CollectorRegistry) -> set[str]:
    """Those that no line of the metrics begins with."""
    shown = generate_latest(registry).decode()
    return {line for line in lines if line not in shown}


def telling(*brokers: Any, **more: Any) -> str:
    return json.dumps({"brokers": {str(place): one for place, one in enumerate(brokers)}, **more})


def test_a_client_tells_of_its_brokers_in_seconds() -> None:
    watch = ClientWatch("producer", "watched-1")

    watch(telling(broker(1), broker(2, state="DOWN"), broker(-1), broker(3, source="logical"), msg_cnt=7, msg_size=900))

    gauges = TOTALS.read().gauges
    whose = ("producer", "watched-1")
    assert gauges["eventpact_client_brokers_connected", whose] == 1
    assert gauges["eventpact_client_queue_records", whose] == 7
    assert gauges["eventpact_client_queue_bytes", whose] == 900
    assert gauges["eventpact_client_round_trip_seconds", (*whose, "1", "mean")] == pytest.approx(0.002)
    assert gauges["eventpact_client_round_trip_seconds", (*whose, "2", "p99")] == pytest.approx(0.009)
    assert gauges["eventpact_client_requests_waiting", (*whose, "1")] == 4
    assert [one.broker for one in watch.brokers] == ["1", "2"]


def test_a_consumers_queue_is_what_it_fetched() -> None:
    watch = ClientWatch("consumer", "watched-2")
    partitions = {"0": {"fetchq_cnt": 5, "fetchq_size": 50}, "1": {"fetchq_cnt": 6, "fetchq_size": 60}}

    watch(telling(topics={"a": {"partitions": partitions}}, msg_cnt=0, msg_size=0))

    assert (watch.queued, watch.queued_bytes) == (11, 110)


def test_of_several_clients_of_one_name_queues_add_up_and_the_slowest_answer_counts() -> None:
    one, other = ClientWatch("producer", "watched-3"), ClientWatch("producer", "watched-3")

    one(telling(broker(1, mean=1_000), msg_cnt=2))
    other(telling(broker(1, mean=5_000), msg_cnt=3))

    gauges = TOTALS.read().gauges
    assert gauges["eventpact_client_queue_records", ("producer", "watched-3")] == 5
    assert gauges["eventpact_client_round_trip_seconds", ("producer", "watched-3", "1", "mean")] == pytest.approx(0.005)


def test_a_client_that_tells_no_more_is_forgotten() -> None:
    now = [0.0]
    watch = ClientWatch("producer", "watched-4", clock=lambda: now[0])
    watch(telling(broker(1)))
    key = "eventpact_client_queue_records", ("producer", "watched-4")
    assert key in TOTALS.read().gauges

    now[0] = 60.0

    assert key not in TOTALS.read().gauges


def test_nothing_is_asked_of_a_client_where_no_metrics_are_shown(settings: Settings) -> None:
    assert watched(settings, "producer", "sample") == {}


def test_a_real_client_tells(settings: Settings, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "INTERVAL_MS", 50)
    registry = CollectorRegistry()
    metrics.register(registry)
    with SampleProducer(replace(settings, metrics_port=port), register="dev") as producer:
        producer.send_and_wait(Posted(event_id="e"))
        wanted = {
            'eventpact_client_round_trip_seconds{broker="1",client="producer",measure="p99",name="sample"}',
            'eventpact_client_brokers_connected{client="producer",name="sample"} 1.0',
        }
        deadline = time.monotonic() + PATIENCE
        while (missing := absent(wanted, registry)) and time.monotonic() < deadline:
            producer.send_and_wait(Posted(event_id="e"))

    assert not missing
