"""Logical types at their limits, where one unit more is an error: every executor does there as the interpreters do."""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from eventpact import avro
from eventpact.avro.form import Form
from tests.runtime.avro.binary import long, sized
from tests.runtime.avro.mangle import STRANGERS
from tests.runtime.avro.outcomes import outcome, reading, writing
from tests.runtime.avro.schemas import fixed

pytestmark = pytest.mark.usefixtures("executor")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 86_400
INSTANTS = {"millis": 1_000, "micros": 1_000_000}
"""Units a second."""


def logical(base: str, name: str, **attributes: Any) -> dict[str, Any]:
    return {"type": base, "logicalType": name, **attributes}


NUMBERS = [
    logical("int", "date"),
    logical("int", "time-millis"),
    logical("long", "time-micros"),
    *[logical("long", f"{kind}-{unit}") for kind in ("timestamp", "local-timestamp") for unit in (*INSTANTS, "nanos")],
]
SIZES = [(1, 0), (1, 1), (2, 1), (9, 2), (18, 4), (19, 0), (28, 28), (38, 10), (60, 30)]
DECIMALS = [logical("bytes", "decimal", precision=precision, scale=scale) for precision, scale in SIZES]
FIXED_DECIMALS = [
    fixed(size, logicalType="decimal", precision=precision, scale=scale)
    for size, precision, scale in ((1, 2, 0), (1, 2, 2), (4, 9, 2), (8, 18, 4), (9, 20, 2), (20, 38, 10), (32, 60, 30))
]
OTHERS = [logical("string", "uuid"), fixed(16, logicalType="uuid"), fixed(12, logicalType="duration")]
EVERY = [*NUMBERS, *DECIMALS, *FIXED_DECIMALS, *OTHERS]


def name_of(schema: Any) -> str:
    parts = (schema["logicalType"], schema["type"], schema.get("size"), schema.get("precision"), schema.get("scale"))
    return " ".join(str(part) for part in parts if part is not None)


@pytest.mark.parametrize("schema", EVERY, ids=name_of)
def test_strangers_are_taken_or_refused_alike(schema: Any) -> None:
    for wrapped in (schema, ["null", schema], {"type": "array", "items": schema}):
        parsed = avro.parse(json.dumps(wrapped))
        codec, expected = avro.Codec(parsed), writing(parsed, Form())
        for stranger in STRANGERS:
            value = [stranger] if wrapped == {"type": "array", "items": schema} else stranger
            assert outcome(codec.encode, value) == outcome(expected, value)


def around(*numbers: int) -> set[int]:
    return {number + more for number in numbers for more in (-1001, -1000, -999, -2, -1, 0, 1, 2, 999, 1000, 1001)}


