"""Dead letters on their topics: found by what they say of themselves, and by whether they were sent back already.

That a letter was sent back is marked on its own topic, by a record without key and value on partition 0: the header
`dead-letter-redriven` names the letter, as `topic/partition@offset`. Marks live as long as the letters, need no store
of their own, and are written in the transaction that sends the letter back.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from eventpact.consume.dead_letters import PREFIX, DeadLetterInfo, letter_of, texts
from eventpact.consume.record import headers_of
from eventpact.containers.archive import ArchivedRecord
from eventpact.errors import CodecError, NotRegistered
from eventpact.operate.administrator import Administrator
from eventpact.operate.log_offsets import LogOffsets
from eventpact.operate.positions import instant_text, moment
from eventpact.operate.reading import Reading
from eventpact.operate.spans import Span

if TYPE_CHECKING:
    import threading
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

    from confluent_kafka import Message

    from eventpact.operate.log_offsets import Partition
    from eventpact.schemas import SchemaCatalog
    from eventpact.settings import Settings

MARK: Final = f"{PREFIX}redriven"
"""Header of a mark: which letter was sent back."""

_LARGEST_ID: Final = (1 << 31) - 1
"""Of a schema; a letter may name another number."""

MARKS: Final = 0
"""The partition that marks are written to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One dead letter."""

    record: ArchivedRecord
    """As it is on the dead letter topic: raw key, value and headers."""
    info: DeadLetterInfo
    """What its headers say."""
    event: str | None
    """Full name of its event; None where the registry was not asked or does not know it."""
    redriven: bool
    """Whether it was sent back to its topic already."""

    @property
    def id(self) -> str:
        """`topic/partition@offset` of the letter itself."""
        return self.record.position


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Which letters are meant: all that fit everything given here."""

    ids: Collection[str] = ()
    """Positions of letters, `topic/partition@offset`."""
    event: str | None = None
    """Name of the event, full or short; may be a pattern."""
    exception: str | None = None
    """Class of the exception, with or without its module; may be a pattern."""
    reason: str | None = None
    group: str | None = None
    topic: str | None = None
    """The topic that it came from; may be a pattern."""
    since: datetime | None = None
    """Dead since then or later; aware."""
    until: datetime | None = None
    """Dead before then; aware."""
    redriven: bool | None = None
    """Sent back already, or not yet."""

    def fits(self, letter: DeadLetter) -> bool:
        """Whether a letter is meant."""
        info, at = letter.info, letter.record.timestamp_ms
        return (
            (not self.ids or letter.id in self.ids)
            and _named(self.event, letter.event)
            and _named(self.exception, info.exception)
            and self.reason in {None, info.reason}
            and self.group in {None, info.group}
            and self.redriven in {None, letter.redriven}
            and (self.topic is None or fnmatchcase(info.topic, self.topic))
            and (self.since is None or (at is not None and at >= moment(self.since).number))
            and (self.until is None or (at is not None and at < moment(self.until).number))
        )


class DeadLetters:
    """The letters on dead letter topics of one cluster."""

    def __init__(
        self,
        settings: Settings,
        topics: Collection[str],
        *,
        catalog: SchemaCatalog | None = None,
        administrator: Administrator | None = None,
    ) -> None:
        """Prepare to look; with `catalog`, each letter's event is looked up by its schema.

        With `administrator`, its connection is shared.
        """
        self.topics = tuple(dict.fromkeys(topics))
        self.settings = settings
        self.catalog = catalog
        self.administrator = administrator or Administrator(settings)
        self.unread: Mapping[Partition, int] = {}
        """How many offsets the last look could not read, because they lie behind an open transaction."""
        self._log = LogOffsets(self.administrator)

    def letters(self, which: Which | None = None, *, stop: threading.Event | None = None) -> Iterator[DeadLetter]:
        """The letters that are meant, each partition in its order; marks and other records are passed over.

        Raises:
            BrokerError: a topic is missing, or the cluster does not answer.
        """
        return (letter for letter in self.scan(which, stop=stop) if letter is not None)

    def scan(self, which: Which | None = None, *, stop: threading.Event | None = None) -> Iterator[DeadLetter | None]:
        """As `letters`, with a None for every other record and for every moment without one."""
        wanted = which or Which()
        span = Span.of(self._log, self.topics)
        self.unread = span.unread
        redriven = self._redriven(span, stop)
        with Reading(self.settings, span.starts, span.readable, stop=stop) as reading:
            for message in reading.messages():
                letter = None if message is None else self._letter(message, redriven)
                yield letter if letter is not None and wanted.fits(letter) else None

    def _redriven(self, span: Span, stop: threading.Event | None) -> frozenset[str]:
        """The letters that marks name."""
        marked = {place: offset for place, offset in span.starts.items() if place[1] == MARKS}
        with Reading(self.settings, marked, span.readable, stop=stop) as reading:
            found = (texts(headers_of(message)).get(MARK) for message in reading.messages() if message is not None)
            return frozenset(name for name in found if name is not None)

    def _letter(self, message: Message, redriven: frozenset[str]) -> DeadLetter | None:
        info = letter_of(headers_of(message))
        if info is None:
            return None
        record = ArchivedRecord.of(message)
        return DeadLetter(
            record=record, info=info, event=self._event(info, record), redriven=record.position in redriven
        )

    def _event(self, info: DeadLetterInfo, record: ArchivedRecord) -> str | None:
        schema_id = info.schema_id if info.schema_id is not None else record.schema_id
        if self.catalog is None or schema_id is None or not 0 <= schema_id <= _LARGEST_ID:
            return None
        try:
            return getattr(self.catalog.schema(schema_id), "name", None)
        except (NotRegistered, CodecError):
            return None


def dead_since(letter: DeadLetter) -> str:
    """When a letter was written, in UTC; `-` where nobody said."""
    at = letter.record.timestamp_ms
    return "-" if at is None else instant_text(at)


def _named(pattern: str | None, name: str | None) -> bool:
    """Whether a dotted name, or its last part, fits a pattern."""
    if pattern is None:
        return True
    return name is not None and (fnmatchcase(name, pattern) or fnmatchcase(name.rpartition(".")[2], pattern))
