"""The offsets that partitions have: first, next, and the first from a moment on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from confluent_kafka import OFFSET_INVALID, IsolationLevel, TopicPartition
from confluent_kafka.admin import OffsetSpec  # type: ignore[attr-defined]  # imported there, not re-exported

from eventpact.errors import BrokerError
from eventpact.wording import counted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from concurrent.futures import Future

    from eventpact.operate.administrator import Administrator
    from eventpact.operate.positions import Position

Partition: TypeAlias = tuple[str, int]
"""Topic and number."""

_FOUND_NONE: Final = -1
_NAMED: Final = 3
"""Partitions that an error names; it counts the others."""


class LogOffsets:
    """Asks one cluster, all partitions of a call at once."""

    def __init__(self, administrator: Administrator) -> None:
        self._administrator = administrator

    def partitions(self, topics: Iterable[str]) -> tuple[Partition, ...]:
        """Every partition of topics, in order.

        Raises:
            BrokerError: there is no such topic, or the cluster does not answer.
        """
        known = self._administrator.metadata().topics
        wanted = tuple(dict.fromkeys(topics))
        for topic in wanted:
            if topic not in known:
                raise BrokerError(
                    f"there is no topic {topic} on {self._administrator.brokers}: "
                    "`eventpact topics list` shows those that there are"
                )
        return tuple((topic, number) for topic in wanted for number in sorted(known[topic].partitions))

    def earliest(self, partitions: Collection[Partition]) -> dict[Partition, int]:
        """The first offset that is kept."""
        return self._ask(partitions, OffsetSpec.earliest())  # type: ignore[no-untyped-call]  # the client leaves it without types

    def latest(self, partitions: Collection[Partition]) -> dict[Partition, int]:
        """The offset that the next record gets."""
        return self._ask(partitions, OffsetSpec.latest())  # type: ignore[no-untyped-call]  # as above

    def stable(self, partitions: Collection[Partition]) -> dict[Partition, int]:
        """The offset before which every transaction has ended: how far `read_committed` readers get now."""
        return self._ask(partitions, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED)  # type: ignore[no-untyped-call]  # as above

    def at(
        self, partitions: Collection[Partition], position: Position, *, stable: bool = False
    ) -> dict[Partition, int]:
        """The offset that a position leads to, never outside of what the partition has.

        A time leads to the first record written then or later, and where there is none to the end. With `stable`, the
        end is where `read_committed` readers have to stop now.
        """
        low, high = self.earliest(partitions), (self.stable if stable else self.latest)(partitions)
        match position.kind:
            case "earliest":
                return low
            case "latest":
                return high
            case "offset":
                return {place: min(max(position.number, low[place]), high[place]) for place in partitions}
            case "last":
                return {place: max(high[place] - position.number, low[place]) for place in partitions}
            case "time":
                return self.at_times(dict.fromkeys(partitions, position.number), high)

    def at_times(self, times: Mapping[Partition, int], high: Mapping[Partition, int]) -> dict[Partition, int]:
        """The first offset written at each partition's moment (milliseconds since 1970) or later, else its end."""
        found = self._asked({place: OffsetSpec.for_timestamp(max(time, 0)) for place, time in times.items()})
        return {place: high[place] if offset == _FOUND_NONE else offset for place, offset in found.items()}

    def unserved(self, partitions: Collection[Partition], *, timeout: float | None = None) -> tuple[Partition, ...]:
        """Those whose leader does not know yet that it leads, or does not answer: it is the leaders that are asked.

        They have `timeout` seconds, the administrator's by default.
        """
        if not partitions:
            return ()
        latest: OffsetSpec = OffsetSpec.latest()  # type: ignore[no-untyped-call]  # as above
        futures = self._futures(dict.fromkeys(partitions, latest), timeout=timeout)
        return tuple(
            place
            for place, future in zip(partitions, futures, strict=True)
            if future.exception() is not None or _is_unanswered(future.result())
        )

    def _ask(
        self,
        partitions: Collection[Partition],
        spec: OffsetSpec,
        isolation: IsolationLevel = IsolationLevel.READ_UNCOMMITTED,
    ) -> dict[Partition, int]:
        return self._asked(dict.fromkeys(partitions, spec), isolation)

    def _asked(
        self, specs: Mapping[Partition, OffsetSpec], isolation: IsolationLevel = IsolationLevel.READ_UNCOMMITTED
    ) -> dict[Partition, int]:
        if not specs:
            return {}
        found = self._administrator.answers("list offsets", lambda: self._futures(specs, isolation))
        silent = [place for place, result in zip(specs, found, strict=True) if _is_unanswered(result)]
        if silent:
            raise BrokerError(
                f"cannot list offsets: {leaders_of(silent)} did not answer within {self._administrator.timeout:g} s"
                f"{self._administrator.complaints.known()} (brokers: {self._administrator.brokers})"
            )
        return {place: int(result.offset) for place, result in zip(specs, found, strict=True)}

    def _futures(
        self,
        specs: Mapping[Partition, OffsetSpec],
        isolation: IsolationLevel = IsolationLevel.READ_UNCOMMITTED,
        timeout: float | None = None,
    ) -> list[Future[Any]]:
        """The answers to come, in the order of the questions."""
        asked = {TopicPartition(*place): spec for place, spec in specs.items()}
        timeout = self._administrator.timeout if timeout is None else timeout
        futures = self._administrator.client.list_offsets(asked, isolation_level=isolation, request_timeout=timeout)
        by_place = {(one.topic, one.partition): future for one, future in futures.items()}
        return [by_place[place] for place in specs]


def leaders_of(partitions: Collection[Partition]) -> str:
    """Whose answer is missing, in words: the leaders of the first few partitions, and how many more there are."""
    named = [f"{topic}/{number}" for topic, number in sorted(partitions)]
    others = len(named) - _NAMED
    more = f" and {counted(others, 'more partition')}" if others > 0 else ""
    return f"the leader{'' if len(named) == 1 else 's'} of {', '.join(named[:_NAMED])}{more}"


def _is_unanswered(result: Any) -> bool:
    """Whether a partition's leader did not answer in time: the client tells no error then, but no offset either."""
    return bool(result.offset == OFFSET_INVALID)
