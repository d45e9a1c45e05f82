"""The judge: from journals to what was sent, acknowledged, handled, handled twice, lost and out of order."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.real.faults import journal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


UNCONFIRMED = "no broker has said at which offset it is"
"""In the failure of an event that the client calls delivered, and nobody knows where."""


@dataclass(frozen=True, slots=True)
class Handled:
    """One handling of one event."""

    event_id: str
    key: str
    number: int
    place: str
    at: int


@dataclass(slots=True)
class Ledger:
    """What became of the events of one test."""

    sent: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)
    handlings: list[Handled] = field(default_factory=list)
    """In the order of time, over all processes."""
    notes: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def handled(self) -> set[str]:
        """Events that were handled at least once."""
        return {one.event_id for one in self.handlings}

    @property
    def duplicates(self) -> int:
        """Handlings beyond the first of each event."""
        return len(self.handlings) - len(self.handled)

    @property
    def written_twice(self) -> int:
        """Events that are in the log more than once, as far as they were handled."""
        places = defaultdict(set)
        for one in self.handlings:
            places[one.event_id].add(one.place)
        return sum(len(found) > 1 for found in places.values())

    @property
    def lost(self) -> set[str]:
        """Events that were acknowledged and never handled."""
        return self.acknowledged - self.handled

    @property
    def unaccounted(self) -> set[str]:
        """Events that were neither acknowledged nor told of as possibly not written.

        Where leaders change, the client may be told that a batch is there already, and not where: whether it is chance
        says (`eventpact.produce.unconfirmed`). Any other failure leaves its event unaccounted.
        """
        told = {event_id for event_id, why in self.failed.items() if UNCONFIRMED in why}
        return self.sent - self.acknowledged - told

    @property
    def out_of_order(self) -> list[Handled]:
        """Events that were handled for the first time after a later one of their key had been."""
        latest: dict[str, int] = {}
        seen: set[str] = set()
        late = []
        for one in self.handlings:
            if one.event_id in seen:
                continue
            seen.add(one.event_id)
            if one.number < latest.get(one.key, -1):
                late.append(one)
            latest[one.key] = max(one.number, latest.get(one.key, -1))
        return late

    def row(self, fault: str) -> tuple[str, ...]:
        """The line of a fault, as `HEAD` names its columns."""
        counts = (
            *(len(self.sent), len(self.acknowledged), len(self.failed), len(self.handled)),
            *(self.duplicates, len(self.lost), len(self.out_of_order)),
        )
        return (fault, *(f"{count:,}" for count in counts))


HEAD = ("fault", "sent", "acknowledged", "failed", "handled", "duplicates", "lost", "out of order")


def judge(journals: Iterable[Path]) -> Ledger:
    """The ledger that journals make."""
    ledger = Ledger()
    for line in (line for path in journals for line in journal.lines(path)):
        match line.kind, line.words:
            case journal.SENT, (event_id, *_):
                ledger.sent.add(event_id)
            case journal.ACKNOWLEDGED, (event_id, *_):
                ledger.acknowledged.add(event_id)
            case journal.FAILED, (event_id, *why):
                ledger.failed[event_id] = " ".join(why)
            case journal.HANDLED, (event_id, key, number, place):
                ledger.handlings.append(Handled(event_id, key, int(number), place, line.at))
            case journal.NOTE, words:
                ledger.notes.append(words)
            case _:
                raise ValueError(f"not a line of a journal: {line}")
    # Records of an earlier test, that were deleted, may be there again after a crash.
    ours = (one for one in ledger.handlings if one.event_id in ledger.sent)
    ledger.handlings = sorted(ours, key=lambda one: one.at)
    return ledger


def table(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Rows under their head, as lines of text."""
    rows = [HEAD, *rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]

    def padded(row: tuple[str, ...]) -> list[str]:
        return [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]

    return ["  ".join(padded(row)) for row in rows]


def commonest(failures: Iterable[str]) -> str:
    """What most failures said."""
    return Counter(failures).most_common(1)[0][0]
