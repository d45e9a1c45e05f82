"""Confluent's wire format."""

from __future__ import annotations

import pytest

from eventpact.errors import DecodeError
from eventpact.wire import frame, unframe


def test_a_frame_is_a_zero_byte_the_id_big_endian_and_the_event() -> None:
    assert frame(258, b"event") == b"\x00\x00\x00\x01\x02event"


@pytest.mark.parametrize("schema_id", [0, 1, 2**31, 2**32 - 1])
@pytest.mark.parametrize("payload", [b"", b"event"])
def test_what_is_framed_is_unframed(schema_id: int, payload: bytes) -> None:
    assert unframe(frame(schema_id, payload)) == (schema_id, payload)


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x00\x00\x00\x01"])
def test_a_record_too_short_for_the_format_is_refused(data: bytes) -> None:
    with pytest.raises(DecodeError, match=f"{len(data)} bytes long"):
        unframe(data)


def test_a_record_in_another_format_is_refused() -> None:
    with pytest.raises(DecodeError, match="starts with byte 0x7b") as caught:
        unframe(b'{"id": 1}')

    assert caught.value.offset == 0
