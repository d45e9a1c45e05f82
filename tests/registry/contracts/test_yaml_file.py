"""What a YAML file may hold, and how each thing that it may not hold is reported."""

import pytest

from eventpact_registry.contracts.problems import Problems
from eventpact_registry.contracts.source import Tree
from eventpact_registry.contracts.yaml_file import YamlFile, pointer_of, read_yaml


def read(text: str | bytes) -> tuple[YamlFile | None, Problems]:
    tree = Tree(label="contracts", root="contracts")
    tree.files["a.yaml"] = text if isinstance(text, bytes) else text.encode()
    found = Problems()
    return read_yaml(tree, "a.yaml", found), found


def data(text: str) -> object:
    file, found = read(text)
    assert file is not None, list(found)
    return file.data


def said(text: str | bytes) -> str:
    file, found = read(text)
    assert file is None
    [problem] = found
    return str(problem)


def test_values_follow_the_core_schema_of_yaml_1_2() -> None:
    assert data("a: 1\nb: 1.5\nc: true\nd:\ne: text\n") == {"a": 1, "b": 1.5, "c": True, "d": None, "e": "text"}


@pytest.mark.parametrize("word", ["off", "no", "yes", "012", "1_000", "1:30", "0x1f", "2026-01-02", ".nan", "1e5"])
def test_what_yaml_1_1_would_turn_into_something_else_stays_text(word: str) -> None:
    assert data(f"a: {word}\n") == {"a": word}


def test_a_quoted_number_is_text() -> None:
    assert data("a: '1'\n") == {"a": "1"}


def test_every_value_and_key_has_its_place() -> None:
    file, _ = read("first: 1\nsecond:\n  inner: [x, {deep/er: y}]\n")

    assert file is not None
    assert str(file.locate("/second/inner/1/deep~1er")) == "contracts/a.yaml:3:24"
    assert str(file.locate_key(pointer_of("second", "inner"))) == "contracts/a.yaml:3:3"


def test_what_a_file_does_not_hold_is_placed_where_it_would_stand() -> None:
    file, _ = read("first: 1\nsecond:\n  inner: x\n")

    assert file is not None
    assert str(file.locate("/second/missing/deeper")) == "contracts/a.yaml:3:3"


def test_a_key_given_twice_is_refused() -> None:
    assert said("a: 1\nb: 2\na: 3\n") == "contracts/a.yaml:3:1: has the key 'a' twice; the first is in line 1"


def test_an_alias_bomb_is_refused_at_its_first_anchor() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(100))

    assert said(bomb).startswith("contracts/a.yaml:1:4: uses an anchor, &a")


def test_a_tag_that_would_make_an_object_is_refused() -> None:
    assert "uses a tag, tag:yaml.org,2002:python/object/apply:os.system" in said(
        "a: !!python/object/apply:os.system ls"
    )


@pytest.mark.parametrize("nested", ["[" * 200_000, "- " * 60_000, "{a: " * 200_000])
def test_hostile_nesting_is_refused_before_it_can_exhaust_the_stack(nested: str) -> None:
    assert "nests deeper than 20 levels" in said(nested)


def test_a_second_document_is_refused() -> None:
    assert said("a: 1\n---\nb: 2\n") == "contracts/a.yaml:2:1: holds a second document (hint: keep one document a file)"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("- a\n", "must be a mapping"),
        ("a: [1\nb: 2\n", "is not valid YAML: while parsing a flow sequence"),
        ("a: b\n\tc: d\n", "found a tab character"),
        ("? [a]\n: b\n", "has a key that is a list or a mapping"),
        (b"a: \xff\n", "is not UTF-8 (hint: save the file as UTF-8)"),
        ("a: \x07\n", "control characters are not allowed"),
    ],
)
def test_what_is_not_one_plain_mapping_is_refused_with_its_reason(text: str | bytes, message: str) -> None:
    assert message in said(text)
