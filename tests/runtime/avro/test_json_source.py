"""Reading the JSON text of schemas: what is refused, and where errors point."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventpact import avro
from eventpact.avro.outline import escape
from eventpact.avro.source import MAX_BYTES


def test_broken_json_is_reported_where_it_breaks() -> None:
    error = refused('{\n  "type": "string",\n}')

    assert (error.line, error.column) == (3, 1)
    assert error.hint == "JSON allows no comma before a closing bracket"


def test_comments_are_refused_with_a_hint() -> None:
    assert refused('// a string\n"string"').hint == "JSON has no comments: use `doc`"


def test_an_empty_text_is_called_empty() -> None:
    assert refused("  ").hint == "the text is empty"


def test_a_bare_name_is_told_to_wear_quotes() -> None:
    assert refused("string").hint == 'a name is a JSON string: "string"'


def test_text_behind_the_schema_is_refused() -> None:
    assert refused('"string" "int"').column == 10


def test_a_key_given_twice_is_refused_where_it_comes_again() -> None:
    error = refused('{"type": "enum", "name": "E",\n "symbols": [], "name": "F"}')

    assert "'name'" in error.message
    assert (error.path, error.line, error.column) == ("/name", 2, 25)


def test_of_several_keys_given_twice_the_first_is_named() -> None:
    error = refused('{"a/~b": 1, "a/~b": {"inner": 1, "inner": 2}}')

    assert "'a/~b'" in error.message
    assert (error.path, error.line, error.column) == ("/a~1~0b", 1, 21)


def test_what_follows_a_key_given_twice_need_not_be_json() -> None:
    error = refused('{"inner": {"x": 1, "x": 2}, "\\q": }')

    assert (error.path, error.line, error.column) == ("/inner/x", 1, 25)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_json_number_is_refused(number: str) -> None:
    assert number in refused(f'{{"type": "string", "weight": {number}}}').message


def test_a_number_beyond_all_limits_is_refused() -> None:
    assert "digits" in refused('{"type": "fixed", "name": "F", "size": ' + "9" * 5_000 + "}").message


def test_a_number_that_would_be_infinite_is_refused() -> None:
    assert "1e999 is more than a double can hold" in refused('{"type": "string", "weight": 1e999}').message


def test_bytes_must_be_utf_8() -> None:
    error = refused(b'{"type": "string",\n "doc": "\xff"}')

    assert (error.line, error.column) == (2, 10)


def test_a_byte_order_mark_is_refused() -> None:
    assert "byte order mark" in refused('\ufeff"string"').message


def test_half_a_surrogate_pair_is_refused_written_or_escaped() -> None:
    assert "surrogate" in refused('{"type": "string", "doc": "\ud800"}').message
    assert "surrogate" in refused('{"type": "string", "doc": "\\ud800"}').message


def test_a_pair_of_escaped_surrogates_is_a_character() -> None:
    schema = avro.parse('{"type": "string", "note": "\\ud83d\\ude00"}')

    assert isinstance(schema, avro.Primitive)
    assert schema.props["note"] == "😀"


@pytest.mark.parametrize("encode", [str, str.encode])
def test_a_text_beyond_the_limit_is_refused_unread(encode: type[str]) -> None:
    assert "split it" in str(refused(encode('"string"' + " " * MAX_BYTES)).hint)


@pytest.mark.parametrize("opening", ["[", '{"type":', '{"type":"array","items":'])
def test_deep_nesting_is_refused(opening: str) -> None:
    assert "deep" in refused(opening * 100_000).message


TEXT = """{
  "type": "record",
  "name": "User",
  "fields": [
    {"name": "id", "type": "string"},
    {"name": "a/b~c", "type": ["null", "string"]}
  ],
  "odd/key": {"~": 1}
}"""


@pytest.mark.parametrize(
    ("pointer", "place"),
    [
        ("", (1, 1)),
        ("/name", (3, 11)),
        ("/fields/0", (5, 5)),
        ("/fields/1/type/1", (6, 40)),
        ("/odd~1key/~0", (8, 20)),
        ("/fields/1/default", (6, 5)),
        ("/fields/0/type/fields/7/type", (5, 28)),
        ("/", (1, 1)),
    ],
)
def test_locate_finds_a_pointer_or_its_nearest_parent(pointer: str, place: tuple[int, int]) -> None:
    assert avro.locate(TEXT, pointer) == place


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(value=JSON, indent=st.sampled_from([None, 0, 3]), ascii_only=st.booleans())
def test_locate_finds_every_value_of_any_json(value: object, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    lines = text.split("\n")

    for pointer, inner in members(value):
        line, column = avro.locate(text, pointer)
        rest = "\n".join([lines[line - 1][column - 1 :], *lines[line:]])
        found, _ = json.JSONDecoder().raw_decode(rest)
        assert found == inner


def members(value: object, path: str = "") -> list[tuple[str, object]]:
    found = [(path, value)]
    if isinstance(value, dict):
        for key, inner in value.items():
            found += members(inner, f"{path}/{escape(key)}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += members(inner, f"{path}/{index}")
    return found


def refused(source: str | bytes) -> avro.SchemaError:
    with pytest.raises(avro.SchemaError) as caught:
        avro.parse(source)
    return caught.value
