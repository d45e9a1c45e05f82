"""What the runtime raises about a record is written to dead letters and logs, so it never quotes the record."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventpact.errors import CodecError
from eventpact.wire import unframe
from tests.runtime.sample import Author, Posted

SECRET = "hunter22"
WHOLE = Posted.contract.encode(Posted(event_id=SECRET, text=SECRET, author=Author(id=SECRET, name=SECRET)))


def said(error: BaseException) -> str:
    """All that a log or a dead letter could hold of an error."""
    return "".join(traceback.format_exception_only(error)) + str(error.__cause__ or "")


@contextmanager
def raised() -> Iterator[list[CodecError]]:
    """The codec's error that the block ends with, if it does."""
    errors: list[CodecError] = []
    try:
        yield errors
    except CodecError as error:
        errors.append(error)


@settings(max_examples=400, deadline=None)
@given(
    at=st.integers(0, len(WHOLE) - 1),
    byte=st.integers(0, 255),
    keep=st.integers(0, len(WHOLE)),
    more=st.binary(max_size=4),
)
def test_damaged_bytes_are_not_quoted(at: int, byte: int, keep: int, more: bytes) -> None:
    damaged = (WHOLE[:at] + bytes([byte]) + WHOLE[at + 1 :])[:keep] + more

    with raised() as errors:
        Posted.contract.decode(damaged)

    assert not [error for error in errors if SECRET[:4] in said(error)]


@pytest.mark.parametrize("value", [SECRET.encode(), b"\x00", b"\x01" + SECRET.encode()])
def test_what_is_not_in_the_wire_format_is_not_quoted(value: bytes) -> None:
    with pytest.raises(CodecError) as caught:
        unframe(value)

    assert SECRET[:4] not in said(caught.value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"event_id": [SECRET]},
        {"text": SECRET.encode()},
        {"author": SECRET},
        {"likes": SECRET},
        {"author": {"id": SECRET}},
    ],
)
def test_a_value_that_does_not_fit_is_not_quoted(wrong: dict[str, Any]) -> None:
    with pytest.raises(CodecError) as caught:
        Posted.contract.encode(Posted(**{"event_id": "e1", **wrong}))

    assert SECRET[:4] not in said(caught.value)
