"""Files that nobody vouches for: cut off, damaged, or made to take memory. All end in one error with a place."""

from __future__ import annotations

import bz2
import io
import lzma
import random
import re
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import cramjam
import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st

from eventpact import avro
from eventpact.avro.varint import long_bytes
from eventpact.containers import CODECS, Limits, read_events, read_values, write_values
from eventpact.errors import ContainerError
from tests.runtime.sample import Posted

TEXTS = avro.parse('{"type": "record", "name": "Text", "fields": [{"name": "text", "type": "string"}]}')
MARKER = b"0123456789abcdef"


def a_file(count: int = 20, codec: str = "deflate", block_bytes: int = 60) -> bytes:
    stream = io.BytesIO()
    values = [{"text": f"text number {number}"} for number in range(count)]
    write_values(stream, values, TEXTS, codec=codec, block_bytes=block_bytes, marker=MARKER)
    return stream.getvalue()


def header(codec: str) -> bytes:
    return a_file(0, codec)


def block(count: int, packed: bytes, *, size: int | None = None, marker: bytes = MARKER) -> bytes:
    return long_bytes(count) + long_bytes(len(packed) if size is None else size) + packed + marker


def read(data: bytes, **limits: int) -> list[Any]:
    return list(read_values(io.BytesIO(data), limits=Limits(**limits)))


def error_of(data: bytes) -> ContainerError | None:
    """What reading to the end raises; anything but a `ContainerError` fails the test."""
    try:
        read(data)
    except ContainerError as error:
        return error
    return None


def refusal(data: bytes, **limits: int) -> ContainerError:
    with pytest.raises(ContainerError) as caught:
        read(data, **limits)
    return caught.value


@pytest.mark.parametrize("codec", CODECS)
def test_a_file_that_is_cut_off_anywhere_is_read_to_there_and_says_so(codec: str) -> None:
    data = a_file(codec=codec)
    whole = 0

    for end in range(len(data)):
        error = error_of(data[:end])
        whole += error is None
        assert error is None or error.offset in range(end + 1)

    assert whole == data.count(MARKER) - 1  # only behind whole blocks nothing is missed


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(CODECS), st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=4)
)
def test_damaged_bytes_raise_nothing_else(codec: str, changes: list[tuple[int, int]]) -> None:
    data = bytearray(a_file(6, codec))
    for place, byte in changes:
        data[place % len(data)] = byte

    error = error_of(bytes(data))

    assert error is None or str(error).startswith("the stream")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_behind_the_header_raise_nothing_else(tail: bytes) -> None:
    error = error_of(header("null") + tail)

    assert error is None or error.block is not None


@pytest.mark.parametrize(
    ("tail", "said"),
    [
        (block(1, b"\x02a", marker=b"another marker.."), "does not end with the file's marker: the block is damaged"),
        (long_bytes(-1), "it claims -1 records"),
        (
            long_bytes(1 << 40),
            r"claims 1,099,511,627,776 records: 0 to 1,000,000 are allowed \(`Limits.block_records`\)",
        ),
        (long_bytes(1) + long_bytes(-5), "the size of a block is -5 bytes"),
        (long_bytes(1) + long_bytes(1 << 50), "the size of a block is 1,125,899,906,842,624 bytes: 0 to 67,108,864"),
        (long_bytes(1) + long_bytes(60 << 20) + b"xx", "the file ends inside a block of 62,914,560 bytes"),
        (b"\xff" * 11, "the count of a block goes on for more than 10 bytes"),
        (block(2, b"\x02a"), "its 2 bytes are not the 2 records that it claims"),
        (block(1, b"\x02a\x02b"), "its 4 bytes are not the 1 record that it claims"),
        (block(1, b"\x7fa"), "record 2: text at byte 0: a string has the negative length -64"),
        (block(0, b"\x02a"), "its 2 bytes are not the 0 records that it claims"),
        (block(1, b"\x02a\x02\x02b"), "its 5 bytes are not the 1 record that it claims"),
    ],
)
def test_a_wrong_block_is_one_error_with_its_place(tail: bytes, said: str) -> None:
    start = len(header("null"))
    good = block(1, b"\x02a")

    error = refusal(header("null") + good + tail)

    assert error.block == 2
    assert error.offset is not None
    assert error.offset >= start + len(good)
    assert re.search(said, str(error)), str(error)


