"""`diff` says what changed and what each of the seven modes would say of it."""

from eventpact_registry.contracts.model import Mode
from eventpact_registry.contracts.version_names import find_version
from eventpact_registry.diff.comparison import compare, compare_versions
from eventpact_registry.reports import diff_json, diff_text

from ..contracts.building import SHOP, TOPIC, Files, avsc, field, load

ORDER = "shop/order.placed/OrderPlaced"
TWO: Files = {f"{ORDER}.v2.avsc": avsc("OrderPlaced", field("orderId"), field("note", default=""))}
THREE: Files = {f"{ORDER}.v3.avsc": avsc("OrderPlaced", field("orderId"), field("note", default=""), field("email"))}


def test_a_required_field_breaks_the_modes_that_look_backward() -> None:
    [judgement] = compare(load(TWO), load({**TWO, **THREE})).judgements

    assert [mode for mode, breaks in judgement.breaks.items() if not breaks] == [
        Mode.NONE,
        Mode.FORWARD,
        Mode.FORWARD_TRANSITIVE,
    ]
    assert judgement.breaks[Mode.BACKWARD] == judgement.breaks[Mode.FULL]
    assert len(judgement.breaks[Mode.BACKWARD_TRANSITIVE]) == 2


def test_two_versions_are_compared_by_name() -> None:
    repository = load({**TWO, **THREE})
    first, third = find_version(repository, "OrderPlaced@1"), find_version(repository, "shop/OrderPlaced@latest")

    comparison = compare_versions(first, third)

    assert [change.text for change in comparison.schema_changes] == [
        "field note added, with a default",
        "field email added, without default",
    ]


def test_two_events_are_both_named() -> None:
    paid = avsc("OrderPaid", field("orderId"), field("price", "long"))
    repository = load({"shop/order.paid/topic.yaml": TOPIC, "shop/order.paid/OrderPaid.v1.avsc": paid})

    comparison = compare_versions(find_version(repository, "OrderPlaced@1"), find_version(repository, "OrderPaid@1"))

    said = comparison.judgements[0].breaks
    lines = diff_text.render(comparison).splitlines()
    assert "shop/OrderPaid: version 1 after shop/OrderPlaced version 1" in lines
    assert all(text.startswith("cannot read shop/OrderPlaced version 1: ") for text in said[Mode.BACKWARD])
    assert any("field 'price' has no default" in text for text in said[Mode.BACKWARD])


def test_an_event_under_a_newer_name_is_compared_with_what_it_was() -> None:
    renamed = avsc("OrderMade", field("orderId"), field("email"), aliases=["OrderPlaced"])
    folder = "shop/order.placed"
    files: Files = {f"{folder}/OrderMade.v1.avsc": SHOP[f"{ORDER}.v1.avsc"], f"{folder}/OrderMade.v2.avsc": renamed}

    comparison = compare(load(), load({**files, f"{ORDER}.v1.avsc": None}))

    [change] = comparison.changes
    assert (change.subject, change.text) == ("shop/OrderMade", "version 2 added")
    assert comparison.judgements[0].breaks[Mode.BACKWARD]


def test_the_text_shows_changes_and_verdicts() -> None:
    email = "email: field 'email' has no default and the writer has no such field"

    text = diff_text.render(compare(load(TWO), load({**TWO, **THREE})))

    assert text.splitlines() == [
        "shop/OrderPlaced",
        "  version 3 added  contracts/shop/order.placed/OrderPlaced.v3.avsc:3:11",
        "    field email added, without default  contracts/shop/order.placed/OrderPlaced.v3.avsc:18:5",
        "",
        "shop/OrderPlaced: version 3 after versions 1 to 2 of the base",
        "  NONE                 compatible",
        f"  BACKWARD             breaks: cannot read version 2: {email}",
        f"  BACKWARD_TRANSITIVE  breaks: cannot read version 2: {email} (and 1 more)",
        "  FORWARD              compatible",
        "  FORWARD_TRANSITIVE   compatible",
        f"  FULL                 breaks: cannot read version 2: {email}",
        f"  FULL_TRANSITIVE      breaks: cannot read version 2: {email} (and 1 more)",
    ]


def test_the_json_holds_the_same() -> None:
    text = diff_json.render(compare(load(), load(TWO)))

    assert '"kind": "VersionAdded"' in text
    assert '"text": "field note added, with a default"' in text
    assert '"FULL_TRANSITIVE": {\n          "compatible": true' in text


def test_repositories_that_are_alike_have_nothing_to_show() -> None:
    assert diff_text.render(compare(load(), load(SHOP))) == "nothing changed\n"
