"""The order of each key over retry topics, whatever fails, moves to another member or dies: a model of a group."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from eventpact.consume.parked import Found, ParkedKeys, Partition, slot_of

MAIN = "orders"
TIERS = ("retry.1", "retry.2", "retry.3")
PARTITIONS: list[Partition] = [(topic, number) for topic in (MAIN, *TIERS) for number in (0, 1)]

Event = tuple[str, int]
"""Key, and which of the key's events it is."""


@dataclass
class Member:
    """What one member knows and has not committed; all of it is lost when it dies."""

    parked: ParkedKeys = field(default_factory=ParkedKeys)
    positions: dict[Partition, int] = field(default_factory=dict)
    writes: list[tuple[str, Event]] = field(default_factory=list)
    read: dict[Partition, int] = field(default_factory=dict)
    unread: bool = True
    asked: dict[Partition, int] | None = None
    """Committed offsets that it asked for and has not read the tiers after."""


class Cluster:
    """Two members of a group, topics of two partitions, and what became of each event."""

    def __init__(self, keys: list[str]) -> None:
        self.logs: dict[Partition, list[Event]] = {partition: [] for partition in PARTITIONS}
        self.committed: dict[Partition, int] = dict.fromkeys(PARTITIONS, 0)
        self.members = [Member(), Member()]
        self.settled: set[Event] = set()
        for number, partition in enumerate(PARTITIONS):
            self.members[number % 2].positions[partition] = 0
        for key in keys:
            event = (key, sum(key == other for log in self.logs.values() for other, _ in log))
            self.append(MAIN, event)

    def append(self, topic: str, event: Event) -> tuple[Partition, int]:
        partition = (topic, ord(event[0]) % 2)
        self.logs[partition].append(event)
        return partition, len(self.logs[partition]) - 1

    def handle(self, member: Member, partition: Partition, *, fails: bool) -> None:
        """The next record of a partition: handled when its key is free, sent on otherwise or when it fails."""
        position = member.positions[partition]
        if position >= len(self.logs[partition]):
            return
        if member.unread:
            self.ask(member)
            self.learn(member)
            member.unread = False
        event = self.logs[partition][position]
        topic = partition[0]
        after = TIERS[TIERS.index(topic) + 1 :] if topic in TIERS else TIERS
        slot = slot_of(MAIN, event[0].encode())
        behind = member.parked.behind(slot, after)
        if behind is None:
            earlier = {(event[0], number) for number in range(event[1])}
            assert earlier <= self.settled, f"{event} was tried on {topic} before {earlier - self.settled} was settled"
        if behind is not None or (fails and after):
            target = behind or after[0]
            member.parked.sent(slot, target, 0.0)
            member.writes.append((target, event))
        else:
            self.settled.add(event)  # succeeded, or is a dead letter
        member.positions[partition] = position + 1

    def flush(self, member: Member, most: int | None = None) -> None:
        """Writes reach the broker in their order."""
        for topic, event in member.writes[:most]:
            partition, offset = self.append(topic, event)
            member.parked.written(slot_of(MAIN, event[0].encode()), partition, offset)
        member.writes = member.writes[len(member.writes) if most is None else most :]

    def commit(self, member: Member) -> None:
        self.flush(member)
        self.committed.update(member.positions)

    def ask(self, member: Member) -> None:
        member.asked = {partition: self.committed[partition] for partition in PARTITIONS if partition[0] in TIERS}

    def learn(self, member: Member) -> None:
        if member.asked is None:
            return
        found = []
        for partition, done in member.asked.items():
            start = max(member.read.get(partition, 0), done)
            for offset in range(start, len(self.logs[partition])):
                slot = slot_of(MAIN, self.logs[partition][offset][0].encode())
                found.append(Found(partition, offset, slot, 0.0))
            member.read[partition] = max(start, len(self.logs[partition]))
        member.parked.learn(found, member.asked)
        member.asked = None

    def hand_over(self, partition: Partition) -> None:
        """A rebalance: the owner commits and gives a partition to the other member."""
        [owner] = [member for member in self.members if partition in member.positions]
        [other] = [member for member in self.members if member is not owner]
        self.commit(owner)
        del owner.positions[partition]
        other.positions[partition] = self.committed[partition]
        other.unread = True

    def die(self, number: int, written: int) -> None:
        """A member dies after some of its writes went out, and the other one gets what it had."""
        dead, other = self.members[number], self.members[1 - number]
        self.flush(dead, written)
        for partition in dead.positions:
            other.positions[partition] = self.committed[partition]
        other.unread = True
        self.members[number] = Member()

    def drain(self) -> None:
        """Everything is read and committed until nothing is left."""
        while any(self.committed[partition] < len(log) for partition, log in self.logs.items()):
            for member in self.members:
                for partition in list(member.positions):
                    self.handle(member, partition, fails=False)
                self.commit(member)
                self.ask(member)
                self.learn(member)


