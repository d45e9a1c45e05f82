"""What codecs call: the extension's encoders and decoders, each prepared when it is first called.

They give up on whatever is unusual or wrong, and the interpreter goes over the same value or bytes again: it knows what
to do, or says what is wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eventpact.avro.executor import native
from eventpact.avro.interpret.read import PlanReader
from eventpact.avro.interpret.write import ValueWriter
from eventpact.avro.native.decoding import decoding_program
from eventpact.avro.native.encoding import encoding_program
from eventpact.avro.resolve import resolve

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact.avro.form import Form
    from eventpact.avro.model import Schema


def native_encoder(schema: Schema, form: Form) -> Callable[[Any], bytes]:
    """A function that encodes values of the schema."""
    encode: Callable[[Any], bytes] = native().Encoder(lambda: prepared_encoder(schema, form)).encode
    return encode


def native_decoder(writer: Schema, reader: Schema, form: Form) -> Callable[[bytes], Any]:
    """A function that decodes what `writer` wrote to the reader's values."""
    decode: Callable[[bytes], Any] = native().Decoder(lambda: prepared_decoder(writer, reader, form)).decode
    return decode


def prepared_encoder(schema: Schema, form: Form) -> tuple[Any, Callable[[Any], bytes]]:
    """The program, and what is called with values that it gives up on."""
    return encoding_program(schema, form), ValueWriter(schema, form).write


def prepared_decoder(writer: Schema, reader: Schema, form: Form) -> tuple[Any, Callable[[bytes], Any]]:
    """The program, and what is called with bytes that it gives up on."""
    plan = resolve(writer=writer, reader=reader).plan
    return decoding_program(plan, form), PlanReader(plan, form).read
