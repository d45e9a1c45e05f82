"""Records taken from topics or an archive once more: into a topic, or through the handlers of a group.

A replay has a name, and under it the cluster keeps how far it came, as the offsets of a group,
`eventpact-replay.NAME`. A second run goes on where the first one ended, however that ended. Into topics that is exact:
records are written in transactions together with those offsets. Handlers see at most those records twice that they
handled since the offsets were kept last. Beside the offsets is kept where the range ends, so that all runs have one
range, whatever a position such as `2d` or `last:50` has come to mean between them.
"""

from __future__ import annotations

import re
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from eventpact.errors import BrokerError, EventPactError
from eventpact.operate.groups import Groups
from eventpact.operate.pace import Pace
from eventpact.operate.replay_targets import HandlerTarget, TopicTarget
from eventpact.operate.writing import RecordWriter
from eventpact.schemas import SchemaCatalog
from eventpact.wire import HEADER_SIZE, prefix

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping

    from eventpact.consume.group import Group
    from eventpact.containers.archive import ArchivedRecord
    from eventpact.operate.administrator import Administrator
    from eventpact.operate.groups import Committed
    from eventpact.operate.log_offsets import Partition
    from eventpact.operate.replay_sources import Source, Step
    from eventpact.operate.replay_targets import Target
    from eventpact.settings import Settings

GROUP: Final = "eventpact-replay."
"""What the group begins with that keeps a replay's progress."""

_UNTIL: Final = "until {}"
_KEPT_UNTIL: Final = re.compile(r"until (\d{1,19})", re.ASCII)
"""The note beside each offset of a replay whose range ends somewhere."""


@dataclass(slots=True, kw_only=True)
class Replayed:
    """What one run did."""

    name: str
    resumed: bool
    """Whether an earlier run of the same name had begun."""
    taken: Counter[str] = field(default_factory=Counter)
    """Topic to how many records were written to it, or handled; in a dry run, would be."""
    passed_over: int = 0
    """Records that cannot be decoded, or that this replay wrote itself."""
    stopped: bool = False
    """Whether it was told to stop before the end."""
    unread: Mapping[Partition, int] = field(default_factory=dict)
    """How many offsets of the range lie behind a transaction that is still open: a later run takes them."""

    @property
    def total(self) -> int:
        """How many records were taken."""
        return self.taken.total()


def name_of(*parts: str) -> str:
    """A name for a replay that is told from what: the same parts, the same name."""
    return sha256("\0".join(parts).encode()).hexdigest()[:12]


