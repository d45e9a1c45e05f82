"""The five systems' contracts, and whether an import gave them back: compared by meaning."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from eventpact import avro
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from eventpact_registry.importers.drafts import Place, Wishes
from eventpact_registry.plan import apply, desired, plan, read_state

if TYPE_CHECKING:
    from eventpact_registry.client import RegistryClient
    from eventpact_registry.contracts.model import System
    from eventpact_registry.plan import Cluster

CONTRACTS = Path(__file__).parents[3] / "contracts"
ONE_BROKER = 1


def five_systems() -> ContractRepository:
    return ContractRepository.load(DirectorySource(CONTRACTS))


def publish(
    contracts: ContractRepository, client: RegistryClient | None, cluster: Cluster | None, limit: int | None = None
) -> None:
    """Apply contracts."""
    wanted = desired(contracts)
    todo = plan(wanted, read_state(wanted, registry=client, cluster=cluster), replication_factor_limit=limit)
    apply(todo, registry=client, cluster=cluster)


def wishes_for(system: System) -> Wishes:
    """What whoever imports a system has to say: its names, and where the events of run-time topics go."""
    return Wishes(
        system=system.name,
        namespace=system.namespace,
        topic_name=system.topic_name,
        topics=tuple(topic.name for topic in system.topics.values()),
        places=tuple(
            Place(event.full_name, topic.name)
            for topic in system.topics.values()
            if topic.parameters
            for event in topic.events.values()
        ),
    )


def subjects(contracts: ContractRepository, *systems: str) -> dict[str, Any]:
    """Every subject of some systems, or of all, with its level and versions: number, references, meaning, words."""
    return {
        subject.name: (
            subject.level,
            [
                (version.version, set(version.references), avro.meaning(version.schema), _words(version.schema))
                for version in subject.versions
            ],
        )
        for subject in desired(contracts, systems).subjects
    }


def _words(schema: avro.Schema) -> dict[str, Any]:
    """The docs, aliases and further attributes of every named type and field."""
    return {
        name: (
            named.doc,
            named.aliases,
            dict(named.props),
            [(each.name, each.doc, each.aliases, dict(each.props)) for each in getattr(named, "fields", ())],
        )
        for name, named in avro.named_types(schema).items()
    }


def folders(contracts: ContractRepository) -> dict[str, Any]:
    """Every topic by system and folder with its name, purpose, strategy and events."""
    return {
        f"{system.name}/{topic.folder}": (topic.name, topic.purpose, topic.subject_strategy, sorted(topic.events))
        for system in contracts.systems.values()
        for topic in system.topics.values()
    }


def topic_settings(contracts: ContractRepository, limit: int | None = None) -> dict[str, Any]:
    """Every topic that exists before run time, as a cluster gets it."""
    wanted = [topic.contract.limited(limit) for topic in desired(contracts).topics]
    return {each.name: (each.partitions, each.replication_factor, dict(each.config)) for each in wanted}
