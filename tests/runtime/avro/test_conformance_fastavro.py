"""A hundred thousand round trips, made by hypothesis and judged by fastavro.

Left out is where fastavro does not do what Avro Java does, or takes a plain value for another branch than we do (see
`SchemaMaker` with `all_types=False`): whole numbers, text and bytes in unions with types that look alike or with
logical types, timestamps in nanoseconds, durations, and uuids in 16 bytes. An amount of -128, -32768 and so on, counted
in its smallest unit, has a byte more from fastavro than from Avro Java and us: there each has to read the other's.
"""

from __future__ import annotations

import gc
import io
import json
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import fastavro
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventpact import avro
from tests.runtime.avro.conftest import ROUND_TRIPS
from tests.runtime.avro.values import schemas, values

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact.avro.executor import Executor

SCHEMAS = 1_010
VALUES = 100
AT_LEAST = 100_000


@st.composite
def many_values(draw: Callable[[st.SearchStrategy[Any]], Any]) -> tuple[Any, list[Any]]:
    """A schema as JSON, and values of it, each drawn for itself."""
    schema = draw(schemas(all_types=False))
    strategy = values(avro.parse(json.dumps(schema)))
    return schema, [draw(strategy) for _ in range(VALUES)]


def padded(value: Any) -> bool:
    """Whether an amount in a value is one that fastavro gives a byte too many: the least that some bytes can hold."""
    if isinstance(value, dict | list | tuple):
        return any(map(padded, value.values() if isinstance(value, dict) else value))
    if not isinstance(value, Decimal) or value >= 0:
        return False
    amount = int("".join(map(str, value.as_tuple().digits)))
    return amount.bit_count() == 1 and amount.bit_length() % 8 == 0


def test_fastavro_gives_the_least_amount_of_some_bytes_one_byte_more() -> None:
    schema = {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 4}
    written = io.BytesIO()
    fastavro.schemaless_writer(written, fastavro.parse_schema(schema), Decimal("-0.0128"))

    assert written.getvalue() == b"\x04\xff\x80"
    assert avro.Codec(avro.parse(schema)).encode(Decimal("-0.0128")) == b"\x02\x80"
    assert padded([{"a": Decimal("-0.0128")}])
    assert not padded([{"a": Decimal("-0.0129")}, Decimal("0.0128")])


@pytest.mark.timeout(1200)
def test_fastavro_writes_our_bytes_and_each_reads_the_others(
    all_executors: tuple[Executor, ...], record_property: Callable[[str, object], None]
) -> None:
    made: Counter[Executor] = Counter()

    @settings(
        max_examples=SCHEMAS, deadline=None, suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow]
    )
    @given(many_values())
    def round_trip(case: tuple[Any, list[Any]]) -> None:
        schema = avro.parse(json.dumps(case[0]))
        judge = fastavro.parse_schema(case[0])
        codecs = {name: avro.Codec(schema, executor=name) for name in all_executors}
        for value in case[1]:
            written = io.BytesIO()
            fastavro.schemaless_writer(written, judge, value)
            data = written.getvalue()
            assert fastavro.schemaless_reader(io.BytesIO(data), judge, None) == value
            for name, codec in codecs.items():
                ours = codec.encode(value)
                assert ours == data or padded(value)
                assert fastavro.schemaless_reader(io.BytesIO(ours), judge, None) == value
                assert codec.decode(data) == value
                made[name] += 1

    # Much is kept here, so the collector runs often: let it not look through all that the suite has left before.
    gc.collect()
    gc.freeze()
    try:
        round_trip()
    finally:
        gc.unfreeze()

    assert min(made.values()) >= AT_LEAST
    record_property(ROUND_TRIPS, min(made.values()))
