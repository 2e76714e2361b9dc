"""Bootstrap over people: against theory, against resampling by hand, and its pairing."""

from __future__ import annotations

import numpy as np
import pytest

from engine.evaluation import bootstrap
from engine.evaluation.bootstrap import (
    by_person,
    mean_interval,
    paired_difference,
    paired_ratio,
    ratio_of_sums,
    resampled_sums,
)

VALUES = np.random.default_rng(5).normal(3.0, 2.0, 400)


def test_the_interval_of_a_mean_is_that_of_theory() -> None:
    """For 400 independent values the bounds lie 1.96 standard errors from the mean."""
    found = mean_interval(VALUES, seed=0)
    error = VALUES.std() / 20
    assert found.estimate == pytest.approx(VALUES.mean())
    assert found.low == pytest.approx(VALUES.mean() - 1.96 * error, abs=0.1 * error)
    assert found.high == pytest.approx(VALUES.mean() + 1.96 * error, abs=0.1 * error)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Of 300 samples with mean 1, 90 % intervals of 60 people hold it in 85–95 %."""
    rng = np.random.default_rng(0)
    held = 0
    for number in range(300):
        found = mean_interval(rng.exponential(1.0, 60), seed=number, draws=300, level=0.9)
        held += found.low <= 1 <= found.high
    assert 0.84 <= held / 300 <= 0.95


def test_sums_are_those_of_drawn_people(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every draw is a sum of as many people as there are, in blocks or at once."""
    columns = np.column_stack([np.ones(50), 10.0 ** np.arange(50)])
    sums = resampled_sums(columns, draws=20, seed=1)
    np.testing.assert_array_equal(sums[:, 0], 50)
    monkeypatch.setattr(bootstrap, "_CELLS", 50 * 3)
    blocks = resampled_sums(columns, draws=20, seed=1)
    np.testing.assert_array_equal(blocks[:, 0], 50)
    np.testing.assert_allclose(blocks, sums)


def test_people_without_a_value_do_not_count() -> None:
    """NaN leaves the person out of the mean and of every draw."""
    values = np.concatenate([VALUES, np.full(100, np.nan)])
    found = mean_interval(values, seed=0)
    assert found.estimate == pytest.approx(VALUES.mean())
    assert found.low < VALUES.mean() < found.high


def test_rows_of_one_person_are_drawn_together() -> None:
    """100 people whose 20 rows are all alike: the error is that of 100 values, not of 2 000."""
    rng = np.random.default_rng(3)
    own = rng.normal(0, 1, 100)
    person = np.repeat(np.arange(100), 20)
    sums, counts = by_person(own[person], person, 100)
    found = ratio_of_sums(sums, counts, seed=0)
    assert found.high - found.low == pytest.approx(2 * 1.96 * own.std() / 10, rel=0.1)


def test_what_is_equal_differs_by_nothing_in_every_draw() -> None:
    """Both sides are drawn with the same people: the interval of a − a is 0, of a / a is 1."""
    difference, ratio = (
        paired_difference(VALUES, VALUES, seed=0),
        paired_ratio(VALUES, VALUES, seed=0),
    )
    assert (difference.low, difference.estimate, difference.high) == (0, 0, 0)
    assert (ratio.low, ratio.high) == pytest.approx((1, 1))


def test_pairing_narrows_the_interval() -> None:
    """A constant step of .1 on noisy values is found exactly, a ratio of doubles as 2."""
    step = paired_difference(VALUES + 0.1, VALUES, seed=0)
    assert (step.low, step.high) == pytest.approx((0.1, 0.1))
    double = paired_ratio(2 * VALUES, VALUES, seed=0)
    assert (double.low, double.high) == pytest.approx((2, 2))


def test_only_people_with_both_values_are_compared() -> None:
    """By hand: pairs (1, 2) and (5, 5) remain: difference −½, ratio 6/7."""
    left, right = np.array([1, np.nan, 5.0, 9]), np.array([2, 7.0, 5, np.nan])
    assert paired_difference(left, right, seed=0).estimate == pytest.approx(-0.5)
    assert paired_ratio(left, right, seed=0).estimate == pytest.approx(6 / 7)
    with pytest.raises(ValueError, match="same people"):
        paired_difference(left, right[:2], seed=0)


def test_the_seed_decides() -> None:
    """Same seed, same interval; another seed, another one."""
    assert mean_interval(VALUES, seed=1) == mean_interval(VALUES, seed=1)
    assert mean_interval(VALUES, seed=1) != mean_interval(VALUES, seed=2)


def test_nobody_gives_no_number() -> None:
    """Without any value the mean and its bounds are NaN."""
    for values in (np.zeros(0), np.full(3, np.nan)):
        found = mean_interval(values, seed=0)
        assert np.isnan([found.estimate, found.low, found.high]).all()
