"""`topics` and `tenants` as a user types them, against the embedded broker."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from eventpact_testing.broker import LocalBroker
from tests.cli.commands import Ended, Run, write
from tests.registry.contracts.building import SYSTEM, TOPIC, avsc, field

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOTES = {
    "notes/system.yaml": SYSTEM.replace("shop", "notes"),
    "notes/notes.{tenant_id}/topic.yaml": TOPIC.replace("orderId", "noteId"),
    "notes/notes.{tenant_id}/NoteTaken.v1.avsc": avsc("NoteTaken", field("noteId")).replace("io.shop", "io.notes"),
    "notes/presence.{tenant_id}/topic.yaml": TOPIC.replace("orderId", "user"),
    "notes/presence.{tenant_id}/UserSeen.v1.avsc": avsc("UserSeen", field("user")).replace("io.shop", "io.notes"),
}


@pytest.fixture
def broker() -> Iterator[LocalBroker]:
    with LocalBroker(
        {"order.placed": 3, "elsewhere": 1, "notes.acme": 3, "presence.acme": 3, "notes.globex": 3}
    ) as one:
        yield one


@pytest.fixture
def contracts(shop: Path) -> Path:
    write(shop, NOTES)
    return shop


def tenants(run: Run, broker: LocalBroker, *arguments: str) -> Ended:
    return run("tenants", *arguments, "--brokers", broker.bootstrap_servers)


def test_topics_are_listed_with_their_systems(run: Run, contracts: Path, broker: LocalBroker) -> None:
    listed = run("topics", "list", "--brokers", broker.bootstrap_servers)

    assert [line.split() for line in listed.out.splitlines()] == [
        ["topic", "system", "partitions", "replicas", "state"],
        ["elsewhere", "-", "1", "1", "healthy"],
        ["notes.acme", "notes", "3", "1", "healthy"],
        ["notes.globex", "notes", "3", "1", "healthy"],
        ["order.placed", "shop", "3", "1", "healthy"],
        ["presence.acme", "notes", "3", "1", "healthy"],
    ]


def test_topics_as_json(run: Run, contracts: Path, broker: LocalBroker) -> None:
    listed = json.loads(run("topics", "list", "--format", "json", "--brokers", broker.bootstrap_servers).out)

    assert listed[0] == {
        "name": "elsewhere",
        "partitions": 1,
        "replication_factor": 1,
        "under_replicated": 0,
        "offline": 0,
        "system": None,
    }


def test_a_topic_is_described_with_its_contract(run: Run, contracts: Path, broker: LocalBroker) -> None:
    described = run("topics", "describe", "notes.acme", "--brokers", broker.bootstrap_servers)
    unknown = run("topics", "describe", "elsewhere", "--brokers", broker.bootstrap_servers)

    facts = {line[:14].strip(): line[14:] for line in described.out.splitlines()}
    assert facts["contract"] == "contracts/notes/notes.{tenant_id}/topic.yaml"
    assert (facts["events"], facts["key"], facts["groups"]) == ("NoteTaken v1", "noteId", "none")
    assert "contract      none: the contracts do not know this topic" in unknown.out


def test_a_topic_that_is_not_there_says_what_makes_it(run: Run, contracts: Path, broker: LocalBroker) -> None:
    missing = run("topics", "describe", "nowhere", "--brokers", broker.bootstrap_servers)
    tenants_own = run("topics", "describe", "notes.new", "--brokers", broker.bootstrap_servers)

    assert missing.error.startswith("there is no topic nowhere on 127.0.0.1:")
    assert "`eventpact apply` makes it" in tenants_own.error


def test_partitions_are_recommended_with_reasons(run: Run, work: Path) -> None:
    said = run(
        "topics", "recommend", "--rate", "100000", "--bytes", "356", "--keys", "50000", "--consumer-rate", "20000"
    )

    assert said.out.splitlines()[0] == "partitions: 12"
    assert all(line.startswith("- ") for line in said.out.splitlines()[1:])
    as_json = json.loads(run("topics", "recommend", "--rate", "10", "--format", "json").out)
    assert as_json["partitions"] == 1


def test_tenants_are_listed_by_their_topics(run: Run, contracts: Path, broker: LocalBroker) -> None:
    assert tenants(run, broker, "list").out.split() == ["acme", "globex"]
    assert json.loads(tenants(run, broker, "list", "--format", "json").out) == ["acme", "globex"]


def test_a_tenant_is_healthy_when_every_topic_is_there(run: Run, contracts: Path, broker: LocalBroker) -> None:
    whole, half = tenants(run, broker, "health", "acme"), tenants(run, broker, "health", "globex")

    assert (whole.code, whole.out) == (0, "acme: healthy\n")
    assert (half.code, half.out) == (1, "missing presence.globex\nglobex: not healthy\n")
    assert json.loads(tenants(run, broker, "health", "globex", "--format", "json").out)["healthy"] is False


def test_a_tenant_whose_topics_are_there_needs_nothing(run: Run, contracts: Path, broker: LocalBroker) -> None:
    assert tenants(run, broker, "create", "acme").out == "Nothing to create: every topic of acme is there\n"
    assert tenants(run, broker, "delete", "nobody").out == "Nothing to delete: nobody has no topics\n"


def test_nothing_is_deleted_until_somebody_agrees(run: Run, contracts: Path, broker: LocalBroker) -> None:
    said = tenants(run, broker, "delete", "acme")

    assert said.code == 2
    assert "add --yes to delete 2 topics with everything on them: notes.acme, presence.acme" in said.err
    assert "notes.acme" in broker.topics.states()


@pytest.mark.parametrize("tenant", ["../x", "a*", "", "x" * 300, "a.b"])
def test_what_is_no_tenants_name_is_refused_before_a_broker_is_asked(run: Run, contracts: Path, tenant: str) -> None:
    for command in ("create", "delete", "health"):
        said = run("tenants", command, tenant, "--brokers", "127.0.0.1:1")

        assert said.code == 2
        assert "tenant_id" in said.error


class TestSeveralSystems:
    """Two systems have tenants; `initech` has topics in both."""

    @pytest.fixture
    def broker(self) -> Iterator[LocalBroker]:
        with LocalBroker({"notes.acme": 3, "presence.acme": 3, "memos.initech": 1, "notes.initech": 1}) as one:
            yield one

    @pytest.fixture(autouse=True)
    def memos(self, contracts: Path) -> None:
        files = {
            path.replace("notes", "memos").replace("presence", "online"): text.replace("notes", "memos")
            for path, text in NOTES.items()
        }
        write(contracts, files)

    def test_tenants_of_all_are_listed(self, run: Run, broker: LocalBroker) -> None:
        assert tenants(run, broker, "list").out.split() == ["acme", "initech"]
        assert tenants(run, broker, "list", "--system", "memos").out.split() == ["initech"]

    def test_a_tenant_is_judged_where_it_has_topics(self, run: Run, broker: LocalBroker) -> None:
        whole, both = tenants(run, broker, "health", "acme"), tenants(run, broker, "health", "initech")
        half = tenants(run, broker, "health", "initech", "--system", "memos")
        nobody = tenants(run, broker, "health", "nobody")

        assert (whole.code, whole.out) == (0, "acme: healthy\n")
        assert "name the system with --system; those that have tenants: memos, notes" in both.err
        assert half.out == "missing online.initech\ninitech: not healthy\n"
        assert "nobody has no topics in any of memos, notes: `eventpact tenants create` makes them" in nobody.error

    def test_the_system_is_asked_for_where_it_matters(self, run: Run, broker: LocalBroker) -> None:
        made, deleted = tenants(run, broker, "create", "acme"), tenants(run, broker, "delete", "initech", "--yes")
        sure = tenants(run, broker, "delete", "acme")

        assert "name the system with --system; those that have tenants: memos, notes" in made.err
        assert "name the system with --system; those that have tenants: memos, notes" in deleted.err
        assert "add --yes to delete 2 topics with everything on them: notes.acme, presence.acme" in sure.err
        assert tenants(run, broker, "delete", "nobody").out == "Nothing to delete: nobody has no topics\n"
