"""An apply that was stopped after any step is finished by the next, on real Kafka and on each registry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from eventpact.operate.topics import Topics
from eventpact.settings import Settings
from eventpact_registry.client import RegistryClient
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from eventpact_registry.plan import Plan, Progress, apply, desired, plan, read_state, summary
from tests.runtime.raw import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from eventpact_registry.plan import Desired
    from eventpact_testing.kafka import KafkaCluster
    from tests.real.conftest import Registry

_STEPS = {"embedded": 9, "apicurio": 7}
"""Two levels, four versions and a topic; and two owners, where the registry keeps them."""

TOPIC = "description: Orders.\npartitions: 2\nreplication-factor: 1\nretention: 7d\n"


def shop(folder: Path, name: str) -> Desired:
    """A shared type in two versions, an event that takes both, and a topic that is grown: names are this shop's own."""
    system = (
        f"system: {name}\nnamespace: io.{name}\ndescription: A shop.\nowner: sales\n"
        f"package: {{name: {name}-events, version: 1.0.0}}\n"
    )
    files = {
        "system.yaml": system,
        "types/Money.v1.avsc": record(name, "Money", amount="string"),
        "types/Money.v2.avsc": record(name, "Money", amount="string", currency="string"),
        f"{name}.placed/topic.yaml": TOPIC,
        f"{name}.placed/Placed.v1.avsc": record(name, "Placed", money=f"io.{name}.Money@1"),
        f"{name}.placed/Placed.v2.avsc": record(name, "Placed", money=f"io.{name}.Money@2"),
    }
    for path, text in files.items():
        (folder / name / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / name / path).write_text(text)
    return desired(ContractRepository.load(DirectorySource(folder)))


def record(shop: str, name: str, **fields: str) -> str:
    """A record of strings with defaults, or of a pinned shared type."""
    described = [
        {"name": field, "type": written.partition("@")[0], "doc": "What it is."}
        | ({"default": ""} if written == "string" else {})
        for field, written in fields.items()
    ]
    pins = [
        {"name": written.partition("@")[0], "version": int(written.partition("@")[2])}
        for written in fields.values()
        if "@" in written
    ]
    schema = {"type": "record", "name": name, "namespace": f"io.{shop}", "doc": "What happened.", "fields": described}
    return json.dumps({**schema, **({"references": pins} if pins else {})})


def stopping_after(steps: int) -> Callable[[Progress], None]:
    def stop(progress: Progress) -> None:
        if progress.done == steps:
            raise KeyboardInterrupt

    return stop


def test_an_apply_that_was_stopped_after_any_step_is_finished_by_the_next(
    own_kafka: KafkaCluster, own_registry: Registry, tmp_path: Path
) -> None:
    topics = Topics(Settings(brokers=own_kafka.bootstrap_servers, timeout=PATIENCE))
    with RegistryClient(Settings(registry_url=own_registry.url, timeout=PATIENCE)) as registry:

        def planned(wanted: Desired) -> Plan:
            return plan(wanted, read_state(wanted, registry=registry, cluster=topics))

        done, total = 0, 1
        while done < total:
            done += 1
            name = f"{own_registry.name}{done}"
            wanted = shop(tmp_path / name, name)
            todo = planned(wanted)
            total = len(todo.steps)
            try:
                apply(todo, registry=registry, cluster=topics, on_step=stopping_after(done))
            except KeyboardInterrupt:
                left = planned(wanted)
                assert len(left.steps) == total - done, name
                apply(left, registry=registry, cluster=topics)
            again = planned(wanted)
            assert again.empty, summary(again)

    assert total == _STEPS[own_registry.name]
