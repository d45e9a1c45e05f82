"""A broker and a registry to work against: the embedded ones, or real ones by address."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eventpact import Settings
from eventpact.environment import VARIABLES
from eventpact.operate.tenants import Tenants
from eventpact.operate.topics import Topics
from eventpact_registry.client import RegistryClient
from eventpact_registry.plan import Progress, apply, desired, plan, read_state, topic_contract
from eventpact_registry.server import EmbeddedRegistry
from eventpact_testing.broker import FETCH_WAIT_MS, LIMITS, SESSION_TIMEOUT_MS, LocalBroker

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

    from eventpact.topic import TopicContract
    from eventpact_registry.contracts.model import System
    from eventpact_registry.contracts.repository import ContractRepository
    from eventpact_registry.plan import Plan


_ACCESS: Final = ("KAFKA_SASL_", "KAFKA_SSL_")
"""How the variables begin that let a service into a cluster."""


@dataclass(frozen=True, slots=True)
class Stack:
    """Where events and their schemas go."""

    settings: Settings
    topics: Topics
    """The topics of the cluster; on the embedded broker these too are made and removed."""
    limits: str | None
    """What a user has to know of the embedded broker; `None` for a real cluster."""

    def environ(self) -> dict[str, str]:
        """The variables that point a service to this stack."""
        return variables(self.settings)

    def environ_within(self, environ: Mapping[str, str]) -> dict[str, str]:
        """`environ` for a service on this stack.

        Of the settings in it, only how to be let into a real cluster is kept: a group's name or weak acks are meant for
        other services, and the embedded parts know neither users nor TLS.
        """
        kept = _ACCESS if self.limits is None else ()
        others = {name: text for name, text in environ.items() if name not in VARIABLES or name.startswith(kept)}
        return others | self.environ()


def variables(settings: Settings) -> dict[str, str]:
    """The environment variables that make such settings, as far as they say where things are."""
    password = settings.registry_password
    values = {
        "KAFKA_BROKERS": settings.brokers,
        "SCHEMA_REGISTRY_URL": settings.registry_url,
        "SCHEMA_REGISTRY_USERNAME": settings.registry_username,
        "SCHEMA_REGISTRY_PASSWORD": None if password is None else password.reveal(),
        "KAFKA_CLIENT_ID": settings.client_id,
        "KAFKA_SESSION_TIMEOUT_MS": settings.session_timeout_ms,
        "KAFKA_FETCH_WAIT_MS": settings.fetch_wait_ms,
        "PRODUCER_ACKS": settings.acks,
    }
    return {name: str(value) for name, value in values.items() if value is not None}


@contextmanager
def embedded_stack(
    *, client_id: str = "eventpact", database: str | Path = ":memory:", registry_port: int = 0
) -> Iterator[Stack]:
    """The embedded broker, without topics yet, and the embedded registry, until the block ends.

    Raises:
        EventPactError: the registry's port is taken or its database cannot be opened.
        BrokerError: this installation of the Kafka client has no embedded broker.
    """
    with LocalBroker() as broker, EmbeddedRegistry(database, port=registry_port) as registry:
        settings = Settings(
            brokers=broker.bootstrap_servers,
            registry_url=registry.url,
            client_id=client_id,
            session_timeout_ms=SESSION_TIMEOUT_MS,
            fetch_wait_ms=FETCH_WAIT_MS,
        )
        yield Stack(settings, broker.topics, LIMITS)


def remote_stack(settings: Settings) -> Stack:
    """A real cluster and a real registry."""
    return Stack(settings, Topics(settings), None)


def planned(
    repository: ContractRepository, stack: Stack, *, systems: Collection[str] = (), limit: int | None = None
) -> Plan:
    """What registry and cluster lack of the contracts of `systems`, or of all."""
    wanted = desired(repository, systems)
    with RegistryClient(stack.settings) as registry:
        state = read_state(wanted, registry=registry, cluster=stack.topics)
    return plan(wanted, state, replication_factor_limit=limit)


def synchronise(todo: Plan, stack: Stack, *, on_step: Callable[[Progress], None] = lambda _: None) -> None:
    """Apply a plan."""
    with RegistryClient(stack.settings) as registry:
        apply(todo, registry=registry, cluster=stack.topics, on_step=on_step)


def run_time_topics(system: System, *, limit: int | None = None) -> list[TopicContract]:
    """The topics of a system that are named at run time, a tenant's for example; their names hold the parameters."""
    return [topic_contract(topic).limited(limit) for topic in system.topics.values() if topic.parameters]


def tenants_of(system: System, stack: Stack, *, limit: int | None = None) -> Tenants:
    """The tenants of a system on the stack's cluster."""
    return Tenants(stack.topics, run_time_topics(system, limit=limit))
