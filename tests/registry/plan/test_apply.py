"""Plans applied to the embedded registry and the embedded broker, and to ones that fail."""

from __future__ import annotations

import http.client
import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from eventpact.errors import BrokerError, ContractError, EventPactError
from eventpact.operate.topics import Topics
from eventpact.settings import Settings
from eventpact_registry.client import Pin, RegistryClient
from eventpact_registry.contracts.model import Mode
from eventpact_registry.plan import Progress, Retries, apply, as_json, describe, plan, read_state, rows, summary
from eventpact_registry.server import EmbeddedRegistry
from eventpact_testing.broker import LocalBroker
from tests.registry.contracts.building import TOPIC, avsc, field
from tests.registry.plan.contracts import SUBJECT, TOPIC_NAME, V1, V2, V3_REQUIRES, shop
from tests.runtime.leaders import hang

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_registry.plan import Desired, Plan


class Parts:
    """A registry and a broker of a test's own."""

    def __init__(self, registry: RegistryClient, broker: LocalBroker) -> None:
        self.registry = registry
        self.broker = broker
        self.cluster = broker.topics
        self.settings = Settings(brokers=broker.bootstrap_servers)

    def plan(self, wanted: Desired) -> Plan:
        return plan(wanted, read_state(wanted, registry=self.registry, cluster=self.cluster))

    def apply(self, wanted: Desired) -> None:
        apply(self.plan(wanted), registry=self.registry, cluster=self.cluster)


@pytest.fixture
def parts() -> Iterator[Parts]:
    with (
        EmbeddedRegistry() as embedded,
        RegistryClient(Settings(registry_url=embedded.url)) as registry,
        LocalBroker() as broker,
    ):
        yield Parts(registry, broker)


PRICED = avsc(
    "OrderPlaced",
    field("orderId"),
    field("price", "io.shop.Money", default={"amount": "0"}),
    references=[{"name": "io.shop.Money", "version": 1}],
)
MONEY = {"shop/types/Money.v1.avsc": avsc("Money", field("amount"))}


def test_after_apply_a_plan_is_empty(parts: Parts) -> None:
    wanted = shop(V1, V2, PRICED, **MONEY)

    parts.apply(wanted)

    assert parts.plan(wanted).empty
    assert parts.registry.subjects() == ["io.shop.Money", SUBJECT]
    assert parts.registry.versions(SUBJECT) == [1, 2, 3]
    assert parts.registry.version(SUBJECT, 3).pins == (Pin("io.shop.Money", "io.shop.Money", 1),)
    assert parts.registry.level(SUBJECT) is Mode.BACKWARD_TRANSITIVE
    assert parts.cluster.states()[TOPIC_NAME].partitions == 3


def test_history_that_breaks_its_own_level_is_registered_and_the_level_holds_afterwards(parts: Parts) -> None:
    wanted = shop(V1, V3_REQUIRES)

    parts.apply(wanted)

    assert parts.plan(wanted).empty
    assert parts.registry.level(SUBJECT) is Mode.BACKWARD_TRANSITIVE


def test_progress_is_told_of_each_step_when_it_is_done(parts: Parts) -> None:
    seen: list[Progress] = []

    apply(parts.plan(shop(V1)), registry=parts.registry, cluster=parts.cluster, on_step=seen.append)

    assert [(progress.done, progress.total, describe(progress.step).action) for progress in seen] == [
        (1, 4, "set level"),
        (2, 4, "set owner"),
        (3, 4, "register"),
        (4, 4, "create"),
    ]


@pytest.mark.parametrize("stop_after", range(1, 9))
def test_an_apply_that_was_stopped_after_any_step_is_finished_by_the_next(parts: Parts, stop_after: int) -> None:
    wanted = shop(V1, V3_REQUIRES, **MONEY)
    todo = parts.plan(wanted)
    assert len(todo.steps) == 9

    def stop(progress: Progress) -> None:
        if progress.done == stop_after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apply(todo, registry=parts.registry, cluster=parts.cluster, on_step=stop)
    resumed = parts.plan(wanted)
    apply(resumed, registry=parts.registry, cluster=parts.cluster)

    assert len(resumed.steps) == 9 - stop_after
    assert parts.plan(wanted).empty


