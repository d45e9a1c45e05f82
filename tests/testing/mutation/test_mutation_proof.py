"""The mutation proof on a sample, and what its report says when somebody misses a mutant."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from eventpact import avro
from eventpact_registry.contracts.model import Mode
from eventpact_registry.contracts.source import DirectorySource
from eventpact_testing.mutation.history import HISTORY
from eventpact_testing.mutation.mutants import Mutant, mutants
from eventpact_testing.mutation.operators import OPERATORS, Effect
from eventpact_testing.mutation.proof import Proof, prove
from eventpact_testing.mutation.report import report
from tests.registry.contracts.building import avsc, field, load

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def proof() -> Proof:
    tree = DirectorySource(ROOT / "contracts").read()
    quikapp = {path: data for path, data in tree.files.items() if path.startswith(("quikapp/", "eventpact.yaml"))}
    return prove(replace(tree, files=quikapp), 40)


def test_gate_and_properties_catch_what_breaks_and_let_pass_what_is_safe(proof: Proof) -> None:
    assert proof.wrong == []
    assert {one.expected for one in proof.judgements} >= {Effect.SAFE, Effect.BREAKS}
    assert len({one.placed.mutant.operator for one in proof.judgements}) >= 25


def test_fastavro_confirms_the_table(proof: Proof) -> None:
    assert proof.peer_parts == []
    assert proof.peer_agrees > 50


def test_the_report_counts_and_explains(proof: Proof) -> None:
    text = report(proof)

    assert "gate: kill rate 100.0 %" in text
    assert "properties: kill rate 100.0 %" in text
    assert "false alarms 0 of" in text
    assert "explained: " in text
    assert "wrong: " not in text


def test_the_report_names_a_mutant_that_lives(proof: Proof) -> None:
    breaking = next(one for one in proof.judgements if one.expected is Effect.BREAKS)

    text = report(replace(proof, judgements=[replace(breaking, gate=False)]))

    assert "gate: kill rate 0.0 % (0 of 1)" in text
    assert (
        f"wrong: {breaking.placed.label} under {breaking.mode} breaks: gate let it pass, properties caught it" in text
    )


@pytest.mark.parametrize("name", [*OPERATORS])
def test_an_operator_says_what_it_does(name: str) -> None:
    assert OPERATORS[name].summary
    assert not HISTORY.keys() & OPERATORS.keys()


def made(*fields: dict[str, object]) -> dict[str, list[Mutant]]:
    """The mutants of one version, by operator."""
    files = {"shop/order.placed/OrderPlaced.v1.avsc": avsc("OrderPlaced", field("orderId"), *fields)}
    [(_, _, event)] = load(files).events()
    found: dict[str, list[Mutant]] = {}
    for mutant in mutants(event.latest, frozenset({"orderId"})):
        found.setdefault(mutant.operator, []).append(mutant)
    return found


def test_what_keys_lead_through_is_left_alone() -> None:
    changed = {mutant.path for found in made(field("note")).values() for mutant in found}

    assert changed == {"", "note"}


def test_operators_that_the_five_systems_give_no_place_to_work_too() -> None:
    status = {"type": "enum", "name": "Status", "doc": "State.", "symbols": ["NEW", "PAID"]}
    found = made(field("status", status), field("note", default="none"))

    assert json.loads(json.dumps(found["remove_symbol"][0].body))["fields"][1]["type"]["symbols"] == ["NEW"]
    assert found["add_symbol"][0].effects[Mode.FORWARD] is Effect.BREAKS
    assert found["rename_symbol"][0].effects[Mode.FULL] is Effect.BREAKS
    assert found["add_enum_default"][0].effects[Mode.FULL] is Effect.SAFE
    assert found["change_default"][0].body["fields"][2]["default"] == "noneanother"


def test_a_type_that_another_branch_would_take_is_not_the_one_to_go() -> None:
    found = made(field("either", ["string", "double", "long"]))

    assert [mutant.body["fields"][1]["type"] for mutant in found["remove_branch"]] == [["string", "long"]]
    assert "change_type" not in found


def test_mutants_parse() -> None:
    for found in made(
        field("note", default="none"), field("at", {"type": "long", "logicalType": "timestamp-millis"})
    ).values():
        for mutant in found:
            assert isinstance(mutant.parsed(), avro.Record)
