"""What subjects need, judged from what a registry holds. Registry state is plain data here."""

from __future__ import annotations

import json

from eventpact import avro
from eventpact_registry.contracts.model import Mode
from eventpact_registry.plan import State, describe, plan
from eventpact_registry.plan.state import RegistryState, SubjectState
from tests.registry.contracts.building import SYSTEM, avsc, field
from tests.registry.plan.contracts import SUBJECT, V1, V2, V3_REQUIRES, shop


def registry(
    *versions: str,
    level: Mode | None = Mode.BACKWARD_TRANSITIVE,
    default: Mode = Mode.BACKWARD,
    owner: str | None = "sales",
    no_owners: str = "",
) -> State:
    """A registry that has versions of the shop's subject, counted from 1."""
    held = {number: avro.parse(text) for number, text in enumerate(versions, 1)}
    return State(RegistryState(default, {SUBJECT: SubjectState(level, held, owner=owner)}, no_owners), None)


EMPTY = State(RegistryState(Mode.BACKWARD, {}), None)


def steps(wanted_versions: tuple[str, ...], state: State) -> list[str]:
    return [str(describe(step)) for step in plan(shop(*wanted_versions), state).steps]


def test_a_new_subject_gets_its_level_and_owner_and_then_every_version_in_order() -> None:
    assert steps((V1, V2), EMPTY) == [
        f"set level subject {SUBJECT}: none of its own → BACKWARD_TRANSITIVE",
        f"set owner subject {SUBJECT}: nobody → sales",
        f"register subject {SUBJECT}: version 1 from contracts/shop/order.placed/OrderPlaced.v1.avsc",
        f"register subject {SUBJECT}: version 2 from contracts/shop/order.placed/OrderPlaced.v2.avsc",
    ]


def test_what_is_as_declared_needs_nothing() -> None:
    found = plan(shop(V1, V2), registry(V1, V2))

    assert found.empty
    assert found.subjects_in_sync == 1


def test_only_new_versions_are_registered() -> None:
    assert steps((V1, V2), registry(V1)) == [
        f"register subject {SUBJECT}: version 2 from contracts/shop/order.placed/OrderPlaced.v2.avsc"
    ]


def test_a_schema_that_the_registry_wrote_another_way_is_no_drift() -> None:
    reformatted = json.dumps({key: json.loads(V1)[key] for key in ("fields", "name", "type", "namespace")})

    assert plan(shop(V1), registry(reformatted)).empty


def test_a_registered_version_that_means_something_else_is_a_conflict_with_its_place() -> None:
    found = plan(shop(V1), registry(V3_REQUIRES))

    assert found.steps == ()
    [conflict] = found.conflicts
    assert conflict.message == f"version 1 of {SUBJECT} means something else in the registry"
    assert conflict.place == "contracts/shop/order.placed/OrderPlaced.v1.avsc:1:1"
    assert conflict.hint == "a registered version does not change: restore it, and add v2 with what is new"


def test_a_registered_version_that_is_no_avro_is_a_conflict() -> None:
    state = State(RegistryState(Mode.BACKWARD, {SUBJECT: SubjectState(None, {1: None}, owner="sales")}), None)

    [conflict] = plan(shop(V1), state).conflicts

    assert conflict.message == f"version 1 of {SUBJECT} is no valid Avro schema in the registry"


def test_versions_that_contracts_do_not_have_are_noted() -> None:
    found = plan(shop(V1), registry(V1, V2))

    assert found.empty
    assert [note.text for note in found.notes] == ["the registry has version 2 that the contracts do not have"]


def test_a_version_that_was_deleted_in_the_registry_stays_deleted() -> None:
    held = {2: avro.parse(V2)}
    state = State(
        RegistryState(Mode.BACKWARD, {SUBJECT: SubjectState(Mode.BACKWARD_TRANSITIVE, held, owner="sales")}), None
    )

    found = plan(shop(V1, V2), state)

    assert found.empty
    assert "version 1 was deleted" in found.notes[0].text


def test_another_level_is_corrected() -> None:
    assert steps((V1,), registry(V1, level=Mode.FULL)) == [f"set level subject {SUBJECT}: FULL → BACKWARD_TRANSITIVE"]


def test_another_owner_is_drift() -> None:
    assert steps((V1,), registry(V1, owner="people")) == [f"set owner subject {SUBJECT}: people → sales"]
    assert steps((V1,), registry(V1, owner=None)) == [f"set owner subject {SUBJECT}: nobody → sales"]


