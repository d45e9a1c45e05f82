from __future__ import annotations

import pytest

from eventpact.histogram import DELIVERY_SECONDS, Histogram


def test_a_value_is_counted_in_the_first_bucket_whose_bound_it_does_not_exceed() -> None:
    histogram = Histogram((0.1, 1.0))
    for seconds in (0.05, 0.1, 0.5, 7.0):
        histogram.observe(seconds)

    snapshot = histogram.snapshot()

    assert snapshot.counts == (2, 1, 1)
    assert snapshot.count == 4
    assert snapshot.sum == pytest.approx(7.65)
    assert snapshot.mean == pytest.approx(7.65 / 4)


def test_a_batch_is_counted_at_once() -> None:
    histogram = Histogram((0.1, 1.0))

    histogram.observe(0.5, times=100)

    assert histogram.snapshot().counts == (0, 100, 0)
    assert histogram.snapshot().sum == pytest.approx(50.0)


def test_a_snapshot_does_not_change_with_what_is_counted_later() -> None:
    histogram = Histogram((1.0,))
    before = histogram.snapshot()

    histogram.observe(0.5)

    assert before.count == 0


def test_a_quantile_is_interpolated_inside_its_bucket() -> None:
    histogram = Histogram((1.0, 2.0, 4.0))
    histogram.observe(0.5, times=50)
    histogram.observe(3.0, times=50)

    snapshot = histogram.snapshot()

    assert snapshot.quantile(0.25) == pytest.approx(0.5)
    assert snapshot.quantile(0.5) == pytest.approx(1.0)
    assert snapshot.quantile(0.75) == pytest.approx(3.0)
    assert snapshot.quantile(1.0) == pytest.approx(4.0)


def test_a_quantile_above_every_bound_is_the_highest_bound() -> None:
    histogram = Histogram((1.0,))
    histogram.observe(100.0)

    assert histogram.snapshot().quantile(0.99) == 1.0


def test_without_values_there_is_no_mean_and_no_quantile() -> None:
    snapshot = Histogram(DELIVERY_SECONDS).snapshot()

    assert snapshot.mean is None
    assert snapshot.quantile(0.99) is None


def test_snapshots_of_the_same_bounds_add_up() -> None:
    one, other = Histogram((1.0, 2.0)), Histogram((1.0, 2.0))
    one.observe(0.5)
    other.observe(1.5)

    both = one.snapshot() + other.snapshot()

    assert both.counts == (1, 1, 0)
    assert both.sum == pytest.approx(2.0)
    with pytest.raises(ValueError, match="different bounds"):
        both + Histogram((5.0,)).snapshot()


@pytest.mark.parametrize("bounds", [(), (1.0, 1.0), (2.0, 1.0)])
def test_bounds_that_do_not_rise_are_refused(bounds: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="rise"):
        Histogram(bounds)
