"""A group's offsets in a file, for the day on which its cluster is gone.

Besides each offset stands the moment that it means: when the record to be read next was written, or for a group that
had read everything, when the file was made. A cluster that was filled again from archives counts its offsets anew;
there the moments lead to the same records.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from eventpact.consume.record import milliseconds_of, place_of
from eventpact.errors import BrokerError, OffsetFileError, OutputError
from eventpact.json_file import read_json
from eventpact.operate.positions import LATEST, Position, instant_text
from eventpact.operate.reading import Reading
from eventpact.operate.resetting import Reset, demand_idle, planned
from eventpact.replacing import replace_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from eventpact.operate.groups import Groups, PartitionLag
    from eventpact.operate.log_offsets import Partition
    from eventpact.settings import Settings

By: TypeAlias = Literal["offset", "time"]

_FORMAT: Final = "eventpact group offsets"
_VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOffset:
    """A group's place on one partition."""

    topic: str
    partition: int
    offset: int
    time_ms: int
    """When the record to be read next was written, in milliseconds since 1970; where all was read, the export's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOffsets:
    """What an export holds."""

    group: str
    exported_ms: int
    offsets: tuple[KeptOffset, ...]


def export_offsets(groups: Groups, settings: Settings, name: str, *, now: datetime) -> KeptOffsets:
    """A group's offsets as they are; it may be running.

    Raises:
        BrokerError: it has committed none, or the cluster does not answer.
    """
    places = [one for one in groups.lag(name) if one.committed is not None]
    if not places:
        raise BrokerError(f"group {name} has committed no offsets: there is nothing to export")
    exported = int(now.timestamp() * 1000)
    times = _next_times(groups, settings, places)
    return KeptOffsets(
        group=name,
        exported_ms=exported,
        offsets=tuple(
            KeptOffset(
                topic=one.topic,
                partition=one.partition,
                offset=one.committed or 0,
                time_ms=times.get((one.topic, one.partition), exported),
            )
            for one in places
        ),
    )


def plan_restore(groups: Groups, kept: KeptOffsets, *, group: str | None = None, by: By = "offset") -> Reset:
    """What restoring offsets would change.

    Args:
        groups: those of the cluster.
        kept: what was exported.
        group: another group to give them to.
        by: `offset` on the cluster that they are of, `time` on one that was filled again.

    Raises:
        GroupActive: members of the group run.
        BrokerError: a topic or partition is missing; by offset, one that lies beyond the partition's end.
    """
    name = group or kept.group
    state = groups.state(name)
    demand_idle(state)
    committed = {(one.topic, one.partition): one.committed for one in state.partitions if one.committed is not None}
    known = set(groups.log.partitions(one.topic for one in kept.offsets))
    for one in kept.offsets:
        if (one.topic, one.partition) not in known:
            raise BrokerError(f"topic {one.topic} has no partition {one.partition}, which the export knows")
    return planned(name, committed, _wanted(groups, kept, by))


def write_offsets(kept: KeptOffsets, file: Path) -> None:
    """Write an export; the file appears whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    content = {
        "format": _FORMAT,
        "version": _VERSION,
        "group": kept.group,
        "exported": _text(kept.exported_ms),
        "offsets": [
            {"topic": one.topic, "partition": one.partition, "offset": one.offset, "time": _text(one.time_ms)}
            for one in kept.offsets
        ],
    }
    try:
        replace_file(file, json.dumps(content, indent=2) + "\n")
    except OSError as error:
        raise OutputError(f"{error.filename or file}: {error.strerror}; the offsets were not written") from error


