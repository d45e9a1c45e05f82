"""Events made of JSON or Avro data by their contracts, without generated classes: for tools that send what is in files.

To a producer they are events as any other: topic, subject, key and headers are those of the contract.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, cast

from eventpact import Producer
from eventpact.avro import Codec
from eventpact.avro.json import JsonEncoding
from eventpact.avro.json.text import parsed
from eventpact.avro.model import Record
from eventpact.errors import CodecError, DecodeError
from eventpact.event import Event, EventContract, SchemaReference, correlation_id, new_id, now, source
from eventpact_codegen.casing import kebab
from eventpact_registry.contracts.model import Fill

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact import Settings
    from eventpact.avro.json import Encoding
    from eventpact.avro.model import Field, Schema
    from eventpact_registry.contracts.model import SchemaVersion, System, Topic, VersionedType

_COMPACT: Final = "compact"


class Untyped:
    """One version of one event; makes events of it."""

    def __init__(
        self, system: System, topic: Topic, event: VersionedType, version: SchemaVersion, encoding: Encoding = "plain"
    ) -> None:
        """Prepare; `encoding` is that of the JSON."""
        self._system = system
        self.schema = version.schema
        self.event_type = topic.folder if len(topic.events) == 1 else kebab(event.name)
        self._fill = {path: fill for path, fill in system.fill.items() if version.paths.find(path) is not None}
        self._json = JsonEncoding(version.schema, encoding)
        self._encoding: Encoding = encoding
        self._codec = Codec(version.schema)
        self._version = version.version
        keys = [path for path in topic.key if version.paths.find(path) is not None]
        headers = [
            (name, path)
            for name, path in topic.headers.items()
            if path.startswith("=") or version.paths.find(path) is not None
        ]
        correlation = next((path for path, fill in self._fill.items() if fill is Fill.CORRELATION), None)
        wanted = [*keys, *(path for _, path in headers if not path.startswith("="))]
        wanted += [correlation] if correlation is not None else []
        self._places = {path: f"at{number}" for number, path in enumerate(dict.fromkeys(wanted))}
        self.contract = EventContract(
            system=system.name,
            name=event.name,
            full_name=event.full_name,
            version=version.version,
            topic=topic.name,
            subject=topic.subject(event),
            event_type=self.event_type,
            schema=version.text,
            references=_references(version),
            key=tuple(self._places[path] for path in keys),
            headers=tuple((name, path if path.startswith("=") else self._places[path]) for name, path in headers),
            correlation=None if correlation is None else self._places[correlation],
            compacted=_COMPACT in topic.cleanup_policy,
            encode=lambda made: cast("bytes", made.encoded),  # type: ignore[attr-defined]  # a slot of `cls`
            decode=self.of_data,
            decoder=_undecoded,
        )

    @cached_property
    def cls(self) -> type[Event]:
        """The class of the events: what the contract reads from them stands in slots, whatever Avro calls it."""
        members = {"__slots__": ("encoded", *self._places.values()), "__repr__": _shown, "__hash__": object.__hash__}
        made = cast("type[Event]", type("UntypedEvent", (Event,), members))
        made.contract = self.contract
        return made

    def producer(self, settings: Settings) -> Producer:
        """A producer with what the system's contracts set for its own."""
        members = {"settings": dict(self._system.producer)}
        made = cast("type[Producer]", type("UntypedProducer", (Producer,), members, system=self._system.name))
        return made(settings)

    def of_json(self, text: str | bytes) -> Event:
        """The event that a JSON text stands for; what the contract fills may be left out, as in generated classes.

        Raises:
            DecodeError: it is no JSON, or not what the schema says: names the path.
        """
        tree = parsed(text)
        if isinstance(tree, dict):
            for path, fill in self._fill.items():
                self._fill_in(tree, path, fill)
        return self.of_data(self._json.data_of(tree))

    def of_data(self, data: bytes) -> Event:
        """The event of Avro data.

        Raises:
            DecodeError: they are not what the schema says.
        """
        values = self._codec.decode(data)
        event: Any = object.__new__(self.cls)
        event.encoded = data
        for path, place in self._places.items():
            setattr(event, place, _at(values, path))
        return cast("Event", event)

    def _fill_in(self, tree: dict[str, Any], path: str, fill: Fill) -> None:
        """Fill a field that was left out, also where the record around it was; not inside a union that is left out."""
        here: Any = tree
        schema: Schema = self.schema
        *parents, last = path.split(".")
        for name in parents:
            field = _field(schema, name)
            if field is None or not isinstance(here, dict):
                return
            if isinstance(field.type, Record):
                here, schema = here.setdefault(name, {}), field.type
            else:
                here, schema = _branch(field.type, here.get(name))
        field = _field(schema, last)
        if field is not None and isinstance(here, dict) and last not in here:
            made = self._made(field.type, fill)
            if made is not None:
                here[last] = made

    def _made(self, schema: Schema, fill: Fill) -> Any:
        """What fills a field, as JSON; None where it does not fit the field's type."""
        value = _FILLS[fill](self)
        for candidate in (value, str(value)):
            try:
                return JsonEncoding(schema, self._encoding).tree(Codec(schema).encode(candidate))
            except CodecError:
                continue
        return None


_FILLS: Final[dict[Fill, Callable[[Untyped], Any]]] = {
    Fill.ID: lambda _: new_id(),
    Fill.TIME: lambda _: now(),
    Fill.TYPE: lambda untyped: untyped.event_type,
    Fill.VERSION: lambda untyped: untyped.contract.version,
    Fill.SOURCE: lambda _: source(),
    Fill.CORRELATION: lambda _: correlation_id(),
}


def _field(schema: Schema, name: str) -> Field | None:
    fields = schema.fields if isinstance(schema, Record) else ()
    return next((field for field in fields if field.name == name), None)


def _branch(union: Schema, tree: Any) -> tuple[Any, Schema]:
    """The only record of a union and what JSON has of it, behind its tag or without."""
    records = [one for one in getattr(union, "branches", ()) if isinstance(one, Record)]
    if len(records) != 1:
        return None, union
    [record] = records
    tagged = isinstance(tree, dict) and tree.keys() == {record.name}
    return (tree[record.name] if tagged else tree), record


def _at(values: Any, path: str) -> Any:
    """What a path leads to; None where something on the way is."""
    for name in path.split("."):
        if values is None:
            return None
        values = values[name]
    return values


def _references(version: SchemaVersion) -> tuple[SchemaReference, ...]:
    return tuple(
        SchemaReference(
            name=pin.name,
            subject=pin.subject,
            version=pin.version,
            schema=version.pinned[pin.name].text,
            references=_references(version.pinned[pin.name]),
        )
        for pin in version.references
    )


def _shown(event: Event) -> str:
    return f"<{event.contract.name}>"  # without content, which may be personal


def _undecoded(_: Schema) -> Callable[[bytes], Event]:
    raise DecodeError("an untyped event is only sent")
