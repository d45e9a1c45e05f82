from __future__ import annotations

import gc
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from eventpact import Context, Settings
from eventpact.errors import SettingsError
from eventpact.observe import metrics
from eventpact.observe.catalogue import METRICS
from eventpact.observe.readings import TOTALS
from eventpact.observing import GROUPS, PRODUCERS
from eventpact_testing.broker import LocalBroker
from tests.runtime.raw import PATIENCE, write
from tests.runtime.sample import Noted, NoteReader, Posted, PostReader, SampleProducer

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
def registry_of_metrics() -> CollectorRegistry:
    registry = CollectorRegistry()
    metrics.register(registry)
    return registry


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return number


@pytest.fixture
def producer(settings: Settings) -> Iterator[SampleProducer]:
    with SampleProducer(settings, register="dev") as producer:
        yield producer


def samples(text: str) -> Samples:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scraped(registry: CollectorRegistry) -> Samples:
    return samples(generate_latest(registry).decode())


def value(found: Samples, name: str, **labels: str) -> float:
    return found.get((name, tuple(sorted(labels.items()))), 0.0)


def lags(found: Samples) -> dict[str, float]:
    """Lag by partition."""
    return {
        dict(labels)["partition"]: lag for (name, labels), lag in found.items() if name.endswith("group_lag_records")
    }


def fetched(port: int) -> str:
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE) as answer:
        text: str = answer.read().decode()
    return text


def test_what_a_producer_counts_is_shown(registry_of_metrics: CollectorRegistry, producer: SampleProducer) -> None:
    before = scraped(registry_of_metrics)
    producer.send_many([Posted(event_id=str(number)) for number in range(200)]).raise_for_failures()

    after = scraped(registry_of_metrics)

    sent, acknowledged = "eventpact_producer_events_sent_total", "eventpact_producer_events_acknowledged_total"
    assert value(after, sent, system="sample", event="Posted") == (
        value(before, sent, system="sample", event="Posted") + 200
    )
    assert value(after, acknowledged, system="sample") == value(before, acknowledged, system="sample") + 200
    assert value(after, "eventpact_producer_events_failed_total", system="sample") == value(
        before, "eventpact_producer_events_failed_total", system="sample"
    )
    assert value(after, "eventpact_producer_breaker_state", system="sample", state="closed") == 1
    assert value(after, "eventpact_producer_breaker_state", system="sample", state="open") == 0


def test_counters_do_not_fall_when_a_producer_ends(registry_of_metrics: CollectorRegistry, settings: Settings) -> None:
    before = scraped(registry_of_metrics)
    for _ in range(2):
        with SampleProducer(settings, register="dev") as producer:
            producer.send_and_wait(Posted(event_id="e"))
        del producer
        gc.collect()

    after = scraped(registry_of_metrics)

    name = "eventpact_producer_events_acknowledged_total"
    assert value(after, name, system="sample") - value(before, name, system="sample") == 2
    assert len(PRODUCERS) == 0


def test_what_a_group_counts_is_shown_while_it_runs_and_afterwards(
    registry_of_metrics: CollectorRegistry, settings: Settings, producer: SampleProducer, broker: LocalBroker
) -> None:
    seen: list[Samples] = []

    class Looking(PostReader):
        def on_posted(self, event: Posted, context: Context) -> None:
            seen.append(scraped(registry_of_metrics))

    before = scraped(registry_of_metrics)
    producer.send_many([Posted(event_id=str(number)) for number in range(3)]).raise_for_failures()
    write(broker, "sample.posted", b"rubbish")

    Looking().run(settings, max_events=4)

    after = scraped(registry_of_metrics)

    def more(name: str, **labels: str) -> float:
        return value(after, name, **labels) - value(before, name, **labels)

    assert more("eventpact_group_events_handled_total", group="post-reader", event="Posted") == 3
    assert more("eventpact_group_records_dead_lettered_total", group="post-reader") == 1
    assert more("eventpact_group_handling_seconds_count", group="post-reader") == 4
    assert more("eventpact_group_end_to_end_seconds_count", group="post-reader") == 4
    assert more("eventpact_group_handling_seconds_bucket", group="post-reader", le="+Inf") == 4
    assert value(seen[0], "eventpact_group_partitions_paused", group="post-reader") == 0
    assert ("eventpact_group_partitions_paused", (("group", "post-reader"),)) in seen[0]
    assert ("eventpact_group_partitions_paused", (("group", "post-reader"),)) not in after
    assert len(GROUPS) == 0


def test_the_lag_of_a_running_group_is_shown_by_partition(
    registry_of_metrics: CollectorRegistry, settings: Settings, producer: SampleProducer
) -> None:
    stop, go_on = threading.Event(), threading.Event()

    class Slow(PostReader):
        def on_posted(self, event: Posted, context: Context) -> None:
            go_on.wait(2 * PATIENCE)

    producer.send_many([Posted(event_id=str(number)) for number in range(30)]).raise_for_failures()
    running = threading.Thread(target=Slow().run, args=[settings], kwargs={"stop": stop, "concurrency": 2})
    running.start()
    deadline = time.monotonic() + PATIENCE
    while sum((shown := lags(scraped(registry_of_metrics))).values()) != 30 and time.monotonic() < deadline:
        time.sleep(0.05)
    in_flight = value(scraped(registry_of_metrics), "eventpact_group_records_in_flight", group="post-reader")
    stop.set()
    go_on.set()
    running.join()

    assert shown.keys() == {"0", "1", "2"}
    assert sum(shown.values()) == 30
    assert in_flight > 0
    assert lags(scraped(registry_of_metrics)) == {}


