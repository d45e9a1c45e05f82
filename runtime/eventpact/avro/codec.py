"""Codecs: values to bytes and back, by code compiled for their schemas."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from eventpact.avro.binding import check_bindings
from eventpact.avro.compile import compile_decoder, compile_encoder
from eventpact.avro.executor import checked
from eventpact.avro.form import Form
from eventpact.avro.interpret.read import PlanReader
from eventpact.avro.interpret.write import ValueWriter
from eventpact.avro.limits import MAX_DECODERS
from eventpact.avro.native.functions import native_decoder, native_encoder
from eventpact.avro.resolve import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eventpact.avro.binding import Binding
    from eventpact.avro.executor import Executor
    from eventpact.avro.model import Schema


class Codec:
    """Encodes values of one schema, and decodes what it or any schema that resolves to it has written.

    Values are plain (dict, list, str, bytes, int, float, bool, None; an enum's symbol as str, a fixed as bytes, a
    union's value bare or as `("full.Name", value)`) unless `classes` binds records and enums to generated classes.
    Logical types are datetime (aware for `timestamp-*`, naive for `local-timestamp-*`; nanoseconds stay int), date,
    time, Decimal, UUID and `avro.Duration`.

    Code is compiled when it is first needed: for encoding, for decoding, and for each other writer. Safe to share
    between threads.
    """

    def __init__(
        self,
        schema: Schema,
        *,
        logical_types: bool = True,
        classes: Mapping[str, Binding] | None = None,
        executor: Executor | None = None,
    ) -> None:
        """Prepare a codec; nothing is compiled yet.

        Args:
            schema: what values are encoded with, and what they are decoded to.
            logical_types: False leaves logical types as the types they stand on.
            classes: classes of records and enums by full name.
            executor: what carries plans out, by default the chosen one (see `avro.executor`).

        Raises:
            ValueError, TypeError: a class cannot hold what its type says (see `Binding`).
            SettingsError: the executor cannot run here.
        """
        self._executor = checked(executor)
        check_bindings(schema, classes or {})
        self._schema = schema
        self._form = Form(logical_types, dict(classes or {}))
        self._encode: Callable[[Any], bytes] = self._first_encode
        self._encode_wide: Callable[[Any], bytes] = self._first_encode_wide
        self._decode: Callable[[bytes], Any] = self._first_decode
        self._decoder = lru_cache(maxsize=MAX_DECODERS)(self._made_decoder)

    @property
    def executor(self) -> Executor:
        """What carries plans out."""
        return self._executor

    @property
    def schema(self) -> Schema:
        """The schema of values."""
        return self._schema

    def encode(self, value: Any) -> bytes:
        """The Avro binary form of a value.

        Raises:
            EncodeError: the value does not fit the schema.
        """
        return self._encode(value)

    def decode(self, data: bytes, writer: Schema | None = None) -> Any:
        """The value that was written with `writer`, by default with the codec's own schema.

        Raises:
            DecodeError: the bytes are not what the writer's schema says, or the reader cannot take what they hold.
        """
        if writer is None:
            return self._decode(data)
        return self.decoder(writer)(data)

    def decoder(self, writer: Schema) -> Callable[[bytes], Any]:
        """The function that decodes what `writer` wrote; the codec keeps the most recently used ones.

        Writers are told apart by identity: parse a writer's schema once.
        """
        return self._decode if writer is self._schema else self._decoder(writer)

    def encode_wide(self, value: Any) -> bytes:
        """As `encode`, by code that takes long strings in its stride and short ones a little slower."""
        return self._encode_wide(value)

    def _first_encode(self, value: Any) -> bytes:
        if self._executor == "native":
            self._encode = self._encode_wide = native_encoder(self._schema, self._form)
        else:
            self._encode = compile_encoder(self._schema, self._form, slow=self.encode_wide)
        return self._encode(value)

    def _first_encode_wide(self, value: Any) -> bytes:
        if self._executor == "native":
            return self._first_encode(value)
        slow = ValueWriter(self._schema, self._form).write
        self._encode_wide = compile_encoder(self._schema, self._form, slow=slow, wide=True)
        return self._encode_wide(value)

    def _first_decode(self, data: bytes) -> Any:
        self._decode = self._made_decoder(self._schema)
        return self._decode(data)

    def _made_decoder(self, writer: Schema) -> Callable[[bytes], Any]:
        if self._executor == "native":
            return native_decoder(writer, self._schema, self._form)
        plan = resolve(writer=writer, reader=self._schema).plan
        return compile_decoder(plan, self._form, slow=PlanReader(plan, self._form).read)
