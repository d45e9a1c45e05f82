"""How long one looks at a change of a cluster that does not show."""

from __future__ import annotations

from eventpact.operate.looks import Looks


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += seconds


def looks(time: Time, timeout: float) -> Looks:
    return Looks(timeout, clock=time, sleep=time.pass_by)


def test_questions_of_all_looks_share_one_time() -> None:
    time, given = Time(), []
    looking = looks(time, 5)

    for _ in looking:
        given += [looking.left]
        time.pass_by(2)
        given += [looking.left]
        time.pass_by(looking.left)

    assert given == [5, 3]


def test_time_begins_anew_with_a_look_that_sees_progress() -> None:
    time = Time()
    looking = looks(time, 5)

    for number, _ in enumerate(looking):
        time.pass_by(1)
        if number < 10:
            looking.progressed()

    assert 114 < time.now < 117


def test_a_leader_that_hangs_holds_up_one_look_even_where_others_answer() -> None:
    time = Time()
    looking = looks(time, 5)

    seen = 0
    for _ in looking:
        seen += 1
        time.pass_by(looking.left)
        looking.progressed()

    assert time.now < 106
    assert seen <= 2


def test_the_last_question_has_time_to_be_asked_at_all() -> None:
    time = Time()
    looking = looks(time, 5)
    time.pass_by(7)

    assert looking.left == 0.1
