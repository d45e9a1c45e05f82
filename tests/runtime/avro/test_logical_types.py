"""Logical types: what they are in Python, that nothing is rounded, and how far they reach."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from eventpact import avro

pytestmark = pytest.mark.usefixtures("executor")


def codec(base: Any, logical: str, **attributes: Any) -> avro.Codec:
    return avro.Codec(avro.parse(json.dumps({"type": base, "logicalType": logical, **attributes})))


def fixed(size: int, logical: str, **attributes: Any) -> avro.Codec:
    return codec("fixed", logical, name="F", size=size, **attributes)


def number(value: int) -> bytes:
    """The bytes of a long."""
    return avro.Codec(avro.parse('"long"')).encode(value)


UTC_PLUS_2 = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("moment", "millis"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), 0),
        (datetime(2026, 11, 21, 10, 23, 45, 678000, tzinfo=UTC), 1795256625678),
        (datetime(2026, 11, 21, 10, 23, 45, 678999, tzinfo=UTC), 1795256625678),
        (datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), -1),
        (datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=UTC), -1),
        (datetime(1969, 12, 31, 23, 59, 59, 998999, tzinfo=UTC), -2),
        (datetime(1, 1, 1, tzinfo=UTC), -62135596800000),
        (datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), 253402300799999),
        (datetime(2039, 9, 7, 15, 47, 35, 551000, tzinfo=UTC), 2**41 - 1),
        (datetime(2039, 9, 7, 15, 47, 35, 552000, tzinfo=UTC), 2**41),
        (datetime(1970, 1, 1, 2, tzinfo=UTC_PLUS_2), 0),
        (datetime(1970, 1, 2, 13, 16, 57, 727999, tzinfo=UTC), 2**27 - 1),
        (datetime(1970, 1, 2, 13, 16, 57, 728000, tzinfo=UTC), 2**27),
        (datetime(1970, 7, 1, tzinfo=UTC), 15638400000),
    ],
)
def test_instants_are_floored_to_milliseconds_as_java_does_before_1970_too(moment: datetime, millis: int) -> None:
    instants = codec("long", "timestamp-millis")

    assert instants.encode(moment) == number(millis)
    assert instants.decode(number(millis)) == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=millis)


@pytest.mark.parametrize("bits", range(64))
def test_instants_of_every_size_in_bytes_are_read_alike(bits: int) -> None:
    pair = avro.Codec(
        avro.parse(
            {"type": "record", "name": "R", "fields": [
                {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                {"name": "rest", "type": "string"},
            ]}
        )
    )  # fmt: skip
    for millis in {1 << bits, -(1 << bits)} - {1 << 63}:
        data = number(millis) + b"\x10abcdefgh"
        try:
            expected = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=millis)
        except OverflowError:
            with pytest.raises(avro.DecodeError, match="at at byte 0: no valid timestamp-millis"):
                pair.decode(data)
        else:
            assert pair.decode(data) == {"at": expected, "rest": "abcdefgh"}


def test_an_instant_needs_a_time_zone_and_a_local_time_has_none() -> None:
    aware, naive = datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 2)

    for unit in ("millis", "micros"):
        assert codec("long", f"timestamp-{unit}").decode(codec("long", f"timestamp-{unit}").encode(aware)) == aware
        local = codec("long", f"local-timestamp-{unit}")
        assert local.decode(local.encode(naive)) == naive
        with pytest.raises(avro.EncodeError, match="expected a datetime with time zone"):
            codec("long", f"timestamp-{unit}").encode(naive)
        with pytest.raises(avro.EncodeError, match="expected a datetime without time zone"):
            local.encode(aware)


def test_nanoseconds_stay_whole_numbers() -> None:
    for logical in ("timestamp-nanos", "local-timestamp-nanos"):
        assert codec("long", logical).decode(codec("long", logical).encode(1795256625678901234)) == 1795256625678901234


def test_micros_keep_every_microsecond() -> None:
    moment = datetime(1969, 7, 20, 20, 17, 40, 123456, tzinfo=UTC)
    micros = codec("long", "timestamp-micros")

    assert micros.encode(moment) == number(-14182939876544)
    assert micros.decode(micros.encode(moment)) == moment


def test_dates_count_days_and_are_no_datetimes() -> None:
    dates = codec("int", "date")

    assert dates.encode(date(1969, 12, 31)) == number(-1)
    assert dates.decode(number(-719162)) == date(1, 1, 1)
    with pytest.raises(avro.EncodeError, match=r"expected a date \(date\), got datetime"):
        dates.encode(datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(avro.DecodeError, match="at byte 0: no valid date"):
        dates.decode(number(-719163))


def test_times_of_day_are_floored_and_bounded() -> None:
    millis, micros = codec("int", "time-millis"), codec("long", "time-micros")

    assert millis.encode(time(23, 59, 59, 999999)) == number(86_399_999)
    assert micros.decode(micros.encode(time(23, 59, 59, 999999))) == time(23, 59, 59, 999999)
    for data in (number(86_400_000), number(-1)):
        with pytest.raises(avro.DecodeError, match="a day has no such time"):
            millis.decode(data)
    with pytest.raises(avro.EncodeError, match="a time of day names no time zone"):
        millis.encode(time(1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("amount", "raw"),
    [
        ("0", b"\x00"),
        ("1.27", b"\x7f"),
        ("1.28", b"\x00\x80"),
        ("-1.28", b"\x80"),
        ("-1.29", b"\xff\x7f"),
        ("99999999.99", b"\x02\x54\x0b\xe3\xff"),
        ("1E+3", b"\x01\x86\xa0"),
        ("1.2300", b"\x7b"),
    ],
)
def test_decimals_are_the_shortest_twos_complement_of_their_smallest_unit(amount: str, raw: bytes) -> None:
    decimals = codec("bytes", "decimal", precision=10, scale=2)

    assert decimals.encode(Decimal(amount)) == bytes([len(raw) * 2]) + raw
    read = decimals.decode(bytes([len(raw) * 2]) + raw)
    assert read == Decimal(amount)
    assert read.as_tuple().exponent == -2


@pytest.mark.parametrize(
    ("amount", "message"),
    [
        (Decimal("0.001"), "more than 2 decimal places"),
        (Decimal("1E-1000000"), "more than 2 decimal places"),
        (Decimal("100000000"), "more than 8 digits before the decimal point"),
        (Decimal("1E+1000000"), "more than 8 digits before the decimal point"),
        (Decimal("NaN"), "no finite number"),
        (Decimal("-Infinity"), "no finite number"),
        (1.5, r"expected a Decimal \(decimal\), got float"),
    ],
)
def test_decimals_are_never_rounded_to_fit(amount: Any, message: str) -> None:
    for decimals in (
        codec("bytes", "decimal", precision=10, scale=2),
        fixed(8, "decimal", precision=10, scale=2),
    ):
        with pytest.raises(avro.EncodeError, match=message):
            decimals.encode(amount)


def test_decimals_of_more_digits_than_declared_are_refused_on_reading() -> None:
    decimals = codec("bytes", "decimal", precision=3, scale=0)

    assert decimals.decode(b"\x04" + (999).to_bytes(2, "big")) == 999
    for raw in ((1000).to_bytes(2, "big"), b"\x7f" * 30, b"\x7f" * 100_000):
        with pytest.raises(avro.DecodeError, match="more than 3 digits"):
            decimals.decode(number(len(raw)) + raw)
    with pytest.raises(avro.DecodeError, match="at least one byte"):
        decimals.decode(b"\x00")


def test_decimals_may_have_more_digits_than_pythons_default_context() -> None:
    decimals = codec("bytes", "decimal", precision=60, scale=30)
    amount = Decimal("123456789012345678901234567890.123456789012345678901234567891")

    assert decimals.decode(decimals.encode(amount)) == amount


def test_a_precision_beyond_all_reason_costs_nothing() -> None:
    decimals = codec("bytes", "decimal", precision=2**31 - 1, scale=0)

    assert decimals.decode(decimals.encode(Decimal(5))) == 5


def test_decimals_in_a_fixed_fill_it() -> None:
    decimals = fixed(4, "decimal", precision=9, scale=2)

    assert decimals.encode(Decimal("-0.01")) == b"\xff\xff\xff\xff"
    assert decimals.decode(b"\xff\xff\xff\xff") == Decimal("-0.01")


def test_uuids_are_text_or_sixteen_bytes() -> None:
    value = uuid.UUID("0b6ff5ad-8ab0-4e7b-9f5c-3bd7b1b8a7c4")
    text, raw = codec("string", "uuid"), fixed(16, "uuid")

    assert text.encode(value) == b"\x48" + str(value).encode()
    assert raw.encode(value) == value.bytes
    for read in (text.decode(text.encode(value)), raw.decode(raw.encode(value))):
        assert read == value
        assert (hash(read), read.is_safe, repr(read)) == (hash(value), value.is_safe, repr(value))


def test_uuids_may_be_written_without_dashes_but_not_otherwise() -> None:
    text = codec("string", "uuid")
    plain = avro.Codec(avro.parse('"string"'))

    assert text.decode(plain.encode("0B6FF5AD8AB04E7B9F5C3BD7B1B8A7C4")).hex == "0b6ff5ad8ab04e7b9f5c3bd7b1b8a7c4"
    for wrong in (
        "",
        "x" * 36,
        "0b6ff5ad-8ab0-4e7b-9f5c-3bd7b1b8a7c",
        "0b6ff5ad_8ab0_4e7b_9f5c_3bd7b1b8a7c4",
        "é" * 18,
    ):
        with pytest.raises(avro.DecodeError, match="at byte 0: no valid uuid"):
            text.decode(plain.encode(wrong))
    with pytest.raises(avro.EncodeError, match=r"expected a UUID \(uuid\), got str"):
        text.encode("0b6ff5ad-8ab0-4e7b-9f5c-3bd7b1b8a7c4")


def test_a_subclass_of_uuid_is_a_uuid() -> None:
    class OrderId(uuid.UUID):
        pass

    value = OrderId(int=5)

    assert codec("string", "uuid").decode(codec("string", "uuid").encode(value)) == value


def test_durations_are_three_unsigned_numbers() -> None:
    durations = fixed(12, "duration")
    longest = avro.Duration(2**32 - 1, 2**32 - 1, 2**32 - 1)

    assert durations.encode(avro.Duration(months=1, days=2, millis=3)) == b"\1\0\0\0\2\0\0\0\3\0\0\0"
    assert durations.decode(durations.encode(longest)) == longest
    for wrong in (avro.Duration(months=-1), avro.Duration(days=2**32), avro.Duration(millis=1.5)):  # type: ignore[arg-type]  # so is 1.5
        with pytest.raises(avro.EncodeError, match="go from 0 to 4294967295"):
            durations.encode(wrong)


def test_branches_are_told_by_the_class_of_their_logical_type() -> None:
    union = [
        "null",
        {"type": "int", "logicalType": "date"},
        {"type": "long", "logicalType": "timestamp-micros"},
        {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2},
        {"type": "fixed", "name": "D", "size": 8, "logicalType": "decimal", "precision": 18, "scale": 2},
        {"type": "string", "logicalType": "uuid"},
        {"type": "enum", "name": "E", "symbols": ["A"]},
    ]
    everything = avro.Codec(avro.parse(json.dumps(union)))
    values = [
        None,
        date(2026, 1, 1),
        datetime(2026, 1, 1, tzinfo=UTC),
        Decimal("1.23"),
        Decimal("12345.67"),
        uuid.UUID(int=1),
        "A",
    ]

    assert [everything.decode(everything.encode(value)) for value in values] == values
    assert [everything.encode(value)[0] // 2 for value in values] == [0, 1, 2, 3, 4, 5, 6]
