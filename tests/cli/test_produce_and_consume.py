"""`produce` and `consume` as a user types them, against the embedded broker and registry."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from eventpact.avro import parse
from eventpact.containers import read_archive, read_values, write_values
from eventpact_registry.server import EmbeddedRegistry
from eventpact_testing.broker import LocalBroker
from tests.cli.commands import Ended, Run, write
from tests.registry.contracts.building import SYSTEM, TOPIC, avsc, field
from tests.runtime import raw

if TYPE_CHECKING:
    from collections.abc import Iterator

ENVELOPE = [field("eventId"), field("sentAt", {"type": "long", "logicalType": "timestamp-millis"}), field("kind")]
CONTRACTS = {
    "shop/system.yaml": SYSTEM
    + "fill: {eventId: id, sentAt: time, kind: type}\nproducer: {enable.idempotence: false, linger.ms: 0}\n",
    "shop/order.placed/topic.yaml": TOPIC + "headers: {event-type: kind, mail: email, origin: =shop}\n",
    "shop/order.placed/OrderPlaced.v1.avsc": avsc("OrderPlaced", *ENVELOPE, field("orderId"), field("email", pii=True)),
    "shop/order.placed/OrderPlaced.v2.avsc": avsc(
        "OrderPlaced",
        *ENVELOPE,
        field("orderId"),
        field("email", pii=True),
        field("items", {"type": "array", "items": "string"}, default=[]),
    ),
    "shop/order.events/topic.yaml": TOPIC,
    "shop/order.events/OrderPacked.v1.avsc": avsc("OrderPacked", field("orderId")),
    "shop/order.events/OrderShipped.v1.avsc": avsc("OrderShipped", field("orderId")),
    "shop/notes.{tenant_id}/topic.yaml": TOPIC.replace("key: orderId", "key: author\ncleanup-policy: compact"),
    "shop/notes.{tenant_id}/NoteTaken.v1.avsc": avsc(
        "NoteTaken", field("author", ["null", "string"], default=None, pii=True)
    ),
}
TOPICS = {"order.placed": 3, "order.events": 1, "notes.acme": 1}


@pytest.fixture(scope="module")
def registry() -> Iterator[EmbeddedRegistry]:
    with EmbeddedRegistry() as one:
        yield one


@pytest.fixture
def broker() -> Iterator[LocalBroker]:
    with LocalBroker(TOPICS) as one:
        yield one


@pytest.fixture
def at(broker: LocalBroker, registry: EmbeddedRegistry, work: Path, run: Run) -> dict[str, str]:
    """The variables of a cluster and a registry that have the contracts."""
    write(work / "contracts", CONTRACTS)
    applied = run("apply", "--only", "schemas", "--quiet", SCHEMA_REGISTRY_URL=registry.url)
    assert applied.code == 0, applied.err
    return {"KAFKA_BROKERS": broker.bootstrap_servers, "SCHEMA_REGISTRY_URL": registry.url, "KAFKA_FETCH_WAIT_MS": "20"}


def lines(*values: dict[str, Any]) -> str:
    return "".join(f"{json.dumps(value)}\n" for value in values)


def order(number: int, **more: Any) -> dict[str, Any]:
    return {"orderId": f"o-{number}", "email": f"mia{number}@example.org", **more}


def said(ended: Ended) -> list[dict[str, Any]]:
    assert ended.code == 0, ended.err
    return [json.loads(line) for line in ended.out.splitlines()]


class TestProduce:
    def test_events_get_key_headers_and_envelope_of_their_contract(
        self, run: Run, work: Path, at: dict[str, str], broker: LocalBroker
    ) -> None:
        (work / "orders.jsonl").write_text(lines(order(1), order(2, eventId="mine")))

        sent = run("produce", "shop/OrderPlaced", "orders.jsonl", **at)

        assert (sent.code, sent.out) == (0, "2 events acknowledged on order.placed\n")
        records = {one.key(): one for one in raw.read(broker, "order.placed", 2)}
        headers = dict(records[b"o-1"].headers() or ())
        assert headers["event-type"] == b"order.placed"
        assert (headers["mail"], headers["origin"]) == (b"mia1@example.org", b"shop")
        shown = {one["key"]: one for one in said(run("consume", "OrderPlaced", "--format", "json", **at))}
        assert shown["o-2"]["data"]["eventId"] == "mine"
        assert len(shown["o-1"]["data"]["eventId"]) == 36
        assert shown["o-1"]["data"]["items"] == []

    def test_nothing_of_a_file_is_sent_when_one_line_is_wrong(
        self, run: Run, work: Path, at: dict[str, str], broker: LocalBroker
    ) -> None:
        (work / "orders.jsonl").write_text(lines(order(1)) + "\n" + lines(order(2, items=[7])))

        ended = run("produce", "OrderPlaced", "orders.jsonl", **at)

        assert ended.error == "orders.jsonl: line 3: items[0]: expected a string, got a number"
        assert raw.read(broker, "order.placed", 1, patience=0.3) == []

    def test_what_came_before_a_wrong_line_of_a_stream_is_acknowledged_and_counted(
        self, run: Run, work: Path, at: dict[str, str], broker: LocalBroker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (work / "stream").write_text(lines(order(1), order(2)) + "{damaged\n" + lines(order(4)))
        with (work / "stream").open("rb") as stream:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream))
            ended = run("produce", "OrderPlaced", **at)

        assert ended.code == 2
        first, second = ended.err.splitlines()
        assert first == "2 events acknowledged on order.placed"
        assert second.startswith("error: the stream: line 3: no JSON")
        assert len(raw.read_all(broker, "order.placed", 2)) == 2

    def test_a_dry_run_asks_nobody(self, run: Run, work: Path) -> None:
        write(work / "contracts", CONTRACTS)
        (work / "orders.jsonl").write_text(lines(order(1), order(2)))

        ended = run("produce", "OrderPlaced", "orders.jsonl", "--dry-run")

        assert (ended.code, ended.out) == (0, "2 events would go to order.placed\n")

    def test_a_container_file_of_an_older_version_is_sent_as_the_newest(
        self, run: Run, work: Path, at: dict[str, str]
    ) -> None:
        old = parse(CONTRACTS["shop/order.placed/OrderPlaced.v1.avsc"])
        values = [{"eventId": "e", "sentAt": 0, "kind": "k", "orderId": "o-9", "email": "mia@example.org"}]
        write_values(work / "old.avro", values, old, logical_types=False)

        sent = run("produce", "OrderPlaced", "old.avro", **at)

        assert sent.out == "1 event acknowledged on order.placed\n", sent.err
        assert said(run("consume", "OrderPlaced", "--format", "json", **at))[0]["data"]["items"] == []

    def test_avros_own_json_is_taken_on_request(self, run: Run, work: Path, at: dict[str, str]) -> None:
        (work / "notes.jsonl").write_text(lines({"author": {"string": "mia"}}))

        sent = run("produce", "NoteTaken", "notes.jsonl", "--json", "avro", "--param", "tenant_id=acme", **at)

        assert sent.out == "1 event acknowledged on notes.acme\n", sent.err

    def test_an_event_without_key_is_refused_on_a_compacted_topic(
        self, run: Run, work: Path, at: dict[str, str]
    ) -> None:
        (work / "notes.jsonl").write_text(lines({"author": None}))

        ended = run("produce", "NoteTaken", "notes.jsonl", "--param", "tenant_id=acme", **at)

        assert ended.code == 2
        assert "0 events acknowledged on notes.acme" in ended.err
        assert "NoteTaken has no key" in ended.err

    @pytest.mark.parametrize(
        ("variables", "complaint"),
        [
            ({"KAFKA_BROKERS": "127.0.0.1:1"}, "check KAFKA_BROKERS, and that the cluster runs"),
            ({"SCHEMA_REGISTRY_URL": "http://127.0.0.1:1"}, "no schema registry answers at http://127.0.0.1:1"),
            ({"KAFKA_ENABLED": "false"}, "KAFKA_ENABLED is off: events would be dropped"),
        ],
    )
    def test_nothing_is_queued_for_a_cluster_or_registry_that_is_not_there(
        self, run: Run, work: Path, at: dict[str, str], variables: dict[str, str], complaint: str
    ) -> None:
        (work / "orders.jsonl").write_text(lines(order(1)))

        ended = run("produce", "OrderPlaced", "orders.jsonl", **{**at, **variables})

        assert ended.code == 2
        assert complaint in ended.err

    def test_a_tenant_without_topics_is_told_apart(self, run: Run, work: Path, at: dict[str, str]) -> None:
        (work / "notes.jsonl").write_text(lines({"author": "mia"}))

        ended = run("produce", "NoteTaken", "notes.jsonl", "--param", "tenant_id=globex", **at)

        assert ended.error.startswith("there is no topic notes.globex on 127.0.0.1")

    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [
            (["Nothing"], "there is no event or type Nothing"),
            (["NoteTaken"], "tenant_id is missing"),
            (["NoteTaken", "--param", "tenant_id=../x"], "tenant_id='../x' is not a name"),
            (["OrderPlaced", "--param", "tenant_id=acme"], "tenant_id is not part of it"),
            (["OrderPlaced", "--param", "acme"], "'acme' is no NAME=VALUE"),
            (["OrderPlaced@7"], "OrderPlaced has no version 7"),
        ],
    )
    def test_wrong_use_is_said_before_anything_is_asked(
        self, run: Run, work: Path, arguments: list[str], complaint: str
    ) -> None:
        write(work / "contracts", CONTRACTS)

        ended = run("produce", *arguments, KAFKA_BROKERS="127.0.0.1:1", SCHEMA_REGISTRY_URL="http://127.0.0.1:1")

        assert ended.code == 2
        assert complaint in ended.err


class TestConsume:
    @pytest.fixture
    def sent(self, run: Run, work: Path, at: dict[str, str], broker: LocalBroker) -> dict[str, str]:
        """Three orders and two packages are there, and a record that nobody can read."""
        (work / "orders.jsonl").write_text(lines(order(1, items=["pen", "ink"]), order(2), order(3, items=["pen"])))
        (work / "packed.jsonl").write_text(lines({"orderId": "o-1"}))
        (work / "shipped.jsonl").write_text(lines({"orderId": "o-1"}))
        for event, file in (("OrderPlaced", "orders"), ("OrderPacked", "packed"), ("OrderShipped", "shipped")):
            ended = run("produce", event, f"{file}.jsonl", **at)
            assert ended.code == 0, ended.err
        raw.write(broker, "order.events", b"hello", key=b"\xff")
        return at

    def test_personal_data_are_masked_wherever_they_come_from(self, run: Run, sent: dict[str, str]) -> None:
        shown = run("consume", "order.placed", "--format", "json", **sent)
        table = run("consume", "order.placed", **sent)
        whole = run("consume", "order.placed", "--format", "json", "--show-personal", **sent)

        assert "example.org" not in shown.out + table.out
        first = said(shown)[0]
        assert (first["data"]["email"], ["mail", "***"] in first["headers"]) == ("***", True)
        assert {one["data"]["email"] for one in said(whole)} == {f"mia{number}@example.org" for number in (1, 2, 3)}

    def test_a_key_that_is_personal_is_masked(self, run: Run, work: Path, at: dict[str, str]) -> None:
        (work / "notes.jsonl").write_text(lines({"author": "mia"}))
        run("produce", "NoteTaken", "notes.jsonl", "--param", "tenant_id=acme", **at)

        shown = run("consume", "NoteTaken", "--format", "json", **at)

        assert said(shown)[0]["key"] == "***"
        assert "mia" not in shown.out

    def test_what_cannot_be_decoded_is_shown_as_such(self, run: Run, sent: dict[str, str]) -> None:
        shown = said(run("consume", "order.events", "--format", "json", **sent))
        table = run("consume", "order.events", **sent)

        assert [one.get("event") for one in shown] == ["io.shop.OrderPacked", "io.shop.OrderShipped", None]
        assert (shown[2]["key"], shown[2]["data"]) == ("1 byte", None)
        assert "the record starts with byte 0x68" in shown[2]["undecodable"]
        assert "raw" not in shown[2]
        assert table.out.splitlines()[2].startswith("order.events/0@2")
        assert "undecodable: " in table.out.splitlines()[2]

    def test_an_events_name_leaves_out_the_other_events_of_its_topic(self, run: Run, sent: dict[str, str]) -> None:
        shown = said(run("consume", "shop/OrderShipped", "--format", "json", **sent))

        assert [one.get("event") for one in shown] == ["io.shop.OrderShipped", None]

    @pytest.mark.parametrize(
        ("where", "expected"),
        [
            (["orderId=o-2"], {"o-2"}),
            (["items=pen"], {"o-1", "o-3"}),
            (["items=pen", "orderId=o-3"], {"o-3"}),
            (["email=mia1@example.org"], {"o-1"}),
            (["nothing=1"], set()),
        ],
    )
    def test_events_are_found_by_what_they_hold(
        self, run: Run, sent: dict[str, str], where: list[str], expected: set[str]
    ) -> None:
        options = [word for one in where for word in ("--where", one)]

        shown = said(run("consume", "order.placed", "--format", "json", *options, **sent))

        assert {one["data"]["orderId"] for one in shown} == expected

    def test_a_range_and_a_limit(self, run: Run, sent: dict[str, str]) -> None:
        def offsets(*options: str) -> list[int]:
            return [one["offset"] for one in said(run("consume", "order.events", "--format", "json", *options, **sent))]

        assert offsets("--from", "last:1") == [2]
        assert offsets("--from", "offset:1", "--until", "offset:2") == [1]
        assert offsets("--limit", "2") == [0, 1]
        assert offsets("--from", "latest") == []

    def test_a_topic_goes_to_an_archive_and_an_event_to_a_container_file(
        self, run: Run, work: Path, sent: dict[str, str]
    ) -> None:
        archived = run("consume", "order.events", "--format", "avro", "--out", "all.avro", **sent)
        typed = run("consume", "OrderPacked", "--format", "avro", "--out", "packed.avro", **sent)

        assert archived.err == "all.avro: 3 records\n"
        assert typed.err == "packed.avro: 1 event, 1 undecodable record left out\n"
        assert [record.offset for record in read_archive(work / "all.avro")] == [0, 1, 2]
        assert list(read_values(work / "packed.avro")) == [{"orderId": "o-1"}]

    def test_no_group_is_left_behind(self, run: Run, sent: dict[str, str], broker: LocalBroker) -> None:
        run("consume", "order.placed", **sent)

        assert raw.committed(broker, "eventpact-reader", "order.placed") == {}

    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [
            (["nowhere"], "nowhere is neither a topic on 127.0.0.1"),
            (["order.placed", "--from", "soon"], "'soon' is no position"),
            (["order.placed", "--format", "avro"], "--format avro and --out go together"),
            (["order.placed", "--follow", "--until", "latest"], "--follow waits for ever"),
        ],
    )
    def test_wrong_use_says_what_is_wrong(
        self, run: Run, at: dict[str, str], arguments: list[str], complaint: str
    ) -> None:
        ended = run("consume", *arguments, **at)

        assert ended.code == 2
        assert complaint in ended.err
