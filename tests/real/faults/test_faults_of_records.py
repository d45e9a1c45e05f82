"""Records that a group cannot read, or that were written by a service ahead of it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import confluent_kafka
import pytest

from eventpact_codegen import generate
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from eventpact_testing.demo.pull_request import before_message_sent_v2
from tests.real.conftest import CONTRACTS
from tests.real.faults.stage import LETTERS, MESSAGES
from tests.runtime.raw import read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.real.faults.ledger import Ledger
    from tests.real.faults.stage import Stage

POISON = [
    b"never was in the wire format",
    b"\x00\x00\x0f\x42\x40 of a schema that no registry knows",
    b"\x00",
    b"",
]


def test_poison_at_ten_per_cent_is_set_aside_and_keeps_nobody_waiting(
    stage: Stage, enter: Callable[[str, Ledger], None]
) -> None:
    stage.handler()
    stage.handler()
    stage.sender(count=3600, rate=1200)
    stage.wait_for_handled(100)
    poisoning = confluent_kafka.Producer({"bootstrap.servers": stage.cluster.bootstrap_servers})
    chance = random.Random(7)
    for number in range(400):
        poisoning.produce(MESSAGES, POISON[number % len(POISON)], b"u-%d" % number, chance.randrange(12))
        if number % 50 == 0:
            stage.wait_for_handled(number * 6)  # spread over the time that the others take
    assert poisoning.flush(60) == 0
    read(stage.cluster, LETTERS, 400)  # while the handlers run, for the last may lie behind all that is handled

    ledger = stage.settle()

    enter("poison records at 10 %", ledger)
    letters = read(stage.cluster, LETTERS, 400)
    assert len(letters) == 400
    assert {letter.value() for letter in letters} == set(POISON)
    assert len(ledger.sent) == 3600
    assert not ledger.unaccounted
    assert not ledger.lost
    assert not ledger.out_of_order


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """QuikApp's package from before version 2 of MessageSent."""
    work = tmp_path_factory.mktemp("older")
    contracts = before_message_sent_v2(CONTRACTS, work)
    generate(ContractRepository.load(DirectorySource(contracts)), work / "packages", systems=["quikapp"])
    return work / "packages" / "quikapp"


def test_a_consumer_reads_a_newer_version_than_it_knows(
    stage: Stage, older: Path, enter: Callable[[str, Ledger], None]
) -> None:
    stage.handler(packages=[older])
    stage.sender(count=2000, rate=1000)

    ledger = stage.settle()

    enter("a newer event version", ledger)
    assert not ledger.lost
    assert len(ledger.sent) == 2000
    assert not ledger.unaccounted
    assert not read(stage.cluster, LETTERS, 1, patience=1)
    assert not ledger.out_of_order
