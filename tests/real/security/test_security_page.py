"""`docs/security.md`: every shell block runs on a broker that asks who is there, every YAML block in a system."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from eventpact_testing.secured import ADMINISTRATOR, MUTUAL, SASL_TLS, password_of, unsecured_token
from tests.docs.pages import DOCS, Block, blocks
from tests.real.security.conftest import CONTRACTS, PRODUCER, Secured

if TYPE_CHECKING:
    from tests.real.security.conftest import Provider

PAGE = DOCS / "security.md"
SHELL = blocks(PAGE, "sh")
WAYS_IN = [block for block in SHELL if "eventpact" not in block.text]
COMMANDS = [block for block in SHELL if "eventpact" in block.text]
LOOK = "from eventpact import Settings, Topics; Topics(Settings.from_env(required=()), timeout=60).states()"


@pytest.fixture
def secrets(secured: Secured, tmp_path: Path) -> Path:
    """What the page finds in `/run/secrets`."""
    own = secured.broker.authority.issue("service", password="key-secret")
    contents = {
        "ca.pem": own.ca.read_text(),
        "service.crt.pem": own.certificate.read_text(),
        "service.key.pem": own.key.read_text(),
        "key-password": "key-secret\n",
        "kafka-password": f"{password_of(PRODUCER)}\n",
        "token": unsecured_token(PRODUCER),
        "client-secret": "s3",
    }
    for name, text in contents.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def bash(script: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    ours = ("KAFKA_", "SCHEMA_REGISTRY_")
    plain = {name: text for name, text in os.environ.items() if not name.startswith(ours)}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-ec", script],
        cwd=cwd,
        env={**plain, "PATH": path, **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("block", WAYS_IN, ids=lambda block: block.name)
def test_a_way_in_leads_in(block: Block, secured: Secured, secrets: Path, provider: Provider) -> None:
    script = block.text.replace("/run/secrets", str(secrets))
    script = script.replace("https://login.example.org/token", provider.url)
    script = script.replace("kafka-1.example.org:9094", secured.broker.kafka.bootstrap(SASL_TLS))
    script = script.replace("kafka-1.example.org:9095", secured.broker.kafka.bootstrap(MUTUAL))

    done = bash(f'{script}\n{sys.executable} -c "{LOOK}"', secrets)

    assert done.returncode == 0, done.stderr


def test_the_commands_do_what_the_page_says(secured: Secured) -> None:
    for block in COMMANDS:
        script = block.text.replace("--acls\n", "--acls --replication-factor-limit 1\n", 2)

        done = bash(script, CONTRACTS.parent, **secured.environ(ADMINISTRATOR))

        assert done.returncode == 0, done.stdout + done.stderr


def test_what_the_page_puts_into_a_system_is_taken(tmp_path: Path) -> None:
    [block] = blocks(PAGE, "yaml")
    shutil.copytree(CONTRACTS / "quikapp", tmp_path / "quikapp")
    system = tmp_path / "quikapp" / "system.yaml"
    system.write_text(system.read_text() + block.text)

    loaded = ContractRepository.load(DirectorySource(tmp_path)).systems["quikapp"]

    assert {name: producer.principal for name, producer in loaded.producers.items()} == {
        "message-service": "User:CN=message-service,OU=quikapp",
        "importer": "User:legacy-importer",
    }
    assert loaded.groups["audit-service"].principal == "User:CN=audit-service,OU=quikapp"