class Replay:
    """One replay, ready to run, or to be run again."""

    def __init__(
        self,
        settings: Settings,
        source: Source,
        *,
        name: str,
        topic: str | None = None,
        group: Group | None = None,
        catalog: SchemaCatalog | None = None,
        rate: float | None = None,
        same_partitions: bool = False,
        new_timestamps: bool = False,
        ids: Mapping[int, int] | None = None,
        administrator: Administrator | None = None,
    ) -> None:
        """Describe a replay; nothing is asked yet.

        Args:
            settings: of the cluster, and for a group of the registry.
            source: what is replayed.
            name: under which progress is kept; letters, digits, `.`, `_` and `-`.
            topic: where records go; by default each goes to the topic that it was read from.
            group: handles the records, instead of a topic taking them.
            catalog: schemas to share with others, for a group.
            rate: records a second at most.
            same_partitions: keep the number of each record's partition; by default its key leads to one.
            new_timestamps: let records count as written now; by default they keep their time.
            ids: schema ids that have become others, old to new, where the registry was filled again.
            administrator: a connection to share; one of its own by default.
        """
        self.name = name
        self.identity = f"{GROUP}{name}"
        self._settings = settings
        self._source = source
        self._topic = topic
        self._group = group
        self._catalog = catalog
        self._rate = rate
        self._same_partitions = same_partitions
        self._new_timestamps = new_timestamps
        self._ids = ids or {}
        self._groups = Groups(settings, administrator=administrator)

    def run(
        self,
        *,
        stop: threading.Event | None = None,
        dry_run: bool = False,
        on_record: Callable[[ArchivedRecord], None] = lambda _: None,
    ) -> Replayed:
        """Go on from where the last run of this name ended; returns at the end of the source, or when told to stop.

        Args:
            stop: ends the run when it is set; what was taken by then is kept.
            dry_run: only count.
            on_record: called with each record that was looked at.

        Raises:
            DeliveryError: the cluster refuses a record, or another run of this name has begun.
            HandlerError: a handler failed; the next run begins with its record.
            BrokerError, RegistryError, ContainerError: cluster, registry or archive cannot be read.
        """
        if self._topic is not None:
            self._groups.log.partitions([self._topic])  # refuses a topic that is not there
        self._pace = Pace.until(self._rate, stop)
        with ExitStack() as stack:
            target = None if dry_run else self._target(stack)
            kept = self._groups.noted(self.identity, self._source.starts)
            progress = {place: one.offset for place, one in kept.items()}
            ends = _ends(kept) or self._source.ends
            self._notes = {place: _UNTIL.format(end) for place, end in ends.items()}
            done = Replayed(name=self.name, resumed=bool(progress), unread=self._source.unread(ends))
            if target is not None and not progress:
                self._begin()
            unkept: dict[Partition, int] = {}
            try:
                for step in self._source.steps(progress, ends, stop):
                    self._take(step, target, unkept, done, on_record)
            except EventPactError:
                if isinstance(target, HandlerTarget):
                    target.keep(unkept, self._notes)  # what came before the failure is done
                raise
            if target is not None:
                target.keep(unkept, self._notes)
        done.stopped = stop is not None and stop.is_set()
        return done

    def _target(self, stack: ExitStack) -> Target:
        if self._group is None:
            writer = stack.enter_context(RecordWriter(self._settings, self.identity))
            return TopicTarget(
                writer,
                self.name,
                self._topic,
                same_partitions=self._same_partitions,
                new_timestamps=self._new_timestamps,
            )
        catalog = self._catalog
        if catalog is None:
            catalog = SchemaCatalog(self._settings)
            stack.callback(catalog.close)
        handlers = HandlerTarget(self._group, catalog, self._groups, self.identity)
        stack.callback(handlers.close)
        return handlers

    def _begin(self) -> None:
        """Keep where the replay begins and ends, so that a later run does so nowhere else, whatever it is told."""
        try:
            self._groups.commit(self.identity, self._source.starts, self._notes)
        except BrokerError as error:
            topics = ", ".join(sorted({topic for topic, _ in self._source.starts}))
            raise BrokerError(f"cannot keep the progress of replay {self.name} on {topics}: {error}") from error

    def _take(
        self,
        step: Step,
        target: Target | None,
        unkept: dict[Partition, int],
        done: Replayed,
        on_record: Callable[[ArchivedRecord], None],
    ) -> None:
        record = step.record
        if record is not None:
            if record.schema_id is not None and record.schema_id in self._ids:
                record = _renumbered(record, self._ids[record.schema_id])
            if target is None:
                done.taken[self._topic or record.topic] += 1
            elif not self._wait(target, unkept):
                return
            elif target.take(record):
                done.taken[target.name_of(record)] += 1
            else:
                done.passed_over += 1
            unkept |= step.progress
            on_record(record)
        if target is not None and target.due:
            target.keep(unkept, self._notes)
            unkept.clear()

    def _wait(self, target: Target, unkept: dict[Partition, int]) -> bool:
        """Wait for a record's turn; false when a stop came first."""
        if self._pace.delay >= 1:  # nothing is left open meanwhile that readers would wait for
            target.keep(unkept, self._notes)
            unkept.clear()
        return self._pace.wait()


def _ends(kept: Mapping[Partition, Committed]) -> dict[Partition, int]:
    """Where the range of an earlier run ends; empty for one that goes on to the end of its topics."""
    found = ((place, _KEPT_UNTIL.fullmatch(one.note)) for place, one in kept.items())
    return {place: int(until[1]) for place, until in found if until is not None}


def _renumbered(record: ArchivedRecord, schema_id: int) -> ArchivedRecord:
    """A record whose schema has another id by now."""
    return replace(record, schema_id=schema_id, value=prefix(schema_id) + (record.value or b"")[HEADER_SIZE:])
