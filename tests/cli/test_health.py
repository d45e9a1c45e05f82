"""`health` as a user types it: against servers that are there, and against none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from eventpact_registry.server import EmbeddedRegistry
from eventpact_testing.broker import LocalBroker
from tests.cli.commands import Run, write
from tests.registry.contracts.building import SHOP, SYSTEM

ALERTS = "\nalerts:\n  under-replicated-partitions: {warning: 0}\n  disk-percent: {warning: 70}\n"


@pytest.fixture
def broker() -> Iterator[LocalBroker]:
    with LocalBroker({"order.placed": 3, "elsewhere": 1}, brokers=3) as one:
        yield one


@pytest.fixture
def registry() -> Iterator[EmbeddedRegistry]:
    with EmbeddedRegistry() as one:
        yield one


@pytest.fixture
def contracts(work: Path) -> Path:
    return write(work / "contracts", {**SHOP, "shop/system.yaml": SYSTEM + ALERTS})


def test_all_is_well(run: Run, contracts: Path, broker: LocalBroker, registry: EmbeddedRegistry) -> None:
    ended = run("health", "--brokers", broker.bootstrap_servers, "--registry", registry.url)

    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert lines[0].startswith("cluster   3 brokers, 1 topic, answers in ")
    assert lines[1].startswith(f"registry  {registry.url} answers in ")
    assert lines[2].split()[0] == "codec"
    assert [line.split()[0] for line in lines[5:8]] == ["1", "2", "3"]
    assert "not judged here: disk-percent: the brokers' hosts know it" in ended.out
    assert lines[-1].startswith("healthy")


def test_a_missing_topic_is_found_and_what_to_do_is_said(run: Run, contracts: Path) -> None:
    with LocalBroker({"elsewhere": 1}) as broker:
        ended = run("health", "--brokers", broker.bootstrap_servers)

    assert ended.code == 1
    lines = ended.out.splitlines()
    at = lines.index("critical: topic order.placed: 1 declared topic missing: order.placed")
    assert "eventpact apply" in lines[at + 1]
    assert lines[-1] == "not healthy: 1 critical"
    assert "registry  not asked" in ended.out


def test_json_holds_findings_and_facts(run: Run, contracts: Path) -> None:
    with LocalBroker({"elsewhere": 1}) as broker:
        ended = run("health", "--brokers", broker.bootstrap_servers, "--format", "json")

    report = json.loads(ended.out)
    assert ended.code == 1
    assert (report["healthy"], report["severity"]) == (False, "critical")
    assert report["findings"][0]["subject"] == "topic order.placed"
    assert report["topics"]["missing"] == ["order.placed"]
    assert [broker["id"] for broker in report["brokers"]] == [1]
    assert report["registry"] is None


def test_a_cluster_and_a_registry_that_are_down_are_unhealthy_not_an_error(run: Run, contracts: Path) -> None:
    ended = run("health", "--brokers", "127.0.0.1:1", "--registry", "http://127.0.0.1:1", "--timeout", "0.5")

    assert (ended.code, ended.err) == (1, "")
    assert "cluster   does not answer" in ended.out
    assert "registry  http://127.0.0.1:1 does not answer" in ended.out
    assert "check KAFKA_BROKERS" in ended.out
    assert ended.out.splitlines()[-1] == "not healthy: 2 critical"


def test_a_severity_below_the_one_asked_for_does_not_fail(run: Run, work: Path) -> None:
    with LocalBroker({"a": 1}) as broker:
        ended = run("health", "--brokers", broker.bootstrap_servers, "--fail-on", "critical")

    assert ended.code == 0


def test_without_contracts_the_cluster_is_judged_by_itself(run: Run, work: Path, broker: LocalBroker) -> None:
    ended = run("health", "--brokers", broker.bootstrap_servers)

    assert ended.code == 0
    assert "2 topics" in ended.out
    assert "note: there are no contracts in 'contracts', so no topic and no group was expected" in ended.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--contracts", "nowhere", "--brokers", "127.0.0.1:1"], "nowhere"),
        (["--system", "nope", "--brokers", "127.0.0.1:1"], "there is no system 'nope'"),
        ([], "give --brokers"),
        (["--brokers", "no port"], "KAFKA_BROKERS"),
        (["--brokers", "127.0.0.1:1", "--timeout", "0"], "--timeout"),
    ],
)
def test_what_cannot_be_judged_is_an_error(run: Run, contracts: Path, arguments: list[str], said: str) -> None:
    ended = run("health", *arguments)

    assert ended.code == 2
    assert said in ended.error
