"""Every rule is documented, and finds what its cases say and nothing else."""

from dataclasses import replace

import pytest

from eventpact_registry.diff.breaks import DataBreak
from eventpact_registry.rules.catalog import rules
from eventpact_registry.rules.model import RULES as REGISTERED
from eventpact_registry.rules.model import Rule, Severity, Verdict, rule

from .cases import Case, cases_of

RULES = list(rules().values())
CASES = [case for known in RULES for case in cases_of(known)]


def named(case: Case) -> str:
    return f"{case.rule}: {case.name}"


@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_rule_finds_what_its_case_says(case: Case) -> None:
    found = case.findings()

    if case.finds is None:
        assert found == []
        return
    assert case.finds.keys() <= {"says", "at", "mode", "hint", "severity", "groups", "counterexample"}
    assert found, "the rule found nothing"
    finding = found[0]
    assert case.finds["says"] in finding.message
    assert case.finds.get("hint", "") in finding.hint
    assert case.finds.get("severity", finding.severity) == finding.severity
    assert case.finds.get("mode", finding.mode) == finding.mode
    assert tuple(case.finds.get("groups", finding.groups)) == finding.groups
    revision, _, file = case.finds.get("at", finding.location.shown_file).rpartition(":")
    assert (finding.location.revision, finding.location.file.endswith(file)) == (revision, True)
    if "counterexample" in case.finds:
        assert finding.counterexample is not None
        assert finding.counterexample.value == case.finds["counterexample"]


@pytest.mark.parametrize("known", RULES, ids=lambda known: known.id)
def test_a_rule_has_a_case_that_it_finds_and_one_that_it_passes(known: Rule) -> None:
    outcomes = {case.finds is None for case in cases_of(known)}

    assert outcomes == {True, False}


@pytest.mark.parametrize("known", RULES, ids=lambda known: known.id)
def test_a_finding_says_what_to_do_where_it_is_explained_and_who_is_hit(known: Rule) -> None:
    finding = next(case for case in cases_of(known) if case.finds is not None).findings()[0]

    assert finding.hint
    assert finding.docs == f"docs/reference/rules.md#{known.id.lower()}"
    assert (finding.location.line, finding.location.column) >= (1, 1)
    if not known.module.startswith("eventpact_registry.rules.lint."):  # lint is about what may hit somebody one day
        assert finding.packages == ("shop-events",)
    if issubclass(known.judges, DataBreak):
        assert finding.mode
        assert finding.path
        # Bytes hold no names, so that a renamed type can be read all the same.
        assert finding.counterexample is not None or known.id == "TYPE_RENAMED"


@pytest.mark.parametrize("known", RULES, ids=lambda known: known.id)
def test_a_rule_whose_body_is_taken_away_fails_its_cases(known: Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    case = next(case for case in cases_of(known) if case.finds is not None)
    monkeypatch.setitem(REGISTERED, known.id, replace(known, judge=lambda _: None))

    with pytest.raises(AssertionError, match="the rule found nothing"):
        test_a_rule_finds_what_its_case_says(case)


@pytest.mark.parametrize("known", RULES, ids=lambda known: known.id)
def test_a_rule_stands_in_a_file_of_its_name(known: Rule) -> None:
    assert known.module.rpartition(".")[2] == known.id.lower()
    assert known.judge.__name__ == known.id.lower()


@pytest.mark.parametrize("known", RULES, ids=lambda known: known.id)
def test_a_rule_says_what_to_avoid_and_what_to_do(known: Rule) -> None:
    for part in (known.summary, known.anti_pattern, known.best_practice):
        assert part.endswith("."), part


def test_a_rule_without_documentation_is_refused() -> None:
    def silent(thing: str) -> Verdict | None:
        """Only a summary."""

    with pytest.raises(ValueError, match="SILENT needs a summary, an `Anti-pattern:` and a `Best practice:`"):
        rule("SILENT", Severity.ERROR)(silent)


def test_an_id_belongs_to_one_rule() -> None:
    known = RULES[0]

    with pytest.raises(ValueError, match=f"there is a rule {known.id} already"):
        rule(known.id, Severity.ERROR)(known.judge)
