"""Topics that dead letters may go back to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from eventpact_registry.origins import origins
from tests.registry.contracts.building import SYSTEM, TOPIC, avsc, field

if TYPE_CHECKING:
    from collections.abc import Mapping

ENDS = "description: What failed.\npurpose: {purpose}\npartitions: 1\nretention: 30d\nkey: null\ndead-letters: null\n"
CONTRACTS = {
    "shop/system.yaml": SYSTEM,
    "shop/placed.{tenant}/topic.yaml": f"{TOPIC}dead-letters: dead.{{tenant}}\nretry: {{tiers: [later]}}\n",
    "shop/placed.{tenant}/OrderPlaced.v1.avsc": avsc("OrderPlaced", field("orderId")),
    "shop/approved/topic.yaml": TOPIC,
    "shop/approved/OrderApproved.v1.avsc": avsc("OrderApproved", field("orderId")),
    "shop/dead.{tenant}/topic.yaml": ENDS.format(purpose="dead-letters"),
    "shop/later/topic.yaml": ENDS.format(purpose="retry").replace("dead-letters: null\n", "delay: 1m\n"),
}


def loaded(folder: Path, files: Mapping[str, str]) -> ContractRepository:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return ContractRepository.load(DirectorySource(folder))


@pytest.mark.parametrize(
    ("topic", "allowed"),
    [
        ("placed.acme", True),
        ("later", True),
        ("placed.globex", False),  # another tenant's
        ("approved", False),  # names no dead letter topic
        ("dead.acme", False),
        ("elsewhere", False),
        ("", False),
    ],
)
def test_letters_may_be_of_topics_whose_contract_names_their_topic(tmp_path: Path, topic: str, allowed: bool) -> None:
    assert origins(loaded(tmp_path, CONTRACTS), "dead.acme")(topic) is allowed


def test_a_topic_that_no_contract_declares_has_no_letters(tmp_path: Path) -> None:
    assert origins(loaded(tmp_path, CONTRACTS), "dead")("placed.acme") is False
