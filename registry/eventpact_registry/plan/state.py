"""What a registry and a cluster hold now of what contracts declare. Reading is all that happens here."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from eventpact.errors import BrokerError, RegistryError, Unsupported
from eventpact_registry.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from eventpact.avro.model import Schema
    from eventpact.operate.acls import Right
    from eventpact.operate.log_offsets import Partition
    from eventpact.operate.topics import TopicConfig, TopicState
    from eventpact.topic import TopicContract
    from eventpact_registry.client import RegistryClient
    from eventpact_registry.contracts.model import Mode, SchemaVersion
    from eventpact_registry.plan.desired import Desired

_AT_ONCE: Final = 8
"""How many requests run side by side."""


class Cluster(Protocol):
    """The topics of a cluster as plans need them; `eventpact.operate.topics.Topics` is one."""

    def broker_count(self) -> int:
        """How many brokers there are."""

    def states(self) -> dict[str, TopicState]:
        """Every topic by name."""

    def config(self, name: str) -> TopicConfig:
        """One topic's configuration; raises `Unsupported` where configurations cannot be read."""

    def create(self, *contracts: TopicContract, wait: bool = True) -> None:
        """Create topics; with `wait`, return when their leaders serve them."""

    def grow(self, name: str, partitions: int, *, wait: bool = True) -> None:
        """Raise a partition count; `wait` as for `create`."""

    def wait_for_leaders(self, partitions: Iterable[Partition]) -> None:
        """Return when the leaders of new partitions serve them; raises `BrokerError` when they do not in time."""

    def configure(self, name: str, config: Mapping[str, str | None]) -> None:
        """Set configuration values."""

    def delete(self, *names: str) -> None:
        """Delete topics with everything on them."""


class Access(Protocol):
    """The rights on a cluster as plans need them; `eventpact.operate.acls.Acls` is one."""

    def read(self) -> frozenset[Right]:
        """Every right that the cluster knows."""

    def grant(self, rights: Iterable[Right]) -> None:
        """Add rights."""

    def revoke(self, rights: Iterable[Right]) -> None:
        """Take rights away."""


@dataclass(frozen=True, slots=True)
class SubjectState:
    """A subject in the registry."""

    level: Mode | None
    """Its own compatibility level, if it has one."""
    versions: Mapping[int, Schema | None]
    """Live versions in rising order; None for one that is no valid Avro schema."""
    writable: bool = True
    """Whether its mode lets versions be registered; asked only where there are some to register."""
    owner: str | None = None
    """Whose it is, as far as the registry says."""


@dataclass(frozen=True, slots=True)
class RegistryState:
    """The declared subjects as the registry has them."""

    default_level: Mode
    subjects: Mapping[str, SubjectState]
    no_owners: str = ""
    """Why owners are not kept in this registry; empty where they are."""


@dataclass(frozen=True, slots=True)
class ClusterState:
    """The declared topics as the cluster has them."""

    brokers: int
    topics: Mapping[str, TopicState]
    configs: Mapping[str, Mapping[str, str]] | None
    """Configuration in effect by topic; None where it cannot be read, as on the embedded broker."""


@dataclass(frozen=True, slots=True)
class State:
    """What there is; None for a side that was not asked for."""

    registry: RegistryState | None
    cluster: ClusterState | None
    rights: frozenset[Right] | None = None


def read_state(
    wanted: Desired, *, registry: RegistryClient | None, cluster: Cluster | None, access: Access | None = None
) -> State:
    """Read what the registry and the cluster hold of what is wanted; each may be left out.

    Raises:
        RegistryError: the registry could not be asked.
        BrokerError: the cluster could not be asked.
    """
    return State(
        None if registry is None else _read_registry(registry, wanted),
        None
        if cluster is None
        else _read_cluster(cluster, [*(topic.contract.name for topic in wanted.topics), *wanted.retired.topics]),
        None if access is None else access.read(),
    )


def _read_registry(registry: RegistryClient, wanted: Desired) -> RegistryState:
    default_level = registry.default_level()  # first and alone: not eight at a time find out that nobody answers
    shelf = Shelf(registry, _declared(wanted))
    newest = {subject.name: subject.versions[-1].version for subject in wanted.subjects}
    names = [*newest, *wanted.retired.subjects]
    shelf.fetch(names)
    subjects = {
        name: SubjectState(
            shelf.level(name),
            {number: _schema(shelf, name, number) for number in shelf.numbers(name)},
            max(shelf.numbers(name), default=0) >= newest.get(name, 0) or registry.writable(name),
            shelf.owner(name),
        )
        for name in names
    }
    return RegistryState(default_level, subjects, registry.vendor.no_owners)


def _declared(wanted: Desired) -> dict[tuple[str, int], SchemaVersion]:
    """The versions that are wanted, and the shared types that they need, by subject and number."""
    declared: dict[tuple[str, int], SchemaVersion] = {}
    for subject in wanted.subjects:
        for version in subject.versions:
            declared[subject.name, version.version] = version
            declared |= {(name, pinned.version): pinned for name, pinned in version.pinned.items()}
    return declared


def _schema(shelf: Shelf, subject: str, number: int) -> Schema | None:
    try:
        return shelf.schema(subject, number)
    except RegistryError:  # nothing is asked here: it is no Avro schema
        return None


def _read_cluster(cluster: Cluster, names: list[str]) -> ClusterState:
    every = cluster.states()
    topics = {name: every[name] for name in names if name in every}
    configs = _read_configs(cluster, list(topics)) if topics else _probe(cluster, names)
    return ClusterState(cluster.broker_count(), topics, configs)


def _read_configs(cluster: Cluster, names: list[str]) -> dict[str, Mapping[str, str]] | None:
    try:
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="eventpact-plan") as pool:
            return dict(pool.map(lambda name: (name, cluster.config(name).values), names))
    except Unsupported:
        return None


def _probe(cluster: Cluster, names: list[str]) -> dict[str, Mapping[str, str]] | None:
    """Whether configurations could be read, where none of the topics exists yet."""
    try:
        for name in names[:1]:
            cluster.config(name)
    except Unsupported:
        return None
    except BrokerError:  # it does not know the topic, so it does know the question
        pass
    return {}
