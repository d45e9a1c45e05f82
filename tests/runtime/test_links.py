"""Classes named by links are imported when somebody looks."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from eventpact.links import Events, Handlers, load


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module with two classes that nobody has imported yet."""
    (tmp_path / "linked_shop.py").write_text("class Placed: ...\nclass Paid: ...\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "linked_shop", raising=False)
    return "linked_shop"


def test_events_are_counted_without_being_imported(shop: str) -> None:
    events = Events(f"{shop}:Placed", f"{shop}:Paid")

    assert len(events) == 2
    assert repr(events) == "Events('linked_shop:Placed', 'linked_shop:Paid')"
    assert shop not in sys.modules


def test_events_are_a_sequence_of_classes(shop: str) -> None:
    events = Events(f"{shop}:Placed", f"{shop}:Paid")

    assert [event.__name__ for event in events] == ["Placed", "Paid"]
    assert events[-1] is load(f"{shop}:Paid")
    assert [event.__name__ for event in events[1:]] == ["Paid"]
    assert events[0] in events


def test_handlers_know_their_events_without_importing_them(shop: str) -> None:
    handlers = Handlers({"io.shop.Placed": (f"{shop}:Placed", "on_placed")})

    assert list(handlers) == ["io.shop.Placed"]
    assert "io.shop.Placed" in handlers
    assert "io.shop.Paid" not in handlers
    assert shop not in sys.modules
    assert handlers["io.shop.Placed"] == (load(f"{shop}:Placed"), "on_placed")


def test_a_link_that_leads_nowhere_says_so(shop: str) -> None:
    with pytest.raises(AttributeError, match=r"linked_shop.*Gone"):
        load(f"{shop}:Gone")
