"""A cluster, a registry and generated packages on this machine, and processes that use them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.codec_events import CONTRACTS
from eventpact import Settings
from eventpact.operate.topics import Topics
from eventpact.topic import TopicContract
from eventpact_codegen.generator import generate
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import parse_source
from eventpact_registry.server.embedded import EmbeddedRegistry
from eventpact_testing.java import fetch_libraries
from eventpact_testing.kafka import KafkaCluster

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT: Final = Path(__file__).parents[2]
_PARTITIONS: Final = 12
_TOPIC: Final = "QuikApp.message.sent"
_QUIKAPP: Final = {"package": "quikapp_events", "producer_class": "QuikappProducer", "topic": _TOPIC}
_FAST: Final = {"compression.type": "none"}
"""Random ids do not shrink, and compressing would be all that is measured."""


@dataclass
class Bench:
    """What sides are told of, and a name for each new group."""

    kafka: KafkaCluster
    registry: str
    packages: Path
    brokers: int
    folder: Path
    _names: Iterator[int] = field(default_factory=count)

    def ask(self, side: str, *, codec: str = "native", **told: Any) -> dict[str, float]:
        """What a side measured."""
        return self.answer(self.begin(side, codec=codec, **told))

    def begin(self, side: str, *, codec: str = "native", **told: Any) -> subprocess.Popen[str]:
        """Start a side; `answer` waits for what it measured."""
        everything = {
            "brokers": self.kafka.bootstrap_servers,
            "registry": self.registry,
            **_QUIKAPP,
            "group": f"group-{next(self._names)}",
            **told,
            "producer": {**_FAST, **told.get("producer", {})},
        }
        command = [sys.executable, "-m", "benchmarks.delivery.sides", side, json.dumps(everything)]
        search = os.pathsep.join(str(package) for package in self.packages.iterdir())
        environment = {**os.environ, "EVENTPACT_CODEC": codec, "PYTHONPATH": search}
        return subprocess.Popen(command, cwd=_ROOT, env=environment, stdout=subprocess.PIPE, text=True)

    @staticmethod
    def answer(process: subprocess.Popen[str]) -> dict[str, float]:
        """What a side measured, once it has ended."""
        said, _ = process.communicate()
        if process.returncode:
            raise SystemExit(f"{process.args!r} ended with {process.returncode}")
        found: dict[str, float] = json.loads(said.splitlines()[-1])
        return found

    def __str__(self) -> str:
        return "one broker" if self.brokers == 1 else f"{self.brokers} brokers, replication {min(3, self.brokers)}"

    def new_file(self, name: str) -> Path:
        """Where sides of one run may share something."""
        return self.folder / f"{name}-{next(self._names)}"

    def fresh(self, name: str = _TOPIC, *, partitions: int = _PARTITIONS) -> str:
        """An empty topic."""
        topics = Topics(Settings(brokers=self.kafka.bootstrap_servers), timeout=30)
        if name in topics.states():
            topics.delete(name)
        replicas = min(3, self.brokers)
        topics.create(TopicContract(name=name, partitions=partitions, replication_factor=replicas))
        return name


@contextmanager
def bench(brokers: int) -> Iterator[Bench]:
    """So many brokers, and everything that sides need."""
    libraries = fetch_libraries(_ROOT / "tests" / "real" / "pom.xml")
    with (
        tempfile.TemporaryDirectory() as name,
        KafkaCluster(libraries, brokers=brokers, folder=Path(name) / "kafka", heap="512m") as kafka,
        EmbeddedRegistry() as registry,
    ):
        folder = Path(name) / "packages"
        repository = ContractRepository.load(parse_source(f"dir:{CONTRACTS}", CONTRACTS))
        generate(repository, folder, systems=["quikapp", "chatplatform"])
        yield Bench(kafka, registry.url, folder, brokers, Path(name))
