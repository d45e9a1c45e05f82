"""Dead letters sent back to the topics that they came from: each once, not for ever, and no faster than told."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from eventpact.consume.dead_letters import PREFIX, REDRIVES, without
from eventpact.containers.archive import ArchivedRecord
from eventpact.errors import BrokerError
from eventpact.operate.dead_letters import MARK, MARKS, DeadLetter, DeadLetters, Which
from eventpact.operate.log_offsets import LogOffsets
from eventpact.operate.pace import Pace
from eventpact.operate.reading import Reading
from eventpact.operate.writing import RecordWriter

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping

    from eventpact.consume.dead_letters import DeadLetterInfo
    from eventpact.operate.administrator import Administrator
    from eventpact.operate.log_offsets import Partition
    from eventpact.schemas import SchemaCatalog
    from eventpact.settings import Settings

ID: Final = f"{PREFIX}id"
"""Header of a record that was sent back: the letter that it was."""

COUNT: Final = f"{PREFIX}{REDRIVES}"
"""Header of a record that was sent back: how often by now. A group that gives up again keeps it in the new letter."""

_LOOK: Final = 0.1
"""Seconds between two looks at whether a transaction has ended."""

MAX_REDRIVES: Final = 3
"""How often a record is sent back unless told otherwise."""


@dataclass(slots=True, kw_only=True)
class Redriven:
    """What became of the letters that were meant."""

    sent: dict[str, int] = field(default_factory=dict)
    """Topic to how many letters went there, or in a dry run would go."""
    already: int = 0
    """Sent back before, and left alone."""
    looping: list[str] = field(default_factory=list)
    """Letters of records that came back as often as is allowed."""
    lost: dict[str, str] = field(default_factory=dict)
    """Letters that cannot be sent back, and why."""
    refused: dict[str, int] = field(default_factory=dict)
    """Topic to how many letters say that they came from there, though `origins` does not know it as one of theirs."""
    unread: Mapping[Partition, int] = field(default_factory=dict)
    """How many offsets of the dead letter topic lie behind an open transaction: letters there were not looked at."""

    @property
    def total(self) -> int:
        """How many were sent, or would be."""
        return sum(self.sent.values())


def any_topic(_: str) -> bool:
    """For `redrive`, where nobody else may write letters."""
    return True


def redrive(
    settings: Settings,
    topic: str,
    which: Which | None = None,
    *,
    origins: Callable[[str], bool],
    catalog: SchemaCatalog | None = None,
    rate: float | None = None,
    max_redrives: int = MAX_REDRIVES,
    again: bool = False,
    dry_run: bool = False,
    stop: threading.Event | None = None,
    on_letter: Callable[[DeadLetter], None] = lambda _: None,
    pace: Pace | None = None,
    administrator: Administrator | None = None,
) -> Redriven:
    """Send the letters of one dead letter topic back to where they came from.

    A record goes out as it came in: raw key and value, its own headers, and the partition that its key leads to. What
    was sent back and the mark that says so are written in one transaction, so a run that is killed and repeated sends
    nothing twice to `read_committed` readers, which ours and librdkafka's are by default.

    Args:
        settings: of the cluster.
        topic: the dead letter topic.
        which: the letters that are meant; by default all.
        origins: whether letters of a topic may be on this one. A letter says itself where it came from, and goes there
            with the rights of whoever redrives. `eventpact_registry.origins` knows it from contracts; `any_topic` takes
            every letter at its word.
        catalog: for `which.event`.
        rate: records a second at most.
        max_redrives: a record that was sent back so often is left where it is.
        again: send back, too, what was sent back already.
        dry_run: write nothing.
        stop: ends the run when it is set; what was sent by then is committed.
        on_letter: called with each letter that goes out.
        pace: a limit that several topics share, instead of `rate`.
        administrator: a connection to share; one of its own by default.

    Raises:
        DeliveryError: the cluster refuses; what it has not committed was not sent.
        BrokerError: a topic is missing, or the cluster does not answer.
    """
    letters = DeadLetters(settings, [topic], catalog=catalog, administrator=administrator)
    run = _Run(
        letters,
        topic,
        pace or Pace.until(rate, stop),
        max_redrives,
        origins=origins,
        again=again,
        dry_run=dry_run,
        stop=stop,
    )
    return run.redrive(which or Which(), on_letter)


class _Run:
    def __init__(
        self,
        letters: DeadLetters,
        topic: str,
        pace: Pace,
        max_redrives: int,
        *,
        origins: Callable[[str], bool],
        again: bool,
        dry_run: bool,
        stop: threading.Event | None,
    ) -> None:
        self._settings = letters.settings
        self._topic = topic
        self._letters = letters
        self._log = LogOffsets(letters.administrator)
        self._known = frozenset(letters.administrator.metadata().topics)
        self._pace = pace
        self._max = max_redrives
        self._origins = origins
        self._again = again
        self._dry = dry_run
        self._stop = stop
        self._done = Redriven()

    def redrive(self, which: Which, on_letter: Callable[[DeadLetter], None]) -> Redriven:
        if self._dry:
            for letter in self._letters.scan(which, stop=self._stop):
                if letter is not None and self._outgoing(letter) is not None:
                    self._count(letter, on_letter)
            self._done.unread = self._letters.unread
            return self._done
        # An older run is shut out before marks are read, so that none is written behind our back.
        with RecordWriter(self._settings, f"eventpact-redrive.{self._topic}") as writer:
            self._settle()
            for letter in self._letters.scan(which, stop=self._stop):
                record = None if letter is None else self._outgoing(letter)
                if letter is not None and record is not None:
                    if not writer.pause(self._pace):
                        break
                    writer.write(letter.info.topic, record.key, record.value, _headers(letter, record))
                    writer.write(self._topic, None, None, [(MARK, letter.id.encode())], partition=MARKS)
                    self._count(letter, on_letter)
                if writer.due:
                    writer.commit({})
            writer.commit({})
        self._done.unread = self._letters.unread
        return self._done

    def _settle(self) -> None:
        """Wait for transactions that are open on the marks: a letter whose mark lies behind one would go back twice."""
        marks: Partition = (self._topic, MARKS)
        if marks not in self._log.partitions([self._topic]):
            return
        end = self._log.latest([marks])[marks]
        deadline = time.monotonic() + self._settings.timeout
        while self._log.stable([marks])[marks] < end:
            if time.monotonic() > deadline:
                raise BrokerError(
                    f"cannot tell which letters of {self._topic} went back already: a transaction is open on its "
                    f"partition {MARKS}; try again when it has ended"
                )
            time.sleep(_LOOK)

    def _outgoing(self, letter: DeadLetter) -> ArchivedRecord | None:
        """The record to send; None for a letter that stays."""
        info = letter.info
        if letter.redriven and not self._again:
            self._done.already += 1
        elif info.redrives >= self._max:
            self._done.looping.append(letter.id)
        elif info.topic not in self._known:
            self._done.lost[letter.id] = f"its topic {info.topic or '(not named)'} is not on the cluster"
        elif not self._origins(info.topic):
            self._done.refused[info.topic] = self._done.refused.get(info.topic, 0) + 1
        elif info.left_bytes is None:
            return letter.record
        else:
            return self._original(letter)
        return None

    def _original(self, letter: DeadLetter) -> ArchivedRecord | None:
        """What a letter that was too large left behind, if it is still there."""
        info = letter.info
        place = (info.topic, info.partition)
        found = None
        if self._is_kept(place, info.offset):
            with Reading(self._settings, {place: info.offset}, {place: info.offset + 1}, stop=self._stop) as reading:
                found = next((ArchivedRecord.of(one) for one in reading.messages() if one is not None), None)
        if found is None and self._stop is not None and self._stop.is_set():
            return None
        if found is None or not _is_original(found, info):
            self._done.lost[letter.id] = f"the letter does not hold its value, and {info.position} is not kept any more"
            return None
        return found

    def _is_kept(self, place: Partition, offset: int) -> bool:
        if place not in self._log.partitions([place[0]]):
            return False
        return self._log.earliest([place])[place] <= offset < self._log.latest([place])[place]

    def _count(self, letter: DeadLetter, on_letter: Callable[[DeadLetter], None]) -> None:
        topic = letter.info.topic
        self._done.sent[topic] = self._done.sent.get(topic, 0) + 1
        on_letter(letter)


def _is_original(record: ArchivedRecord, info: DeadLetterInfo) -> bool:
    """Whether a record is the one that a letter stands for: its topic may have been made anew meanwhile."""
    return (
        record.offset == info.offset
        and len(record.value or b"") == info.left_bytes
        and info.timestamp_ms in {None, record.timestamp_ms}
    )


def _headers(letter: DeadLetter, record: ArchivedRecord) -> list[tuple[str, str | bytes | None]]:
    own = without([(header.name, header.value) for header in record.headers], (PREFIX,))
    return [*own, (ID, letter.id.encode()), (COUNT, str(letter.info.redrives + 1).encode())]
