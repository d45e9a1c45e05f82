"""Topic names with run-time parameters and wildcards."""

from __future__ import annotations

import re

import pytest

from eventpact.errors import ParameterError
from eventpact.names import check_parameter, topic_name

NO_NAMES = ["", "../x", "a*", "a.b", "a b", "-a", "_a", "^a", "a" * 64, "a" * 300, "é", "a\n", "{tenant_id}", None, 7]


def test_a_plain_name_is_literal_and_subscribes_as_itself() -> None:
    name = topic_name("QuikApp.message.sent")

    assert name.is_literal
    assert name.subscription == "QuikApp.message.sent"
    assert name.fill({}) == "QuikApp.message.sent"


def test_a_parameter_is_filled_in() -> None:
    assert topic_name("chat.messages.{tenant_id}").fill({"tenant_id": "acme"}) == "chat.messages.acme"


def test_a_topic_gives_its_parameters_back() -> None:
    name = topic_name("{region}.chat.{tenant_id}")

    assert name.match("eu.chat.acme-1") == {"region": "eu", "tenant_id": "acme-1"}


@pytest.mark.parametrize("topic", ["chat.messages.", "chat.messages.a.b", "xchat.messages.a", "chat.messages.a*"])
def test_a_topic_that_no_value_can_make_does_not_match(topic: str) -> None:
    assert topic_name("chat.messages.{tenant_id}").match(topic) is None


def test_a_parameter_named_twice_has_one_value() -> None:
    name = topic_name("{tenant_id}.of.{tenant_id}")

    assert name.fill({"tenant_id": "a"}) == "a.of.a"
    assert name.match("a.of.a") == {"tenant_id": "a"}
    assert name.match("a.of.b") is None


@pytest.mark.parametrize("value", NO_NAMES)
def test_what_is_not_a_name_is_refused(value: object) -> None:
    with pytest.raises(ParameterError, match="is not a name: use 1 to 63"):
        check_parameter("tenant_id", value)


def test_a_long_wrong_value_is_shown_cut() -> None:
    with pytest.raises(ParameterError) as caught:
        check_parameter("tenant_id", "a" * 300)

    assert len(str(caught.value)) < 220


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({}, "tenant_id is missing"),
        ({"tenant": "acme"}, "tenant_id is missing and tenant is not part of it"),
        ({"tenant_id": "acme", "more": "x"}, "more is not part of it"),
    ],
)
def test_wrong_parameters_are_named(values: dict[str, str], says: str) -> None:
    with pytest.raises(ParameterError, match=re.escape(says)):
        topic_name("chat.messages.{tenant_id}").fill(values)


def test_a_pattern_subscribes_as_an_anchored_regular_expression() -> None:
    assert topic_name("QuikApp.user.*").subscription == "^QuikApp[.]user[.][A-Za-z0-9._-]*$"


@pytest.mark.parametrize(
    ("pattern", "topic", "matches"),
    [
        ("QuikApp.user.*", "QuikApp.user.status-changed", True),
        ("QuikApp.user.*", "QuikApp.user.a.b", True),
        ("QuikApp.user.*", "QuikApp.users", False),
        ("*.event", "QuikApp.audit.event", True),
        ("*.event", "QuikApp.audit.events", False),
    ],
)
def test_a_wildcard_stands_for_any_text(pattern: str, topic: str, matches: bool) -> None:
    assert (topic_name(pattern).match(topic) is not None) is matches
