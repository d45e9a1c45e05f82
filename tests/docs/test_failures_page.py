"""The contracts that the page on failures shows are those of the repository."""

from __future__ import annotations

import pytest
import yaml

from tests.docs.pages import DOCS, ROOT, Block, blocks

SHOWN = [block for block in blocks(DOCS / "failures.md", "yaml") if block.title]


@pytest.mark.parametrize("block", SHOWN, ids=lambda block: block.title)
def test_a_contract_that_is_shown_says_just_that(block: Block) -> None:
    contract = yaml.safe_load((ROOT / str(block.title)).read_text(encoding="utf-8"))

    shown = yaml.safe_load(block.text)

    assert {name: contract.get(name) for name in shown} == shown


def test_some_contracts_are_shown() -> None:
    assert len(SHOWN) == 2
