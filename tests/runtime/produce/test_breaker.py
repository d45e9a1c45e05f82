"""When a breaker opens, and how it closes again: told in seconds of a clock that the tests turn."""

from __future__ import annotations

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from eventpact.produce.breaker import Breaker, BreakerPolicy

POLICY = BreakerPolicy(failures=3, wait=1.0, longest_wait=4.0, patience=2.0)


def opened(at: float = 0.0) -> Breaker:
    breaker = Breaker(POLICY)
    breaker.trip(at)
    return breaker


def test_failures_in_a_row_open_it() -> None:
    breaker = Breaker(POLICY)
    for _ in range(3):
        assert breaker.admits(0.0)
        breaker.failed(0.0)

    assert breaker.state == "open"
    assert not breaker.admits(0.9)


def test_an_acknowledgement_in_between_starts_the_count_anew() -> None:
    breaker = Breaker(POLICY)
    breaker.failed(0.0)
    breaker.failed(0.0)
    breaker.succeeded()
    breaker.failed(0.0)
    breaker.failed(0.0)

    assert breaker.state == "closed"


def test_after_its_wait_one_thing_may_try() -> None:
    breaker = opened()

    assert breaker.admits(1.0)
    assert breaker.state == "half-open"
    assert not breaker.admits(1.0)


def test_a_try_that_is_acknowledged_closes_it() -> None:
    breaker = opened()
    breaker.admits(1.0)
    breaker.succeeded()

    assert breaker.state == "closed"
    assert breaker.admits(1.0)


def test_each_failed_try_doubles_the_wait_up_to_the_longest() -> None:
    breaker, now, waits = opened(), 0.0, []
    for _ in range(5):
        waits.append(breaker.seconds_to_try(now))
        now += waits[-1]
        assert breaker.admits(now)
        breaker.failed(now)

    assert waits == [1.0, 2.0, 4.0, 4.0, 4.0]


def test_a_try_that_nobody_answers_has_failed() -> None:
    breaker = opened()
    breaker.admits(1.0)

    assert not breaker.admits(2.9)
    assert breaker.seconds_to_try(2.9) == 0.0
    assert not breaker.admits(3.0)
    assert breaker.state == "open"
    assert breaker.seconds_to_try(3.0) == 2.0


def test_a_try_that_was_never_sent_leaves_the_next_one_free() -> None:
    breaker = opened()
    breaker.admits(1.0)
    breaker.withdrawn(1.0)

    assert breaker.admits(1.0)


def test_an_acknowledgement_from_before_proves_nothing() -> None:
    breaker = opened()
    breaker.succeeded()

    assert breaker.state == "open"


@pytest.mark.parametrize(
    "wrong", [{"failures": 0}, {"wait": 0.0}, {"patience": -1.0}, {"longest_wait": 0.5}, {"down_after": 0.0}]
)
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="not a policy"):
        BreakerPolicy(**wrong)  # type: ignore[arg-type]  # the point of the test


class BreakerMachine(RuleBasedStateMachine):
    """Anything that may happen to a breaker, in any order and at any time."""

    @initialize(
        failures=st.integers(1, 4),
        wait=st.floats(0.1, 5),
        times=st.integers(1, 8),
        patience=st.floats(0.1, 5),
    )
    def begin(self, failures: int, wait: float, times: int, patience: float) -> None:
        self.policy = BreakerPolicy(failures=failures, wait=wait, longest_wait=wait * times, patience=patience)
        self.breaker = Breaker(self.policy)
        self.now = 0.0
        self.trying_since: float | None = None
        self.in_a_row = 0
        self.opened_at: float | None = None

    @rule(seconds=st.floats(0, 60))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def something_asks(self) -> None:
        before, wait = self.breaker.state, self.breaker.seconds_to_try(self.now)
        admitted = self.breaker.admits(self.now)
        if before == "closed":
            assert admitted
        elif before == "open":
            assert admitted == (wait == 0.0)
            if admitted:
                assert self.breaker.state == "half-open"
                self.trying_since = self.now
        else:
            assert not admitted, "two tries at once"
            assert self.trying_since is not None
            overdue = self.now - self.trying_since >= self.policy.patience
            assert self.breaker.state == ("open" if overdue else "half-open")

    @rule()
    def a_delivery_fails(self) -> None:
        before = self.breaker.state
        self.breaker.failed(self.now)
        if before == "closed":
            self.in_a_row += 1
            assert (self.breaker.state == "open") == (self.in_a_row >= self.policy.failures)
        else:
            assert self.breaker.state == "open"

    @rule()
    def a_delivery_is_acknowledged(self) -> None:
        before = self.breaker.state
        self.breaker.succeeded()
        assert self.breaker.state == ("open" if before == "open" else "closed")
        if before != "open":
            self.in_a_row = 0

    @rule()
    def no_broker_is_there(self) -> None:
        self.breaker.trip(self.now)
        assert self.breaker.state == "open"

    @precondition(lambda self: self.breaker.state == "half-open")
    @rule()
    def the_try_is_withdrawn(self) -> None:
        self.breaker.withdrawn(self.now)
        assert self.breaker.seconds_to_try(self.now) == 0.0

    @invariant()
    def it_never_waits_longer_than_the_longest(self) -> None:
        if hasattr(self, "breaker"):
            assert 0.0 <= self.breaker.seconds_to_try(self.now) <= self.policy.longest_wait + 1e-9
            if self.breaker.state != "closed":
                self.in_a_row = 0


TestAnyHistory = BreakerMachine.TestCase
TestAnyHistory.settings = hypothesis_settings(max_examples=60, stateful_step_count=40, deadline=None)
