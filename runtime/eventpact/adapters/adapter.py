"""An adapter: a class of the service's own and a schema, tied together once, with codecs compiled for both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from eventpact.adapters.carriers import Carriers
from eventpact.adapters.matching import match
from eventpact.adapters.nodes import EnumNode, RecordNode, reached
from eventpact.avro.binding import Binding
from eventpact.avro.canonical import expanded
from eventpact.avro.codec import Codec
from eventpact.avro.model import Array, Record
from eventpact.avro.names import short_name
from eventpact.avro.parse import parse
from eventpact.errors import CodecError, DecodeError, EncodeError, ModelError, Problem
from eventpact.event import Event, EventContract

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from eventpact.adapters.matching import Converters
    from eventpact.avro.model import Schema

M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class Adapted(Event, Generic[M]):
    """An instance of an adapted class as an event, for producers and groups; each adapter has a subclass of its own."""

    value: M


class Adapter(Generic[M]):
    """Encodes instances of one class and decodes into it; made by `adapt`. Safe to share between threads."""

    def __init__(self, model: type[M], schema: Record, node: RecordNode) -> None:
        self.model = model
        self.schema = schema
        self._dump, writes = _writing(node)
        self._load, self._reads = _reading(node)
        self._encoder = Codec(schema, classes=writes)
        self._decoder = Codec(schema, classes=self._reads)
        self.contract: EventContract
        """What serializers and files need to know; set by `adapt`."""

    def __repr__(self) -> str:
        return f"Adapter({self.model.__name__}, {self.schema.name})"

    def encode(self, value: M) -> bytes:
        """The Avro bytes of an instance.

        Raises:
            EncodeError: a value in it does not fit the schema.
        """
        if self._dump is None:
            return self._encoder.encode(value)
        try:
            dumped = self._dump(value)
        except CodecError:
            raise
        except Exception as error:  # the values may be anything, and converters raise what they like
            raise EncodeError(f"{self.model.__name__} cannot be read: {error}") from error
        return self._encoder.encode(dumped)

    def decode(self, data: bytes, writer: Schema | None = None) -> M:
        """The instance that was written with `writer`, by default with the adapter's own schema.

        Raises:
            DecodeError: the bytes are not what the schema says, or the class refuses what they hold.
        """
        return self.decoder(writer or self.schema)(data)

    def decoder(self, writer: Schema) -> Callable[[bytes], M]:
        """The function that decodes what `writer` wrote (see `Codec.decoder`)."""
        decode = self._decoder.decoder(writer)
        return self._loading(decode, self._load)

    def event(self, value: M) -> Adapted[M]:
        """The instance as an event, which a producer sends to the contract's topic."""
        return self.event_type(value)

    @cached_property
    def event_type(self) -> type[Adapted[M]]:
        """The class of such events, for a group's `handlers`; a handler finds the instance in `event.value`."""
        made: type[Adapted[M]] = type(f"Adapted{self.model.__name__}", (Adapted,), {"__slots__": ()})
        contract = self.contract
        made.contract = replace(
            contract,
            key=tuple(f"value.{path}" for path in contract.key),
            headers=tuple((name, path if path.startswith("=") else f"value.{path}") for name, path in contract.headers),
            encode=lambda event: self.encode(cast("Adapted[M]", event).value),
            decode=lambda data: made(self.decode(data)),
            decoder=lambda writer: _then(self.decoder(writer), made),
        )
        return made

    def sequence_decoder(self, writer: Schema) -> Callable[[bytes], Sequence[M]]:
        """The function that decodes an array of what `writer` wrote."""
        decode = Codec(Array(items=self.schema), classes=self._reads).decoder(Array(items=writer))
        load = self._load
        return self._loading(decode, None if load is None else (lambda values: [load(value) for value in values]))

    def _loading(self, decode: Callable[[bytes], Any], load: Callable[[Any], Any] | None) -> Callable[[bytes], Any]:
        def decoded(data: bytes) -> Any:
            try:
                value = decode(data)
                return value if load is None else load(value)
            except CodecError:
                raise
            except Exception as error:  # constructors and converters are the service's own code
                raise DecodeError(f"{self.model.__name__} refuses what was decoded: {error}") from error

        return decoded


