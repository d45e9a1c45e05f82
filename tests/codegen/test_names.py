"""What Avro names are called in Python."""

from __future__ import annotations

import keyword
from dataclasses import make_dataclass
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventpact.consume.group import Group
from eventpact_codegen.casing import kebab, pascal, snake
from eventpact_codegen.python import names

AVRO_NAME = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,12}", fullmatch=True) | st.sampled_from(
    [*keyword.kwlist, *dir(str), "mro", "name", "value", "self", "MISSING", "_dflt_x", "_type_x", "__dflt_a", "_", "__"]
)


@pytest.mark.parametrize(
    ("avro", "python"),
    [
        ("userId", "user_id"),
        ("HTTPCode", "http_code"),
        ("sha256Hash", "sha256_hash"),
        ("already_snake", "already_snake"),
        ("X", "x"),
        ("isURL", "is_url"),
        ("_id", "_id"),
        ("class", "class_"),
        ("None", "none"),
        ("self", "self_"),
        ("__init__", "_init"),
        ("__secret", "_secret"),
        ("_dflt_total", "dflt_total"),
    ],
)
def test_fields_become_snake_case_attributes(avro: str, python: str) -> None:
    assert names.attribute(avro, keep=False) == python


@pytest.mark.parametrize(("avro", "python"), [("userId", "userId"), ("class", "class_"), ("None", "None_")])
def test_fields_keep_their_names_where_the_contract_says_so(avro: str, python: str) -> None:
    assert names.attribute(avro, keep=True) == python


def test_an_event_keeps_its_own_attributes_to_itself() -> None:
    assert names.attribute("contract", keep=False, reserved=names.EVENT_ATTRIBUTES) == "contract_"
    assert names.attribute("contract", keep=False) == "contract"


@given(AVRO_NAME, st.booleans())
def test_any_field_makes_a_dataclass_that_can_be_built(avro: str, keep: bool) -> None:
    attribute = names.attribute(avro, keep=keep)

    cls = make_dataclass("Sample", [(names.identifier(attribute), "object")], frozen=True, slots=True, kw_only=True)

    assert getattr(cls(**{attribute: 1}), attribute) == 1


@given(AVRO_NAME)
def test_any_symbol_makes_a_member_with_the_symbol_as_its_value(symbol: str) -> None:
    member = names.identifier(names.member(symbol))

    namespace: dict[str, type[StrEnum]] = {"StrEnum": StrEnum}
    exec(f"class Sample(StrEnum):\n    {member} = {symbol!r}", namespace)

    [made] = namespace["Sample"]
    assert (made.name, made.value) == (member, symbol)
    assert made.title() == symbol.title()


@pytest.mark.parametrize(
    ("avro", "python"),
    [
        ("MessageSent", "MessageSent"),
        ("list", "list_"),
        ("Exception", "Exception_"),
        ("None", "None_"),
        ("Event", "Event"),
    ],
)
def test_records_keep_their_names_unless_they_hide_a_builtin(avro: str, python: str) -> None:
    assert names.class_name(avro) == python


@pytest.mark.parametrize(
    ("namespace", "module"),
    [
        ("message", "message"),
        ("message.threads", "message_threads"),
        ("class", "class_"),
        ("groups", "groups_"),
        ("v1", "v1_"),
    ],
)
def test_namespaces_become_modules_that_hide_none_of_the_packages_own(namespace: str, module: str) -> None:
    assert names.module(namespace) == module


def test_no_handler_replaces_a_hook_of_the_runtime() -> None:
    hooks = [name.removeprefix("on_") for name in dir(Group) if name.startswith("on_")]

    assert hooks
    assert all(names.handler(hook) != f"on_{hook}" for hook in hooks)


@pytest.mark.parametrize("name", ["", "1a", "a b", "a;b", "class", "é", "a\n", "a.b"])
def test_what_is_no_identifier_never_becomes_source(name: str) -> None:
    with pytest.raises(ValueError, match="no Python identifier"):
        names.identifier(name)


def test_cases() -> None:
    assert (snake("UserRegistered"), kebab("UserRegistered")) == ("user_registered", "user-registered")
    assert pascal("notification-service") == "NotificationService"


@pytest.mark.parametrize("package", ["json", "eventpact", "eventpact_cli", "class", "a-b"])
def test_a_package_that_would_hide_another_cannot_be_imported(package: str) -> None:
    assert not names.is_importable(package)
