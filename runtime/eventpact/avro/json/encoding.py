"""A schema's values as JSON text: `JsonEncoding`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from eventpact.avro.graph import on_cycles
from eventpact.avro.json.from_data import Hidden, TreeMaker
from eventpact.avro.json.leaves import LEAVES
from eventpact.avro.json.text import parsed
from eventpact.avro.json.to_data import DataMaker
from eventpact.avro.walk import children

if TYPE_CHECKING:
    from eventpact.avro.model import Schema

Encoding: TypeAlias = Literal["avro", "plain"]


class JsonEncoding:
    """One schema's JSON form. Immutable, safe to share between threads."""

    def __init__(self, schema: Schema, encoding: Encoding = "avro") -> None:
        """Prepare a form.

        Args:
            schema: what the data were written with.
            encoding: `avro`, or `plain`, which tells a union's branches apart by their look alone: text of a union of
                string and enum comes back as the first of the two that takes it.

        Raises:
            ValueError: there is no such encoding.
        """
        if encoding not in LEAVES:
            raise ValueError(f"{encoding!r} is no encoding: use {' or '.join(map(repr, LEAVES))}")
        self._schema = schema
        self._leaf = LEAVES[encoding]
        self._tagged: Final = encoding == "avro"
        self._recursive = on_cycles(schema, children)

    def text(self, data: bytes, *, indent: int | None = None) -> str:
        """The JSON text of Avro data; on one line, or indented by `indent` spaces a level.

        Raises:
            DecodeError: the bytes are not what the schema says.
        """
        tree = self.tree(data)
        separators = (",", ":") if indent is None else None
        return json.dumps(tree, ensure_ascii=False, allow_nan=False, indent=indent, separators=separators)

    def data(self, text: str | bytes) -> bytes:
        """The Avro data that a JSON text stands for. A field that has a default may be left out.

        Raises:
            DecodeError: it is no JSON, or not what the schema says: names the path. No value is ever in the message.
        """
        return self.data_of(parsed(text))

    def data_of(self, tree: Any) -> bytes:
        """As `data`, of JSON that is parsed already; see there."""
        return DataMaker(self._leaf, self._recursive, tagged=self._tagged).make(self._schema, tree)

    def tree(self, data: bytes, *, hidden: Hidden | None = None) -> Any:
        """As `text`, before it is written: dicts, lists, texts, numbers, booleans and None.

        In place of the fields of records for which `hidden` is true stands `eventpact.wording.MASK`.
        """
        return TreeMaker(data, self._leaf, self._recursive, tagged=self._tagged, hidden=hidden).make(self._schema)
