"""The targets of the fuzzer in Python: seeds and what is made of them pass, and an error that is not ours does not."""

from __future__ import annotations

import random

import pytest

from eventpact import avro
from eventpact_registry.contracts.repository import ContractRepository
from tests.fuzz import harness, targets


@pytest.mark.parametrize("name", targets.TARGETS)
def test_seeds_and_what_is_made_of_them_pass(name: str) -> None:
    target = targets.TARGETS[name]
    rng = random.Random(2)

    for seed in target.seeds():
        target.one(seed)
        at = rng.randrange(len(seed))
        target.one(seed[:at] + rng.randbytes(rng.randrange(3)) + seed[at + rng.randrange(3) :])


def test_every_seed_of_the_harness_chooses_its_own_case() -> None:
    assert {seed[0] for seed in targets.decode_seeds()} == set(range(len(harness._ALL)))


@pytest.mark.parametrize("name", ["parse", "contracts"])
def test_an_error_of_another_kind_is_let_through(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("fields")

    monkeypatch.setattr(avro, "parse", broken)
    monkeypatch.setattr(ContractRepository, "load", broken)

    with pytest.raises(KeyError):
        targets.TARGETS[name].one(b"{}")
