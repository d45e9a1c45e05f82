"""A plan kept in a file is applied to what it was made for, or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from eventpact.errors import ContractError, OutputError
from eventpact_registry.contracts.model import Mode
from eventpact_registry.plan import Choices, State, as_markdown, plan, read, save
from eventpact_registry.plan.state import RegistryState, SubjectState
from tests.registry.plan.contracts import SUBJECT, V1, V2, shop

if TYPE_CHECKING:
    from eventpact_registry.plan import Plan

REGISTRY, BROKERS = "http://me:s3cret@registry:8081, http://other:8081", "broker:9092"


def state(*versions: int) -> State:
    """A registry that has versions 1 to N of the shop's event."""
    have = {number: shop(V1, V2).subjects[0].versions[number - 1].schema for number in versions}
    return State(
        RegistryState(Mode.BACKWARD, {SUBJECT: SubjectState(Mode.BACKWARD_TRANSITIVE, have, owner="sales")}), None
    )


def planned(*versions: str, have: tuple[int, ...] = ()) -> Plan:
    return plan(shop(*versions), state(*have))


def test_the_same_plan_made_anew_is_let_through(tmp_path: Path) -> None:
    file, choices = tmp_path / "plan.json", Choices(systems=("shop",), only="schemas", limit=1, prune=("git:v1",))
    save(file, planned(V1, V2), choices, REGISTRY, BROKERS)

    found = read(file)

    assert found.choices == choices
    found.demand(planned(V1, V2), REGISTRY, BROKERS)


def test_no_password_stands_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    save(file, planned(V1), Choices(), REGISTRY, BROKERS)

    assert "s3cret" not in file.read_text()
    assert json.loads(file.read_text())["registry"] == "http://registry:8081,http://other:8081"


@pytest.mark.parametrize(
    ("now", "message"),
    [
        (planned(V1, V2, have=(1,)), f"no longer: register {SUBJECT} version 1"),
        (planned(V1), f"no longer: register {SUBJECT} version 2"),
        (planned(V1, V1.replace("What happened", "It happened")), f"new: register {SUBJECT} version 2"),
    ],
    ids=["the registry has moved", "the contracts have moved", "a file was edited"],
)
def test_a_plan_whose_state_has_moved_is_refused_with_what_moved(tmp_path: Path, now: Plan, message: str) -> None:
    file = tmp_path / "plan.json"
    save(file, planned(V1, V2), Choices(), REGISTRY, BROKERS)

    with pytest.raises(ContractError) as raised:
        read(file).demand(now, REGISTRY, BROKERS)

    [problem] = raised.value.problems
    assert "have moved since the plan" in problem.message
    assert message in problem.message
    assert problem.file == str(file)


def test_a_plan_for_another_registry_or_cluster_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    save(file, planned(V1), Choices(), "http://staging:8081", BROKERS)

    with pytest.raises(
        ContractError, match="made for http://staging:8081 and broker:9092, not for http://live:8081 and b"
    ):
        read(file).demand(planned(V1), "http://live:8081", BROKERS)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        "nonsense",
        "[" * 100_000,
        '{"eventpact-plan": 1}',
        '{"eventpact-plan": 1, "registry": "", "brokers": "", "choices": {"colour": 1}, "changes": []}',
        '{"eventpact-plan": 1, "registry": "", "brokers": "", "choices": [], "changes": []}',
        '{"eventpact-plan": 1, "registry": "", "brokers": "", "choices": {}, "changes": 5}',
    ],
)
def test_a_file_that_is_no_plan_says_so(tmp_path: Path, content: str) -> None:
    file = tmp_path / "plan.json"
    file.write_text(content)

    with pytest.raises(ContractError, match="this is no plan"):
        read(file)


def test_a_plan_of_another_format_or_that_is_missing_says_so(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text('{"eventpact-plan": 2}')

    with pytest.raises(ContractError, match="format 2"):
        read(file)
    with pytest.raises(ContractError, match="cannot be read"):
        read(tmp_path / "missing.json")
    with pytest.raises(OutputError, match="cannot be written"):
        save(tmp_path / "missing" / "plan.json", planned(V1), Choices(), "", "")


def test_what_a_file_says_of_changes_is_never_carried_out_nor_trusted(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    save(file, planned(V1), Choices(), "", "")
    content = json.loads(file.read_text())
    content["changes"] = [None, "x", {"action": "delete", "contract": 5}]
    file.write_text(json.dumps(content))

    with pytest.raises(ContractError, match="have moved since the plan"):
        read(file).demand(planned(V1), "", "")


def test_a_plan_in_markdown_is_a_table_that_contracts_cannot_break() -> None:
    shown = as_markdown(planned(V1))

    assert shown.splitlines()[:5] == [
        "## Plan: 1 change",
        "",
        "| change | of | name | detail |",
        "|---|---|---|---|",
        f"| register | subject | {SUBJECT} | version 1 from contracts/shop/order.placed/OrderPlaced.v1.avsc |",
    ]
