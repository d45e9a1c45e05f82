"""Moving a group's offsets: planned first, shown, and carried out on a group that no member runs of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eventpact.errors import BrokerError, GroupActive
from eventpact.wording import counted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from eventpact.operate.groups import Groups, GroupState
    from eventpact.operate.log_offsets import Partition
    from eventpact.operate.positions import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class OffsetChange:
    """What becomes of a group's place on one partition."""

    topic: str
    partition: int
    old: int | None
    """What it would have read next; None where nothing was committed."""
    new: int
    """What it will read next."""

    @property
    def place(self) -> Partition:
        """The partition."""
        return self.topic, self.partition

    @property
    def records(self) -> int | None:
        """Offsets that it will read again (below 0) or pass over (above 0); None where nothing was committed."""
        return None if self.old is None else self.new - self.old


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset:
    """A plan for one group; nothing has changed yet."""

    group: str
    changes: tuple[OffsetChange, ...]
    """Only partitions whose offset moves, in order."""


def plan_reset(
    groups: Groups,
    name: str,
    position: Position,
    *,
    topics: Collection[str] = (),
    partitions: Collection[int] = (),
    create: bool = False,
) -> Reset:
    """What moving a group to a position would change.

    Args:
        groups: those of the cluster.
        name: the group.
        position: where to.
        topics: only these; by default all that the group has committed offsets of.
        partitions: only these of each topic.
        create: the group need not be known to the cluster; then `topics` have to be named.

    Raises:
        GroupActive: members of the group run.
        BrokerError: there is no such group, topic or partition, or nothing to move.
    """
    if not create:
        groups.describe(name)  # refuses a name that is misspelt
    committed = _committed_of_idle(groups, name)
    wanted = tuple(topics) or tuple(dict.fromkeys(topic for topic, _ in committed))
    if not wanted:
        raise BrokerError(f"group {name} has committed no offsets: name the topics to set them on (--topic)")
    places = groups.log.partitions(wanted)
    if partitions:
        places = _narrowed(places, wanted, partitions)
    return planned(name, committed, groups.log.at(places, position))


def planned(name: str, committed: Mapping[Partition, int], wanted: Mapping[Partition, int]) -> Reset:
    """What moves when a group is to read `wanted` next."""
    changes = (
        OffsetChange(topic=place[0], partition=place[1], old=committed.get(place), new=new)
        for place, new in sorted(wanted.items())
    )
    return Reset(group=name, changes=tuple(change for change in changes if change.old != change.new))


def apply_reset(groups: Groups, reset: Reset) -> None:
    """Carry a plan out; all of it or nothing.

    Raises:
        GroupActive: members of the group run by now.
        BrokerError: its offsets are not any more those that the plan was made from, or the cluster refuses.
    """
    committed = _committed_of_idle(groups, reset.group)
    moved = [change for change in reset.changes if committed.get(change.place) != change.old]
    if moved:
        raise BrokerError(
            f"group {reset.group} has moved on {counted(len(moved), 'partition')} since this was planned, the first "
            f"{moved[0].topic}/{moved[0].partition}: plan again"
        )
    if reset.changes:
        groups.commit(reset.group, {change.place: change.new for change in reset.changes})


def demand_idle(state: GroupState) -> None:
    """Refuse a group whose members run.

    Raises:
        GroupActive: names them.
    """
    if state.active:
        running = ", ".join(sorted({f"{member.client_id} on {member.host}" for member in state.members}))
        raise GroupActive(
            f"group {state.name} is active ({counted(len(state.members), 'member')}: {running}): stop its members, and "
            "wait until their session has timed out, before its offsets are moved"
        )


def _committed_of_idle(groups: Groups, name: str) -> dict[Partition, int]:
    state = groups.state(name)
    demand_idle(state)
    return {(one.topic, one.partition): one.committed for one in state.partitions if one.committed is not None}


def _narrowed(places: Iterable[Partition], topics: Iterable[str], partitions: Collection[int]) -> tuple[Partition, ...]:
    known = set(places)
    for topic in topics:
        for number in partitions:
            if (topic, number) not in known:
                raise BrokerError(f"topic {topic} has no partition {number}")
    return tuple((topic, number) for topic in topics for number in sorted(set(partitions)))
