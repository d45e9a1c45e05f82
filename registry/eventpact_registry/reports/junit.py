"""Findings as JUnit's XML, which most CI servers show as test results: an error is a failed test.

The elements and attributes are those that Jenkins' xUnit plug-in describes in `junit-10.xsd`, and no others.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

from eventpact_registry.findings import Severity
from eventpact_registry.reports.evidence import paragraph

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eventpact_registry.findings import Finding

_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped (section 2.2)."""


def render(findings: Sequence[Finding], *, color: bool = False) -> str:  # noqa: ARG001 - all formats are called alike
    """One suite a file and one case a finding; a single passed case when nothing was found."""
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', *_suites(findings)]) + "\n"


def _suites(findings: Sequence[Finding]) -> Iterator[str]:
    failures = _failures(findings)
    yield f'<testsuites name="eventpact" tests="{max(len(findings), 1)}" failures="{failures}" errors="0">'
    if not findings:
        yield '  <testsuite name="contracts" tests="1" failures="0" errors="0">'
        yield '    <testcase name="nothing found" classname="contracts"/>'
        yield "  </testsuite>"
    for file, found in groupby(findings, key=lambda finding: finding.location.shown_file):
        of_file = list(found)
        counts = f'tests="{len(of_file)}" failures="{_failures(of_file)}" errors="0"'
        yield f"  <testsuite name={_attribute(file)} {counts}>"
        for finding in of_file:
            yield from _case(finding)
        yield "  </testsuite>"
    yield "</testsuites>"


def _case(finding: Finding) -> Iterator[str]:
    place = finding.location
    name = _attribute(f"{finding.rule} {place.line}:{place.column}")
    yield f"    <testcase name={name} classname={_attribute(place.shown_file)}>"
    told = _text(f"{place}: {finding.severity.value} {finding.rule}\n{paragraph(finding)}")
    if finding.severity is Severity.ERROR:
        yield f"      <failure type={_attribute(finding.rule)} message={_attribute(finding.message)}>{told}</failure>"
    else:  # a warning fails no run, so it is no failed test
        yield f"      <system-out>{told}</system-out>"
    yield "    </testcase>"


def _failures(findings: Sequence[Finding]) -> int:
    return sum(finding.severity is Severity.ERROR for finding in findings)


def _attribute(text: str) -> str:
    # Parsers turn a bare line break in an attribute into a space (XML 1.0, section 3.3.3).
    return quoteattr(_possible(text), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def _text(text: str) -> str:
    return escape(_possible(text), {"\r": "&#13;"})


def _possible(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
