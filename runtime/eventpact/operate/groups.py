"""Consumer groups on a cluster: listed, described, and how far each is behind.

Every call waits a bounded time (`Settings.timeout` unless told otherwise) and raises `BrokerError` with what to do.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from confluent_kafka import ConsumerGroupState, ConsumerGroupTopicPartitions, KafkaError, KafkaException, TopicPartition

from eventpact.clients import broker_error
from eventpact.errors import BrokerError
from eventpact.operate.administrator import Administrator
from eventpact.operate.log_offsets import LogOffsets, Partition

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from concurrent.futures import Future

    from eventpact.settings import Settings

_STATES: Final[dict[ConsumerGroupState, str]] = {
    ConsumerGroupState.UNKNOWN: "unknown",
    ConsumerGroupState.PREPARING_REBALANCING: "rebalancing",
    ConsumerGroupState.COMPLETING_REBALANCING: "rebalancing",
    ConsumerGroupState.STABLE: "stable",
    ConsumerGroupState.DEAD: "gone",
    ConsumerGroupState.EMPTY: "empty",
}

_ABSENT: Final = frozenset({KafkaError.GROUP_ID_NOT_FOUND})
_COMING: Final = frozenset(
    {
        KafkaError.NOT_COORDINATOR,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    }
)
"""Errors of a group whose coordinator is about to be there, as on a cluster that nobody has committed to before."""

_LOOK: Final = 0.1
"""Seconds between two looks at whether a coordinator is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One running member of a group."""

    id: str
    client_id: str
    host: str
    partitions: tuple[Partition, ...]


class Committed(NamedTuple):
    """What a group has committed on a partition."""

    offset: int
    """The offset that it reads next."""
    note: str = ""
    """A text that whoever committed it left with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionLag:
    """How far a group is on one partition."""

    topic: str
    partition: int
    committed: int | None
    """The offset that it reads next; None where it has committed none."""
    end: int
    """The offset that the next record gets."""
    member: str | None = None
    """The client id of the member that has the partition."""

    @property
    def lag(self) -> int | None:
        """Offsets between the two, those of transactions' markers included; None where nothing is committed."""
        return None if self.committed is None else max(0, self.end - self.committed)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupState:
    """A group as it is on the cluster."""

    name: str
    state: str
    """`stable`, `rebalancing`, `empty` (no member runs), `gone` or `unknown`."""
    members: tuple[Member, ...]
    assignor: str
    """How its members share partitions."""
    coordinator: str
    """The broker that keeps it, `host:port`."""
    partitions: tuple[PartitionLag, ...]
    """Those that it has committed offsets of, or that a member has."""

    @property
    def lag(self) -> int:
        """Of all partitions together."""
        return total(self.partitions)

    @property
    def active(self) -> bool:
        """Whether members run."""
        return bool(self.members)


def total(partitions: Iterable[PartitionLag]) -> int:
    """The lag of partitions together; those without committed offset count nothing."""
    return sum(one.lag or 0 for one in partitions)


