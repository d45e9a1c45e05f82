"""The real parts, each started once a session: Apache Kafka, Apicurio Registry, and their libraries from Maven.

Where this machine lacks Java or Maven the tests that need them skip and say so; with CI=true they fail instead.
Tests share the parts, so each uses names of its own: see `unique`.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from eventpact import Settings, Topics
from eventpact_codegen import generate
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from eventpact_registry.server import EmbeddedRegistry
from eventpact_testing import apicurio as apicurio_part
from eventpact_testing import kafka as kafka_part
from eventpact_testing.java import fetch_libraries, missing_parts
from eventpact_testing.proxy import Proxy
from tests.real import tokens
from tests.runtime.raw import PATIENCE
from tests.runtime.sample import TOPICS, SampleProducer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


CONTRACTS = Path(__file__).parents[2] / "contracts"


@dataclass(frozen=True)
class Registry:
    """A registry under test."""

    name: str
    url: str


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests of real parts the time that their JVMs take to start on a busy machine."""
    for item in items:
        has_its_own = any(item.get_closest_marker(name) for name in ("timeout", "soak"))
        if item.path.is_relative_to(Path(__file__).parent) and not has_its_own:
            item.add_marker(pytest.mark.timeout(600))


def demand(minimum_java: int) -> None:
    """Skip, or in CI fail, when this machine cannot run Java parts."""
    reason = missing_parts(minimum_java)
    if reason is None:
        return
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"in CI the real parts must run: {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def libraries() -> Path:
    """The jars and the archive that `pom.xml` names."""
    demand(kafka_part.JAVA)
    return fetch_libraries(Path(__file__).with_name("pom.xml"))


@pytest.fixture(scope="session")
def kafka(libraries: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[kafka_part.KafkaCluster]:
    """One broker; its log stays in pytest's temporary folder."""
    config = {
        # A member that is silent for a second may be given up: tests wait for that.
        "group.min.session.timeout.ms": "500",
        # Under the newer protocol members hear of changes with a heartbeat, which is every 5 seconds by default.
        "group.consumer.min.heartbeat.interval.ms": "200",
        "group.consumer.heartbeat.interval.ms": "200",
    }
    with kafka_part.KafkaCluster(libraries, folder=tmp_path_factory.mktemp("kafka"), config=config) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def network() -> Iterator[Proxy]:
    """What stands between clients and the listener `PROXIED` of the three brokers."""
    with Proxy(3) as network:
        yield network


@pytest.fixture(scope="session")
def three_brokers(
    libraries: Path, network: Proxy, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[kafka_part.KafkaCluster]:
    """Three brokers for tests that break them; who does so mends them again."""
    with kafka_part.KafkaCluster(
        libraries,
        brokers=3,
        config={
            **kafka_part.FAST_FAILOVER,
            # A member that is silent for a second may be given up: tests wait for that.
            "group.min.session.timeout.ms": "1000",
            **tokens.CONFIG,
        },
        listeners=[kafka_part.Listener("PROXIED", advertised=network.ports), tokens.LISTENER],
        folder=tmp_path_factory.mktemp("three-brokers"),
    ) as cluster:
        network.forward(cluster.ports("PROXIED"))
        yield cluster


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """The five systems' packages, made from the contracts: a folder each for the import path, by system."""
    out = tmp_path_factory.mktemp("packages")
    repository = ContractRepository.load(DirectorySource(CONTRACTS))
    generate(repository, out)
    return {name: out / name for name in repository.systems}


@pytest.fixture(scope="session")
def apicurio(libraries: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """Apicurio behind its Confluent-compatible API; its log stays in pytest's temporary folder."""
    demand(apicurio_part.JAVA)
    with apicurio_part.ApicurioRegistry(libraries, folder=tmp_path_factory.mktemp("apicurio")) as registry:
        yield Registry("apicurio", registry.url)


@pytest.fixture(scope="session")
def embedded() -> Iterator[Registry]:
    """Our own registry."""
    with EmbeddedRegistry() as registry:
        yield Registry("embedded", registry.url)


@pytest.fixture(params=["embedded", "apicurio"])
def registry(request: pytest.FixtureRequest) -> Registry:
    """Each registry in turn."""
    found: Registry = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def settings(kafka: kafka_part.KafkaCluster, embedded: Registry, unique: str) -> Iterator[Settings]:
    """Of a service of the sample system, whose topics are there, and gone afterwards."""
    settings = Settings(
        brokers=kafka.bootstrap_servers,
        client_id="tests",
        registry_url=embedded.url,
        consumer_group=unique,
        consumer={"topic.metadata.refresh.interval.ms": "300"},
        timeout=PATIENCE,
    )
    topics = Topics(settings)
    topics.create(*(topic for topic in TOPICS if topic.template.is_literal))
    yield settings
    topics.delete(*(name for name in topics.states() if name.startswith("sample.")))


@pytest.fixture
def producer(settings: Settings) -> Iterator[SampleProducer]:
    """Of the sample system."""
    with SampleProducer(settings, register="dev") as producer:
        yield producer


@pytest.fixture(scope="module")
def own_kafka(libraries: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[kafka_part.KafkaCluster]:
    """A broker for one file alone: elsewhere the contracts may be applied already."""
    with kafka_part.KafkaCluster(libraries, folder=tmp_path_factory.mktemp("own-kafka")) as cluster:
        yield cluster


@pytest.fixture(scope="module", params=["embedded", "apicurio"])
def own_registry(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """Each registry in turn, empty and for one file alone."""
    if request.param == "embedded":
        with EmbeddedRegistry() as registry:
            yield Registry("embedded", registry.url)
        return
    demand(apicurio_part.JAVA)
    libraries = request.getfixturevalue("libraries")
    with apicurio_part.ApicurioRegistry(libraries, folder=tmp_path_factory.mktemp("own-apicurio")) as apicurio:
        yield Registry("apicurio", apicurio.url)


@pytest.fixture
def unique(request: pytest.FixtureRequest) -> str:
    """A name that no other test uses, fit for topics, subjects and Avro names."""
    return re.sub(r"\W+", "_", request.node.name).strip("_")
