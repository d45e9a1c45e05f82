"""The contracts of this repository, compared with registries that they were applied to."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from eventpact.settings import Settings
from eventpact_registry.client import RegistryClient
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource, Tree
from eventpact_registry.diff.differ import diff
from eventpact_registry.diff.event_changes import EventRemoved
from eventpact_registry.plan import apply, desired, plan, read_state
from eventpact_registry.registered import registered
from tests.runtime.raw import PATIENCE

if TYPE_CHECKING:
    from tests.real.conftest import Registry

CONTRACTS = Path(__file__).parents[2] / "contracts"
MESSAGE = "quikapp/message.sent/MessageSent.v2.avsc"


class Changed:
    """The contracts with one version described in other words."""

    def read(self) -> Tree:
        tree = replace(DirectorySource(CONTRACTS).read())
        schema = json.loads(tree.files[MESSAGE])
        schema["doc"] = "Other words."
        tree.files[MESSAGE] = json.dumps(schema).encode()
        return tree


def test_what_was_applied_has_not_changed_and_other_words_are_told(registry: Registry) -> None:
    contracts = ContractRepository.load(DirectorySource(CONTRACTS))
    wanted = desired(contracts)
    with RegistryClient(Settings(registry_url=registry.url, timeout=PATIENCE)) as client:
        apply(plan(wanted, read_state(wanted, registry=client, cluster=None)), registry=client, cluster=None)

        base = registered(client, contracts, "registry:r")
        changed = ContractRepository.load(Changed())
        reworded = diff(registered(client, changed, "registry:r"), changed)

    # Other tests leave events of their own in the registry that the session shares.
    assert [str(change.text) for change in diff(base, contracts) if not isinstance(change, EventRemoved)] == []
    told = [f"{change.subject} {change.text}" for change in reworded if not isinstance(change, EventRemoved)]
    assert told == ["quikapp/MessageSent version 2 reworded"]
