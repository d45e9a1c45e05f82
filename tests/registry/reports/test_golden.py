"""Every format as it is on disk, and held to what others publish about it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema  # type: ignore[import-untyped]  # it ships no types
import pytest
import xmlschema

from eventpact_registry.findings import Finding
from eventpact_registry.reports import gitlab, junit, markdown, sarif
from tests.registry.reports.sample import BREAK, FILES, FINDINGS, GOLDEN, HOSTILE, changes, rendered

SCHEMAS = Path(__file__).parent / "schemas"
JUNIT = xmlschema.XMLSchema(str(SCHEMAS / "junit-10.xsd"))
FINDINGS_SCHEMA = Path(__file__).parents[3] / "docs/schemas/findings.schema.json"
MANY = [[], [BREAK], [BREAK, BREAK], list(FINDINGS)]


@pytest.mark.parametrize("form", FILES)
def test_a_format_is_as_its_golden_file(form: str) -> None:
    golden = (GOLDEN / FILES[form]).read_bytes().decode()

    assert rendered(form) == golden, "if that is meant: python -m tests.registry.reports.sample"


def schema(name: str) -> Any:
    return json.loads((SCHEMAS / name).read_text())


@pytest.mark.parametrize("findings", MANY, ids=len)
def test_sarif_is_valid(findings: list[Finding]) -> None:
    jsonschema.validate(json.loads(sarif.render(findings)), schema("sarif-2.1.0.json"))


@pytest.mark.parametrize("findings", MANY, ids=len)
def test_gitlab_is_valid_and_every_fingerprint_its_own(findings: list[Finding]) -> None:
    issues = json.loads(gitlab.render(findings))

    jsonschema.validate(issues, schema("gitlab-code-quality.json"))
    assert len({issue["fingerprint"] for issue in issues}) == len(findings)


@pytest.mark.parametrize("findings", MANY, ids=len)
def test_junit_is_valid(findings: list[Finding]) -> None:
    JUNIT.validate(junit.render(findings))


def test_json_is_valid() -> None:
    jsonschema.validate(json.loads(rendered("json")), json.loads(FINDINGS_SCHEMA.read_text()))


def test_the_published_schemas_refuse_what_is_wrong() -> None:
    run = json.loads(sarif.render([BREAK]))
    run["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(run, schema("sarif-2.1.0.json"))
    with pytest.raises(xmlschema.XMLSchemaException):
        JUNIT.validate(junit.render([BREAK]).replace("classname", "class"))


def test_junit_fails_on_errors_alone() -> None:
    root = ET.fromstring(junit.render(list(FINDINGS)))

    assert (root.get("tests"), root.get("failures")) == ("4", "1")
    assert [failure.get("message") for failure in root.iter("failure")] == [BREAK.message]


def test_junit_gives_a_message_back_with_only_the_impossible_replaced() -> None:
    root = ET.fromstring(junit.render([HOSTILE]))

    [told, *_] = [element.text or "" for element in root.iter("system-out")]
    assert HOSTILE.message.replace("\x08", "\ufffd").replace("\x1b", "\ufffd") in told


def test_a_fingerprint_does_not_change_when_lines_move() -> None:
    from dataclasses import replace

    moved = replace(BREAK, location=replace(BREAK.location, line=99))

    assert _fingerprints([moved]) == _fingerprints([BREAK])


def _fingerprints(findings: list[Finding]) -> list[str]:
    return [issue["fingerprint"] for issue in json.loads(gitlab.render(findings))]


def test_markdown_lets_no_text_out_of_its_cell() -> None:
    [row] = [line for line in markdown.render([HOSTILE]).splitlines() if "note" in line and line.startswith("| note")]

    assert row.count("|") == 5
    assert re.findall(r"<(?!/?code>|br>)", row) == []
    assert "@" not in row


def test_markdown_stays_below_what_a_comment_may_hold() -> None:
    text = markdown.render([BREAK] * 1_000, changes=[changes()])
    endless = markdown.render([BREAK], changes=[changes()] * 1_000)

    assert "… and 900 more findings." in text
    assert len(text) < len(endless) < 65_536
    assert endless.endswith("\n… and more than a comment can hold: see the job's log.\n")
    assert endless.count("<details>") == endless.count("</details>")
