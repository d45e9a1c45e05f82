"""What may be committed and what may run at the same time, whatever comes in whichever order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from eventpact.consume.strands import Strand, Strands
from eventpact.consume.watermark import Watermark

offsets = st.lists(st.integers(0, 1000), unique=True, max_size=40).map(sorted)


@given(offsets, st.data())
def test_a_watermark_never_passes_a_record_that_is_not_done_and_passes_all_that_are(
    taken: list[int], data: st.DataObject
) -> None:
    watermark = Watermark()
    order = data.draw(st.permutations(taken))
    upto = data.draw(st.integers(0, len(taken)))
    for offset in taken:
        watermark.take(offset)
    for offset in order[:upto]:
        watermark.finish(offset)

    undone = sorted(order[upto:])
    passed = [offset for offset in taken if not undone or offset < undone[0]]
    assert watermark.position == (passed[-1] + 1 if passed else None)
    assert len(watermark) == len(taken) - len(passed)


def test_the_next_offset_is_known_before_anything_is_finished() -> None:
    watermark = Watermark()
    assert watermark.next is None

    watermark.take(7)
    watermark.take(8)
    seen = [watermark.next]
    watermark.finish(7)
    seen.append(watermark.next)

    assert seen == [7, 8]


@given(offsets, st.integers(0, 1000))
def test_a_record_that_is_held_stays_uncommitted(taken: list[int], held: int) -> None:
    watermark = Watermark()
    for offset in taken:
        watermark.take(offset)
        watermark.finish(offset)

    watermark.hold(held)

    assert watermark.position is None or watermark.position <= max(held, 0) or taken[-1] < held


@given(offsets, st.data())
def test_a_partition_that_leaves_with_what_was_begun_finished_leaves_nothing_done_beyond_its_position(
    taken: list[int], data: st.DataObject
) -> None:
    watermark = Watermark()
    for offset in taken:
        watermark.take(offset)
    begun = data.draw(st.sets(st.sampled_from(taken)) if taken else st.just(set()))
    done = data.draw(st.sets(st.sampled_from(sorted(begun))) if begun else st.just(set()))
    watermark.reach = max(begun, default=-1)
    for offset in done:
        watermark.finish(offset)

    watermark.leave()
    for offset in taken:
        if watermark.wanted(offset) and offset not in done:
            watermark.finish(offset)

    assert (watermark.position or 0) == (max(begun) + 1 if begun else 0)


class Run:
    """Workers that take strands as they become free, one step at a time."""

    def __init__(self) -> None:
        self.strands: Strands[tuple[str, int]] = Strands()
        self.ready: list[Strand[tuple[str, int]]] = []
        self.working: list[tuple[Strand[tuple[str, int]], list[tuple[str, int]]]] = []
        self.done: list[tuple[str, int]] = []

    def add(self, key: str, number: int) -> None:
        found = self.strands.add(key, (key, number))
        if found is not None:
            self.ready.append(found)

    def start(self, most: int) -> None:
        if self.ready:
            strand = self.ready.pop(0)
            self.working.append((strand, self.strands.take(strand, most)))

    def end(self, which: int) -> None:
        if self.working:
            strand, taken = self.working.pop(which % len(self.working))
            self.done += taken
            if self.strands.give_back(strand):
                self.ready.append(strand)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from("abc")),
        st.tuples(st.just("start"), st.integers(1, 3)),
        st.tuples(st.just("end"), st.integers(0, 5)),
        st.tuples(st.just("drop"), st.sampled_from("abc")),
    ),
    max_size=60,
)


@given(steps)
def test_items_of_a_strand_are_done_in_their_order_by_one_worker_at_a_time_and_none_is_lost(
    script: list[tuple[str, int | str]],
) -> None:
    run = Run()
    added: list[tuple[str, int]] = []
    dropped: list[tuple[str, int]] = []
    for number, (step, value) in enumerate(script):
        if step == "add":
            run.add(str(value), number)
            added.append((str(value), number))
        elif step == "start":
            run.start(int(value))
        elif step == "end":
            run.end(int(value))
        else:
            dropped += run.strands.drop(lambda item, key=str(value): item[0] == key)  # type: ignore[misc]  # the default binds it
        held = [strand.name for strand, _ in run.working]
        assert len(held) == len(set(held))
    while run.ready or run.working:
        run.start(2)
        run.end(0)

    assert sorted(run.done + dropped) == sorted(added)
    assert len(run.strands) == 0
    for key in "abc":
        mine = [item for item in run.done if item[0] == key]
        assert mine == sorted(mine)