def test_a_plan_that_was_applied_already_changes_nothing(parts: Parts) -> None:
    wanted = shop(V1, V2)
    todo = parts.plan(wanted)

    for _ in range(2):
        apply(todo, registry=parts.registry, cluster=parts.cluster)

    assert parts.registry.versions(SUBJECT) == [1, 2]
    assert parts.plan(wanted).empty


def test_nothing_is_changed_while_there_is_a_conflict(parts: Parts) -> None:
    parts.registry.register(SUBJECT, V3_REQUIRES, ())

    with pytest.raises(ContractError, match="means something else in the registry"):
        parts.apply(shop(V1, V2))

    assert parts.registry.versions(SUBJECT) == [1]
    assert parts.cluster.states() == {}


def test_a_version_number_that_the_registry_will_not_give_is_an_error_that_says_why(parts: Parts) -> None:
    wanted = shop(V1)
    parts.apply(wanted)
    _asked(parts.registry.url, "DELETE", f"/subjects/{SUBJECT}")

    with pytest.raises(EventPactError, match=r"made it version 2 where .*OrderPlaced\.v1\.avsc says 1"):
        parts.apply(wanted)


def test_a_registration_between_plan_and_apply_stops_it_before_it_registers_more(parts: Parts) -> None:
    wanted = shop(V1)
    todo = parts.plan(wanted)
    parts.registry.register(SUBJECT, V3_REQUIRES, ())

    with pytest.raises(EventPactError, match=r"moved since the plan: its version 1 .* is another schema; plan again"):
        apply(todo, registry=parts.registry, cluster=parts.cluster)

    assert parts.registry.versions(SUBJECT) == [1]


def test_a_deletion_between_plan_and_apply_stops_it_before_it_registers_more(parts: Parts) -> None:
    parts.apply(shop(V1))
    todo = parts.plan(shop(V1, V2))
    _asked(parts.registry.url, "DELETE", f"/subjects/{SUBJECT}")

    with pytest.raises(EventPactError, match=rf"has no version 1 of {SUBJECT}; plan again"):
        apply(todo, registry=parts.registry, cluster=parts.cluster)

    assert parts.registry.versions(SUBJECT) == []


def test_a_topic_that_somebody_made_meanwhile_is_taken_as_it_is_when_it_fits(parts: Parts) -> None:
    wanted = shop(V1)
    todo = parts.plan(wanted)
    [create] = [step.contract for step in todo.steps if hasattr(step, "contract")]
    parts.cluster.create(create)

    apply(todo, registry=parts.registry, cluster=parts.cluster)

    assert parts.plan(wanted).empty


def test_partitions_cannot_be_added_on_the_embedded_broker_and_the_error_says_so(parts: Parts) -> None:
    parts.apply(shop(V1))

    with pytest.raises(EventPactError, match=f"add partitions {TOPIC_NAME} failed"):
        parts.apply(shop(V1, topic="description: Orders.\npartitions: 6\nretention: 7d\n"))


