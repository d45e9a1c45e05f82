"""Key and headers by the compiled function: the same as by the closures that it replaces."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace as Thing
from typing import Any
from uuid import UUID

import pytest

from eventpact import correlated
from eventpact.errors import DeliveryError
from eventpact.event import EventContract
from eventpact.produce.route import headers_of, key_of, taker_of
from tests.runtime.sample import Author, Noted, Posted

HEADERS = (("event-type", "=posted"), ("author-name", "author.name"), ("likes", "likes"))


def contract(**changes: Any) -> EventContract:
    return replace(Posted.contract, **changes)


@pytest.mark.parametrize(
    "event",
    [
        Posted(event_id="e1", author=Author(id="u1", name="Ada")),
        Posted(event_id="e1", author=Author(id="u1")),
        Posted(event_id="e1"),
        Posted(event_id="é\0", author=Author(id="", name="\0")),
    ],
)
@pytest.mark.parametrize("key", [(), ("event_id",), ("author.id", "event_id"), ("author.name",), ("likes",)])
@pytest.mark.parametrize("headers", [(), HEADERS[:1], HEADERS[1:2], HEADERS])
def test_it_takes_what_the_closures_take(event: Posted, key: tuple[str, ...], headers: Any) -> None:
    made = contract(key=key, headers=headers)

    found_key, found_headers = taker_of(made)(event)

    assert found_key == key_of(made)(event)
    assert (found_headers or []) == headers_of(made)(event)


def test_values_that_are_no_text_are_written_as_text() -> None:
    take = taker_of(contract(key=("id",), headers=(("id", "id"),)))
    event: Any = Thing(id=UUID(int=1))

    assert take(event) == (b"00000000-0000-0000-0000-000000000001", [("id", b"00000000-0000-0000-0000-000000000001")])


def test_a_path_that_is_no_attribute_path_never_becomes_code() -> None:
    event: Any = Thing(**{"class": "reserved", "a() or b": "odd"})

    assert taker_of(contract(key=("class",), headers=()))(event)[0] == b"reserved"
    assert taker_of(contract(key=("a() or b",), headers=()))(event)[0] == b"odd"


def test_a_compacted_topic_still_asks_for_a_key() -> None:
    with pytest.raises(DeliveryError, match="has no key"):
        taker_of(Noted.contract)(Noted(note=None))


def test_a_correlation_id_that_the_event_lacks_comes_from_the_context() -> None:
    take = taker_of(contract(headers=(("correlation-id", "author.name"),)))
    silent, speaking = Posted(event_id="e1"), Posted(event_id="e1", author=Author(id="u", name="own"))

    with correlated("c-1"):
        assert take(silent)[1] == [("correlation-id", b"c-1")]
        assert take(speaking)[1] == [("correlation-id", b"own")]
    assert take(silent)[1] == []