numbers = st.integers(0, 1)
steps = st.one_of(
    st.tuples(st.just("handle"), st.sampled_from(PARTITIONS), st.booleans()),
    st.tuples(st.just("handle"), st.sampled_from(PARTITIONS), st.just(True)),
    st.tuples(st.just("handle"), st.sampled_from(PARTITIONS[:2]), st.just(True)),
    st.tuples(st.sampled_from(["commit", "flush", "ask", "learn"]), numbers),
    st.tuples(st.just("hand over"), st.sampled_from(PARTITIONS)),
    st.tuples(st.just("die"), numbers, st.integers(0, 3)),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=12), st.lists(steps, max_size=60))
def test_no_event_is_tried_before_the_earlier_ones_of_its_key_are_settled(
    keys: list[str], story: list[tuple[Any, ...]]
) -> None:
    cluster = Cluster(keys)
    for what, *details in story:
        if what == "handle":
            partition, fails = details
            [owner] = [member for member in cluster.members if partition in member.positions]
            cluster.handle(owner, partition, fails=fails)
        elif what == "hand over":
            cluster.hand_over(*details)
        elif what == "die":
            cluster.die(*details)
        else:
            getattr(cluster, what)(cluster.members[details[0]])

    cluster.drain()

    assert len(cluster.settled) == len(keys)
    for member in cluster.members:
        cluster.ask(member)
        cluster.learn(member)
        assert all(member.parked.behind(slot_of(MAIN, key.encode()), TIERS) is None for key in keys)
        assert not member.parked


def test_a_key_is_free_only_when_what_it_became_is_known_to_be_done() -> None:
    parked, slot = ParkedKeys(), slot_of(MAIN, b"a")
    parked.sent(slot, "retry.1", 60.0)
    assert parked.behind(slot, TIERS) == "retry.1"

    parked.written(slot, ("retry.1", 0), 5)
    parked.learn([Found(("retry.2", 0), 3, slot, 300.0)], {("retry.1", 0): 6, ("retry.2", 0): 0})
    assert (parked.behind(slot, TIERS), parked.due(slot)) == ("retry.2", 300.0)

    parked.learn([], {("retry.2", 0): 4})
    assert parked.behind(slot, TIERS) is None
    assert not parked


def test_a_record_goes_behind_the_youngest_of_its_key_whether_that_is_written_already_or_not() -> None:
    parked, slot = ParkedKeys(), slot_of(MAIN, b"a")
    parked.learn([Found(("retry.1", 0), 0, slot, 0.0)], {})
    parked.sent(slot, "retry.2", 60.0)
    assert parked.behind(slot, TIERS) == "retry.1"
    assert parked.behind(slot, TIERS[1:]) == "retry.2"

    parked.sent(slot, "retry.3", 60.0)
    parked.learn([], {("retry.1", 0): 1})
    assert parked.behind(slot, TIERS) == "retry.2"


def test_one_that_will_not_come_holds_nobody_up() -> None:
    parked, slot = ParkedKeys(), slot_of(MAIN, b"a")
    parked.sent(slot, "retry.1", 60.0)
    parked.sent(slot, "retry.1", 60.0)

    parked.withdrawn(slot, "retry.1")
    assert parked.behind(slot, TIERS) == "retry.1"
    parked.withdrawn(slot, "retry.1")
    assert parked.behind(slot, TIERS) is None


def test_the_same_key_of_two_topics_has_two_orders() -> None:
    assert slot_of("orders", b"a") != slot_of("payments", b"a")
