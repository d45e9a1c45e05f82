"""What a fuzzer calls with bytes: the native executor must agree with the interpreters, or give up, and never do more.

The first byte chooses a case: a writer, a reader, plain values or classes. The second says whether the rest are data to
decode, or a value to encode: data that the interpreter decodes, with strangers put into it by the last bytes. Where the
executor gives up, the interpreters answer for it, so there is nothing to compare, and a fuzzer does not wait for them.

    python -m tests.fuzz.harness FOLDER      writes seeds
"""

from __future__ import annotations

import json
import random
import sys
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from eventpact import avro
from eventpact.avro.executor import native
from eventpact.avro.form import Form
from eventpact.avro.interpret.write import ValueWriter
from eventpact.avro.native.functions import prepared_decoder, prepared_encoder
from eventpact.errors import CodecError
from eventpact_testing.examples import ValueMaker
from tests.runtime.avro.binary import random_datum
from tests.runtime.avro.classes import made_classes
from tests.runtime.avro.mangle import mangled
from tests.runtime.avro.outcomes import exact, outcome
from tests.runtime.avro.schemas import enum, fixed, record_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PRIMITIVES: Final = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")
LOGICAL: Final = [
    {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 4},
    {"type": "bytes", "logicalType": "decimal", "precision": 40, "scale": 10},
    {"type": "string", "logicalType": "uuid"},
    {"type": "int", "logicalType": "date"},
    {"type": "int", "logicalType": "time-millis"},
    *[{"type": "long", "logicalType": f"{kind}-{unit}"} for kind in ("timestamp", "local-timestamp") for unit in
      ("millis", "micros", "nanos")],
    {"type": "long", "logicalType": "time-micros"},
    fixed(16, name="U", logicalType="uuid"),
    fixed(12, name="D", logicalType="duration"),
    fixed(9, name="M", logicalType="decimal", precision=20, scale=2),
]  # fmt: skip


def everything(*more: str, name: str = "Every") -> dict[str, Any]:
    """A record with a field of each type."""
    types = [*PRIMITIVES, *LOGICAL, enum("A", "B", "C", default="A", name="E"), fixed(3, name="F")]
    inner = record_json("a: int", 'b: ["null", "string"] = null', name="Inner")
    types += [{"type": "array", "items": inner}, {"type": "map", "values": ["null", "Inner", "long"]}]
    fields = [{"name": f"f{index}", "type": schema} for index, schema in enumerate(types)]
    return {**record_json(*more, name=name), "fields": fields + record_json(*more)["fields"]}


NODE: Final = record_json(
    "value: long", 'next: ["null", "Node"] = null', 'kids: {"type": "array", "items": "Node"} = []', name="Node"
)
UNION: Final = [
    "null",
    "long",
    "double",
    "string",
    "bytes",
    enum("A", "B", name="E"),
    fixed(2, name="F"),
    {"type": "array", "items": ["int", "string"]},
    {"type": "map", "values": "boolean"},
    record_json("a: int", name="A"),
    record_json("a: int", "b: string = x", name="B"),
]
DEEP: Final = {"type": "array", "items": {"type": "map", "values": {"type": "array", "items": ["null", "int"]}}}
WIDENED: Final = record_json(
    "a: double", "b: long", 'c: ["null", "string", "double"] = null', "d: string = new", "e: bytes = ÿ", name="R"
)
NARROW: Final = record_json(
    "b: int", "gone: string", "a: float", 'lost: {"type": "array", "items": "long"}', "c: string", name="R"
)
CASES: Final[list[tuple[Any, Any]]] = [
    (everything(), everything()),
    (everything("last: string"), everything("new: string = x")),
    (everything(), record_json("f3: double", "extra: int = 7", name="Every")),
    (NODE, NODE),
    (record_json("value: int", 'next: ["null", "Node"] = null', "gone: string", name="Node"), NODE),
    (UNION, UNION),
    (UNION, list(reversed(UNION))),
    ({"type": "array", "items": UNION}, {"type": "array", "items": UNION}),
    ({"type": "map", "values": UNION[1:4]}, {"type": "map", "values": ["string", "double"]}),
    (DEEP, DEEP),
    (record_json(f"skipped: {json.dumps(DEEP)}", "id: int"), record_json("id: int")),
    (NARROW, WIDENED),
    (record_json('skipped: {"type": "array", "items": "null"}', "id: int"), record_json("id: int")),
    ({"type": "array", "items": "null"}, {"type": "array", "items": "null"}),
    (enum("A", "B", "X"), enum("A", "B", default="A")),
    *[(schema, schema) for schema in (*PRIMITIVES, *LOGICAL)],
]  # fmt: skip
GAVE_UP: Final = object()


