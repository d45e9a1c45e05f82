"""`plan` and `apply` as a user types them, against the embedded broker and registry."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from eventpact.settings import Settings
from eventpact_registry.client import RegistryClient
from eventpact_registry.server import EmbeddedRegistry, Users
from eventpact_registry.server.users import hash_password
from eventpact_testing.broker import LocalBroker
from tests.cli.commands import Ended, Run, write
from tests.registry.contracts.building import SHOP, SYSTEM, TOPIC, avsc, field
from tests.registry.server.rest import Rest

if TYPE_CHECKING:
    from collections.abc import Iterator

ORDER = "shop/order.placed"
NO_CONFIG = "note: topics: the broker does not tell configuration, so partitions alone are compared"


class Stack(NamedTuple):
    """An embedded broker and registry, and how a command line names them."""

    broker: LocalBroker
    registry: EmbeddedRegistry

    @property
    def options(self) -> tuple[str, ...]:
        return ("--brokers", self.broker.bootstrap_servers, "--registry", self.registry.url)

    @property
    def topics(self) -> set[str]:
        return set(self.broker.topics.states())


@pytest.fixture
def stack() -> Iterator[Stack]:
    with LocalBroker({"order.placed": 3}) as broker, EmbeddedRegistry() as registry:
        yield Stack(broker, registry)


def lines(said: Ended) -> list[str]:
    assert said.err == ""
    return [line for line in said.out.splitlines() if not line.startswith("note: ")]


def test_what_is_missing_is_planned_applied_and_then_not_missing_any_more(run: Run, shop: Path, stack: Stack) -> None:
    planned = run("plan", *stack.options)
    applied = run("apply", *stack.options)
    again = run("plan", *stack.options, "--fail-on-drift")

    assert (planned.code, applied.code, again.code) == (0, 0, 0)
    header, *steps, total = lines(planned)
    assert header.split() == ["change", "of", "name", "detail"]
    assert [step.split()[:4] for step in steps] == [
        ["set", "level", "subject", "order.placed-value"],
        ["set", "owner", "subject", "order.placed-value"],
        ["register", "subject", "order.placed-value", "version"],
    ]
    assert total == "3 changes; 1 topic as declared"
    assert lines(applied) == [*lines(planned), "Applied 3 changes"]
    assert lines(again) == ["No changes: 1 subject and 1 topic as declared"]
    assert NO_CONFIG in again.out


def test_drift_fails_only_when_that_is_asked_for(run: Run, shop: Path, stack: Stack) -> None:
    assert run("plan", *stack.options).code == 0
    assert run("plan", *stack.options, "--fail-on-drift").code == 1


def test_a_new_version_is_the_only_change(run: Run, shop: Path, stack: Stack) -> None:
    run("apply", *stack.options)
    write(shop, {f"{ORDER}/OrderPlaced.v2.avsc": avsc("OrderPlaced", field("orderId"), field("note", default=""))})

    said = run("apply", *stack.options, "--quiet")

    assert lines(said) == ["Applied 1 change"]
    assert lines(run("apply", *stack.options, "--quiet")) == ["No changes: 1 subject and 1 topic as declared"]


def test_one_side_alone_neither_needs_nor_mentions_the_other(run: Run, shop: Path, stack: Stack) -> None:
    schemas = run("plan", "--only", "schemas", "--registry", stack.registry.url)
    topics = run("plan", "--only", "topics", "--brokers", stack.broker.bootstrap_servers)

    assert lines(schemas)[-1] == "3 changes"
    assert lines(topics) == ["No changes: 1 topic as declared"]


def test_where_to_go_may_stand_in_the_environment(run: Run, shop: Path, stack: Stack) -> None:
    where = {"KAFKA_BROKERS": stack.broker.bootstrap_servers, "SCHEMA_REGISTRY_URL": stack.registry.url}

    assert lines(run("plan", **where))[-1] == "3 changes; 1 topic as declared"


def test_the_plan_as_json_says_the_same(run: Run, shop: Path, stack: Stack) -> None:
    planned = json.loads(run("plan", *stack.options, "--format", "json").out)
    run("apply", *stack.options)
    again = json.loads(run("plan", *stack.options, "--format", "json").out)

    assert [change["action"] for change in planned["changes"]] == ["set level", "set owner", "register"]
    assert (planned["empty"], again["empty"], again["changes"]) == (False, True, [])
    assert again["in_sync"] == {"subjects": 1, "topics": 1, "accounts": 0}


def test_a_topic_of_one_partition_and_one_replica_is_counted_as_one(run: Run, shop: Path, stack: Stack) -> None:
    topic = TOPIC.replace("partitions: 3", "partitions: 1") + "replication-factor: 1\n"
    write(
        shop,
        {"shop/order.paid/topic.yaml": topic, "shop/order.paid/OrderPaid.v1.avsc": avsc("OrderPaid", field("orderId"))},
    )

    assert " 1 partition, 1 replica\n" in run("plan", *stack.options).out


def test_a_conflict_is_shown_with_its_place_and_nothing_is_applied(run: Run, shop: Path, stack: Stack) -> None:
    write(shop, {f"{ORDER}/topic.yaml": TOPIC.replace("partitions: 3", "partitions: 1")})

    planned = run("plan", *stack.options)
    applied = run("apply", *stack.options, "--quiet")

    conflict = f"conflict: contracts/{ORDER}/topic.yaml:2:13: topic order.placed has 3 partitions, the contract says 1"
    assert (planned.code, planned.err) == (1, "")
    assert any(line.startswith(conflict) for line in planned.out.splitlines())
    assert planned.out.endswith("3 changes and 1 conflict\n")
    assert (applied.code, applied.errors) == (1, ["nothing was applied: 1 conflict to settle"])
    assert conflict in applied.out
    with RegistryClient(Settings(registry_url=stack.registry.url)) as client:
        assert client.subjects() == []


def test_a_registered_version_that_means_something_else_is_a_conflict(run: Run, shop: Path, stack: Stack) -> None:
    run("apply", *stack.options)
    write(shop, {f"{ORDER}/OrderPlaced.v1.avsc": avsc("OrderPlaced", field("orderId"), field("note", default=""))})

    said = run("plan", *stack.options)

    assert said.code == 1
    assert f"conflict: contracts/{ORDER}/OrderPlaced.v1.avsc:" in said.out


def test_topics_named_at_run_time_are_left_to_whoever_makes_a_tenant(run: Run, shop: Path, stack: Stack) -> None:
    (shop / ORDER).rename(shop / "shop/orders.{tenant_id}")

    run("apply", *stack.options)

    assert stack.topics == {"order.placed"}  # the one that the broker began with
    assert "made when a tenant is, not by a plan: orders.{tenant_id}" in run("plan", *stack.options).out


def test_only_the_system_that_is_asked_for_is_planned(run: Run, shop: Path, stack: Stack) -> None:
    store = {path.replace("shop/", "store/"): text.replace("shop", "store") for path, text in SHOP.items()}
    renamed = {
        path.replace("order.placed", "stock"): text.replace("OrderPlaced", "Stocked") for path, text in store.items()
    }
    write(shop, {path.replace("OrderPlaced", "Stocked"): text for path, text in renamed.items()})

    said = run("plan", *stack.options, "--system", "store", "--format", "json")

    assert {change["action"] for change in json.loads(said.out)["changes"]} == {
        "set level",
        "set owner",
        "register",
        "create",
    }
    assert "order.placed" not in said.out


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_a_missing_address_is_said_with_the_option_and_the_variable(run: Run, shop: Path, command: str) -> None:
    said = run(command)

    assert (said.code, said.out) == (2, "")
    assert said.errors == [
        'give --brokers, or set KAFKA_BROKERS: host:port, several separated by commas ("localhost:9092")',
        "give --registry, or set SCHEMA_REGISTRY_URL: an http or https URL, several separated by commas "
        '("http://localhost:8081")',
    ]


def test_every_wrong_variable_is_said_at_once(run: Run, shop: Path) -> None:
    said = run("plan", "--brokers", "localhost", LOG_LEVEL="loud", KAFKA_SASL_ENABLED="perhaps")

    assert (said.code, said.out) == (2, "")
    assert [error.split(" ")[0] for error in said.errors] == [
        "give",
        "KAFKA_BROKERS='localhost'",
        "KAFKA_SASL_ENABLED='perhaps'",
        "LOG_LEVEL='loud'",
    ]


def test_a_password_in_a_url_is_never_shown(run: Run, shop: Path) -> None:
    said = run("plan", "--only", "schemas", "--registry", "http://me:s3cret@127.0.0.1:1/")

    assert "http://127.0.0.1:1" in said.error
    assert "s3cret" not in said.error


def test_contracts_are_read_before_anything_is_asked(run: Run, work: Path) -> None:
    write(work / "contracts", {**SHOP, "shop/system.yaml": SYSTEM + "colour: red\n"})

    said = run("plan", "--brokers", "127.0.0.1:1", "--registry", "http://127.0.0.1:1")

    assert said.error.startswith("contracts/shop/system.yaml:6:1: unknown key 'colour'")


def test_a_kept_plan_is_applied_once_and_refused_when_things_have_moved(run: Run, shop: Path, stack: Stack) -> None:
    planned = run("plan", *stack.options, "--out", "plan.json")
    applied = run("apply", "plan.json", *stack.options, "--quiet")
    again = run("apply", "plan.json", *stack.options)

    assert (planned.code, applied.code) == (0, 0)
    assert lines(applied) == ["Applied 3 changes"]
    assert again.error.startswith("plan.json: contracts, registry or cluster have moved since the plan: no longer:")


def test_a_kept_plan_brings_its_own_choices(run: Run, shop: Path, stack: Stack) -> None:
    run("plan", "--registry", stack.registry.url, "--only", "schemas", "--out", "plan.json")

    refused = run("apply", "plan.json", *stack.options, "--only", "topics")
    applied = run("apply", "plan.json", "--registry", stack.registry.url, "--quiet")

    assert refused.code == 2
    assert "a plan brings its own choices" in refused.err
    assert lines(applied) == ["Applied 3 changes"]


def test_a_plan_with_conflicts_is_not_kept(run: Run, shop: Path, stack: Stack) -> None:
    write(shop, {f"{ORDER}/topic.yaml": TOPIC.replace("partitions: 3", "partitions: 1")})

    assert run("plan", *stack.options, "--out", "plan.json").code == 1
    assert not Path("plan.json").exists()


def test_only_what_is_selected_is_planned(run: Run, shop: Path, stack: Stack) -> None:
    assert lines(run("plan", *stack.options, "--select", "order.placed")) == ["No changes: 1 topic as declared"]
    assert lines(run("plan", *stack.options, "--select", "order.*-value"))[-1] == "3 changes"


def test_a_plan_in_markdown_is_ready_for_a_pull_request(run: Run, shop: Path, stack: Stack) -> None:
    shown = run("plan", *stack.options, "--format", "markdown").out

    assert shown.startswith("## Plan: 3 changes; 1 topic as declared\n\n| change | of | name | detail |\n")


def test_what_earlier_contracts_declared_is_deleted_only_when_somebody_agrees(
    run: Run, shop: Path, stack: Stack
) -> None:
    write(
        shop,
        {"shop/order.paid/topic.yaml": TOPIC, "shop/order.paid/OrderPaid.v1.avsc": avsc("OrderPaid", field("orderId"))},
    )
    stack.broker.create_topic("order.paid", 3)
    run("apply", *stack.options)
    shop.rename(shop.with_name("before"))
    write(shop, SHOP)

    kept = run("apply", *stack.options)
    refused = run("apply", *stack.options, "--prune", "dir:before")
    # The embedded broker deletes no topics for other processes; tests/real has one that does.
    pruned = run("apply", *stack.options, "--prune", "dir:before", "--yes", "--only", "schemas")

    assert lines(kept) == ["No changes: 1 subject and 1 topic as declared"]
    assert refused.code == 2
    assert "add --yes to delete topic order.paid: 3 partitions with all that is on them; delete subject" in refused.err
    assert lines(pruned)[-1] == "Applied 1 change"
    with RegistryClient(Settings(registry_url=stack.registry.url)) as client:
        assert client.subjects() == ["order.placed-value"]


def test_versions_that_break_their_mode_are_never_applied_unless_approved(run: Run, shop: Path, stack: Stack) -> None:
    write(shop, {f"{ORDER}/OrderPlaced.v2.avsc": avsc("OrderPlaced", field("orderId"), field("total"))})
    refused = run("apply", *stack.options)
    approval = (
        "approvals:\n  - {rule: FIELD_WITHOUT_DEFAULT, at: shop/OrderPlaced,\n"
        "     reason: nobody reads it yet, by: sales, until: 2999-12-31}\n"
    )
    write(shop, {"eventpact.yaml": approval})
    applied = run("apply", *stack.options)

    assert refused.code == 1
    assert f"conflict: contracts/{ORDER}/OrderPlaced.v2.avsc:" in refused.out
    assert "(FIELD_WITHOUT_DEFAULT)" in refused.out
    assert applied.code == 0
    with RegistryClient(Settings(registry_url=stack.registry.url)) as client:
        assert client.versions("order.placed-value") == [1, 2]


def test_a_subject_in_read_only_mode_is_a_conflict(run: Run, shop: Path, stack: Stack) -> None:
    run("apply", *stack.options)
    Rest(stack.registry.url)("PUT", "/mode/order.placed-value", {"mode": "READONLY"})
    assert run("plan", *stack.options, "--fail-on-drift").code == 0

    write(shop, {f"{ORDER}/OrderPlaced.v2.avsc": avsc("OrderPlaced", field("orderId"), field("note", default=""))})
    planned = run("plan", *stack.options)

    assert planned.code == 1
    assert (
        "version 2 of order.placed-value cannot be registered: the subject is in a mode that refuses it" in planned.out
    )


def test_a_missing_right_is_an_error_before_anything_is_changed(run: Run, shop: Path, stack: Stack) -> None:
    users = Users([f"viewer:read-only:{hash_password('s3cret')}"], "users.txt")
    with EmbeddedRegistry(users=users) as guarded:
        where = ("--brokers", stack.broker.bootstrap_servers, "--registry", guarded.url)
        nobody = run("plan", *where)
        viewer = {"SCHEMA_REGISTRY_USERNAME": "viewer", "SCHEMA_REGISTRY_PASSWORD": "s3cret"}
        planned = run("plan", *where, **viewer)
        applied = run("apply", *where, "--quiet", **viewer)

    assert "Unauthorized: this registry asks for a user and password, or for a token" in nobody.error
    assert planned.code == 0
    assert applied.error.startswith("set level order.placed-value failed: ")
    assert "Forbidden: user viewer may only read" in applied.error
    assert "0 of 3 steps done" in applied.error


def test_rights_are_of_the_cluster_so_schemas_alone_have_none(run: Run, shop: Path) -> None:
    said = run("plan", "--acls", "--only", "schemas", "--registry", "http://localhost:1")

    assert said.code == 2
    assert "--acls is about the cluster" in said.err


def test_a_broker_that_knows_no_rights_says_so(run: Run, shop: Path, stack: Stack) -> None:
    said = run("apply", "--only", "acls", "--brokers", stack.broker.bootstrap_servers)

    assert said.code == 2
    assert said.err.startswith("error: cannot read the rights on the cluster")
    assert said.err.count("\n") == 1
