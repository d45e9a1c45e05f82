"""The real parts themselves: a broker that crashes and comes back, and starts that fail."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from eventpact.errors import EventPactError
from eventpact.operate.topics import Topics
from eventpact.settings import Settings
from eventpact.topic import TopicContract
from eventpact_testing.apicurio import ApicurioRegistry
from eventpact_testing.java import accepts_connections
from eventpact_testing.kafka import KafkaCluster
from tests.runtime.raw import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path


def test_a_killed_broker_comes_back_with_its_topics(libraries: Path) -> None:
    with KafkaCluster(libraries) as cluster:
        settings = Settings(brokers=cluster.bootstrap_servers, timeout=PATIENCE)
        Topics(settings).create(TopicContract(name="kept", partitions=2, replication_factor=1))
        port = int(cluster.bootstrap_servers.rpartition(":")[2])

        cluster.kill(1)
        assert not accepts_connections(port)
        cluster.start(1)

        assert Topics(settings).states()["kept"].partitions == 2

    assert not accepts_connections(port)
    assert not cluster.folder.exists()


def test_a_cluster_id_may_begin_with_a_dash(libraries: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("uuid.uuid4", lambda: UUID(bytes=b"\xfb" * 16))

    with KafkaCluster(libraries) as cluster:
        assert accepts_connections(int(cluster.bootstrap_servers.rpartition(":")[2]))


def test_a_broker_that_does_not_start_says_why_and_keeps_its_log(libraries: Path, tmp_path: Path) -> None:
    wrong = {"controller.quorum.voters": "2@127.0.0.1:1"}

    with pytest.raises(EventPactError, match=r"(?s)controller\.quorum\.voters"):
        KafkaCluster(libraries, config=wrong, folder=tmp_path)

    assert list(tmp_path.iterdir())


def test_a_folder_without_the_archive_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(EventPactError, match=r"no apicurio-registry-app-\*\.tar\.gz in"):
        ApicurioRegistry(tmp_path)
