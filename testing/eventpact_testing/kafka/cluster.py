"""Starting, breaking and mending a test cluster."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Final

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from eventpact_testing.java import JavaProcess, accepts_connections, free_ports, run_java
from eventpact_testing.kafka.node import PLAINTEXT, Node, configuration

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from eventpact_testing.kafka.node import Listener

JAVA: Final = 17
"""The least Java that Kafka 4 runs on."""

QUICK_START: Final = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""Java's options where a quick start matters more than peak speed."""

_FORMAT_SECONDS: Final = 120
_START_SECONDS: Final = 120
_IN_SYNC_SECONDS: Final = 120
_PROBE_SECONDS: Final = 5.0


class KafkaCluster:
    """A running cluster; end it with `close`, or use it in a `with`. Brokers are counted from 1.

    `libraries` is a folder with Kafka's jars (`java.fetch_libraries`), `config` changes the brokers' configuration,
    `listeners` are further ways into them, and `scram` holds users (`SCRAM-SHA-512=[name=ann,password=…]`). Data and
    logs are in `folder`; without one, in a temporary folder that is removed at the end, and kept when the start fails.
    Topics are never made by themselves. Nodes are ended by SIGKILL: an orderly end of combined nodes waits for a quorum
    that is going away.

    Raises:
        EventPactError: there is no Java, or a broker does not start; with its last log lines.
    """

    def __init__(
        self,
        libraries: Path,
        *,
        brokers: int = 1,
        config: Mapping[str, str] | None = None,
        listeners: Sequence[Listener] = (),
        scram: Sequence[str] = (),
        folder: Path | None = None,
        heap: str = "256m",
        java_options: Sequence[str] = QUICK_START,
    ) -> None:
        self._classpath = f"{libraries}/*"
        self._java_options = (f"-Xmx{heap}", *java_options)
        self._temporary = folder is None
        self.folder = folder or Path(tempfile.mkdtemp(prefix="eventpact-kafka-"))
        names = (PLAINTEXT, *(listener.name for listener in listeners))
        ports = iter(free_ports(brokers * (len(names) + 1)))
        self.nodes = tuple(
            Node(number, {name: next(ports) for name in names}, next(ports), self.folder / f"broker-{number}")
            for number in range(1, brokers + 1)
        )
        self.bootstrap_servers = self.bootstrap(PLAINTEXT)
        """What clients connect to that need no rights."""
        self._processes: dict[int, JavaProcess] = {}
        cluster_id = urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
        try:
            for node in self.nodes:
                settings = {**configuration(node, self.nodes, listeners), **(config or {})}
                self._format(node, cluster_id, settings, scram)
            self.start_all()
        except BaseException:
            self.kill_all()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def bootstrap(self, listener: str) -> str:
        """What clients of a listener connect to."""
        return ",".join(f"127.0.0.1:{port}" for port in self.ports(listener))

    def ports(self, listener: str) -> list[int]:
        """The brokers' ports of a listener."""
        return [node.ports[listener] for node in self.nodes]

    def pid(self, broker: int) -> int:
        """The process of a broker that runs."""
        return self._processes[broker].pid

    def start(self, broker: int) -> None:
        """Start a broker that was killed; returns when its port is open."""
        self._launch(self.nodes[broker - 1])
        self._wait_for_port(self.nodes[broker - 1])

    def start_all(self) -> None:
        """Start every broker that does not run; returns when all know of each other."""
        absent = [node for node in self.nodes if node.id not in self._processes]
        for node in absent:
            self._launch(node)
        for node in absent:
            self._wait_for_port(node)
        admin = AdminClient({"bootstrap.servers": self.bootstrap_servers, "log_level": 0})
        self._processes[1].wait_until(lambda: _brokers_seen(admin) == len(self.nodes), timeout=_START_SECONDS)

    def kill(self, broker: int) -> None:
        """End a broker at once, as a crash would."""
        self._processes.pop(broker).kill()

    def kill_all(self) -> None:
        """End every broker at once."""
        while self._processes:
            self._processes.popitem()[1].kill()

    def pause(self, broker: int) -> None:
        """Let a broker stand still with its connections open, as a machine that swaps or a hypervisor that hangs."""
        self._processes[broker].pause()

    def resume(self, broker: int) -> None:
        """Let a paused broker go on."""
        self._processes[broker].resume()

    def mend(self) -> None:
        """Bring everything back: paused brokers go on, killed ones start, and all replicas are in sync again."""
        for process in self._processes.values():
            process.resume()
        self.start_all()
        admin = AdminClient({"bootstrap.servers": self.bootstrap_servers, "log_level": 0})
        self._processes[1].wait_until(lambda: _in_sync(admin), timeout=_IN_SYNC_SECONDS)

    def close(self) -> None:
        """End every broker, and remove the temporary folder."""
        self.kill_all()
        if self._temporary:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _format(self, node: Node, cluster_id: str, config: Mapping[str, str], scram: Sequence[str]) -> None:
        node.folder.mkdir(parents=True)
        node.config_file.write_text("".join(f"{name}={value}\n" for name, value in config.items()))
        named = f"--cluster-id={cluster_id}"  # in one word: an id may begin with a dash
        storage_tool: list[str | Path] = ["kafka.tools.StorageTool", "format", named, "-c", node.config_file]
        for user in scram:
            storage_tool += ["--add-scram", user]
        quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
        run_java(["-Xmx64m", quiet, "-cp", self._classpath, *storage_tool], minimum=JAVA, timeout=_FORMAT_SECONDS)

    def _launch(self, node: Node) -> None:
        arguments: list[str | Path] = [
            *self._java_options,
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-cp",
            self._classpath,
            "kafka.Kafka",
            node.config_file,
        ]
        self._processes[node.id] = JavaProcess(f"Kafka broker {node.id}", arguments, minimum=JAVA, log=node.log)

    def _wait_for_port(self, node: Node) -> None:
        """A broker opens its port only when the quorum has a leader."""
        port = node.ports[PLAINTEXT]
        self._processes[node.id].wait_until(lambda: accepts_connections(port), timeout=_START_SECONDS)


def _brokers_seen(admin: AdminClient) -> int:
    try:
        return len(admin.list_topics(timeout=_PROBE_SECONDS).brokers)
    except KafkaException:
        return 0


def _in_sync(admin: AdminClient) -> bool:
    try:
        topics = admin.list_topics(timeout=_PROBE_SECONDS).topics.values()
    except KafkaException:
        return False
    partitions = [partition for topic in topics for partition in topic.partitions.values()]
    return all(len(one.isrs) == len(one.replicas) and one.leader >= 0 for one in partitions)
