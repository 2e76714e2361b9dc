"""The logging policy: chances of inclusion, and slates drawn with just these chances."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2

from engine.domain import FloatArray
from engine.simulation.logging_policy import best_slates, draw_slates, inclusion_chances

NEVER = -np.inf


def chances(
    scores: list[float], size: int, temperature: float = 1.0, floor: float = 0.0
) -> FloatArray:
    return inclusion_chances(np.array([scores]), np.array([size]), temperature, floor)[0]


def test_chances_go_with_the_exponential_of_the_score() -> None:
    """Scores ln 1, ln 2, ln 5 and a slate of one: 1/8, 2/8, 5/8."""
    found = chances(np.log([1.0, 2.0, 5.0]).tolist(), 1)
    assert found == pytest.approx([1 / 8, 2 / 8, 5 / 8])


def test_the_temperature_divides_the_scores() -> None:
    """At temperature 2 the odds 4 : 1 become 2 : 1."""
    assert chances([np.log(4.0), 0.0], 1, 2.0) == pytest.approx([2 / 3, 1 / 3])


def test_the_floor_is_spread_evenly() -> None:
    """Of shares 0.8 and 0.2 a floor of one half leaves 0.4 + 0.25 and 0.1 + 0.25."""
    assert chances([np.log(4.0), 0.0], 1, 1.0, 0.5) == pytest.approx([0.65, 0.35])


def test_no_chance_exceeds_one() -> None:
    """Weights 8, 1, 1 for a slate of two: the first is sure, the others share what is left."""
    assert chances(np.log([8.0, 1.0, 1.0]).tolist(), 2) == pytest.approx([1.0, 0.5, 0.5])


def test_what_may_not_be_proposed_has_no_chance() -> None:
    """A closed activity has chance 0, and a slate is never larger than what is open."""
    assert chances([NEVER, 0.0, 0.0], 1, floor=0.3) == pytest.approx([0.0, 0.5, 0.5])
    assert chances([NEVER, 0.0, 0.0], 5) == pytest.approx([0.0, 1.0, 1.0])
    assert chances([NEVER, NEVER], 3) == pytest.approx([0.0, 0.0])


@pytest.mark.parametrize("floor", [0.0, 0.2, 1.0])
def test_chances_sum_to_the_size(floor: float) -> None:
    """For wild scores too, every row's chances sum to the size of its slate."""
    rng = np.random.default_rng(3)
    scores = rng.normal(0, 4, (50, 30))
    size = rng.integers(1, 9, 50)
    found = inclusion_chances(scores, size, 0.5, floor)
    assert found.sum(axis=1) == pytest.approx(size)
    assert ((found >= 0) & (found <= 1)).all()


def test_slates_are_drawn_with_their_chances() -> None:
    """Chi-square of one member, picked at random, of each of 20 000 slates: not rejected at 0.1 %.

    A random member of a slate of k is activity j with chance π_j / k, independently over slates.
    """
    chance = chances(np.log([9.0, 6, 5, 3, 2, 1, 0.5, 0.2]).tolist(), 3, floor=0.1)
    rng = np.random.default_rng(11)
    n = 20_000
    slates = draw_slates(rng, np.tile(chance, (n, 1)))
    member = np.argmax(slates * rng.random(slates.shape), axis=1)
    seen = np.bincount(member, minlength=len(chance))
    expected = n * chance / 3
    statistic = float(((seen - expected) ** 2 / expected).sum())
    assert statistic < chi2.ppf(0.999, len(chance) - 1)


def test_a_wrong_chance_would_be_noticed() -> None:
    """The same test with two chances exchanged rejects: it can fail."""
    chance = chances(np.log([9.0, 6, 5, 3, 2, 1, 0.5, 0.2]).tolist(), 3, floor=0.1)
    rng = np.random.default_rng(11)
    slates = draw_slates(rng, np.tile(chance, (20_000, 1)))
    member = np.argmax(slates * rng.random(slates.shape), axis=1)
    expected = 20_000 * chance[[0, 2, 1, 3, 4, 5, 6, 7]] / 3
    statistic = float(((np.bincount(member, minlength=8) - expected) ** 2 / expected).sum())
    assert statistic > chi2.ppf(0.999, 7)


def test_every_slate_has_its_size() -> None:
    """A thousand rows of sizes 0 … 8 have exactly so many activities, the sure ones among them."""
    rng = np.random.default_rng(5)
    size = rng.integers(0, 9, 1_000)
    chance = inclusion_chances(rng.normal(0, 3, (1_000, 40)), size, 0.7, 0.2)
    slates = draw_slates(rng, chance)
    assert np.array_equal(slates.sum(axis=1), size)
    assert slates[chance >= 1.0].all()
    assert not slates[chance == 0.0].any()


def test_the_best_are_taken_and_ties_go_to_the_first() -> None:
    """Of 1, 3, 3, −∞, 2 the best two are the second and third; −∞ is never taken."""
    scores = np.array([[1.0, 3.0, 3.0, NEVER, 2.0]] * 3)
    found = best_slates(scores, np.array([1, 2, 5]))
    assert [np.flatnonzero(row).tolist() for row in found] == [[1], [1, 2], [0, 1, 2, 4]]