def test_what_came_before_the_damage_is_handed_out() -> None:
    data = bytearray(a_file(20, "null"))
    data[-5] ^= 0xFF  # the last marker
    values = read_values(io.BytesIO(bytes(data)))
    found: list[Any] = []

    with pytest.raises(ContainerError, match="marker"):
        found.extend(values)

    assert 10 < len(found) < 20
    assert list(values) == []


BOMB = b"\x00" * (16 << 20)

PACKED: dict[str, Callable[[bytes], bytes]] = {
    "null": lambda data: data,
    "deflate": lambda data: zlib.compress(data, wbits=-15),
    "snappy": lambda data: bytes(cramjam.snappy.compress_raw(data)) + zlib.crc32(data).to_bytes(4, "big"),
    "zstandard": zstd.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}


@pytest.mark.parametrize("codec", CODECS)
def test_a_bomb_takes_no_more_than_the_limit(codec: str) -> None:
    packed = PACKED[codec](BOMB)
    if codec != "null":
        assert len(packed) < 1 << 20
    data = header(codec) + block(1, packed)
    tracemalloc.start()

    error = refusal(data, block_bytes=1 << 20)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "1,048,576 bytes" in str(error) or "1,048,576 are allowed" in str(error)
    assert peak < 12 << 20  # the dictionary of xz alone takes 8 MiB


@pytest.mark.parametrize("codec", [codec for codec in CODECS if codec != "null"])
def test_a_block_of_exactly_the_limit_is_read(codec: str) -> None:
    datum = long_bytes(1000) + b"x" * 1000
    data = header(codec) + block(1, PACKED[codec](datum))

    assert read(data, block_bytes=len(datum)) == [{"text": "x" * 1000}]
    assert "unpacks to more than" in str(refusal(data, block_bytes=len(datum) - 1))


@pytest.mark.parametrize("codec", [codec for codec in CODECS if codec != "null"])
def test_packed_bytes_that_end_early_are_noticed(codec: str) -> None:
    packed = PACKED[codec](long_bytes(1000) + random.Random(1).randbytes(1000))

    error = refusal(header(codec) + block(1, packed[:-6]))

    assert error.block == 1


def test_a_wrong_checksum_is_noticed() -> None:
    packed = PACKED["snappy"](b"\x02a")

    assert "its checksum is wrong" in str(refusal(header("snappy") + block(1, packed[:-4] + b"\x00" * 4)))


class TestHeaders:
    def test_another_kind_of_file_is_refused_before_the_first_record(self) -> None:
        with pytest.raises(ContainerError, match=r"no Avro container file: it starts with b'PAR1', not with b'Obj"):
            read_events(io.BytesIO(b"PAR1...."), Posted)

    def test_an_empty_file_is_refused(self) -> None:
        assert "ends inside the first four bytes" in str(refusal(b""))

    def test_a_header_is_bounded(self) -> None:
        data = b"Obj\x01" + long_bytes(1) + long_bytes(1) + b"k" + long_bytes(1 << 40)

        assert "the length of metadata 'k' is 1,099,511,627,776 bytes" in str(refusal(data))

    def test_many_small_entries_are_bounded_together(self) -> None:
        entry = long_bytes(1) + b"k" + long_bytes(100) + b"v" * 100
        data = b"Obj\x01" + long_bytes(50) + entry * 50

        assert "0 to" in str(refusal(data, header_bytes=2000))

    def test_a_schema_must_be_there(self) -> None:
        assert "no avro.schema" in str(refusal(b"Obj\x01\x00" + MARKER))

    def test_a_schema_must_be_valid(self) -> None:
        entry = long_bytes(11) + b"avro.schema" + long_bytes(2) + b"{}"

        assert "its avro.schema is not a valid schema" in str(
            refusal(b"Obj\x01" + long_bytes(1) + entry + b"\x00" + MARKER)
        )

    def test_an_unknown_codec_is_named(self) -> None:
        data = header("deflate").replace(long_bytes(7) + b"deflate", long_bytes(7) + b"brotli!")

        assert "there is no codec 'brotli!'" in str(refusal(data + block(1, b"x")))

    def test_a_header_may_be_written_in_blocks_with_sizes(self) -> None:
        entry = long_bytes(11) + b"avro.schema" + long_bytes(6) + b'"long"'
        data = b"Obj\x01" + long_bytes(-1) + long_bytes(len(entry)) + entry + b"\x00" + MARKER

        assert read(data + block(2, b"\x02\x04")) == [1, 2]
