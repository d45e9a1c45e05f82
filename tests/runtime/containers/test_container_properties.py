"""Container files of every schema, against fastavro in both directions."""

from __future__ import annotations

import io
import json
from typing import Any

import fastavro
from hypothesis import given, settings
from hypothesis import strategies as st

from eventpact import avro
from eventpact.containers import CODECS, read_values, write_values
from tests.runtime.avro.values import typed_values

codecs = st.sampled_from(CODECS)


@settings(max_examples=150, deadline=None)
@given(typed_values(all_types=False), codecs, st.integers(1, 3))
def test_fastavro_reads_our_files(case: tuple[Any, Any], codec: str, repeats: int) -> None:
    text, value = json.dumps(case[0]), case[1]
    stream = io.BytesIO()

    write_values(stream, [value] * repeats, avro.parse(text), codec=codec, block_bytes=50)
    stream.seek(0)

    assert list(fastavro.reader(stream)) == [value] * repeats


@settings(max_examples=150, deadline=None)
@given(typed_values(all_types=False), codecs, st.integers(1, 3))
def test_we_read_the_files_of_fastavro(case: tuple[Any, Any], codec: str, repeats: int) -> None:
    schema, value = case
    stream = io.BytesIO()

    fastavro.writer(stream, schema, [value] * repeats, codec=codec, sync_interval=50)
    stream.seek(0)

    assert list(read_values(stream)) == [value] * repeats


@settings(max_examples=100, deadline=None)
@given(typed_values(), codecs)
def test_what_is_written_is_read(case: tuple[Any, Any], codec: str) -> None:
    text, value = json.dumps(case[0]), case[1]
    stream = io.BytesIO()

    write_values(stream, [value, value], avro.parse(text), codec=codec)
    stream.seek(0)

    assert list(read_values(stream)) == [value, value]