def test_new_topics_are_waited_for_together_when_all_steps_are_done(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []
    monkeypatch.setattr(Topics, "wait_for_leaders", lambda _, partitions: told.append(sorted(partitions)))
    wanted = shop(
        V1,
        **{
            "shop/order.paid/topic.yaml": TOPIC,
            "shop/order.paid/OrderPaid.v1.avsc": avsc("OrderPaid", field("orderId")),
        },
    )

    apply(
        parts.plan(wanted),
        registry=parts.registry,
        cluster=parts.cluster,
        on_step=lambda progress: told.append(describe(progress.step).action),
    )

    *steps, waited = told
    assert steps.count("create") == 2
    assert waited == sorted((name, number) for name in (TOPIC_NAME, "order.paid") for number in range(3))


def test_a_topic_that_is_made_and_not_served_is_said_and_not_taken_for_ready(parts: Parts) -> None:
    parts.cluster._timeout = 0.5
    done: list[Progress] = []
    hang(parts.broker, times=20)

    with pytest.raises(
        EventPactError, match=rf"all steps are done \(4\); .* the leaders of {TOPIC_NAME}/0, .* did not"
    ):
        apply(parts.plan(shop(V1)), registry=parts.registry, cluster=parts.cluster, on_step=done.append)

    assert [progress.done for progress in done] == [1, 2, 3, 4]
    parts.cluster = parts.broker.topics  # whose connection does not hang
    assert parts.plan(shop(V1)).empty


def test_each_side_is_planned_and_applied_alone(parts: Parts) -> None:
    wanted = shop(V1)

    schemas = plan(wanted, read_state(wanted, registry=parts.registry, cluster=None))
    apply(schemas, registry=parts.registry, cluster=None)
    topics = plan(wanted, read_state(wanted, registry=None, cluster=parts.cluster))
    apply(topics, registry=None, cluster=parts.cluster)

    assert {describe(step).part for step in schemas.steps} == {"subject"}
    assert {describe(step).part for step in topics.steps} == {"topic"}
    assert parts.plan(wanted).empty


def test_a_plan_is_shown_as_rows_as_a_line_and_as_json(parts: Parts) -> None:
    todo = parts.plan(shop(V1))

    assert rows(todo)[0] == ("set level", "subject", SUBJECT, "none of its own → BACKWARD_TRANSITIVE")
    assert summary(todo) == "4 changes"
    shown = json.loads(json.dumps(as_json(todo)))
    assert [change["action"] for change in shown["changes"]] == ["set level", "set owner", "register", "create"]
    assert shown["changes"][3]["contract"]["partitions"] == 3
    parts.apply(shop(V1))
    assert summary(parts.plan(shop(V1))) == "No changes: 1 subject and 1 topic as declared"


def test_a_registry_that_fails_for_a_while_is_tried_again(parts: Parts) -> None:
    wanted = shop(V1)
    todo = parts.plan(wanted)
    waits: list[float] = []
    with (
        _failing_at_first(parts.registry.url, failures=4) as url,
        RegistryClient(Settings(registry_url=url)) as proxied,
    ):
        apply(todo, registry=proxied, cluster=parts.cluster, retries=Retries(sleep=waits.append))

    assert waits == [0.5]
    assert parts.plan(wanted).empty


def test_a_registry_that_keeps_failing_is_an_error_after_a_bounded_number_of_attempts(parts: Parts) -> None:
    todo = parts.plan(shop(V1))
    waits: list[float] = []
    with (
        _failing_at_first(parts.registry.url, failures=1_000) as url,
        RegistryClient(Settings(registry_url=url)) as proxied,
        pytest.raises(EventPactError, match=r"says .*503.*0 of 4 steps done"),
    ):
        apply(todo, registry=proxied, cluster=parts.cluster, retries=Retries(attempts=3, sleep=waits.append))

    assert waits == [0.5, 1.0]


def test_a_broker_that_is_gone_is_an_error_that_says_how_far_apply_came(parts: Parts) -> None:
    todo = parts.plan(shop(V1))
    with LocalBroker() as other:
        gone = Topics(Settings(brokers=other.bootstrap_servers), timeout=0.2)

    with pytest.raises(EventPactError, match=f"create {TOPIC_NAME} failed: .*3 of 4 steps done") as caught:
        apply(todo, registry=parts.registry, cluster=gone, retries=Retries(attempts=1))

    assert isinstance(caught.value.__cause__, BrokerError)


def _asked(url: str, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


@contextmanager
def _failing_at_first(target: str, *, failures: int) -> Iterator[str]:
    """A front of a registry that answers 503 so many times and then passes everything on."""
    left = [failures]

    class Front(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if left[0] > 0:
                left[0] -= 1
                status, answer = 503, b"{}"
            else:
                status, answer = _asked(target, self.command, self.path, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PUT = _answer  # noqa: N815 - http.server calls them so

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Front)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
