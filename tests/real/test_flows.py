"""The five systems on three brokers, with the replication that their contracts ask for, through generated classes."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from eventpact import Settings, Topics
from eventpact.errors import DeliveryError
from eventpact.operate.groups import Groups
from eventpact.operate.tenants import Tenants
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from eventpact_testing.examples import examples
from eventpact_testing.stack import planned, remote_stack, run_time_topics, synchronise
from tests.real.conftest import CONTRACTS
from tests.real.faults.programs import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from chatplatform_events import MessageSent

    from eventpact import Context
    from eventpact_testing.kafka import KafkaCluster
    from tests.real.conftest import Registry


def held_by(settings: Settings, group: str) -> set[str]:
    """The tenants whose messages the members of a group are assigned."""
    state = Groups(settings).state(group)
    return {topic.rpartition(".")[2] for member in state.members for topic, _ in member.partitions}


@pytest.fixture
def whole(three_brokers: KafkaCluster) -> Iterator[KafkaCluster]:
    """The cluster as others found it: without the topics of another test, nor its records."""
    three_brokers.mend()
    topics = Topics(Settings(brokers=three_brokers.bootstrap_servers), timeout=60)
    before = topics.states().keys()
    yield three_brokers
    topics.delete(*(topics.states().keys() - before))


@pytest.mark.timeout(600)
def test_the_five_systems_lose_nothing_and_statuses_come_back_to_their_senders(
    whole: KafkaCluster, apicurio: Registry
) -> None:
    """The demonstration's flows: delivery's fails unless each sender is told of each message's DELIVERED, then READ."""
    options = ["--events", "1000", "--brokers", whole.bootstrap_servers, "--registry", apicurio.url]
    done = subprocess.run(
        [sys.executable, "-m", "eventpact_cli.main", "demo", *options],
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
        assert int(sent) >= 1000
        assert int(received) > 0
        assert int(lost) == 0
        assert int(dead_letters) >= 1


def test_a_tenant_is_created_and_deleted_while_consumers_run(
    whole: KafkaCluster,
    embedded: Registry,
    packages: Mapping[str, Path],
    unique: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(packages["chatplatform"])
    from chatplatform_events import ChatplatformProducer, MessageSent
    from chatplatform_events.groups import MessageProcessor

    from eventpact_testing.demo.flows.ledger import Ledger
    from eventpact_testing.demo.flows.runner import counting, drive

    settings = Settings(
        brokers=whole.bootstrap_servers,
        registry_url=embedded.url,
        client_id="flows",
        consumer_group=unique,
        consumer={"topic.metadata.refresh.interval.ms": "500"},
        timeout=60,
    )
    stack = remote_stack(settings)
    repository = ContractRepository.load(DirectorySource(CONTRACTS))
    synchronise(planned(repository, stack, systems=["chatplatform"]), stack)
    tenants = Tenants(stack.topics, run_time_topics(repository.systems["chatplatform"]))
    tenants.create("resident")
    handled: defaultdict[str, set[str | None]] = defaultdict(set)

    def note(event: MessageSent, context: Context) -> None:
        assert event.tenant_id == context.parameters["tenant_id"]
        handled[event.tenant_id].add(context.event_id)

    def counted() -> dict[str, int]:
        return {tenant: len(ids) for tenant, ids in handled.items()}

    ledger = Ledger()
    processor = counting(MessageProcessor, ledger, on_message_sent=note)  # type: ignore[type-abstract]  # it is made concrete
    with ChatplatformProducer(settings) as producer, drive(settings, [processor], ledger):

        def send(tenant: str, *, until: int) -> None:
            """A hundred events more, each again that may not be written: the producer knew the topic that was there."""
            events = [dataclasses.replace(one, tenant_id=tenant) for one in examples(MessageSent, 100, seed=until)]
            for event, sent in [(event, producer.submit(event, tenant_id=tenant)) for event in events]:
                try:
                    sent.result(60)
                except DeliveryError:
                    producer.send_and_wait(event, tenant_id=tenant, timeout=60)
            wait_until(lambda: len(handled[tenant]) >= until, patience=60, what=lambda: f"handled: {counted()}")

        send("resident", until=100)
        assert tenants.create("newcomer")
        send("newcomer", until=100)
        assert tenants.delete("newcomer")
        send("resident", until=200)
        # Who makes a topic anew before its group has let go of the old one lets it read on at the old one's offsets.
        wait_until(lambda: "newcomer" not in held_by(settings, unique), patience=60, what=lambda: "still held")
        assert tenants.create("newcomer")
        send("newcomer", until=200)

    assert counted() == {"resident": 200, "newcomer": 200}
