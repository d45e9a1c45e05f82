"""Words for messages."""

from __future__ import annotations

import json

import pytest

from eventpact.wording import printable, printable_lines


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Grüße, 東京 ✓", "Grüße, 東京 ✓"),
        ("\x1b[2J", r"\u001b[2J"),
        ("a\nb\tc", r"a\nb\tc"),
        ("\x7f\x9b\u202e\u2028", r"\u007f\u009b\u202e\u2028"),
        ("\U000e0001", r"\udb40\udc01"),
        ("\ud800", r"\ud800"),
    ],
)
def test_what_is_not_printable_is_escaped_and_all_else_stays(text: str, expected: str) -> None:
    assert printable(text) == expected
    assert printable(text).isprintable()


def test_json_stays_the_same_json() -> None:
    content = {"text": '\x1b"\\\n\x7f\U000e0001é'}

    shown = printable_lines(json.dumps(content, indent=2, ensure_ascii=False))

    assert json.loads(shown) == content
    assert all(line.isprintable() for line in shown.split("\n"))
