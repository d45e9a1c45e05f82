"""The fuzzers' harness itself: good data pass it, both ways, and a disagreement does not."""

from __future__ import annotations

import random

import pytest

from eventpact import avro
from eventpact.avro import executor
from eventpact.avro.form import Form

pytestmark = pytest.mark.skipif("native" not in executor.available(), reason="eventpact-native is not installed")


def test_seeds_and_what_is_made_of_them_pass() -> None:
    from tests.fuzz import harness

    rng = random.Random(1)
    for seed in harness.seeds():
        harness.one(seed)
        for _ in range(30):
            at = rng.randrange(len(seed))
            harness.one(seed[:at] + rng.randbytes(rng.randrange(3)) + seed[at + rng.randrange(3) :])


def test_the_executor_takes_most_seeds_itself() -> None:
    from tests.fuzz import harness

    cases = harness._ALL
    taken = [cases[seed[0]].decode(seed[2:]) is not harness.GAVE_UP for seed in harness.seeds()]

    assert sum(taken) > 0.8 * len(taken)


def test_a_disagreement_is_found() -> None:
    from tests.fuzz import harness

    case = harness.Case(avro.parse('"int"'), avro.parse('"int"'), Form())
    wrong = harness.Case(avro.parse('"long"'), avro.parse('"long"'), Form())
    case.__dict__["decode"] = wrong.decode

    harness._decode(case, b"\x02")
    with pytest.raises(AssertionError):
        harness._decode(case, b"\xfe\xff\xff\xff\x7f")
