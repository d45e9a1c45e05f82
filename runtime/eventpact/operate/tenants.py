"""A tenant's topics: created, deleted, listed and checked from the contracts whose names hold the tenant's id.

A tenant id is a name, never a path or a pattern: anything else is refused with `ParameterError` before a broker is
asked (`eventpact.names`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eventpact.names import check_parameter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eventpact.operate.topics import Topics
    from eventpact.topic import TopicContract


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantHealth:
    """How a tenant's topics are; each tuple holds topic names."""

    tenant: str
    existing: tuple[str, ...]
    missing: tuple[str, ...]
    under_replicated: tuple[str, ...]
    """Not every replica is in sync."""
    offline: tuple[str, ...]
    """A partition has no leader."""

    @property
    def healthy(self) -> bool:
        """Whether every topic is there and whole."""
        return not (self.missing or self.under_replicated or self.offline)


class Tenants:
    """The tenants of one system on one cluster."""

    def __init__(
        self,
        topics: Topics,
        contracts: Iterable[TopicContract],
        *,
        parameter: str = "tenant_id",
        replication_factor_limit: int | None = None,
    ) -> None:
        """Only contracts whose names hold `parameter`, and nothing else to fill in, belong to tenants.

        `replication_factor_limit` is the most replicas that their topics get, for clusters with fewer brokers than
        the contracts ask for.
        """
        self._topics = topics
        self._parameter = parameter
        self._contracts = tuple(
            contract.limited(replication_factor_limit)
            for contract in contracts
            if contract.template.parameters == (parameter,)
        )

    def contracts(self, tenant: str) -> tuple[TopicContract, ...]:
        """The contracts of one tenant's topics."""
        check_parameter(self._parameter, tenant)
        return tuple(contract.for_parameters({self._parameter: tenant}) for contract in self._contracts)

    def create(self, tenant: str) -> tuple[str, ...]:
        """Create what is missing of a tenant's topics; returns the names created."""
        wanted = self.contracts(tenant)
        existing = self._topics.states()
        missing = [contract for contract in wanted if contract.name not in existing]
        self._topics.create(*missing)
        return tuple(contract.name for contract in missing)

    def delete(self, tenant: str) -> tuple[str, ...]:
        """Delete a tenant's topics with everything on them; returns the names deleted."""
        wanted = self.contracts(tenant)
        existing = self._topics.states()
        doomed = tuple(contract.name for contract in wanted if contract.name in existing)
        self._topics.delete(*doomed)
        return doomed

    def list(self) -> tuple[str, ...]:
        """Every tenant that has at least one topic, in order of id."""
        matches = (contract.template.match(topic) for topic in self._topics.states() for contract in self._contracts)
        return tuple(sorted({match[self._parameter] for match in matches if match is not None}))

    def health(self, tenant: str) -> TenantHealth:
        """Which of a tenant's topics are there, missing, under-replicated or offline."""
        wanted = [contract.name for contract in self.contracts(tenant)]
        states = self._topics.states()
        existing = tuple(name for name in wanted if name in states)
        return TenantHealth(
            tenant=tenant,
            existing=existing,
            missing=tuple(name for name in wanted if name not in states),
            under_replicated=tuple(name for name in existing if states[name].under_replicated),
            offline=tuple(name for name in existing if states[name].offline),
        )
