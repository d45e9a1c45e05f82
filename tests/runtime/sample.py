"""The events of a small system, written out by hand as a generated package would have them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from eventpact import Event, EventContract, Group, Producer, SchemaReference, TopicContract, correlation_id
from eventpact.avro import Codec, parse
from eventpact.avro.binding import Binding

if TYPE_CHECKING:
    from eventpact import Context

AUTHOR = {
    "type": "record",
    "name": "Author",
    "namespace": "io.sample",
    "fields": [{"name": "id", "type": "string"}, {"name": "name", "type": ["null", "string"], "default": None}],
}
POSTED_V1 = {
    "type": "record",
    "name": "Posted",
    "namespace": "io.sample",
    "fields": [
        {"name": "event_id", "type": "string"},
        {"name": "author", "type": ["null", "io.sample.Author"], "default": None},
        {"name": "text", "type": "string"},
        {"name": "correlation", "type": "string", "default": ""},
    ],
}
POSTED = {**POSTED_V1, "fields": [*POSTED_V1["fields"], {"name": "likes", "type": "int", "default": 0}]}
NOTED = {
    "type": "record",
    "name": "Noted",
    "namespace": "io.sample",
    "aliases": ["io.sample.Remarked"],
    "fields": [{"name": "note", "type": ["null", "string"]}],
}
REMARKED = {"type": "record", "name": "Remarked", "namespace": "io.sample", "fields": NOTED["fields"]}

AUTHOR_REFERENCE = SchemaReference(
    name="io.sample.Author", subject="io.sample.Author", version=1, schema=json.dumps(AUTHOR)
)


def contract(cls: str, schema: dict[str, Any], **arguments: Any) -> EventContract:
    """The contract of the class of this module that is called `cls`; its codec is made when it is first needed."""

    def classes() -> dict[str, Binding]:
        attributes = tuple(field["name"] for field in schema["fields"])
        return {
            f"io.sample.{schema['name']}": Binding(globals()[cls], attributes),
            "io.sample.Author": Binding(Author, ("id", "name")),
        }

    @cache
    def codec() -> Codec:
        references = [parse(reference.schema) for reference in arguments.get("references", ())]
        return Codec(parse(schema, references), classes=classes())

    return EventContract(
        system="sample",
        name=schema["name"],
        full_name=f"io.sample.{schema['name']}",
        schema=json.dumps(schema),
        encode=lambda event: codec().encode(event),
        decode=lambda data: codec().decode(data),
        decoder=lambda writer: codec().decoder(writer),
        classes=classes,
        **{"version": 1, "event_type": schema["name"].lower(), "retry_backoff_ms": 5, **arguments},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    id: str
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted(Event):
    """On one topic, with key, headers and dead letters."""

    contract: ClassVar[EventContract] = contract(
        "Posted",
        POSTED,
        version=2,
        topic="sample.posted",
        subject="sample.posted-value",
        references=(AUTHOR_REFERENCE,),
        key=("author.id", "event_id"),
        headers=(("event-type", "=posted"), ("author-name", "author.name")),
        identity="event_id",
        correlation="correlation",
        dead_letters="sample.dead",
    )

    event_id: str
    author: Author | None = None
    text: str = ""
    correlation: str = field(default_factory=correlation_id)
    likes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedV1(Event):
    """The version before, as an older package has it."""

    contract: ClassVar[EventContract] = contract(
        "PostedV1",
        POSTED_V1,
        topic="sample.posted",
        subject="sample.posted-value",
        references=(AUTHOR_REFERENCE,),
        dead_letters="sample.dead",
    )

    event_id: str
    author: Author | None = None
    text: str = ""
    correlation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Event):
    """On a topic a tenant, compacted, without dead letters."""

    contract: ClassVar[EventContract] = contract(
        "Noted",
        NOTED,
        aliases=("io.sample.Remarked",),
        topic="sample.notes.{tenant_id}",
        subject="io.sample.Noted",
        key=("note",),
        compacted=True,
        retry_attempts=1,
    )

    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarked(Event):
    """What `Noted` was called before."""

    contract: ClassVar[EventContract] = contract(
        "Remarked", REMARKED, topic="sample.notes.{tenant_id}", subject="io.sample.Remarked"
    )

    note: str


TOPICS = (
    TopicContract(name="sample.posted", partitions=3, replication_factor=1),
    TopicContract(name="sample.dead", partitions=1, replication_factor=1),
    TopicContract(name="sample.notes.{tenant_id}", partitions=2, replication_factor=1),
)


class SampleProducer(Producer, system="sample"):
    events = (Posted, Noted)
    settings: ClassVar = {"compression.type": "gzip"}


class PostReader(Group, name="post-reader", system="sample"):
    """Keeps what it is handed."""

    topics: ClassVar[tuple[str, ...]] = ("sample.posted",)
    handlers: ClassVar = {"io.sample.Posted": (Posted, "on_posted")}

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.contexts: list[Context] = []
        self.unknown: list[str] = []

    def on_posted(self, event: Posted, context: Context) -> None:
        self.events.append(event)
        self.contexts.append(context)

    def on_unknown(self, full_name: str, context: Context) -> None:
        self.unknown.append(full_name)


class NoteReader(Group, name="note-reader", system="sample"):
    """Keeps the notes of every tenant."""

    topics: ClassVar[tuple[str, ...]] = ("sample.notes.{tenant_id}",)
    handlers: ClassVar = {"io.sample.Noted": (Noted, "on_noted")}

    def __init__(self) -> None:
        self.notes: list[tuple[str, str | None]] = []
        self.ended: list[bytes | None] = []

    def on_noted(self, event: Noted, context: Context) -> None:
        self.notes.append((context.parameters["tenant_id"], event.note))

    def on_tombstone(self, context: Context) -> None:
        self.ended.append(context.key)