def limits(schema: Any) -> set[int]:
    """Numbers at which something changes: limits of the type and of Python's classes, the epoch, sizes on the wire."""
    found = around(0, *(sign << bits for bits in range(1, 63) for sign in (1, -1)), 2**63 - 1002, -(2**63) + 1001)
    match schema["logicalType"].split("-"):
        case ("date",):
            found |= around(date.min.toordinal() - EPOCH.toordinal(), date.max.toordinal() - EPOCH.toordinal())
        case ["time", unit]:
            found |= around(DAY * INSTANTS[unit])
        case [*_, unit] if unit in INSTANTS:
            least, most = datetime.min.replace(tzinfo=UTC) - EPOCH, datetime.max.replace(tzinfo=UTC) - EPOCH
            one = timedelta(seconds=1) / INSTANTS[unit]
            found |= around(least // one, most // one, -DAY * INSTANTS[unit], -INSTANTS[unit])
    return {number for number in found if schema["type"] == "long" or -(2**31) <= number < 2**31}


@pytest.mark.parametrize("schema", NUMBERS, ids=name_of)
def test_numbers_at_the_limits_are_read_alike_and_written_back(schema: Any) -> None:
    parsed = avro.parse(json.dumps(schema))
    codec, expected = avro.Codec(parsed), reading(parsed, parsed, Form())
    read = 0
    for number in sorted(limits(schema)):
        data = long(number)
        assert outcome(codec.decode, data) == outcome(expected, data)
        try:
            value = codec.decode(data)
        except avro.DecodeError:
            continue
        assert codec.encode(value) == data
        read += 1
    assert read > 50


@pytest.mark.parametrize("kind", ["timestamp", "local-timestamp"])
def test_instants_between_milliseconds_are_floored_on_both_sides_of_1970(kind: str) -> None:
    codec = avro.Codec(avro.parse(logical("long", f"{kind}-millis")))
    zone = UTC if kind == "timestamp" else None
    rng = random.Random(3)
    moments = [
        datetime.min,
        datetime.max,
        *(datetime(1970, 1, 1) + timedelta(microseconds=us) for us in range(-1001, 1002)),
    ]
    moments += [datetime.min + timedelta(microseconds=rng.randrange(315_537_897_600_000_000)) for _ in range(2_000)]

    for moment in moments:
        micros = (moment - datetime(1970, 1, 1)) // timedelta(microseconds=1)
        assert codec.encode(moment.replace(tzinfo=zone)) == long(micros // 1000)


def test_times_of_day_are_floored_to_the_millisecond() -> None:
    codec = avro.Codec(avro.parse(logical("int", "time-millis")))

    for micros in (0, 1, 999, 1000, 86_399_999_000, 86_399_999_999):
        seconds, rest = divmod(micros, 1_000_000)
        moment = time(seconds // 3600, seconds // 60 % 60, seconds % 60, rest)
        assert codec.encode(moment) == long(micros // 1000)


@pytest.mark.parametrize("schema", [*DECIMALS, *FIXED_DECIMALS], ids=name_of)
def test_amounts_around_every_limit_of_precision_and_scale_are_alike(schema: Any) -> None:
    parsed = avro.parse(json.dumps(schema))
    codec, write, read = avro.Codec(parsed), writing(parsed, Form()), reading(parsed, parsed, Form())
    precision, scale = schema["precision"], schema["scale"]
    rng = random.Random(5)
    most = 10**precision
    units = {0, *(most + more for more in (-2, -1, 0, 1)), *(1 << bits for bits in range(0, 200, 7))}
    units |= {rng.randrange(most) for _ in range(50)}

    for unit in sorted(units | {-unit for unit in units}):
        for exponent in (-scale - 1, -scale, -scale + 1, 0, 3):
            amount = Decimal((int(unit < 0), tuple(map(int, str(abs(unit)))), exponent))
            assert outcome(codec.encode, amount) == outcome(write, amount)
        for size in {schema["size"]} if "size" in schema else range(30):
            try:
                raw = unit.to_bytes(size, "big", signed=True)
            except OverflowError:
                continue
            data = raw if "size" in schema else sized(raw)
            assert outcome(codec.decode, data) == outcome(read, data)


@pytest.mark.parametrize("schema", OTHERS, ids=name_of)
def test_random_bytes_are_read_alike(schema: Any) -> None:
    parsed = avro.parse(json.dumps(schema))
    codec, expected = avro.Codec(parsed), reading(parsed, parsed, Form())
    rng = random.Random(7)
    texts = [
        "0b6ff5ad-8ab0-4e7b-9f5c-3bd7b1b8a7c4",
        "0B6FF5AD-8AB0-4E7B-9F5C-3BD7B1B8A7C4",
        "{0b6ff5ad-8ab0-4e7b-9f5c-3bd7b1b8a7c4}",
        "urn:uuid:0b6ff5ad-8ab0-4e7b-9f5c-3bd7b1b8a7c4",
        "0b6ff5ad8ab04e7b9f5c3bd7b1b8a7c4",
        "0b6ff5ad-8ab04e7b9f5c3bd7b1b8a7c4----",
        "-0b6ff5a-8ab0-4e7b-9f5c-3bd7b1b8a7c4",
        "+b6ff5ad-8ab0-4e7b-9f5c-3bd7b1b8a7c4",
        "0_6ff5ad-8ab0-4e7b-9f5c-3bd7b1b8a7c4",
        " b6ff5ad-8ab0-4e7b-9f5c-3bd7b1b8a7c4",
        "0x6ff5ad-8ab0-4e7b-9f5c-3bd7b1b8a7c4",
        "gb6ff5ad-8ab0-4e7b-9f5c-3bd7b1b8a7c4",
        "\u0660b6ff5ad-8ab0-4e7b-9f5c-3bd7b1b8a7c",
        "",
    ]
    inputs = [rng.randbytes(size) for size in range(40)] + [sized(text.encode()) for text in texts]

    for data in inputs:
        assert outcome(codec.decode, data) == outcome(expected, data)
