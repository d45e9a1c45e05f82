"""Approvals in `eventpact.yaml`: what they cover, and for how long."""

from datetime import date

import pytest

from eventpact.errors import ContractError
from eventpact_registry.findings import Finding, Severity
from eventpact_registry.gate import check, lint

from ..contracts.building import ORDER_PLACED, TOPIC, Files, load, problems

SHORTER: Files = {"shop/order.placed/topic.yaml": TOPIC.replace("7d", "1d")}


def approval(at: str, rule: str = "RETENTION_SHORTENED", until: str = "2027-03-31") -> str:
    return f"  - {{rule: {rule}, at: '{at}', reason: Drained., by: sales, until: {until}}}\n"


def approving(*approvals: str) -> Files:
    return {"eventpact.yaml": "approvals:\n" + "".join(approvals)}


def judged(files: Files, day: date = date(2027, 1, 1)) -> dict[str, Finding]:
    return {finding.rule: finding for finding in check(load(files), load(revision="git:main"), clock=lambda: day)}


@pytest.mark.parametrize(
    "at", ["shop/order.placed/topic.yaml", "shop/order.placed", "shop/order.*", "*/topic.yaml", "*"]
)
def test_an_approval_makes_a_note_of_what_is_at_its_place(at: str) -> None:
    found = judged({**SHORTER, **approving(approval(at))})

    finding = found["RETENTION_SHORTENED"]
    assert finding.severity is Severity.INFO
    assert finding.approved is not None
    assert (finding.approved.severity, finding.approved.reason, finding.approved.by, finding.approved.until) == (
        Severity.ERROR,
        "Drained.",
        "sales",
        date(2027, 3, 31),
    )
    assert "APPROVAL_UNUSED" not in found


@pytest.mark.parametrize("at", ["shop/order.paid", "shop", "mall/*", "order.placed"])
def test_an_approval_covers_nothing_elsewhere(at: str) -> None:
    found = judged({**SHORTER, **approving(approval(at))})

    assert found["RETENTION_SHORTENED"].severity is Severity.ERROR
    assert str(found["APPROVAL_UNUSED"].location) == "contracts/eventpact.yaml:2:5"


@pytest.mark.parametrize("at", ["shop/OrderPlaced", "shop/order.placed/OrderPlaced.v1.avsc"])
def test_what_was_removed_is_approved_by_its_name_or_by_the_file_that_it_had(at: str) -> None:
    replaced: Files = {
        "shop/order.placed/OrderPlaced.v1.avsc": None,
        "shop/order.placed/OrderPaid.v1.avsc": ORDER_PLACED.replace("OrderPlaced", "OrderPaid"),
    }

    assert judged({**replaced, **approving(approval(at, "EVENT_REMOVED"))})["EVENT_REMOVED"].approved


def test_an_approval_that_has_run_out_covers_nothing_and_is_a_finding() -> None:
    found = judged({**SHORTER, **approving(approval("shop/order.placed"))}, date(2027, 4, 1))

    assert found["RETENTION_SHORTENED"].severity is Severity.ERROR
    assert found["APPROVAL_EXPIRED"].message.endswith("ran out on 2027-03-31: 1 finding counts again")
    assert "APPROVAL_UNUSED" not in found


def test_where_one_has_run_out_another_may_hold() -> None:
    approvals = approval("shop/order.placed", until="2026-12-31"), approval("shop/order.placed", until="2027-06-30")

    found = judged({**SHORTER, **approving(*approvals)})

    assert found["RETENTION_SHORTENED"].approved
    assert "APPROVAL_EXPIRED" in found


def test_what_two_bases_say_alike_is_approved_once() -> None:
    bases = load(revision="git:main"), load(revision="git:release")

    findings = check(load({**SHORTER, **approving(approval("shop/*"))}), *bases, clock=lambda: date(2027, 5, 1))

    assert [finding.rule for finding in findings] == ["APPROVAL_EXPIRED", "RETENTION_SHORTENED"]
    assert findings[0].message.endswith("1 finding counts again")


def test_an_approval_of_a_change_is_not_called_unused_where_nothing_is_compared() -> None:
    assert lint(load(approving(approval("shop/order.placed"))), clock=lambda: date(2027, 1, 1)) == []


def test_an_approval_of_a_rule_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ContractError) as caught:
        lint(load(approving(approval("shop/*", "RETENTION_SHORT"))))

    assert str(caught.value) == (
        "contracts/eventpact.yaml:2:12: there is no rule RETENTION_SHORT (hint: did you mean 'RETENTION_SHORTENED'?)"
    )


def test_an_approval_says_where_why_who_and_until_which_day() -> None:
    written = "approvals:\n  - {rule: KEY_CHANGED, at: '/etc/*', reason: '', until: 31.3.2027}\n"

    assert problems({"eventpact.yaml": written}) == [
        "eventpact.yaml:2:5: 'by' is missing",
        "eventpact.yaml:2:29: '/etc/*' must be a file like shop/order.placed/topic.yaml, "
        "a thing like shop/OrderPlaced, or a pattern like shop/*",
        "eventpact.yaml:2:47: '' must say something",
        "eventpact.yaml:2:58: 'until' must be a day like 2027-03-31",
    ]
