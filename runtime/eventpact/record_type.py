"""What a generated class is in Avro: its name and those of its fields, its schema, and what these allow to do."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from eventpact.avro.codec import Codec
from eventpact.avro.form import Form
from eventpact.avro.interpret.validate import violations
from eventpact.avro.json import JsonEncoding
from eventpact.avro.model import Field, Record
from eventpact.avro.walk import named_types
from eventpact.contracted import schema_of
from eventpact.errors import DecodeError, ValidationError
from eventpact.record import contract_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eventpact.avro.binding import Binding
    from eventpact.avro.json import Encoding
    from eventpact.record import Record as Generated

_TYPES: Final[dict[type[Generated], RecordType]] = {}


class RecordType:
    """The Avro side of one generated class. Immutable, safe to share between threads."""

    def __init__(
        self,
        schema: Record,
        classes: Mapping[str, Binding],
        encode: Callable[[Any], bytes],
        decode: Callable[[bytes], Any],
    ) -> None:
        """`classes` by full name: those of the record and of what it holds; `encode` and `decode` are the record's."""
        self._classes = classes
        self._encode = encode
        self._decode = decode
        self.schema = schema
        """The record's schema."""
        attributes = classes[schema.name].attributes
        self.fields: Mapping[str, Field] = MappingProxyType(dict(zip(attributes, schema.fields, strict=True)))
        """Attribute to Avro field, in order: names as the contracts write them, docs, marks."""
        self._json: dict[str, JsonEncoding] = {}

    def __repr__(self) -> str:
        return f"RecordType({self.name})"

    @property
    def name(self) -> str:
        """Full name in Avro, `io.quikapp.message.MessageSent`."""
        return self.schema.name

    def to_json(self, value: Any, encoding: Encoding, indent: int | None) -> str:
        """See `Record.to_json`."""
        return self._form(encoding).text(self._encode(value), indent=indent)

    def from_json(self, text: str | bytes, encoding: Encoding) -> Any:
        """See `Record.from_json`."""
        data = self._form(encoding).data(text)
        try:
            return self._decode(data)
        except DecodeError as error:
            # Made by us, the data are as their schema says; what is left is what Python's types cannot hold.
            raise DecodeError(error.message, path=error.path) from None

    def validate(self, value: Any) -> None:
        """See `Record.validate`."""
        found = violations(self.schema, value, Form(classes=self._classes))
        if found:
            raise ValidationError(type(value).__name__, found)

    def _form(self, encoding: Encoding) -> JsonEncoding:
        if encoding not in self._json:
            self._json[encoding] = JsonEncoding(self.schema, encoding)
        return self._json[encoding]


def record_type(cls: type[Generated]) -> RecordType:
    """The Avro side of a generated class.

    Raises:
        TypeError: the class was not generated.
    """
    if cls not in _TYPES:
        _TYPES[cls] = _made(cls)
    return _TYPES[cls]


def _made(cls: type[Generated]) -> RecordType:
    contract = contract_of(cls)
    if contract.classes is None:
        raise TypeError(f"the contract of {cls.__name__} does not say its classes: generate the package again")
    classes = contract.classes()
    name = next((name for name, binding in classes.items() if binding.cls is cls), None)
    if name is None:
        raise TypeError(f"{cls.__name__} is not the class that its contract knows: ask one that was generated")
    schema = named_types(schema_of(contract))[name]
    if not isinstance(schema, Record):
        raise TypeError(f"{name} is no record")
    if name == contract.full_name:
        return RecordType(schema, classes, contract.encode, contract.decode)
    codec = Codec(schema, classes=classes)
    return RecordType(schema, classes, codec.encode, codec.decode)
