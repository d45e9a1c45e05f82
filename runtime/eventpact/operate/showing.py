"""Records as people and tools read them: events as JSON, personal data masked, and what cannot be decoded said so."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from eventpact.avro.json import JsonEncoding
from eventpact.avro.model import Record
from eventpact.consume.dead_letters import letter_of
from eventpact.errors import CodecError, NotRegistered
from eventpact.operate.positions import instant_text
from eventpact.wire import unframe
from eventpact.wording import MASK, counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventpact.avro.model import Field
    from eventpact.containers.archive import ArchivedRecord
    from eventpact.schemas import SchemaCatalog


class Personal(Protocol):
    """What is not to be shown."""

    def hides(self, record: Record, field_: Field) -> bool:
        """Whether a record's field is personal data."""

    def hides_key(self, topic: str) -> bool:
        """Whether a topic's keys are."""

    def hides_header(self, topic: str, header: str) -> bool:
        """Whether a topic's header is."""


class Marked:
    """What the schemas themselves mark; nothing is known of keys and headers."""

    def hides(self, record: Record, field_: Field) -> bool:  # noqa: ARG002 - the protocol's signature
        """A field that is marked where it was written."""
        return field_.is_personal

    def hides_key(self, topic: str) -> bool:  # noqa: ARG002 - as above
        """Nothing."""
        return False

    def hides_header(self, topic: str, header: str) -> bool:  # noqa: ARG002 - as above
        """Nothing."""
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One record."""

    topic: str
    partition: int
    offset: int
    time: str | None
    """When it was written, in UTC; the number of milliseconds where that is no instant."""
    key: str | None
    headers: tuple[tuple[str, str | None], ...]
    event: str | None
    """Full name of the event as it was written; None where it is not known."""
    schema_id: int | None
    data: Any
    """The event as plain JSON has it; None for a record without value or one that cannot be decoded."""
    undecodable: str | None
    """Why it cannot be decoded; None for all others."""
    raw: str | None = None
    """The value in base64, where it cannot be decoded and personal data may be shown."""

    @property
    def position(self) -> str:
        """`topic/partition@offset`."""
        return f"{self.topic}/{self.partition}@{self.offset}"

    def as_json(self) -> dict[str, Any]:
        """As a JSON object; what is not there is left out."""
        values = {
            "topic": self.topic,
            "partition": self.partition,
            "offset": self.offset,
            "time": self.time,
            "key": self.key,
            "headers": [list(pair) for pair in self.headers],
            "event": self.event,
            "schema_id": self.schema_id,
            "undecodable": self.undecodable,
            "raw": self.raw,
        }
        return {name: value for name, value in values.items() if value is not None} | {"data": self.data}


class Showing:
    """Decodes records with the schemas that they were written with. One schema is prepared once."""

    def __init__(
        self, catalog: SchemaCatalog, *, personal: Personal | None = None, show_personal: bool = False
    ) -> None:
        """Prepare.

        Args:
            catalog: the registry's schemas.
            personal: what is masked, by default what the schemas mark.
            show_personal: mask nothing.
        """
        self._catalog = catalog
        self._personal: Personal = personal or Marked()
        self._show = show_personal
        self._known: dict[int, tuple[str, JsonEncoding]] = {}

    def shown(self, record: ArchivedRecord) -> Shown:
        """A record to be shown.

        Raises:
            RegistryError: the registry does not answer; what it does not know is only undecodable.
        """
        event, tree, problem = self._decoded(record, masked=not self._show)
        return Shown(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            time=None if record.timestamp_ms is None else instant_text(record.timestamp_ms),
            key=self._key(record),
            headers=tuple((one.name, self._header(record, one.name, one.value)) for one in record.headers),
            event=event,
            schema_id=record.schema_id,
            data=tree,
            undecodable=problem,
            raw=b64encode(record.value).decode() if problem and self._show and record.value is not None else None,
        )

    def event_of(self, record: ArchivedRecord) -> str | None:
        """Full name of a record's event; None where it is not known."""
        if record.schema_id is None:
            return None
        try:
            return self._prepared(record.schema_id)[0]
        except (CodecError, NotRegistered):
            return None

    def fits(self, record: ArchivedRecord, where: Mapping[str, str]) -> bool:
        """Whether every path (`data.userId`) of an event holds the text given; a list does when one of it does.

        Personal data are compared as they are.
        """
        if not where:
            return True
        _, tree, _ = self._decoded(record, masked=False)
        return all(expected in _texts(tree, path.split(".")) for path, expected in where.items())

    def _decoded(self, record: ArchivedRecord, *, masked: bool) -> tuple[str | None, Any, str | None]:
        """Event, data and problem."""
        if record.value is None:
            return None, None, None
        event = None
        try:
            schema_id, payload = unframe(record.value)
            event, as_json = self._prepared(schema_id)
            return event, as_json.tree(payload, hidden=self._personal.hides if masked else None), None
        except (CodecError, NotRegistered) as error:
            return event, None, str(error)

    def _prepared(self, schema_id: int) -> tuple[str, JsonEncoding]:
        if schema_id not in self._known:
            schema = self._catalog.schema(schema_id)
            name = schema.name if isinstance(schema, Record) else schema.kind
            self._known[schema_id] = (name, JsonEncoding(schema, "plain"))
        return self._known[schema_id]

    def _key(self, record: ArchivedRecord) -> str | None:
        if record.key is None:
            return None
        hidden = not self._show and any(self._personal.hides_key(topic) for topic in _topics(record))
        return MASK if hidden else _text(record.key)

    def _header(self, record: ArchivedRecord, name: str, value: bytes | None) -> str | None:
        if value is None:
            return None
        hidden = not self._show and any(self._personal.hides_header(topic, name) for topic in _topics(record))
        return MASK if hidden else _text(value)


def _topics(record: ArchivedRecord) -> tuple[str, ...]:
    """The topic that a record is on, and for a dead letter the one that it came from."""
    info = letter_of([(one.name, one.value) for one in record.headers])
    return (record.topic,) if info is None else (record.topic, info.topic)


def _text(value: bytes) -> str:
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return counted(len(value), "byte")
    return text if text.isprintable() else counted(len(value), "byte")


def _texts(tree: Any, names: list[str]) -> set[str]:
    """What a path leads to, as text: several texts where it passes through lists."""
    if isinstance(tree, list):
        return {text for item in tree for text in _texts(item, names)}
    if names:
        return _texts(tree[names[0]], names[1:]) if isinstance(tree, dict) and names[0] in tree else set()
    if isinstance(tree, dict):
        return set()
    if tree is None or isinstance(tree, bool):
        return {{None: "null", True: "true", False: "false"}[tree]}
    return {str(tree)}
