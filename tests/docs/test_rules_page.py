"""The rule that `docs/rules.md` shows finds what the cases beside it say, and `docs/gate.md` approves as it is read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from eventpact_registry.gate import lint
from eventpact_registry.rules.catalog import rules
from eventpact_registry.rules.model import RULES
from tests.docs.pages import DOCS, blocks
from tests.registry.rules.cases import cases_in


def test_the_cases_on_the_page_hold_for_the_rule_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    [shown] = [block for block in blocks(DOCS / "rules.md", "python") if block.title == "lint/acme_topic_owner.py"]
    [cases] = [block for block in blocks(DOCS / "rules.md", "yaml") if block.title == "lint/acme_topic_owner.yaml"]
    monkeypatch.setattr("eventpact_registry.rules.model.RULES", known := dict(rules()))
    exec(compile(shown.text, shown.name, "exec"), {"__name__": "acme_topic_owner"})
    monkeypatch.setitem(RULES, "ACME_TOPIC_OWNER", known["ACME_TOPIC_OWNER"])

    for case in cases_in("ACME_TOPIC_OWNER", cases.text):
        found = [finding.message for finding in case.findings()]
        assert found == ([case.finds["says"]] if case.finds else [])


def test_approvals_that_are_shown_are_taken(tmp_path: Path) -> None:
    [shown] = [block for block in blocks(DOCS / "gate.md", "yaml") if block.text.startswith("approvals:")]
    (tmp_path / "eventpact.yaml").write_text(shown.text, encoding="utf-8")

    repository = ContractRepository.load(DirectorySource(tmp_path))

    assert lint(repository, clock=lambda: date(2027, 3, 31)) == []
    assert [finding.rule for finding in lint(repository, clock=lambda: date(2027, 4, 1))] == ["APPROVAL_EXPIRED"]
