"""One broker of a test cluster, which is a controller too, and the configuration that makes it one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

PLAINTEXT: Final = "PLAINTEXT"
"""The listener that every broker has: open to all, and what brokers speak among themselves."""

_CONTROLLER: Final = "CONTROLLER"

FAST_FAILOVER: Final[Mapping[str, str]] = {
    "broker.session.timeout.ms": "2000",
    "broker.heartbeat.interval.ms": "500",
    "controller.quorum.fetch.timeout.ms": "1000",
    "controller.quorum.election.timeout.ms": "500",
    "controller.quorum.election.backoff.max.ms": "300",
}
"""Configuration with which a cluster notices a dead broker in about 3 s rather than in 10: for tests that kill."""


@dataclass(frozen=True, slots=True)
class Listener:
    """A further way into each broker, `SASL_SSL` for example; what it needs is in the cluster's `config`."""

    name: str
    protocol: str = PLAINTEXT
    """`PLAINTEXT`, `SSL`, `SASL_PLAINTEXT` or `SASL_SSL`."""
    advertised: Sequence[int] = ()
    """Ports that clients are sent to, one a broker, where these are not the brokers' own: a proxy's."""


@dataclass(frozen=True, slots=True)
class Node:
    """Where a broker listens and keeps its data."""

    id: int
    ports: Mapping[str, int]
    """By listener."""
    controller_port: int
    folder: Path

    @property
    def config_file(self) -> Path:
        """What it is started with."""
        return self.folder / "server.properties"

    @property
    def log(self) -> Path:
        """What it says, over all its starts."""
        return self.folder / "broker.log"


def configuration(node: Node, nodes: Sequence[Node], listeners: Sequence[Listener]) -> dict[str, str]:
    """The configuration of one node: topics are replicated up to three times, and two replicas must be in sync."""
    replication = str(min(len(nodes), 3))
    in_sync = "2" if len(nodes) >= 3 else "1"
    open_ports = [*node.ports.items(), (_CONTROLLER, node.controller_port)]
    advertised = dict(node.ports)
    for listener in listeners:
        if listener.advertised:
            advertised[listener.name] = listener.advertised[node.id - 1]
    protocols = {_CONTROLLER: PLAINTEXT, PLAINTEXT: PLAINTEXT} | {one.name: one.protocol for one in listeners}
    return {
        "process.roles": "broker,controller",
        "node.id": str(node.id),
        "controller.quorum.voters": ",".join(f"{other.id}@127.0.0.1:{other.controller_port}" for other in nodes),
        "listeners": _addresses(open_ports),
        "advertised.listeners": _addresses(advertised.items()),
        "listener.security.protocol.map": ",".join(f"{name}:{protocol}" for name, protocol in protocols.items()),
        "controller.listener.names": _CONTROLLER,
        "inter.broker.listener.name": PLAINTEXT,
        "log.dirs": str(node.folder / "data"),
        "auto.create.topics.enable": "false",
        "default.replication.factor": replication,
        "min.insync.replicas": in_sync,
        "unclean.leader.election.enable": "false",
        "offsets.topic.replication.factor": replication,
        "offsets.topic.num.partitions": "8",
        "group.initial.rebalance.delay.ms": "0",
        "transaction.state.log.replication.factor": replication,
        "transaction.state.log.min.isr": in_sync,
        "transaction.state.log.num.partitions": "8",
        "share.coordinator.state.topic.replication.factor": replication,
        "share.coordinator.state.topic.min.isr": in_sync,
        "num.network.threads": "2",
        "num.io.threads": "4",
        "log.cleaner.enable": "false",
    }


def _addresses(ports: Iterable[tuple[str, int]]) -> str:
    return ",".join(f"{name}://127.0.0.1:{port}" for name, port in ports)
