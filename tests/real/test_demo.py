"""The demonstration's flows on Apache Kafka and a real registry: all five systems, nothing lost."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from eventpact_testing.apicurio import ApicurioRegistry
from eventpact_testing.kafka import KafkaCluster

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.timeout(600)
def test_the_five_systems_lose_nothing_on_real_kafka_and_apicurio(libraries: Path, tmp_path: Path) -> None:
    # A cluster and a registry of its own: the demonstration applies all contracts, which others here start without.
    with (
        KafkaCluster(libraries, folder=tmp_path) as kafka,
        ApicurioRegistry(libraries, folder=tmp_path) as apicurio,
    ):
        done = subprocess.run(
            [
                *(sys.executable, "-m", "eventpact_cli.main", "demo", "--events", "2000"),
                *("--brokers", kafka.bootstrap_servers, "--registry", apicurio.url, "--replication-factor-limit", "1"),
            ],
            capture_output=True,
            text=True,
            timeout=540,
            check=False,
        )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "a second plan has no changes" in done.stdout
    assert "caas: tenant initech is deleted with its 5 topics" in done.stdout
    table = {line.split()[0]: line.split() for line in done.stdout.splitlines()[-5:]}
    assert set(table) == {"quikapp", "chatplatform", "showoff", "delivery", "caas"}
    for row in table.values():
        _, _, sent, received, lost, dead_letters, *_ = (cell.replace(",", "") for cell in row)
        assert int(sent) >= 2000
        assert int(received) > 0
        assert int(lost) == 0
        assert int(dead_letters) >= 1
