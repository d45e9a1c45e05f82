"""A real Apache Kafka for tests: one or three brokers in KRaft mode, from jars, on the loopback interface."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from eventpact_testing.java import JavaProcess, accepts_connections, free_ports, run_java

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Self

JAVA: Final = 17
"""The least Java that Kafka 4 runs on."""

_FORMAT_SECONDS: Final = 60
_START_SECONDS: Final = 60
_PROBE_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class _Node:
    """A broker that is also a controller."""

    id: int
    port: int
    controller_port: int
    folder: Path

    @property
    def config_file(self) -> Path:
        return self.folder / "server.properties"


class KafkaCluster:
    """A running cluster; end it with `close`, or use it in a `with`.

    `libraries` is a folder with Kafka's jars (`java.fetch_libraries`), `config` changes the brokers' configuration.
    Data and logs are in `folder`; without one, in a temporary folder that is removed at the end, and kept when the
    start fails. Topics are never made by themselves. Nodes are ended by SIGKILL: an orderly end of combined nodes
    waits for a quorum that is going away.

    Raises:
        EventPactError: there is no Java, or a broker does not start; with its last log lines.
    """

    def __init__(
        self,
        libraries: Path,
        *,
        brokers: int = 1,
        config: Mapping[str, str] | None = None,
        folder: Path | None = None,
        heap: str = "256m",
    ) -> None:
        self._classpath = f"{libraries}/*"
        self._heap = heap
        self._temporary = folder is None
        self.folder = folder or Path(tempfile.mkdtemp(prefix="eventpact-kafka-"))
        ports = free_ports(2 * brokers)
        self._nodes = [
            _Node(index + 1, ports[2 * index], ports[2 * index + 1], self.folder / f"broker-{index + 1}")
            for index in range(brokers)
        ]
        self.bootstrap_servers = ",".join(f"127.0.0.1:{node.port}" for node in self._nodes)
        """What clients connect to."""
        self._processes: dict[int, JavaProcess] = {}
        cluster_id = urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
        try:
            for node in self._nodes:
                self._format(node, cluster_id, {**_config(node, self._nodes), **(config or {})})
            for node in self._nodes:
                self._launch(node)
            for node in self._nodes:
                self._wait_for_port(node)
            self._wait_until_complete()
        except BaseException:
            self._kill_all()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self, broker: int) -> None:
        """Start a broker (counted from 1) that was killed; returns when its port is open."""
        self._launch(self._nodes[broker - 1])
        self._wait_for_port(self._nodes[broker - 1])

    def kill(self, broker: int) -> None:
        """End a broker (counted from 1) at once, as a crash would."""
        self._processes.pop(broker).kill()

    def close(self) -> None:
        """End every broker, and remove the temporary folder."""
        self._kill_all()
        if self._temporary:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _format(self, node: _Node, cluster_id: str, config: Mapping[str, str]) -> None:
        node.folder.mkdir(parents=True)
        node.config_file.write_text("".join(f"{name}={value}\n" for name, value in config.items()))
        named = f"--cluster-id={cluster_id}"  # in one word: an id may begin with a dash
        storage_tool: list[str | Path] = ["kafka.tools.StorageTool", "format", named, "-c", node.config_file]
        quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
        run_java(["-Xmx64m", quiet, "-cp", self._classpath, *storage_tool], minimum=JAVA, timeout=_FORMAT_SECONDS)

    def _launch(self, node: _Node) -> None:
        arguments: list[str | Path] = [
            f"-Xmx{self._heap}",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",  # a quick start matters more here than peak speed
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-cp",
            self._classpath,
            "kafka.Kafka",
            node.config_file,
        ]
        name = f"Kafka broker {node.id}"
        self._processes[node.id] = JavaProcess(name, arguments, minimum=JAVA, log=node.folder / "broker.log")

    def _wait_for_port(self, node: _Node) -> None:
        """A broker opens its port only when the quorum has a leader."""
        self._processes[node.id].wait_until(lambda: accepts_connections(node.port), timeout=_START_SECONDS)

    def _wait_until_complete(self) -> None:
        admin = AdminClient({"bootstrap.servers": self.bootstrap_servers, "log_level": 0})
        first = self._processes[1]
        first.wait_until(lambda: _brokers_seen(admin) == len(self._nodes), timeout=_START_SECONDS)

    def _kill_all(self) -> None:
        while self._processes:
            self._processes.popitem()[1].kill()


def _brokers_seen(admin: AdminClient) -> int:
    try:
        return len(admin.list_topics(timeout=_PROBE_SECONDS).brokers)
    except KafkaException:
        return 0


def _config(node: _Node, nodes: list[_Node]) -> dict[str, str]:
    replication = str(min(len(nodes), 3))
    in_sync = "2" if len(nodes) >= 3 else "1"
    return {
        "process.roles": "broker,controller",
        "node.id": str(node.id),
        "controller.quorum.voters": ",".join(f"{other.id}@127.0.0.1:{other.controller_port}" for other in nodes),
        "listeners": f"PLAINTEXT://127.0.0.1:{node.port},CONTROLLER://127.0.0.1:{node.controller_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{node.port}",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
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