class Groups:
    """The consumer groups of one cluster."""

    def __init__(
        self, settings: Settings, *, timeout: float | None = None, administrator: Administrator | None = None
    ) -> None:
        """Connect in the background, or share the connection of `administrator`, and its timeout."""
        self.administrator = administrator or Administrator(settings, timeout=timeout)
        self.log = LogOffsets(self.administrator)
        self._coordinated: set[str] = set()
        """Groups whose coordinator has answered."""

    def names(self) -> tuple[str, ...]:
        """Every group that the cluster knows, in order of name."""
        client, timeout = self.administrator.client, self.administrator.timeout
        found = self.administrator.answer("list groups", lambda: client.list_consumer_groups(request_timeout=timeout))
        if found.errors:
            first = found.errors[0]
            error = first.args[0] if isinstance(first, KafkaException) else first
            raise broker_error(error, self.administrator.complaints, "list groups")
        return tuple(sorted(str(one.group_id) for one in found.valid or ()))

    def list(self) -> tuple[GroupState, ...]:
        """Every group with its members and its lag, in order of name."""
        names = self.names()
        return self._states(names, self._described(names))

    def describe(self, name: str) -> GroupState:
        """One group.

        Raises:
            BrokerError: there is no group of that name, or the cluster does not answer.
        """
        state = self.state(name)
        if state.state == "gone" and not state.partitions:
            raise BrokerError(f"there is no group {name}: `eventpact groups list` shows those that there are")
        return state

    def state(self, name: str) -> GroupState:
        """One group; `gone` and without partitions where the cluster knows none of that name."""
        [state] = self._states([name], self._described([name]))
        return state

    def committed(self, name: str, partitions: Collection[Partition] = ()) -> dict[Partition, int]:
        """The offsets that a group reads next, where it has committed any; of some partitions, or of all.

        The embedded broker answers for partitions that are named alone.
        """
        return {place: one.offset for place, one in self.noted(name, partitions).items()}

    def noted(self, name: str, partitions: Collection[Partition] = ()) -> dict[Partition, Committed]:
        """As `committed`, with the notes that were left with the offsets."""
        self._await_coordinator(name)
        client, timeout = self.administrator.client, self.administrator.timeout
        places = [TopicPartition(*place) for place in partitions]
        asked = [ConsumerGroupTopicPartitions(name, places or None)]
        [found] = self.administrator.answers(
            f"list offsets of group {name}",
            lambda: client.list_consumer_group_offsets(asked, request_timeout=timeout).values(),
        )
        return {
            (one.topic, one.partition): Committed(one.offset, one.metadata or "")
            for one in found.topic_partitions
            if one.offset >= 0
        }

    def lag(self, name: str) -> tuple[PartitionLag, ...]:
        """How far a group is on each partition that it has committed offsets of; empty for a group of no name here."""
        return self._lags(self.committed(name), {})

    def commit(
        self, name: str, offsets: Mapping[Partition, int], notes: Mapping[Partition, str] = MappingProxyType({})
    ) -> None:
        """Set what a group without members reads next, and leave notes with it.

        Raises:
            BrokerError: a member runs after all, or the cluster does not answer.
        """
        self._await_coordinator(name)
        client, timeout = self.administrator.client, self.administrator.timeout
        wanted = [TopicPartition(*place, offset, notes.get(place, "")) for place, offset in offsets.items()]
        [done] = self.administrator.answers(
            f"set the offsets of group {name}",
            lambda: client.alter_consumer_group_offsets(
                [ConsumerGroupTopicPartitions(name, wanted)], request_timeout=timeout
            ).values(),
        )
        for one in done.topic_partitions:
            if one.error is not None:
                doing = f"set the offset of group {name} on {one.topic}/{one.partition}"
                raise broker_error(one.error, self.administrator.complaints, doing)

    def _await_coordinator(self, name: str) -> None:
        """Wait until a group's coordinator answers, on a new cluster for some seconds.

        Asked for offsets before that, librdkafka 2.16 crashes the process or calls what will pass an error.
        """
        if name in self._coordinated:
            return
        client, timeout = self.administrator.client, self.administrator.timeout
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            try:
                client.describe_consumer_groups([name], request_timeout=timeout)[name].result()
            except KafkaException as error:
                if error.args[0].code() in _COMING:
                    time.sleep(_LOOK)
                    continue
            break  # whatever else is wrong is told when it is in the way
        self._coordinated.add(name)

    def _described(self, names: Iterable[str]) -> dict[str, Any]:
        wanted = list(names)
        if not wanted:
            return {}
        client, timeout = self.administrator.client, self.administrator.timeout
        futures = client.describe_consumer_groups(wanted, request_timeout=timeout)
        found = {}
        for name, future in futures.items():
            try:
                found[name] = self.administrator.answer(f"describe group {name}", partial(_same, future))
            except BrokerError as error:
                if not _is_absent(error):
                    raise
                found[name] = None
        return found

    def _states(self, names: Iterable[str], described: Mapping[str, Any]) -> tuple[GroupState, ...]:
        self._coordinated |= described.keys()
        committed = {name: self.committed(name) for name in names}
        members = {name: _members(described[name]) for name in committed}
        held = {
            name: {place: member.client_id for member in members[name] for place in member.partitions}
            for name in members
        }
        places = {place for name in committed for place in (*committed[name], *held[name])}
        ends = self._ends(places)
        return tuple(
            GroupState(
                name=name,
                state="gone" if described[name] is None else _STATES.get(described[name].state, "unknown"),
                members=members[name],
                assignor="" if described[name] is None else str(described[name].partition_assignor or ""),
                coordinator="" if described[name] is None else _address(described[name].coordinator),
                partitions=_lags(committed[name], held[name], ends),
            )
            for name in committed
        )

    def _lags(self, committed: Mapping[Partition, int], held: Mapping[Partition, str]) -> tuple[PartitionLag, ...]:
        return _lags(committed, held, self._ends({*committed, *held}))

    def _ends(self, places: set[Partition]) -> dict[Partition, int]:
        """Where partitions end; those of topics that were deleted are left out."""
        known = self.administrator.metadata().topics
        there = [(topic, number) for topic, number in places if topic in known and number in known[topic].partitions]
        return self.log.latest(sorted(there))


def _lags(
    committed: Mapping[Partition, int], held: Mapping[Partition, str], ends: Mapping[Partition, int]
) -> tuple[PartitionLag, ...]:
    return tuple(
        PartitionLag(
            topic=place[0], partition=place[1], committed=committed.get(place), end=ends[place], member=held.get(place)
        )
        for place in sorted({*committed, *held})
        if place in ends
    )


def _members(described: Any) -> tuple[Member, ...]:
    if described is None:
        return ()
    return tuple(
        Member(
            id=str(one.member_id),
            client_id=str(one.client_id),
            host=str(one.host).lstrip("/"),
            partitions=tuple(
                sorted(
                    (part.topic, part.partition) for part in (one.assignment and one.assignment.topic_partitions) or ()
                )
            ),
        )
        for one in sorted(described.members, key=lambda member: (member.client_id, member.member_id))
    )


def _same(future: Future[Any]) -> Future[Any]:
    return future


def _address(node: Any) -> str:
    return "" if node is None else f"{node.host}:{node.port}"


def _is_absent(error: BrokerError) -> bool:
    cause = error.__cause__
    return isinstance(cause, KafkaException) and cause.args[0].code() in _ABSENT
