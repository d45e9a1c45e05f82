"""Findings in each format: for people, for machines, for GitHub."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]  # it ships no types
import pytest

from eventpact.errors import ContractError
from eventpact_registry.contracts.model import Location
from eventpact_registry.findings import Approved, Counterexample, Finding, Severity
from eventpact_registry.reports.formats import FORMATS, problems_as_findings
from eventpact_registry.reports.style import wants_color

from ..contracts.building import load

SCHEMA = Path(__file__).parents[3] / "docs/schemas/findings.schema.json"

BREAK = Finding(
    rule="FIELD_WITHOUT_DEFAULT",
    severity=Severity.ERROR,
    message="field email was added without a default: version 2 cannot read what version 1 wrote",
    location=Location("contracts/shop/order.placed/OrderPlaced.v2.avsc", 12, 5),
    path="/fields/1",
    mode="FULL",
    hint='add `"default": null`',
    groups=("shop/archive", "shop/billing"),
    packages=("shop-events",),
    docs="docs/reference/rules.md#field_without_default",
    counterexample=Counterexample(
        writer="OrderPlaced version 1",
        reader="OrderPlaced version 2",
        value={"orderId": "ö\n100%"},
        data=b"\x10text",
        error="field 'email' is not there",
    ),
    details={"kind": "READER_FIELD_MISSING_DEFAULT_VALUE"},
)
REMOVED = Finding(
    rule="VERSION_REMOVED",
    severity=Severity.WARNING,
    message="version 2 of OrderPlaced was removed",
    location=Location("contracts/a,b/OrderPlaced.v2.avsc", 3, 11, "git:main"),
)
NOTE = Finding(rule="TYPE_DOC", severity=Severity.INFO, message="not described", location=Location("a.avsc"))


def test_text_has_the_place_first_then_the_message_then_the_evidence() -> None:
    assert (
        FORMATS["text"]([BREAK, REMOVED, NOTE])
        == """\
contracts/shop/order.placed/OrderPlaced.v2.avsc:12:5: error FIELD_WITHOUT_DEFAULT
  field email was added without a default: version 2 cannot read what version 1 wrote
    mode     FULL
    groups   shop/archive, shop/billing
    packages shop-events
    message  {"orderId": "ö\\n100%"}
    written  with OrderPlaced version 1, 5 bytes
    fails    in OrderPlaced version 2: field 'email' is not there
    fix      add `"default": null`
    docs     docs/reference/rules.md#field_without_default

git:main:contracts/a,b/OrderPlaced.v2.avsc:3:11: warning VERSION_REMOVED
  version 2 of OrderPlaced was removed

a.avsc:1:1: info TYPE_DOC
  not described

