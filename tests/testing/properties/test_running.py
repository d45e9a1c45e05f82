"""Running a case: failures are shrunk, counted, and repeated by their seed."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import strategies as st

from eventpact import avro
from eventpact_registry.contracts.model import Mode
from eventpact_testing.properties.case import Case, Trial, Violation
from eventpact_testing.properties.codecs import codec
from eventpact_testing.properties.damage import damage
from eventpact_testing.properties.evolution import backward
from eventpact_testing.properties.round_trips import identity
from eventpact_testing.properties.running import PROFILES, Tally, run
from eventpact_testing.properties.subject import Subject, subjects
from tests.registry.contracts.building import avsc, field, load


def subject(mode: Mode = Mode.BACKWARD_TRANSITIVE, versions: int = 3) -> Subject:
    """Orders of which each version has one field more."""
    fields = [field("orderId"), *(field(f"f{at}", default="x") for at in range(versions))]
    files = {
        f"shop/order.placed/OrderPlaced.v{at}.avsc": avsc("OrderPlaced", *fields[:at]) for at in range(1, versions + 1)
    }
    topic = f"description: d\npartitions: 3\nretention: 7d\nkey: orderId\ncompatibility: {mode}\n"
    [found] = subjects(load({**files, "shop/order.placed/topic.yaml": topic}))
    return found


def case(check: Callable[[Any], None], values: st.SearchStrategy[Any] | None, *always: Any) -> Case:
    about = subject()
    latest = about.event.latest
    return Case(
        claim="invented",
        subject=about,
        writer=latest,
        reader=latest,
        prepare=lambda: Trial(check=check, values=values, always=always),
    )


def refuse_large(number: int) -> None:
    if number >= 1000:
        raise Violation("too large", path="number")


def test_what_fails_is_shrunk_to_the_smallest_value() -> None:
    with pytest.raises(Violation) as violation:
        run(case(refuse_large, st.integers(0, 10**9)), PROFILES["ci"], None, Tally())

    assert (violation.value.value, violation.value.path) == (1000, "number")


def test_what_is_always_tried_comes_first_and_counts() -> None:
    tally = Tally()

    with pytest.raises(Violation) as violation:
        run(case(refuse_large, st.integers(0, 9), 1, 5000, 7000), PROFILES["ci"], None, tally)

    assert violation.value.value == 5000
    assert tally.examples == 2


def test_any_other_error_of_a_check_is_a_violation_with_its_value() -> None:
    def check(value: str) -> None:
        if value == "b":
            raise KeyError(value)

    with pytest.raises(Violation, match="raised KeyError: 'b'") as violation:
        run(case(check, None, "a", "b"), PROFILES["ci"], None, Tally())

    assert violation.value.value == "b"


def test_ci_tries_the_same_each_time_and_a_seed_repeats_what_chance_has_chosen() -> None:
    def tried(profile: str, seed: int | None) -> list[int]:
        seen: list[int] = []
        run(case(seen.append, st.integers()), PROFILES[profile], seed, Tally())
        return seen

    assert tried("ci", None) == tried("ci", None)
    assert tried("dev", 7) == tried("dev", 7)
    assert tried("dev", 7) != tried("dev", 8)


@pytest.mark.parametrize(
    ("mode", "pairs"),
    [
        (Mode.NONE, []),
        (Mode.BACKWARD, [(1, 2), (2, 3)]),
        (Mode.BACKWARD_TRANSITIVE, [(1, 2), (1, 3), (2, 3)]),
        (Mode.FORWARD, [(2, 1), (3, 2)]),
        (Mode.FORWARD_TRANSITIVE, [(2, 1), (3, 1), (3, 2)]),
        (Mode.FULL, [(1, 2), (2, 1), (2, 3), (3, 2)]),
        (Mode.FULL_TRANSITIVE, [(1, 2), (2, 1), (1, 3), (3, 1), (2, 3), (3, 2)]),
    ],
)
def test_each_mode_promises_its_pairs_of_writer_and_reader(mode: Mode, pairs: list[tuple[int, int]]) -> None:
    assert [(writer.version, reader.version) for writer, reader in subject(mode).promised()] == pairs


def test_a_case_says_system_event_versions_and_property() -> None:
    assert [one.name for one in backward(subject())] == [
        "shop/OrderPlaced v1→v2 backward",
        "shop/OrderPlaced v1→v3 backward",
        "shop/OrderPlaced v2→v3 backward",
    ]


def failing(cases: Any, monkeypatch: pytest.MonkeyPatch, decode: Callable[[bytes], Any]) -> str:
    """What is said of a codec that decodes otherwise than it should."""
    about = subject(versions=1)
    broken = codec(about.event.latest.schema)
    monkeypatch.setattr(broken, "_decode", decode)
    [one] = cases(about)
    with pytest.raises(Violation) as violation:
        run(one, PROFILES["ci"], None, Tally())
    return violation.value.message


def test_a_codec_that_loses_something_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    message = failing(identity, monkeypatch, lambda _: {"orderId": "lost"})

    assert message == "what comes back is another value: expected '', found 'lost'"


def test_a_codec_that_raises_something_else_on_damaged_bytes_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def decode(data: bytes) -> Any:
        return json.loads(data)

    assert "instead of DecodeError" in failing(damage, monkeypatch, decode)


def test_a_codec_that_takes_half_an_event_for_a_whole_one_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "taken for a whole event" in failing(damage, monkeypatch, lambda _: {})


def test_a_codec_that_takes_memory_without_measure_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def decode(data: bytes) -> Any:
        bytearray(200 << 20)
        raise avro.DecodeError("at last")

    assert "bytes of memory" in failing(damage, monkeypatch, decode)


def test_a_codec_that_does_not_come_back_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventpact_testing.properties.damage.MAX_SECONDS", 0.05)

    def decode(data: bytes) -> Any:
        while True:
            with suppress(Exception):  # as code that falls back to a slower way has it
                sum(range(100))

    assert "decoding takes more than 0.05 s" in failing(damage, monkeypatch, decode)
