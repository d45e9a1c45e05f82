"""Keys and headers taken from events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from types import SimpleNamespace as Thing
from typing import Any
from uuid import UUID

import pytest

from eventpact.produce.route import as_bytes, attribute


class Kind(StrEnum):
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Inner:
    value: str | None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("é", "é".encode()),
        (b"\x00\xff", b"\x00\xff"),
        (7, b"7"),
        (True, b"true"),
        (False, b"false"),
        (Decimal("12.50"), b"12.50"),
        (UUID(int=1), b"00000000-0000-0000-0000-000000000001"),
        (Kind.TEXT, b"text"),
        (datetime(2026, 3, 2, 8, 0, tzinfo=UTC), b"2026-03-02T08:00:00+00:00"),
        (date(2026, 3, 2), b"2026-03-02"),
    ],
)
def test_a_value_becomes_text_in_utf_8(value: Any, text: bytes) -> None:
    assert as_bytes(value) == text


def test_a_path_leads_to_its_value() -> None:
    assert attribute("data.user.id")(Thing(data=Thing(user=Thing(id="u1")))) == "u1"


@pytest.mark.parametrize(
    "event", [Thing(data=None), Thing(data=Thing(user=None)), Thing(data=Thing(user=Thing(id=None)))]
)
def test_where_something_on_the_way_is_absent_there_is_no_value(event: Any) -> None:
    assert attribute("data.user.id")(event) is None


def test_a_path_that_the_event_has_not_is_a_mistake_and_not_an_absent_value() -> None:
    with pytest.raises(AttributeError, match="usr"):
        attribute("data.usr.id")(Thing(data=Inner("x")))
