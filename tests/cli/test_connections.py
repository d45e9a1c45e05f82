"""How often a command connects to a cluster's administration: once, whatever it asks there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from confluent_kafka.admin import AdminClient

from eventpact.consume.dead_letters import DeadLetterInfo
from eventpact_registry.server import EmbeddedRegistry
from eventpact_testing.broker import LocalBroker
from tests.cli.commands import write
from tests.cli.letters_shop import CONTRACTS
from tests.runtime import raw

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from tests.cli.commands import Run

LETTER = DeadLetterInfo(
    reason="handler-failed",
    exception="builtins.ValueError",
    message="no stock",
    group="packer",
    topic="order.placed",
    partition=0,
    offset=41,
)


@pytest.fixture
def at(work: Path) -> Iterator[dict[str, str]]:
    write(work / "contracts", CONTRACTS)
    topics = {"order.placed": 1, "dead": 1, "copied": 1}
    with LocalBroker(topics) as broker, EmbeddedRegistry() as registry:
        raw.write(broker, "order.placed", b"placed", key=b"o-1", headers=[])
        raw.write(broker, "dead", b"failed", key=b"o-1", headers=[*LETTER.headers()])
        yield {
            "KAFKA_BROKERS": broker.bootstrap_servers,
            "SCHEMA_REGISTRY_URL": registry.url,
            "KAFKA_FETCH_WAIT_MS": "20",
        }


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[AdminClient]:
    """The clients that were made for administration."""
    found: list[AdminClient] = []
    make = AdminClient.__init__

    def counted(self: AdminClient, *arguments: Any, **more: Any) -> None:
        found.append(self)
        make(self, *arguments, **more)

    monkeypatch.setattr(AdminClient, "__init__", counted)
    return found


@pytest.mark.parametrize(
    "command",
    [
        ("topics", "list"),
        ("consume", "order.placed"),
        ("dead-letters", "list"),
        ("dead-letters", "redrive", "--dry-run"),
        ("replay", "order.placed", "--to", "copied"),
    ],
    ids=" ".join,
)
def test_a_command_connects_once(
    command: tuple[str, ...], run: Run, at: dict[str, str], made: list[AdminClient]
) -> None:
    ended = run(*command, **at)

    assert ended.code == 0, ended.err
    assert ended.out
    assert len(made) == 1


def test_a_plan_of_topics_and_rights_connects_once(run: Run, at: dict[str, str], made: list[AdminClient]) -> None:
    """The embedded broker keeps no rights: the command has asked for its topics before it ends with that."""
    assert run("plan", "--acls", **at).code == 2
    assert len(made) == 1