def adapt(
    model: type[M],
    *,
    schema: str | Mapping[str, Any] | Schema | None = None,
    references: Sequence[Schema] = (),
    topic: str = "",
    subject: str | None = None,
    key: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
    converters: Converters | None = None,
) -> Adapter[M]:
    """Tie a class that no contract made to a schema: a dataclass, a pydantic model, or an AvroModel.

    Fields are matched by name, by the aliases of either side, or by name in the other case (`userId`, `user_id`).
    Records inside are classes of these kinds too; enums are Enum classes (by value, else by name), Literal or str;
    arrays are lists, tuples or sets; logical types are the classes that `avro.Codec` names.

    Args:
        model: the class.
        schema: text, parsed JSON or parsed; by default what `model.avro_schema()` says (dataclasses-avroschema).
        references: schemas that it refers to.
        topic: the topic of its contract.
        subject: the registry's subject, by default `TOPIC-value`, or the record's name where there is no topic.
        key: attribute paths that records are keyed by (`customer.id`), the first that is not None.
        headers: header name to attribute path, or to a constant that starts with `=`.
        converters: class to functions (to the codec's value, from it) for values that Avro does not know.

    Raises:
        ModelError: class and schema differ, or the key or a header is no attribute of the class; lists all of it.
        SchemaError: the schema is not valid.
    """
    parsed = _schema(model, schema, references)
    if not isinstance(parsed, Record):
        raise ModelError(Problem(f"{model.__name__} is sent as a record, its schema is of kind {parsed.kind}"))
    node = match(parsed, model, converters or {})
    _check_paths(node, {"key": key, "headers": list((headers or {}).values())})
    adapter = Adapter(model, parsed, node)
    adapter.contract = EventContract(
        system="",
        name=short_name(parsed.name),
        full_name=parsed.name,
        aliases=parsed.aliases,
        version=1,
        topic=topic,
        subject=subject or (f"{topic}-value" if topic else parsed.name),
        event_type=short_name(parsed.name),
        schema=schema if isinstance(schema, str) and not references else expanded(parsed),
        key=tuple(key),
        headers=tuple((headers or {}).items()),
        encode=adapter.encode,  # type: ignore[arg-type]  # takes the model, which need not be an Event
        decode=adapter.decode,  # type: ignore[arg-type]  # see above
        decoder=adapter.decoder,  # type: ignore[arg-type]  # see above
    )
    return adapter


def _then(first: Callable[[bytes], Any], second: Callable[[Any], Any]) -> Callable[[bytes], Any]:
    return lambda data: second(first(data))


def _check_paths(node: RecordNode, paths: Mapping[str, Sequence[str]]) -> None:
    """Refuse paths that begin with no attribute: a property of the class will do, though no field goes with it."""
    known = {attribute.name for attribute, _ in node.fields}
    name = node.shape.cls.__name__
    problems = [
        Problem(f"{what} '{path}': {name} has no attribute '{step}'", hint=f"it has {', '.join(sorted(known))}")
        for what, named in paths.items()
        for path, step in ((path, path.partition(".")[0]) for path in named if not path.startswith("="))
        if step not in known and not hasattr(node.shape.cls, step)
    ]
    if problems:
        raise ModelError(*problems)


def _schema(model: type[Any], schema: str | Mapping[str, Any] | Schema | None, references: Sequence[Schema]) -> Schema:
    if schema is None:
        own = getattr(model, "avro_schema", None)
        if own is None:
            raise ModelError(Problem(f"{model.__name__} has no schema of its own", hint="give adapt(…, schema=…)"))
        schema = own()
    return parse(schema, references) if isinstance(schema, (str, Mapping)) else schema


def _writing(node: RecordNode) -> tuple[Callable[[Any], Any] | None, Mapping[str, Binding]]:
    """What leads to the encoder, and its classes: the model's own where their values are the codec's."""
    bindings = _own(node)
    if bindings is not None and not any(inner.dumps for inner in reached(node)):
        return None, bindings
    carriers = Carriers()
    return carriers.dump(node), carriers.bindings


def _reading(node: RecordNode) -> tuple[Callable[[Any], Any] | None, Mapping[str, Binding]]:
    """What leads from the decoder, and its classes."""
    bindings = _own(node)
    if bindings is not None and not any(inner.loads for inner in reached(node)):
        return None, bindings
    carriers = Carriers()
    return carriers.load(node), carriers.bindings


def _own(node: RecordNode) -> dict[str, Binding] | None:
    """The model's own classes by name; None where a type has two."""
    bindings: dict[str, Binding] = {}
    for inner in reached(node):
        match inner:
            case RecordNode(record=record, shape=shape, fields=fields):
                binding = Binding(shape.cls, tuple(attribute.name for attribute, _ in fields))
                name = record.name
            case EnumNode(name=name, cls=cls):
                binding = Binding(cls)
            case _:
                continue
        if bindings.setdefault(name, binding) != binding:
            return None
    return bindings
