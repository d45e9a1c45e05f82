"""Levels of measured values, and a limit on what is done a second."""

from __future__ import annotations

import pytest

from eventpact.operate.pace import Pace
from eventpact.operate.thresholds import Level, level, reaches, strictest


@pytest.mark.parametrize(
    ("lag", "thresholds", "expected"),
    [
        (10_000, {"warning": 10_000, "critical": 100_000}, "ok"),
        (10_001, {"warning": 10_000, "critical": 100_000}, "warning"),
        (100_001, {"warning": 10_000, "critical": 100_000}, "critical"),
        (100_001, {"warning": 10_000}, "warning"),
        (100_001, {"critical": 10}, "critical"),
        (100_001, {}, "ok"),
        (1, {"warning": 0}, "warning"),
    ],
)
def test_a_value_is_bad_when_it_is_above_a_threshold(lag: int, thresholds: dict[str, float], expected: Level) -> None:
    assert level(lag, thresholds) == expected


def test_a_level_reaches_those_below_it() -> None:
    assert reaches("critical", "warning")
    assert reaches("warning", "warning")
    assert not reaches("ok", "warning")


def test_systems_that_share_a_name_are_judged_by_the_lowest_of_their_thresholds() -> None:
    found = strictest([{"warning": 10}, {"warning": 5, "critical": 50}, {"critical": 40}])

    assert found == {"warning": 5, "critical": 40}


class Clock:
    """Time that passes only while somebody sleeps, or is told to."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def test_the_first_passes_at_once_and_the_others_in_their_time() -> None:
    clock = Clock()
    pace = Pace(4, clock=clock, sleep=clock.sleep)

    for _ in range(3):
        pace.wait()

    assert clock.slept == [0.25, 0.25]


def test_no_burst_follows_a_pause() -> None:
    clock = Clock()
    pace = Pace(4, clock=clock, sleep=clock.sleep)
    pace.wait()
    clock.now += 60

    for _ in range(3):
        pace.wait()

    assert sum(clock.slept) == pytest.approx(0.25)


def test_without_a_rate_nothing_waits() -> None:
    clock = Clock()
    pace = Pace(None, clock=clock, sleep=clock.sleep)

    for _ in range(100):
        pace.wait()

    assert (pace.delay, clock.slept) == (0.0, [])
