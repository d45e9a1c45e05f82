"""Groups driven by hand: a handler's class, one event after the other, in memory and in the test's own thread.

    with DrivenGroup(Notifier()) as group:
        done = group.handle(event)
        assert done.outcome == "handled"

Everything but broker and registry is real: the event is encoded and framed, found by its schema's id, resolved to the
version that the group reads, retried as its contract says, sent to its dead letter topic, and its offset committed.
"""

from __future__ import annotations

import threading
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Literal, Self, TypeAlias

from eventpact import SchemaCatalog
from eventpact.consume.dead_letters import letter_of
from eventpact.consume.retries import waiting_of
from eventpact.names import topic_name
from eventpact.produce.route import headers_of, key_of
from eventpact.wire import frame
from eventpact_testing.clock import StepClock
from eventpact_testing.memory import MemoryCluster, memory_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from eventpact import Event, Group, GroupStatistics
    from eventpact.consume.record import RawHeaders
    from eventpact_testing.memory.cluster import Record

RunGroup: TypeAlias = "Callable[[Group], DrivenGroup]"
"""The type of the fixture `run_group`."""

Outcome: TypeAlias = Literal["handled", "unknown", "tombstone", "delayed", "skipped", "dead-letter", "discarded"]

_OUTCOMES: Final[Mapping[Outcome, str]] = {
    "handled": "handled",
    "unknown": "unknown",
    "tombstone": "tombstones",
    "delayed": "delayed",
    "skipped": "skipped",
    "dead-letter": "dead_lettered",
    "discarded": "discarded",
}
"""What becomes of a record, and the statistic that counts it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A record that was given up."""

    topic: str
    """The dead letter topic."""
    reason: str
    """`handler-failed` or `undecodable`."""
    exception: str
    """The exception's class with its module, `builtins.ValueError`."""
    message: str
    """What the exception said."""
    attempts: int
    key: bytes | None
    value: bytes | None
    """As they were on the topic that the record came from."""
    headers: Mapping[str, bytes]
    """All, those among them that say why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What became of one record."""

    outcome: Outcome
    retries: int
    """Attempts beyond the first."""
    waits: tuple[float, ...]
    """Seconds before each of these."""
    dead_letter: DeadLetter | None
    statistics: GroupStatistics
    """Of this record alone."""


