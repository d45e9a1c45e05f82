"""Findings and a comparison to render, with text that is made to break out of each format.

`python -m tests.registry.reports.sample` writes the golden files anew.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from eventpact_registry.contracts.model import Location
from eventpact_registry.diff.comparison import Comparison, compare
from eventpact_registry.findings import Approved, Counterexample, Finding, Severity
from eventpact_registry.reports import markdown
from eventpact_registry.reports.formats import FORMATS
from tests.registry.contracts.building import avsc, field, load

GOLDEN: Final = Path(__file__).parent / "golden"
FILES: Final = {
    "text": "text.txt",
    "json": "json.json",
    "github": "github.txt",
    "gitlab": "gitlab.json",
    "junit": "junit.xml",
    "sarif": "sarif.json",
    "markdown": "markdown.md",
    "summary": "summary.md",
}
"""Format to its golden file; the summary is what `github` adds to a job's page."""

BREAK: Final = Finding(
    rule="FIELD_WITHOUT_DEFAULT",
    severity=Severity.ERROR,
    message="field email was added without a default: version 2 cannot read what version 1 wrote",
    location=Location("contracts/shop/order.placed/OrderPlaced.v2.avsc", 12, 5),
    path="/fields/1",
    mode="FULL",
    hint='give it a default, for example `"type": ["null", "string"], "default": null`',
    groups=("shop/archive", "shop/billing"),
    packages=("shop-events",),
    docs="docs/reference/rules.md#field_without_default",
    counterexample=Counterexample(
        writer="OrderPlaced version 1",
        reader="OrderPlaced version 2",
        value={"orderId": "ö\n100% ``` <b>"},
        data=b"\x10text",
        error="field 'email' is not there",
    ),
    details={"kind": "READER_FIELD_MISSING_DEFAULT_VALUE"},
)
REMOVED: Final = Finding(
    rule="VERSION_REMOVED",
    severity=Severity.WARNING,
    message="version 2 of OrderPlaced was removed",
    location=Location("contracts/a,b/Order Placed%.v2.avsc", 3, 11, "git:main"),
)
HOSTILE: Final = Finding(
    rule="TYPE_DOC",
    severity=Severity.INFO,
    message=(
        "| @team </code></summary> <script>alert('&')</script> [x](http://y) ]]> *b* _i_ "
        "\x08\x1b[31m \\ #1\r\n::error::x"
    ),
    location=Location("contracts/a.avsc", 1, 1),
    hint="close `a|b` and `` ` ``",
)
APPROVED: Final = Finding(
    rule="TOPIC_REMOVED",
    severity=Severity.INFO,
    message="topic refunds was removed",
    location=Location("contracts/shop/refunds/topic.yaml", 1, 1, "git:main"),
    approved=Approved(severity=Severity.ERROR, reason="It is drained.", by="sales", until=date(2027, 3, 31)),
)
FINDINGS: Final = (BREAK, REMOVED, HOSTILE, APPROVED)


def changes() -> Comparison:
    """A field without a default in a second version, and a topic with more partitions."""
    return compare(
        load(),
        load(
            {
                "shop/order.placed/OrderPlaced.v2.avsc": avsc("OrderPlaced", field("orderId"), field("email")),
                "shop/order.placed/topic.yaml": (
                    "description: Orders.\npartitions: 6\nretention: 7d\nkey: orderId\nconfig: {max.message.bytes: 9}\n"
                ),
            }
        ),
    )


def rendered(form: str) -> str:
    """The findings in a format."""
    if form in {"markdown", "summary"}:
        return markdown.render(FINDINGS, changes=[changes()])
    return FORMATS[form](FINDINGS)


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for form, file in FILES.items():
        (GOLDEN / file).write_bytes(rendered(form).encode())
