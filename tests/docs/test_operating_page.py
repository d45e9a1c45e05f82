"""The commands of the page on operating run on the embedded stack, and what the page says of metrics is so."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from eventpact.observe.catalogue import METRICS
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from eventpact_testing.stack import Stack, embedded_stack, planned, synchronise
from tests.cli.commands import execute
from tests.docs.pages import DOCS, ROOT, blocks
from tests.docs.test_commands import commands

PAGE = DOCS / "operating.md"
HEALTH = [words for words in commands(PAGE) if words[:2] == ["eventpact", "health"]]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    repository = ContractRepository.load(DirectorySource(ROOT / "contracts"))
    with embedded_stack(client_id="operating") as running:
        synchronise(planned(repository, running), running)
        yield running


@pytest.mark.parametrize("words", HEALTH, ids=" ".join)
def test_health_runs_as_the_page_shows_it(words: list[str], stack: Stack) -> None:
    ended = execute(*words[1:], cwd=ROOT, **stack.environ())

    assert (ended.code, ended.err) == (0, ""), ended.out


def test_the_queries_ask_for_metrics_that_there_are() -> None:
    queries = "".join(block.text for block in blocks(PAGE, "text") if "eventpact_" in block.text)
    known = {metric.name for metric in METRICS} | {f"{metric.name}_bucket" for metric in METRICS}

    asked = set(re.findall(r"eventpact_[a-z_]+", queries))
    assert asked
    assert asked <= known