@dataclass(frozen=True)
class Case:
    """One pair of schemas, in one form."""

    writer: avro.Schema
    reader: avro.Schema
    form: Form

    @cached_property
    def decode(self) -> Callable[[bytes], Any]:
        """The native decoder alone."""
        decode: Callable[[bytes], Any] = native().Decoder(lambda: (self._read[0], _give_up)).decode
        return decode

    @cached_property
    def encode(self) -> Callable[[Any], Any]:
        """The native encoder alone."""
        encode: Callable[[Any], Any] = native().Encoder(lambda: (self._write[0], _give_up)).encode
        return encode

    @property
    def read(self) -> Callable[[bytes], Any]:
        """The interpreter."""
        return self._read[1]

    @property
    def write(self) -> Callable[[Any], bytes]:
        """The interpreter, for values of the reader's schema."""
        return self._write[1]

    @cached_property
    def _read(self) -> tuple[Any, Callable[[bytes], Any]]:
        return prepared_decoder(self.writer, self.reader, self.form)

    @cached_property
    def _write(self) -> tuple[Any, Callable[[Any], bytes]]:
        return prepared_encoder(self.reader, self.form)


def _give_up(_: Any) -> Any:
    return GAVE_UP


def _cases() -> Iterator[Case]:
    for (writer, reader), classes in product(CASES, (False, True)):
        parsed = avro.parse(json.dumps(reader))
        yield Case(avro.parse(json.dumps(writer)), parsed, Form(classes=made_classes(parsed) if classes else {}))


_ALL: Final = list(_cases())


def one(data: bytes) -> None:
    """Try one input.

    Raises:
        AssertionError: the executor and the interpreter do not agree.
    """
    if len(data) < 2:
        return
    case = _ALL[data[0] % len(_ALL)]
    if data[1] % 2:
        _encode(case, data[2:], data[1] >> 1)
    else:
        _decode(case, data[2:])


def _decode(case: Case, data: bytes) -> None:
    value = case.decode(data)
    if value is GAVE_UP:
        return
    ours = exact(value)
    assert ours == outcome(case.read, data), (case, data)
    written = case.encode(value)
    if written is not GAVE_UP:
        assert written == case.write(value), (case, data)


def _encode(case: Case, data: bytes, strangers: int) -> None:
    try:
        value = case.read(data)
    except CodecError:
        return
    rng = random.Random(data[-8:])
    for _ in range(strangers % 4):
        value = mangled(value, rng)
    written = case.encode(value)
    if written is not GAVE_UP:
        assert exact(written) == outcome(case.write, value), (case, data, strangers)


def seeds() -> Iterator[bytes]:
    """Data of every case, to decode and to encode: plausible ones, and some of which only the form is right."""
    rng = random.Random(0)
    makers = ValueMaker(random.Random(0))
    for number, case in enumerate(_ALL):
        plausible = [ValueWriter(case.writer, Form()).write(makers.value(case.writer)) for _ in range(3)]
        for how, data in product((0, 1, 3), (*plausible, random_datum(case.writer, rng))):
            yield bytes([number, how]) + data


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for index, seed in enumerate(seeds()):
        (folder / f"seed-{index:03}").write_bytes(seed)
