"""Whatever a contract says, it reaches a file as data and never as code."""

from __future__ import annotations

import ast
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventpact_codegen.python import text
from eventpact_codegen.text import markdown

HOSTILE = [
    '"""',
    '"',
    '\\"""',
    "'''",
    "\\",
    '""" + __import__("os").system("true") + """',
    "\r\nimport os",
    "\u2028import os\u2029",
    "\u202eevil\u202c",
    "{{ 7 * 7 }}{% raw %}",
    "\x00\x07\x1b[31m",
    "\ud800",
    'a\\"',
    '""""""',
]
ANY = st.text() | st.sampled_from(HOSTILE) | st.lists(st.sampled_from(HOSTILE)).map(" ".join)


@given(ANY)
def test_a_string_literal_evaluates_to_the_string(value: str) -> None:
    literal = text.string(value)

    assert ast.literal_eval(literal) == value
    assert literal.isprintable()


@given(ANY)
def test_a_long_string_is_cut_into_lines_and_evaluates_to_the_string(value: str) -> None:
    literal = text.long_string(value, width=10)

    assert ast.literal_eval(literal) == value


@given(ANY, st.sampled_from([0, 4, 8]))
def test_a_docstring_is_one_string_and_nothing_else(doc: str, indent: int) -> None:
    source = text.docstring(doc, indent=indent)

    if source:
        [statement] = ast.parse(source).body
        assert isinstance(statement, ast.Expr)
        assert isinstance(statement.value, ast.Constant)
        assert isinstance(statement.value.value, str)
        assert all(line.isprintable() for line in source.split("\n"))


def test_a_docstring_keeps_words_lines_and_quotes() -> None:
    source = text.docstring('  First "line".\n\nSecond \\ line:\n    indented\n', indent=0)

    assert ast.literal_eval(source) == 'First "line".\n\nSecond \\ line:\n    indented\n'


def test_a_docstring_of_nothing_is_nothing() -> None:
    assert text.docstring(" \n\t ", indent=4) == ""


def test_a_long_docstring_is_wrapped_at_120_columns() -> None:
    lines = text.docstring("word " * 200, indent=8).split("\n")

    assert len(lines) > 5
    assert max(map(len, lines)) + 8 <= 120 + 8
    assert all(len(line) <= 120 for line in lines[1:])


@given(ANY, st.sampled_from([0, 4]))
def test_a_comment_is_comment_on_every_line(value: str, indent: int) -> None:
    source = text.comment(value, indent=indent)

    assert all(line.lstrip(" ").startswith("# ") and line.isprintable() for line in source.split("\n") if line)


@given(ANY)
def test_a_toml_string_is_read_as_the_string(value: str) -> None:
    document = tomllib.loads(f"value = {text.toml_string(value)}")

    assert document == {"value": "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in value)}


@pytest.mark.parametrize(
    ("value", "shown"), [("a | b", "a \\| b"), ("<script>", "\\<script\\>"), ("# x\n- y", "\\# x - y")]
)
def test_markdown_stays_one_line_of_plain_text(value: str, shown: str) -> None:
    assert markdown(value) == shown


def test_strings_make_tuples_of_any_length() -> None:
    assert [ast.literal_eval(text.strings(values)) for values in [(), ("a",), ("a", "b")]] == [(), ("a",), ("a", "b")]
