"""Everything that emitted code names besides its own; generated packages import it from here."""

from __future__ import annotations

import struct
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from eventpact.avro.floats import float_from_int
from eventpact.avro.limits import FREE_ZERO_BYTE_ITEMS, MAX_DEPTH
from eventpact.avro.logical.decimals import decimal_from_bytes, decimal_to_bytes, decimal_to_fixed
from eventpact.avro.logical.duration import Duration, duration_from_fixed, duration_to_fixed
from eventpact.avro.logical.instants import (
    EPOCH,
    EPOCH_DAY,
    MICROSECOND,
    MILLISECOND,
    date_from_days,
    date_to_days,
    instant_from_micros,
    instant_from_millis,
    instant_to_micros,
    instant_to_millis,
    local_from_micros,
    local_from_millis,
    local_to_micros,
    local_to_millis,
    time_from_micros,
    time_from_millis,
    time_to_micros,
    time_to_millis,
)
from eventpact.avro.logical.uuids import uuid_from_fixed, uuid_from_text, uuid_to_fixed, uuid_to_text
from eventpact.avro.unfit import Unfit
from eventpact.avro.varint import (
    COUNTS,
    ENDS,
    PIECES,
    SIZES,
    TAILS,
    VARINTS,
    ZIGZAG,
    block_count,
    int_bytes,
    long_bytes,
    read_int,
    read_long,
    skip_block,
    span,
)

Failure: Final = Exception
"""What fast code may meet: anything, since the values that it looks at may be any objects."""

join: Final = b"".join
pack_float: Final = struct.Struct("<f").pack
pack_double: Final = struct.Struct("<d").pack
read_float: Final = struct.Struct("<f").unpack_from
read_double: Final = struct.Struct("<d").unpack_from
utf8: Final = str.encode

__all__ = [
    "COUNTS",
    "ENDS",
    "EPOCH",
    "EPOCH_DAY",
    "FREE_ZERO_BYTE_ITEMS",
    "MAX_DEPTH",
    "MICROSECOND",
    "MILLISECOND",
    "PIECES",
    "SIZES",
    "TAILS",
    "UUID",
    "VARINTS",
    "ZIGZAG",
    "Any",
    "Decimal",
    "Duration",
    "Failure",
    "Unfit",
    "block_count",
    "date",
    "date_from_days",
    "date_to_days",
    "datetime",
    "decimal_from_bytes",
    "decimal_to_bytes",
    "decimal_to_fixed",
    "duration_from_fixed",
    "duration_to_fixed",
    "float_from_int",
    "instant_from_micros",
    "instant_from_millis",
    "instant_to_micros",
    "instant_to_millis",
    "int_bytes",
    "join",
    "local_from_micros",
    "local_from_millis",
    "local_to_micros",
    "local_to_millis",
    "long_bytes",
    "pack_double",
    "pack_float",
    "read_double",
    "read_float",
    "read_int",
    "read_long",
    "skip_block",
    "span",
    "time",
    "time_from_micros",
    "time_from_millis",
    "time_to_micros",
    "time_to_millis",
    "utf8",
    "uuid_from_fixed",
    "uuid_from_text",
    "uuid_to_fixed",
    "uuid_to_text",
]