def test_tenants_are_no_labels(
    registry_of_metrics: CollectorRegistry, settings: Settings, producer: SampleProducer, broker: LocalBroker
) -> None:
    stop, go_on = threading.Event(), threading.Event()

    class Slow(NoteReader):
        def on_noted(self, event: Noted, context: Context) -> None:
            go_on.wait(2 * PATIENCE)

    broker.create_topic("sample.notes.globex", 2)
    for tenant in ("acme", "globex"):
        producer.send_many([Noted(note="n")] * 4, tenant_id=tenant).raise_for_failures()
    running = threading.Thread(target=Slow().run, args=[settings], kwargs={"stop": stop, "concurrency": 2})
    running.start()
    deadline = time.monotonic() + PATIENCE
    while 8.0 not in (shown := lags(scraped(registry_of_metrics))).values() and time.monotonic() < deadline:
        time.sleep(0.05)
    text = generate_latest(registry_of_metrics).decode()
    stop.set()
    go_on.set()
    running.join()

    assert 8.0 in shown.values(), "both tenants' records of the partition that their key leads to"
    assert 'topic="sample.notes.{tenant_id}"' in text
    assert "acme" not in text


def test_the_executor_of_the_codecs_is_named(registry_of_metrics: CollectorRegistry) -> None:
    [labels] = [dict(labels) for name, labels in scraped(registry_of_metrics) if name == "eventpact_build_info"]

    assert labels["codec"] in {"native", "python"}
    assert labels["librdkafka"].count(".") >= 2
    assert all(labels.values())


def test_registering_twice_shows_everything_once(registry_of_metrics: CollectorRegistry) -> None:
    metrics.register(registry_of_metrics)

    assert generate_latest(registry_of_metrics).decode().count("# TYPE eventpact_build_info") == 1


def test_names_and_units_follow_prometheus() -> None:
    for metric in METRICS:
        assert (metric.kind == "counter") == metric.name.endswith("_total"), metric.name
        if metric.kind == "histogram":
            assert metric.name.endswith("_seconds")
        assert metric.meaning.endswith(".")
        assert not {"tenant", "key", "id", "event_id", "offset"} & {*metric.labels}
    assert len({metric.name for metric in METRICS}) == len(METRICS)


def test_every_metric_is_described(registry_of_metrics: CollectorRegistry) -> None:
    shown = generate_latest(registry_of_metrics).decode()

    assert all(f"# HELP {metric.name} " in shown for metric in METRICS)


def test_a_port_is_open_for_as_long_as_a_producer_lives(settings: Settings, port: int) -> None:
    with SampleProducer(replace(settings, metrics_port=port), register="dev") as producer:
        producer.send_and_wait(Posted(event_id="e"))
        shown = fetched(port)

    assert 'eventpact_producer_events_sent_total{event="Posted",system="sample"}' in shown
    with pytest.raises(URLError):
        fetched(port)


def test_producers_and_groups_share_a_port_and_the_last_closes_it(settings: Settings, port: int) -> None:
    shared = replace(settings, metrics_port=port)
    shown: list[str] = []

    class Looking(PostReader):
        def on_posted(self, event: Posted, context: Context) -> None:
            shown.append(fetched(port))

    with SampleProducer(shared, register="dev") as producer:
        producer.send_and_wait(Posted(event_id="e"))
        Looking().run(shared, max_events=1)
        shown.append(fetched(port))

    assert 'eventpact_group_partitions_paused{group="post-reader"}' in shown[0]
    assert 'eventpact_producer_events_pending{system="sample"}' in shown[1]
    with pytest.raises(URLError):
        fetched(port)


def test_a_port_that_is_taken_is_a_clear_error(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]

        with pytest.raises(SettingsError, match=rf"cannot show metrics at 127\.0\.0\.1:{number}: .*METRICS_PORT"):
            SampleProducer(replace(settings, metrics_port=number))
        with pytest.raises(SettingsError, match="METRICS_PORT"):
            PostReader().run(replace(settings, metrics_port=number))

    assert len(PRODUCERS) == 0


def test_the_environment_names_the_port_and_its_address() -> None:
    found = Settings.from_env({"METRICS_PORT": "9400", "METRICS_ADDRESS": "0.0.0.0"}, required=())
    with pytest.raises(
        SettingsError, match=r"METRICS_PORT='99999' does not fit.*\n.*METRICS_ADDRESS='a b' does not fit"
    ):
        Settings.from_env({"METRICS_PORT": "99999", "METRICS_ADDRESS": "a b"}, required=())

    assert (found.metrics_port, found.metrics_address) == (9400, "0.0.0.0")
    assert Settings.from_env({}, required=()).metrics_port is None


def test_a_port_by_hand(port: int) -> None:
    with metrics.MetricsServer(port) as server:
        shown = fetched(server.port)

    assert "eventpact_build_info{" in shown
    assert "python_info{" in shown, "what else the process tells stands beside it"


def test_metrics_without_prometheus_client_name_the_extra() -> None:
    look = (
        "import sys; sys.modules['prometheus_client'] = None\n"
        "from eventpact import Settings\nfrom eventpact.observing import begin\n"
        "begin(Settings(metrics_port=9))"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=False)

    assert done.stderr.splitlines()[-1].endswith(
        "SettingsError: METRICS_PORT needs prometheus_client: pip install 'eventpact[metrics]'"
    )


def test_readings_sum_over_labels(producer: SampleProducer) -> None:
    before = TOTALS.read()
    producer.send_and_wait(Posted(event_id="e"))

    assert TOTALS.read().counter("eventpact_producer_events_sent_total") == (
        before.counter("eventpact_producer_events_sent_total") + 1
    )
    assert TOTALS.read().histogram("eventpact_no_such_seconds") is None