def read_offsets(file: Path) -> KeptOffsets:
    """Read an export.

    Raises:
        OffsetFileError: it cannot be read, or is none.
    """
    try:
        content = read_json(file)
    except OSError as error:
        raise OffsetFileError(f"{file}: {error.strerror}") from error
    except ValueError as error:
        raise OffsetFileError(f"{file} is no export of offsets: {error}") from error
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise OffsetFileError(f"{file} is no export of offsets: `eventpact groups export` writes them")
    if content.get("version") != _VERSION:
        raise OffsetFileError(f"{file} is of version {content.get('version')}, this eventpact reads {_VERSION}")
    try:
        return KeptOffsets(
            group=_name(content["group"]),
            exported_ms=_milliseconds(content["exported"]),
            offsets=_each_once(_kept(one) for one in content["offsets"]),
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise OffsetFileError(f"{file} is a damaged export of offsets: {error!r}") from error


def _wanted(groups: Groups, kept: KeptOffsets, by: By) -> dict[Partition, int]:
    places = [(one.topic, one.partition) for one in kept.offsets]
    if by == "time":
        times = {(one.topic, one.partition): one.time_ms for one in kept.offsets}
        return groups.log.at_times(times, groups.log.at(places, LATEST))
    ends = groups.log.latest(places)
    for one in kept.offsets:
        end = ends[one.topic, one.partition]
        if one.offset > end:
            raise BrokerError(
                f"{one.topic}/{one.partition} ends at {end}, before the exported offset {one.offset}: this is not the "
                "log that the export was made of; restore by time"
            )
    return {(one.topic, one.partition): one.offset for one in kept.offsets}


def _next_times(groups: Groups, settings: Settings, places: list[PartitionLag]) -> dict[Partition, int]:
    """When the record at each committed offset was written; partitions that were read to their end are left out."""
    starts = {(one.topic, one.partition): one.committed or 0 for one in places if one.lag}
    first = groups.log.at(list(starts), Position("earliest")) if starts else {}
    starts = {place: max(offset, first[place]) for place, offset in starts.items()}
    ends = {(one.topic, one.partition): one.end for one in places}
    found: dict[Partition, int] = {}
    if not starts:
        return found
    # Also what a transaction holds that is still open: it may be what the group reads next.
    with Reading(settings, starts, ends, uncommitted=True) as reading:
        for message in reading.messages():
            if message is None:
                continue
            topic, partition, _ = place_of(message)
            if (topic, partition) not in found:
                found[topic, partition] = milliseconds_of(message) or 0
                reading.leave((topic, partition))
    return found


def _text(milliseconds: int) -> str | int:
    """An instant; the number of a time that no calendar has, as of a producer that counts in microseconds."""
    text = instant_text(milliseconds)
    return milliseconds if text.lstrip("-").isdecimal() else text


def _milliseconds(told: object) -> int:
    if type(told) is int:
        return _bounded(told, 63)
    at = datetime.fromisoformat(_checked(told, str))
    if at.tzinfo is None:
        raise ValueError(f"{told!r} has no zone")
    return int(at.astimezone(UTC).timestamp() * 1000 + 0.5)


def _each_once(offsets: Iterable[KeptOffset]) -> tuple[KeptOffset, ...]:
    kept = tuple(offsets)
    twice = [place for place, count in Counter((one.topic, one.partition) for one in kept).items() if count > 1]
    if twice:
        raise ValueError(f"{twice[0][0]}/{twice[0][1]} is there twice")
    return kept


def _kept(one: Mapping[str, Any]) -> KeptOffset:
    return KeptOffset(
        topic=_name(one["topic"]),
        partition=_bounded(_checked(one["partition"], int), 31),
        offset=_bounded(_checked(one["offset"], int), 63),
        time_ms=_milliseconds(one["time"]),
    )


def _bounded(number: int, bits: int) -> int:
    if not 0 <= number < 1 << bits:
        raise ValueError(f"{number} is out of range")
    return number


def _name(value: object) -> str:
    """A name that a cluster can be asked for."""
    name = str(_checked(value, str))
    if not name.encode():
        raise ValueError("a name is empty")
    return name


def _checked(value: Any, kind: type[Any]) -> Any:
    if type(value) is not kind:
        raise TypeError(f"expected {kind.__name__}, found {value!r}")
    return value
