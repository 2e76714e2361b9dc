"""The measures of tagging, against counts by hand and full enumeration; the benchmark runs."""

from itertools import permutations

import numpy as np
import pytest

from engine.framework import load_framework
from tests.bench.tag_corrections import Trial, measure, split
from tests.bench.tag_measures import (
    calibration_error,
    calibration_error_by_chance,
    mean_interval,
    r_precision,
    random_r_precision,
    random_recall,
    ratio_of_means,
    recall,
)
from tests.labels.titles import first_titles, rest_titles


def test_precision_and_recall_by_hand() -> None:
    """Two right of which one is first: precision of the first two is 1/2; a zero finds nothing."""
    scores = np.array([[0.9, 0.5, 0.4, 0.0], [0.1, 0.2, 0.0, 0.0]])
    right = np.array([[True, False, True, False], [False, True, False, True]])
    assert r_precision(scores, right).tolist() == [0.5, 0.5]
    assert recall(scores, right, top=3).tolist() == [1.0, 0.5]
    assert recall(scores, right, top=1).tolist() == [0.5, 0.5]


def test_more_right_leaves_than_places() -> None:
    """With three right leaves and two places, precision is of the two places."""
    scores, right = np.array([[3.0, 2.0, 1.0, 0.5]]), np.array([[True, False, True, True]])
    assert r_precision(scores, right, top=2).tolist() == [0.5]
    assert recall(scores, right, top=2).tolist() == [1 / 3]


@pytest.mark.parametrize("n_right", [1, 2, 3])
def test_chance_is_the_mean_over_every_order(n_right: int) -> None:
    """The exact expectations equal the means over all 120 orders of five leaves."""
    right = np.arange(5)[None, :] < n_right
    orders = [np.array([order], dtype=float) + 1 for order in permutations(range(5))]
    precision = np.mean([r_precision(order, right, top=3)[0] for order in orders])
    found = np.mean([recall(order, right, top=3)[0] for order in orders])
    assert precision == pytest.approx(random_r_precision(right)[0])
    assert found == pytest.approx(random_recall(right, top=3)[0])


def test_calibration_error_by_hand() -> None:
    """Two bins: |0.2 − 1/2| of two and |0.9 − 1| of one of three pairs."""
    chances, right = np.array([0.2, 0.2, 0.9]), np.array([True, False, True])
    assert calibration_error(chances, right, bins=2) == pytest.approx((2 * 0.3 + 0.1) / 3)


def test_the_floor_of_the_calibration_error_falls_with_the_pairs() -> None:
    """True chances have an error by chance alone: of one bin √(p (1 − p) / n) · √(2 / π)."""
    few, many = (calibration_error_by_chance(np.full(n, 0.5)) for n in (100, 10_000))
    assert few == pytest.approx(0.05 * np.sqrt(2 / np.pi), rel=0.1)
    assert many == pytest.approx(few / 10, rel=0.1)


def test_intervals_hold_the_mean_and_the_ratio() -> None:
    """A constant ratio has no spread; the interval of a mean is as wide as theory says."""
    base = np.random.default_rng(1).random(400)
    assert ratio_of_means(2 * base, base) == pytest.approx((2, 2, 2))
    mean, low, high = mean_interval(base)
    assert low < mean < high
    assert high - low == pytest.approx(2 * 1.96 * base.std() / 20, rel=0.1)


def test_thirds_hold_every_title_out_once() -> None:
    """Three splits hold out each title once; nothing held out is picked."""
    parts = [split(10 * 12, number) for number in range(3)]
    assert sorted(np.concatenate([held for held, _, _ in parts])) == list(range(120))
    for held, pool, random in parts:
        assert not set(held) & {*pool, *random}
        assert len({*random.tolist()}) == 30


def test_thirty_corrections_raise_titles_that_were_not_corrected() -> None:
    """By the active list and by chance alike; the list mends more of the whole catalogue."""
    found = measure(Trial(load_framework(), [*first_titles(), *rest_titles()]), 6)
    active, random = found["active list"], found["random"]
    for way in (active, random):
        precision, found_share, squared = way.held_out.mean(axis=0)
        assert precision > 0
        assert found_share > 0
        assert squared > 0
    _, low, _ = mean_interval(active.held_out[:, 0])
    assert low > 0
    _, low, _ = mean_interval(active.catalogue[:, 2] - random.catalogue[:, 2])
    assert low > 0


def test_splits_come_in_threes() -> None:
    """Another number would weigh titles unevenly."""
    with pytest.raises(ValueError, match="multiple of three"):
        measure(Trial(load_framework(), first_titles()), 4)
