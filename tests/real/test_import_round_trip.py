"""Contracts of the five systems, applied to real Kafka and to each registry, imported, and planned again: no change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from eventpact.operate.topics import Topics
from eventpact.settings import Settings
from eventpact_registry.client import RegistryClient
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from eventpact_registry.importers.registry import from_registry
from eventpact_registry.importers.saving import prove, save
from eventpact_registry.importers.writing import written
from eventpact_registry.plan import desired, plan, read_state, summary
from tests.registry.importers.round_trip import (
    ONE_BROKER,
    five_systems,
    folders,
    publish,
    subjects,
    topic_settings,
    wishes_for,
)
from tests.runtime.raw import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

    from eventpact_testing.kafka import KafkaCluster
    from tests.real.conftest import Registry


@pytest.fixture(scope="module")
def original() -> ContractRepository:
    return five_systems()


def test_contracts_that_were_applied_come_back_with_their_topics_and_plan_to_nothing(
    own_kafka: KafkaCluster, own_registry: Registry, original: ContractRepository, tmp_path: Path
) -> None:
    cluster = Topics(Settings(brokers=own_kafka.bootstrap_servers, timeout=PATIENCE))
    with RegistryClient(Settings(registry_url=own_registry.url, timeout=PATIENCE)) as client:
        publish(original, client, cluster, ONE_BROKER)
        for system in original.systems.values():
            files = written(from_registry(client, cluster, wishes_for(system)).system)
            prove(files, tmp_path / "contracts")
            save(files, tmp_path / "contracts")
        given_back = ContractRepository.load(DirectorySource(tmp_path / "contracts"))
        wanted = desired(given_back)
        again = plan(wanted, read_state(wanted, registry=client, cluster=cluster))

    assert again.empty, summary(again)
    assert again.conflicts == ()
    assert [note.about for note in again.notes] == ["topics"]  # which are made when a tenant is
    came_back, applied = subjects(given_back), subjects(original)
    assert came_back.keys() == applied.keys()
    assert [name for name, facts in applied.items() if came_back[name] != facts] == []
    assert topic_settings(given_back) == topic_settings(original, ONE_BROKER)
    # The folder of a topic that has a name of its own is nowhere but in the contracts.
    assert sorted(folders(given_back).values()) == sorted(folders(original).values())
