"""Avro Java 1.12 and we, on generated pairs of schemas: what parses, what is compatible, what is read.

Set EVENTPACT_PAIRS and EVENTPACT_SEED to search further than CI does.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, get_args

import pytest

from eventpact import avro
from eventpact.errors import DecodeError
from eventpact_testing.java import missing_parts
from tests.real.judge.faults import OWN_RECORD, fault
from tests.real.judge.java_avro import JAVA, JavaAvro
from tests.runtime.avro.binary import Endless, Unreadable, random_datum, transcode
from tests.runtime.avro.executors import runnable
from tests.runtime.avro.pairs import make_pair
from tests.runtime.avro.schema_cases import CASES, Case

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact.avro.executor import Executor

PAIRS: Final = int(os.environ.get("EVENTPACT_PAIRS", "7000"))
SEED: Final = os.environ.get("EVENTPACT_SEED", "1")
DATA_OF_A_PAIR: Final = 3

JUDGED_AT_LEAST: Final = 5_000 if PAIRS >= 7_000 else 0
"""Pairs that Java judges; a run that asks for fewer is a search for something."""
READ_AT_LEAST: Final = 1_000 if PAIRS >= 7_000 else 0
"""Values that Java reads in another schema than they were written in."""


@pytest.fixture(scope="module")
def java() -> Iterator[JavaAvro]:
    missing = missing_parts(JAVA)
    if missing and os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"in CI Avro Java must judge: {missing}", pytrace=False)
    if missing:
        pytest.skip(missing)
    with JavaAvro() as judge:
        yield judge


class Texts(NamedTuple):
    writer: str
    reader: str


@cache
def pairs() -> list[Texts]:
    """The generated pairs; many do not parse."""
    made = [make_pair(random.Random(f"{SEED}-{number}")) for number in range(PAIRS)]
    return [Texts(json.dumps(pair.writer), json.dumps(pair.reader)) for pair in made]


@cache
def parsed(text: str) -> avro.Schema | None:
    try:
        return avro.parse(text)
    except avro.SchemaError:
        return None


def good_pairs() -> Iterator[tuple[Texts, avro.Schema, avro.Schema]]:
    for texts in pairs():
        writer, reader = parsed(texts.writer), parsed(texts.reader)
        if writer is not None and reader is not None:
            yield texts, writer, reader


def is_readable(writer: avro.Schema, reader: avro.Schema) -> bool:
    """Whether data of all their types end; Java's decoder overflows its stack where they do not."""
    rng = random.Random(0)
    try:
        for schema in (writer, *avro.named_types(writer).values(), *avro.named_types(reader).values()):
            random_datum(schema, rng)
    except Endless:
        return False
    return True


@pytest.mark.parametrize("case", CASES, ids=str)
def test_java_judges_the_edge_cases_as_we_do(java: JavaAvro, case: Case) -> None:
    answer = java.parse(case.text)

    assert ("error" in answer) == ((case.refusal is not None) != case.java_differs), answer


def test_java_accepts_what_we_accept_and_names_it_alike(java: JavaAvro) -> None:
    texts = sorted({text for pair in pairs() for text in pair})
    answers = java.ask({"op": "parse", "schema": text, "references": []} for text in texts)

    accepted = 0
    for text, answer in zip(texts, answers, strict=True):
        schema = parsed(text)
        if schema is not None and OWN_RECORD not in answer.get("error", ""):
            accepted += 1
            assert answer.get("canonical") == avro.canonical(schema), (text, answer)
            assert answer["fingerprint"] == f"{avro.fingerprint(schema):x}"
        elif schema is None and "error" not in answer:
            with pytest.raises(avro.SchemaError, match="is already defined"):  # a record inside itself, see `parse`
                avro.parse(text)
    assert accepted > PAIRS / 2


