"""From the bytes of a block to its values: records that follow each other are an array's items without its framing."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from eventpact.adapters.adapter import Adapter
from eventpact.avro.codec import Codec
from eventpact.avro.form import Form
from eventpact.avro.graph import on_cycles
from eventpact.avro.interpret.cursor import Cursor
from eventpact.avro.interpret.skip import skip
from eventpact.avro.model import Array
from eventpact.avro.parse import parse
from eventpact.avro.varint import long_bytes
from eventpact.avro.walk import children
from eventpact.contracted import schema_of
from eventpact.errors import DecodeError, ModelError, Problem
from eventpact.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from eventpact.avro.model import Schema
    from eventpact.containers.layout import Block
    from eventpact.event import EventContract

    SequenceDecoder: TypeAlias = Callable[[bytes], Sequence[Any]]
    BlockDecoder: TypeAlias = Callable[[Block, int], Sequence[Any]]
    """From a block, and the number of its first record in the file."""

_RECORD: Final = re.compile(r"\[(?P<index>\d+)\]\.?(?P<path>.*)", re.DOTALL)
"""The path of an error inside an array."""


@lru_cache(maxsize=64)
def event_decoder(target: type[Any] | Adapter[Any], writer: str) -> SequenceDecoder:
    """A function that decodes many records of a schema into a generated class, or the class of an adapter.

    Kept by the text of the schema, so that a folder of files compiles it once.

    Raises:
        ModelError: the class carries no contract that tells its classes.
        SchemaError: the text is no valid schema.
    """
    schema = parse(writer)
    if isinstance(target, Adapter):
        return target.sequence_decoder(schema)
    contract = contract_of(target)
    if contract.classes is None:
        hint = "generate its package again with this version of eventpact"
        raise ModelError(Problem(f"{contract.name} does not say which classes its types have", hint=hint))
    return Codec(Array(items=schema_of(contract)), classes=contract.classes()).decoder(Array(items=schema))


def value_decoder(writer: Schema, reader: Schema, *, logical_types: bool) -> SequenceDecoder:
    """A function that decodes many records of `writer` into plain values of `reader`."""
    return Codec(Array(items=reader), logical_types=logical_types).decoder(Array(items=writer))


def contract_of(target: type[Any] | Adapter[Any]) -> EventContract:
    """The contract of a generated class or an adapter.

    Raises:
        ModelError: the class has none.
    """
    contract: EventContract | None = getattr(target, "contract", None)
    if contract is None:
        name = getattr(target, "__name__", str(target))
        hint = f"make an adapter for it: eventpact.adapt({name}, schema=…)"
        raise ModelError(Problem(f"{name} is no generated event class", hint=hint))
    return contract


def decoded(decode: SequenceDecoder, block: Block, first: int) -> Sequence[Any]:
    """The values of a block whose first record is number `first` of its file.

    Raises:
        BadRecord: names the record and the byte inside the unpacked block, or what is wrong with the block.
    """
    prefix = long_bytes(block.records)
    if not block.records:
        if block.data:
            raise BadRecord(_unlike(block))
        return ()
    try:
        values = decode(b"".join((prefix, block.data, b"\x00")))
    except DecodeError as error:
        found = _RECORD.fullmatch(error.path)
        if found is None or int(found["index"]) >= block.records:
            raise BadRecord(f"{_unlike(block)}: {error.message}") from error
        offset = None if error.offset is None else max(0, error.offset - len(prefix))
        placed = DecodeError(error.message, path=found["path"], offset=offset)
        raise BadRecord(f"record {first + int(found['index']):,}: {placed}") from error
    if len(values) != block.records:  # bytes behind the last record that look like a further block of the array
        raise BadRecord(_unlike(block))
    return values


def divided(schema: Schema, block: Block, first: int) -> Sequence[bytes]:
    """The data of each record of a block, read over and not decoded.

    Raises:
        BadRecord: as `decoded`.
    """
    cursor = Cursor(block.data, Form(), on_cycles(schema, children))
    found: list[bytes] = []
    for number in range(first, first + block.records):
        start = cursor.position
        try:
            skip(schema, cursor)
        except (DecodeError, RecursionError) as error:
            raise BadRecord(f"record {number:,}: {error}") from error
        found.append(block.data[start : cursor.position])
    if cursor.left:
        raise BadRecord(_unlike(block))
    return found


def _unlike(block: Block) -> str:
    return f"its {len(block.data):,} bytes are not the {counted(block.records, 'record')} that it claims"


class BadRecord(Exception):  # noqa: N818 - becomes a ContainerError, which knows the file
    """A record of a block cannot be decoded, or the block holds others than it claims."""