1 error, 1 warning, 1 note
"""
    )


def test_text_says_that_nothing_was_found() -> None:
    assert FORMATS["text"]([]) == "nothing found\n"


def test_colour_changes_nothing_but_colour() -> None:
    colored = FORMATS["text"]([BREAK, REMOVED, NOTE], color=True)

    assert "\x1b[31;1merror\x1b[0m" in colored
    for code in ("31;1", "33;1", "36;1", "1", "2", "0"):
        colored = colored.replace(f"\x1b[{code}m", "")
    assert colored == FORMATS["text"]([BREAK, REMOVED, NOTE])


@pytest.mark.parametrize(
    ("terminal", "environ", "expected"),
    [
        (True, {"TERM": "xterm"}, True),
        (True, {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (True, {"TERM": "xterm", "NO_COLOR": ""}, True),
        (True, {"TERM": "dumb"}, False),
        (False, {"TERM": "xterm"}, False),
    ],
)
def test_colour_is_for_terminals_that_want_it(terminal: bool, environ: dict[str, str], expected: bool) -> None:
    class Stream:
        def isatty(self) -> bool:
            return terminal

    assert wants_color(Stream(), environ) is expected


def test_json_has_the_documented_shape() -> None:
    document = json.loads(FORMATS["json"]([BREAK, REMOVED, NOTE]))

    jsonschema.validate(document, json.loads(SCHEMA.read_text()))
    assert document["summary"] == {"error": 1, "warning": 1, "info": 1, "approved": 0}
    assert document["findings"][0] == {
        "rule": "FIELD_WITHOUT_DEFAULT",
        "severity": "error",
        "message": "field email was added without a default: version 2 cannot read what version 1 wrote",
        "file": "contracts/shop/order.placed/OrderPlaced.v2.avsc",
        "line": 12,
        "column": 5,
        "revision": None,
        "path": "/fields/1",
        "mode": "FULL",
        "hint": 'add `"default": null`',
        "groups": ["shop/archive", "shop/billing"],
        "packages": ["shop-events"],
        "docs": "docs/reference/rules.md#field_without_default",
        "approved": None,
        "counterexample": {
            "writer": "OrderPlaced version 1",
            "reader": "OrderPlaced version 2",
            "value": {"orderId": "ö\n100%"},
            "data": "EHRleHQ=",
            "error": "field 'email' is not there",
        },
        "details": {"kind": "READER_FIELD_MISSING_DEFAULT_VALUE"},
    }
    assert document["findings"][1]["revision"] == "git:main"


def test_the_documented_shape_allows_no_other_keys() -> None:
    document = json.loads(FORMATS["json"]([BREAK]))
    document["findings"][0]["surprise"] = 1

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, json.loads(SCHEMA.read_text()))


def test_github_marks_lines_and_escapes_what_its_commands_are_made_of() -> None:
    assert FORMATS["github"]([BREAK, REMOVED, NOTE]) == (
        "::error file=contracts/shop/order.placed/OrderPlaced.v2.avsc,line=12,col=5,title=FIELD_WITHOUT_DEFAULT::"
        "field email was added without a default: version 2 cannot read what version 1 wrote"
        "%0AMode: FULL%0AGroups hit: shop/archive, shop/billing%0APackages hit: shop-events"
        '%0AMessage written with OrderPlaced version 1: {"orderId": "ö\\n100%25"}'
        "%0AFails in OrderPlaced version 2: field 'email' is not there"
        '%0AFix: add `"default": null`%0ADocs: docs/reference/rules.md#field_without_default\n'
        "::warning file=contracts/a%2Cb/OrderPlaced.v2.avsc,line=3,col=11,title=VERSION_REMOVED (in git%3Amain)::"
        "version 2 of OrderPlaced was removed\n"
        "::notice file=a.avsc,line=1,col=1,title=TYPE_DOC::not described\n"
    )


def test_github_says_nothing_when_nothing_was_found() -> None:
    assert FORMATS["github"]([]) == ""


def test_what_is_approved_is_shown_as_such_in_every_format() -> None:
    approved = Approved(severity=Severity.ERROR, reason="The topic is drained.", by="sales", until=dt.date(2027, 3, 31))
    finding = replace(NOTE, approved=approved)

    assert FORMATS["text"]([REMOVED, NOTE, finding]).endswith("""\
a.avsc:1:1: approved TYPE_DOC
  not described
    approved by sales until 2027-03-31: The topic is drained.

1 warning, 1 note, 1 approved
""")
    document = json.loads(FORMATS["json"]([NOTE, finding]))
    jsonschema.validate(document, json.loads(SCHEMA.read_text()))
    assert document["summary"] == {"error": 0, "warning": 0, "info": 2, "approved": 1}
    assert document["findings"][1]["approved"] == {
        "severity": "error",
        "reason": "The topic is drained.",
        "by": "sales",
        "until": "2027-03-31",
    }
    assert FORMATS["github"]([finding]) == (
        "::notice file=a.avsc,line=1,col=1,title=TYPE_DOC::not described"
        "%0AApproved by sales until 2027-03-31: The topic is drained.\n"
    )


def test_what_is_wrong_in_contract_files_can_be_shown_in_every_format() -> None:
    with pytest.raises(ContractError) as caught:
        load({"shop/order.placed/topic.yaml": "description: x\npartitions: 0\nretention: 7d\n"})

    [finding] = problems_as_findings(caught.value)

    assert (finding.rule, str(finding.location)) == ("CONTRACT", "contracts/shop/order.placed/topic.yaml:2:13")
    for render in FORMATS.values():
        assert "'partitions' must be at least 1, not 0" in render([finding])
