"""Importing our own applied contracts gives them back, as far as a registry knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from eventpact.settings import Settings
from eventpact_registry.client import RegistryClient
from eventpact_registry.contracts.placeholder import NOBODY
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from eventpact_registry.gate import lint
from eventpact_registry.importers.registry import from_registry
from eventpact_registry.importers.saving import prove, save
from eventpact_registry.importers.writing import written
from eventpact_registry.plan import desired, plan, read_state, summary
from eventpact_registry.server import EmbeddedRegistry
from tests.registry.importers.round_trip import five_systems, folders, publish, subjects, wishes_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def original() -> ContractRepository:
    return five_systems()


@pytest.fixture(scope="module")
def client(original: ContractRepository) -> Iterator[RegistryClient]:
    with EmbeddedRegistry() as embedded, RegistryClient(Settings(registry_url=embedded.url)) as client:
        publish(original, client, None)
        yield client


@pytest.fixture(scope="module")
def given_back(
    original: ContractRepository, client: RegistryClient, tmp_path_factory: pytest.TempPathFactory
) -> ContractRepository:
    folder: Path = tmp_path_factory.mktemp("imported") / "contracts"
    for system in original.systems.values():
        imported = from_registry(client, None, wishes_for(system))
        files = written(imported.system)
        prove(files, folder)
        save(files, folder)
    return ContractRepository.load(DirectorySource(folder))


def test_every_subject_comes_back_with_versions_references_levels_and_words(
    original: ContractRepository, given_back: ContractRepository
) -> None:
    assert subjects(given_back) == subjects(original)


def test_every_subject_has_the_owner_that_it_had(original: ContractRepository, given_back: ContractRepository) -> None:
    def owners(contracts: ContractRepository) -> dict[str, str]:
        return {subject.name: subject.owner for subject in desired(contracts).subjects}

    assert owners(given_back) == owners(original)
    assert len(set(owners(original).values())) > len(original.systems)


def test_events_stand_in_the_folders_that_they_came_from(
    original: ContractRepository, given_back: ContractRepository
) -> None:
    carrying = {folder: facts for folder, facts in folders(original).items() if facts[1] == "events"}

    assert folders(given_back) == carrying


def test_a_plan_against_the_registry_is_empty(client: RegistryClient, given_back: ContractRepository) -> None:
    wanted = desired(given_back)

    again = plan(wanted, read_state(wanted, registry=client, cluster=None))

    assert again.empty, summary(again)
    assert not again.conflicts
    assert not again.notes


def test_lint_finds_no_error_and_names_what_nobody_has_said(given_back: ContractRepository) -> None:
    found = lint(given_back)

    assert {finding.rule for finding in found if finding.severity == "error"} == set()
    assert {system.owner for system in given_back.systems.values()}.isdisjoint({NOBODY})
    assert sum(finding.rule == "SYSTEM_UNDESCRIBED" for finding in found) == len(given_back.systems)
    assert sum(finding.rule == "TOPIC_UNDESCRIBED" for finding in found) == len(folders(given_back))