def test_java_finds_the_mismatches_that_we_find(java: JavaAvro) -> None:
    judged = list(good_pairs())
    answers = java.ask({"op": "compare", "writer": texts.writer, "reader": texts.reader} for texts, _, _ in judged)

    kinds: Counter[str] = Counter()
    for (texts, writer, reader), answer in zip(judged, answers, strict=True):
        if "matches multiple fields" in answer.get("error", ""):
            kinds["ambiguous"] += 1  # Java raises; we say what is ambiguous, or that it is not
            continue
        if OWN_RECORD in answer.get("error", ""):
            continue
        ours = [
            {"kind": found.kind, "path": found.path} for found in avro.resolve(writer=writer, reader=reader).mismatches
        ]
        assert ours == answer.get("mismatches"), (texts, answer)
        kinds.update({found["kind"] for found in ours} or {"compatible"})

    assert sum(kinds.values()) - kinds["ambiguous"] >= max(PAIRS * 0.75, JUDGED_AT_LEAST)
    assert kinds["ambiguous"] < PAIRS / 100
    assert all(kinds[kind] >= PAIRS / 500 for kind in ("compatible", *get_args(avro.MismatchKind))), kinds


class Trial(NamedTuple):
    """Data of a writer, and what Java makes of each datum: its bytes in the reader's schema, or an error."""

    texts: Texts
    writer: avro.Schema
    reader: avro.Schema
    data: list[bytes]
    outcomes: list[bytes | str]


@pytest.fixture(scope="module")
def trials(java: JavaAvro) -> list[Trial]:
    rng = random.Random(SEED)
    chosen = [pair for pair in good_pairs() if is_readable(*pair[1:])]
    data = [[random_datum(writer, rng) for _ in range(DATA_OF_A_PAIR)] for _, writer, _ in chosen]
    answers = java.ask(
        {"op": "read", "writer": texts.writer, "reader": texts.reader, "data": [datum.hex() for datum in written]}
        for (texts, _, _), written in zip(chosen, data, strict=True)
    )
    return [
        Trial(*pair, written, outcomes(answer, len(written)))
        for pair, written, answer in zip(chosen, data, answers, strict=True)
    ]


def outcomes(answer: dict[str, Any], count: int) -> list[bytes | str]:
    values = answer.get("values") or [answer] * count
    return [value["error"] if isinstance(value, dict) else bytes.fromhex(value) for value in values]


def test_java_reads_the_values_that_our_plan_reads(trials: list[Trial]) -> None:
    counts: Counter[str] = Counter()
    for trial in trials:
        plan = avro.resolve(writer=trial.writer, reader=trial.reader).plan
        for datum, java_read in zip(trial.data, trial.outcomes, strict=True):
            try:
                ours: bytes | None = transcode(plan, datum)
            except Unreadable:
                ours = None
            error = java_read if isinstance(java_read, str) else None
            if ours == (None if error else java_read):
                counts["refused" if ours is None else "read"] += 1
                continue
            reason = fault(trial.writer, trial.reader, error)
            assert reason, (trial.texts, datum.hex(), ours, java_read)
            counts[reason] += 1

    assert counts["read"] >= max(PAIRS, READ_AT_LEAST)
    assert counts["refused"] > PAIRS / 10
    assert sum(counts.values()) - counts["read"] - counts["refused"] < PAIRS * DATA_OF_A_PAIR / 100, counts


def test_codecs_decode_the_values_that_java_reads(trials: list[Trial]) -> None:
    for executor in runnable():
        assert decoded_as_java_reads(trials[:: max(1, len(trials) // 3_000)], executor) >= READ_AT_LEAST


def decoded_as_java_reads(trials: list[Trial], executor: Executor) -> int:
    """How many values one executor decodes; each is Java's, or its fault has a name."""
    decoded = 0
    for trial in trials:
        codec = avro.Codec(trial.reader, logical_types=False, executor=executor)
        for datum, java_read in zip(trial.data, trial.outcomes, strict=True):
            error = java_read if isinstance(java_read, str) else None
            try:
                ours = repr(codec.decode(datum, writer=trial.writer))  # tells 1 from 1.0, and 0.0 from -0.0
            except DecodeError:
                ours = None
            expected = codec.decode(java_read) if isinstance(java_read, bytes) else None
            if ours != (repr(expected) if error is None else None):
                assert fault(trial.writer, trial.reader, error), (trial.texts, datum.hex(), ours, java_read)
            decoded += ours is not None
    return decoded