def test_a_registry_that_keeps_no_owners_is_no_drift_and_told_once() -> None:
    found = plan(shop(V1), registry(V1, owner=None, no_owners="it is too old"))

    assert found.empty
    assert [str(note.text) for note in found.notes] == ["owners are not set in this registry: it is too old"]


def test_a_subject_without_a_level_gets_one_even_where_the_global_one_is_the_same() -> None:
    assert steps((V1,), registry(V1, level=None, default=Mode.BACKWARD_TRANSITIVE)) == [
        f"set level subject {SUBJECT}: none of its own → BACKWARD_TRANSITIVE"
    ]


def test_declared_history_that_the_level_would_refuse_is_registered_under_none_and_the_level_set_last() -> None:
    found = plan(shop(V1, V3_REQUIRES), EMPTY)

    reason = "version 2 breaks BACKWARD_TRANSITIVE"
    assert [str(describe(step)).partition(": ")[2].partition(" from ")[0] for step in found.steps] == [
        f"none of its own → NONE ({reason})",
        "nobody → sales",
        "version 1",
        "version 2",
        "NONE → BACKWARD_TRANSITIVE",
    ]
    assert [note.text for note in found.notes] == [
        f"{reason} and is registered all the same, because the contracts declare it"
    ]


def test_a_level_left_at_none_by_an_apply_that_was_stopped_is_set_back_at_last() -> None:
    assert steps((V1, V3_REQUIRES), registry(V1, level=Mode.NONE)) == [
        f"register subject {SUBJECT}: version 2 from contracts/shop/order.placed/OrderPlaced.v2.avsc",
        f"set level subject {SUBJECT}: NONE → BACKWARD_TRANSITIVE",
    ]
    assert steps((V1, V3_REQUIRES), registry(V1, V3_REQUIRES, level=Mode.NONE)) == [
        f"set level subject {SUBJECT}: NONE → BACKWARD_TRANSITIVE"
    ]


def test_the_same_schema_twice_in_a_subject_is_a_conflict() -> None:
    [conflict] = plan(shop(V1, V2, V1), EMPTY).conflicts

    assert "version 3" in conflict.message
    assert "the same schema as version 1" in conflict.message


MONEY_V1 = avsc("Money", field("amount"))
MONEY_V2 = avsc("Money", field("amount"), field("currency", default="EUR"))


def priced(money: int) -> str:
    pin = [{"name": "io.shop.Money", "version": money}]
    return avsc("OrderPlaced", field("orderId"), field("price", "io.shop.Money"), references=pin)


def test_shared_types_are_registered_under_their_full_name_before_what_refers_to_them() -> None:
    wanted = shop(priced(1), priced(2), **{"shop/types/Money.v1.avsc": MONEY_V1, "shop/types/Money.v2.avsc": MONEY_V2})

    registered = [(step.name, step.detail.split()[1]) for step in map(describe, plan(wanted, EMPTY).steps)]

    assert [step for step in registered if step[1] in {"1", "2"}] == [
        ("io.shop.Money", "1"),
        ("io.shop.Money", "2"),
        (SUBJECT, "1"),
        (SUBJECT, "2"),
    ]


def test_a_new_version_of_a_shared_type_comes_before_the_subject_that_sorts_ahead_of_it() -> None:
    wanted = shop(
        V1,
        **{
            "shop/types/Money.v1.avsc": MONEY_V1,
            "shop/a.first/topic.yaml": "description: First.\npartitions: 1\nretention: 1d\n",
            "shop/a.first/First.v1.avsc": avsc(
                "First", field("price", "io.shop.Money"), references=[{"name": "io.shop.Money", "version": 1}]
            ),
        },
    )

    registered = [step.name for step in map(describe, plan(wanted, EMPTY).steps) if step.action == "register"]

    assert registered == ["io.shop.Money", "a.first-value", SUBJECT]


def test_shared_types_have_the_level_that_all_topics_agree_on() -> None:
    wanted = shop(
        V1,
        **{
            "shop/system.yaml": SYSTEM + "defaults: {compatibility: FULL_TRANSITIVE}\n",
            "shop/types/Money.v1.avsc": MONEY_V1,
        },
    )

    assert {subject.name: subject.level for subject in wanted.subjects} == {
        "io.shop.Money": Mode.FULL_TRANSITIVE,
        SUBJECT: Mode.FULL_TRANSITIVE,
    }
