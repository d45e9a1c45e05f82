"""What a process has no memory for is an error like any other: no executor ends the process or raises what is none."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from eventpact import avro

if TYPE_CHECKING:
    from eventpact.avro.executor import Executor

pytest.importorskip("resource", reason="memory cannot be limited here")

SCRIPT = """
import resource
import sys

from eventpact import avro

BYTES = 60_000_000
ITEMS = 1_000_000
LIMIT = 6 << 20
ARRAY = '{"type": "array", "items": "%s"}'


def codec(text):
    made = avro.Codec(avro.parse(text), executor=sys.argv[1])
    made.decode(made.encode(b"" if "bytes" in text else []))
    return made


def claimed(count, content):
    return avro.Codec(avro.parse('"long"'), executor="python").encode(count) + content


sized, booleans, doubles = codec('"bytes"'), codec(ARRAY % "boolean"), codec(ARRAY % "double")
large = b"x" * BYTES
bytes_read = claimed(BYTES, large)
booleans_read = claimed(ITEMS, b"\\1" * ITEMS + b"\\0")
doubles_read = claimed(ITEMS, b"\\1" * ITEMS * 8 + b"\\0")
values = [1.5] * ITEMS * 4
work = {
    "read bytes": lambda: sized.decode(bytes_read),
    "read booleans": lambda: booleans.decode(booleans_read),
    "read doubles": lambda: doubles.decode(doubles_read),
    "write bytes": lambda: sized.encode(large),
    "write doubles": lambda: doubles.encode(values),
}
with open("/proc/self/statm") as status:
    now = int(status.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (now + LIMIT, now + LIMIT))
for name, do in work.items():
    try:
        do()
    except (avro.DecodeError, avro.EncodeError) as error:
        print(name, "too large for the memory of this process" in str(error), flush=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, and Linux keeps to RLIMIT_AS")
def test_what_there_is_no_memory_for_is_an_error(executor: Executor) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, executor], capture_output=True, text=True, check=False, timeout=240
    )

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == [
        f"{name} True" for name in ("read bytes", "read booleans", "read doubles", "write bytes", "write doubles")
    ]


def test_items_that_take_no_bytes_cannot_be_had_by_the_block(executor: Executor) -> None:
    empty = {"type": "record", "name": "Empty", "fields": [{"name": "nothing", "type": "null"}]}
    codec = avro.Codec(avro.parse(json.dumps({"type": "array", "items": empty})), executor=executor)

    with pytest.raises(avro.DecodeError, match="more than 65536 items that take no bytes"):
        codec.decode(b"\x7e" * 2000 + b"\x00")
