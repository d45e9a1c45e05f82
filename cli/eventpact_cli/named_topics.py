"""What a name stands for that a user gives to look at records: a topic on the cluster, or an event of the contracts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eventpact.errors import BrokerError, ContractError, Problem
from eventpact.names import topic_name
from eventpact_cli.loading import load
from eventpact_registry.contracts.version_names import find_version
from eventpact_registry.personal import PersonalData, personal_data

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from eventpact.avro.model import Schema
    from eventpact.operate.administrator import Administrator
    from eventpact_registry.contracts.repository import ContractRepository
    from eventpact_registry.contracts.version_names import NamedVersion


@dataclass(frozen=True, slots=True)
class Named:
    """Topics to look at, and which of their records are meant."""

    topics: tuple[str, ...]
    events: frozenset[str] | None
    """Full names that the event has or had; None: every record of the topics."""
    schema: Schema | None
    """The event's newest version, or the one that was named."""


def contracts_if_there(contracts: Path) -> ContractRepository | None:
    """The contracts, for commands that also do without them.

    Raises:
        ContractError: something is wrong in them.
    """
    return load(contracts) if contracts.is_dir() else None


def personal_in(repository: ContractRepository | None) -> PersonalData:
    """What contracts mark as personal data; nothing without them."""
    return personal_data(() if repository is None else repository.systems.values())


def named(
    name: str, parameters: Mapping[str, str], repository: ContractRepository | None, cluster: Administrator
) -> Named:
    """What a name stands for; a topic on the cluster comes before an event.

    Raises:
        BrokerError: there is no such topic, or the cluster does not answer.
        ContractError: there is no such event, or there are several.
        ParameterError: a parameter is missing, unknown or no name.
    """
    there = cluster.metadata().topics
    if name in there and not parameters:
        return Named((name,), None, None)
    if repository is None:
        raise BrokerError(
            f"there is no topic {name} on {cluster.brokers}: `eventpact topics list` shows those that there are; for "
            "an event's name, say where the contracts are (--contracts)"
        )
    try:
        found = find_version(repository, name if "@" in name else f"{name}@latest")
    except ContractError as error:
        known = Problem(
            f"{name} is neither a topic on {cluster.brokers} nor an event of the contracts",
            hint="`eventpact topics list` shows the topics",
        )
        raise ContractError(known, *error.problems) from error
    topics = _topics(found, parameters, there)
    aliases = {alias for version in found.event.versions for alias in getattr(version.schema, "aliases", ())}
    return Named(topics, frozenset({found.event.full_name, *aliases}), found.version.schema)


def _topics(found: NamedVersion, parameters: Mapping[str, str], there: Mapping[str, object]) -> tuple[str, ...]:
    if found.topic is None:
        raise ContractError(Problem(f"{found.event.name} is a shared type and on no topic", hint="name an event"))
    template = topic_name(found.topic.name)
    if parameters or template.is_literal:
        wanted = template.fill(parameters)
        if wanted not in there:
            raise BrokerError(f"there is no topic {wanted}, where {found.event.name} goes: `eventpact apply` makes it")
        return (wanted,)
    matching = tuple(topic for topic in sorted(there) if template.match(topic) is not None)
    if not matching:
        raise BrokerError(f"there is no topic {found.topic.name} yet: `eventpact tenants create` makes a tenant's")
    return matching
