"""The gate in two processes finds what it finds in one, or leaves it to one."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING, Final

import pytest

from eventpact_registry import gate, two_cores
from eventpact_registry.contracts.problems import Tolerable
from eventpact_registry.contracts.repository import ContractRepository
from tests.registry.contracts.building import SHOP, TOPIC, avsc, field, source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_registry.contracts.source import Tree
    from eventpact_registry.findings import Finding
    from tests.registry.contracts.building import Files

DAY: Final = date(2027, 1, 1)

NAMES: Final = ("arcade", "bazaar", "mall")
SYSTEMS: Final = {
    path.replace("shop", name): text.replace("shop", name) for name in NAMES for path, text in SHOP.items()
}
NEEDS_TOTAL: Final = avsc("OrderPlaced", field("orderId"), field("total"))

SHORTER: Final[Files] = {f"{name}/order.placed/topic.yaml": TOPIC.replace("7d", "1d") for name in NAMES}
BREAKING: Final[Files] = {
    f"{name}/order.placed/OrderPlaced.v2.avsc": NEEDS_TOTAL.replace("shop", name) for name in NAMES
}
APPROVING: Final = """\
approvals:
  - {rule: RETENTION_SHORTENED, at: 'arcade/*', reason: Drained., by: sales, until: 2027-03-31}
  - {rule: RETENTION_SHORTENED, at: 'mall/order.placed', reason: Drained., by: sales, until: 2026-03-31}
  - {rule: KEY_CHANGED, at: '*', reason: Never., by: sales, until: 2027-03-31}
"""


def tree(changes: Files, revision: str = "") -> Tree:
    return source(changes, SYSTEMS, revision).read()


def in_two(*trees: Tree) -> list[Finding] | None:
    return two_cores.check(*trees, tolerated={Tolerable.GAP}, clock=lambda: DAY)


def in_one(*trees: Tree) -> list[Finding]:
    contracts, *bases = (ContractRepository.load(one, tolerated={Tolerable.GAP}) for one in trees)
    return gate.check(contracts, *bases, clock=lambda: DAY)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="nothing wrong"),
        pytest.param(BREAKING, id="a break in each system, with its counterexample"),
        pytest.param(
            {"eventpact.yaml": "rules: {FIELD_DOC: 'off', FIELD_WITHOUT_DEFAULT: info}\n", **BREAKING}, id="policy"
        ),
        pytest.param({"mall/order.placed/OrderPlaced.v3.avsc": NEEDS_TOTAL.replace("shop", "mall")}, id="a gap"),
        pytest.param(
            {f"{name}/system.yaml": SYSTEMS[f"{name}/system.yaml"] + "topic-name: all.{topic}\n" for name in NAMES},
            id="one topic's name in all systems",
        ),
    ],
)
def test_both_find_the_same(changes: Files) -> None:
    assert in_two(tree(changes)) == in_one(tree(changes))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({**SHORTER, **BREAKING}, id="changed in each system"),
        pytest.param({"eventpact.yaml": APPROVING, **SHORTER}, id="approved, expired and unused"),
        pytest.param({path: None for path in SYSTEMS if path.startswith("arcade/")}, id="the first system removed"),
        pytest.param(
            {path.replace("shop", "zoo"): text.replace("shop", "zoo") for path, text in SHOP.items()}, id="added"
        ),
    ],
)
def test_both_find_the_same_against_bases(changes: Files) -> None:
    bases = tree({}, "git:main"), tree({"bazaar/order.placed/topic.yaml": TOPIC.replace("3", "6")}, "git:v1")

    found = in_two(tree(changes), *bases)

    assert found == in_one(tree(changes), *bases)
    assert found


def test_a_topics_name_is_known_to_be_taken_by_a_system_of_the_other_half() -> None:
    named = {f"{name}/system.yaml": SYSTEMS[f"{name}/system.yaml"] + "topic-name: all.{topic}\n" for name in NAMES}

    found = in_two(tree(named))

    assert found is not None
    shared = [finding for finding in found if finding.rule == "TOPIC_NAME_SHARED"]
    assert [finding.location.file.split("/")[1] for finding in shared] == ["bazaar", "mall"]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"arcade/order.placed/OrderPlaced.v1.avsc": "{"}, id="a file of the first half"),
        pytest.param({"mall/order.placed/OrderPlaced.v1.avsc": "{"}, id="a file of the second half"),
        pytest.param({"mall/notes.txt": "?"}, id="a file without a place"),
        pytest.param({"mall/system.yaml": SYSTEMS["arcade/system.yaml"].replace("arcade", "mall", 1)}, id="a folder"),
        pytest.param(
            {"mall/system.yaml": SYSTEMS["mall/system.yaml"].replace("mall-events", "arcade-events")},
            id="a package of the other half",
        ),
        pytest.param({"mall/system.yaml": SYSTEMS["mall/system.yaml"] + "rules: {NO_RULE: error}\n"}, id="no rule"),
    ],
)
def test_what_is_wrong_is_left_to_one_process(changes: Files) -> None:
    assert in_two(tree(changes)) is None


def test_one_system_is_left_to_one_process() -> None:
    assert in_two(source({}).read()) is None


def test_a_second_process_that_was_ended_leaves_all_to_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    first = os.getpid()

    def evidence(contracts: ContractRepository, bases: list[ContractRepository]) -> Iterator[object]:
        if os.getpid() != first:
            os._exit(9)
        return gate.evidence(contracts, bases)

    monkeypatch.setattr(two_cores, "evidence", evidence)

    assert in_two(tree({})) is None


def test_where_no_second_process_can_be_had_the_first_does_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refused)

    assert in_two(tree({})) is None


def test_few_files_are_not_worth_a_second_process() -> None:
    assert not two_cores.worth_it(tree({}))