class DrivenGroup:
    """A group on a cluster in memory that holds what the test gives it; close it, or use it in a `with`."""

    def __init__(self, group: Group, *, clock: StepClock | None = None) -> None:
        """Drive `group`; retries wait by `clock`, one of its own by default, which becomes the group's."""
        self.group = group
        self.clock = group.clock = clock or StepClock()
        self._stop = threading.Event()
        self._cluster = MemoryCluster()
        self._exits = ExitStack()
        self._settings = self._exits.enter_context(memory_settings(self._cluster))
        self._catalog = SchemaCatalog(self._settings, register="dev")
        self._begun: list[Begun] = []

    @property
    def commits(self) -> Mapping[str, int]:
        """Topic to the committed offset, which is that of the record to come next."""
        return dict(self._cluster.committed)

    @property
    def dead_letters(self) -> list[DeadLetter]:
        """All dead letters up to now."""
        written = (_dead_letter(record) for record in self._cluster.records)
        return [letter for letter in written if letter is not None]

    def handle(self, event: Event, /, **parameters: str) -> Handled:
        """Hand the group an event, as its producer would send it; `parameters` are the topic's run-time parameters.

        Waits between attempts pass at once. The event may be of any version of its contract.

        Raises:
            ValueError: the group does not read the event's topic.
            HandlerError: the handler failed and the contract names no dead letter topic.
            ParameterError: the topic takes other parameters.
            EncodeError: the event does not fit its schema.
        """
        return self._run(self._send(event, parameters))

    def handle_record(
        self, topic: str, value: bytes | None, *, key: bytes | None = None, headers: RawHeaders = ()
    ) -> Handled:
        """Hand the group a record as it is on the wire: damaged bytes, those of a stranger, or `None`, a tombstone.

        Raises:
            ValueError: the group does not read the topic.
            HandlerError: as `handle`.
        """
        return self._run(self._write(topic, value, key, headers))

    def handle_due(self) -> list[Handled]:
        """Hand the group what waits on its retry topics and is due by the clock; what became of each, in their order.

        `clock.advance` brings the moment on: after it, an event that was `delayed` is tried once more.

        Raises:
            HandlerError: as `handle`.
        """
        done = []
        while (record := self._due()) is not None:
            done.append(self._run(record))
        return done

    def begin(self, event: Event, /, **parameters: str) -> Begun:
        """Hand the group an event, and return at the first wait for another attempt: `clock.advance` goes on.

        The handler runs on a thread of its own, but only while `begin` or `advance` wait for it.
        What `handle` raises is raised here, or by `advance`.
        """
        begun = Begun(self.clock, partial(self._run, self._send(event, parameters)))
        self._begun.append(begun)
        return begun

    def close(self) -> None:
        """End what was begun and still waits; its record stays uncommitted."""
        self._stop.set()
        for begun in self._begun:
            begun.end()
        self._catalog.close()
        self._exits.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _send(self, event: Event, parameters: dict[str, str]) -> Record:
        contract = event.contract
        topic = topic_name(contract.topic).fill(parameters)
        schema_id = self._catalog.schema_id(contract, contract.subject.format_map(parameters))
        value = frame(schema_id, contract.encode(event))
        return self._write(topic, value, key_of(contract)(event), headers_of(contract)(event))

    def _write(self, topic: str, value: bytes | None, key: bytes | None, headers: RawHeaders) -> Record:
        group = self.group
        if not _any_matches(group.topics, topic) or _any_matches(group.ignored_topics, topic):
            raise ValueError(f"group {group.name} does not read {topic}, only {', '.join(group.topics)}")
        self._cluster.write(topic, value, key=key, headers=headers)
        return self._cluster.records[-1]

    def _due(self) -> Record | None:
        """The first record on a retry topic that the group would handle now; one that is not due holds up its topic."""
        held: set[str] = set()
        for record in self._cluster.records:
            topic, waiting = record.topic, waiting_of(record.headers)
            if waiting is None or topic in held or record.offset < self._cluster.committed.get(topic, 0):
                continue
            if waiting.due <= self.clock.time():
                return record
            held.add(topic)
        return None

    def _run(self, record: Record) -> Handled:
        """Let the group run until the record is dealt with, after those that an earlier failure has left."""
        committed = self._cluster.committed
        while committed.get(record.topic, 0) <= record.offset:
            letters, waits = len(self.dead_letters), len(self.clock.waits)
            statistics = self.group.run(self._settings, stop=self._stop, max_events=1, catalog=self._catalog)
            if not statistics.records:
                raise InterruptedError(f"group {self.group.name} was closed before it was done with {record.topic}")
        return Handled(
            outcome=next(outcome for outcome, name in _OUTCOMES.items() if getattr(statistics, name)),
            retries=statistics.retried,
            waits=tuple(self.clock.waits[waits:]),
            dead_letter=next(iter(self.dead_letters[letters:]), None),
            statistics=statistics,
        )


class Begun:
    """An event in the hands of its handler."""

    def __init__(self, clock: StepClock, run: Callable[[], Handled]) -> None:
        self._clock = clock
        self._run = run
        self._handled: Handled | None = None
        self._stepped = clock.start(self._keep)

    @property
    def waiting(self) -> float | None:
        """Seconds until the next attempt; `None` when there is none to come."""
        due = self._stepped.due
        return None if due is None else due - self._clock.now

    @property
    def handled(self) -> Handled | None:
        """What became of it; `None` while it waits."""
        return self._handled

    def end(self) -> None:
        """Give up what still waits; the run it belongs to was told to stop."""
        if self._stepped.due is not None:
            with suppress(InterruptedError):
                self._stepped.go_on()

    def _keep(self) -> None:
        self._handled = self._run()


def _any_matches(names: tuple[str, ...], topic: str) -> bool:
    return any(topic_name(name).match(topic) is not None for name in names)


def _dead_letter(record: Record) -> DeadLetter | None:
    info = letter_of(record.headers)
    if info is None:
        return None
    return DeadLetter(
        topic=record.topic,
        reason=info.reason,
        exception=info.exception,
        message=info.message,
        attempts=info.attempts,
        key=record.key,
        value=record.value,
        headers={name: value for name, value in record.headers if isinstance(value, bytes)},
    )
