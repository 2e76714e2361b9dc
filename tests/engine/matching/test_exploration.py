"""Exploration: bands, exact chances, seeds that repeat."""

from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.stats import chi2, chisquare

from engine.domain import Ranking, Reason
from engine.matching.exploration import band_edges, draw_order, exploration_seed

DAY = dt.date(2026, 9, 1)


def ranking(relevance: list[float], ids: str = "", refused: tuple[int, ...] = ()) -> Ranking:
    n = len(relevance)
    return Ranking(
        activity_ids=tuple(ids or "abcdefghijklmnop"[:n]),
        relevance=np.array(relevance, dtype=float),
        coverage=sp.csr_array((n, 1)),
        ineligible={i: (Reason("audience"),) for i in refused},
        contributions=np.zeros((n, 1)),
        factors=("similarity",),
        model_version="m",
    )


def heads(base: Ranking, epsilon: float, k: int, seeds: range) -> list[tuple[int, ...]]:
    """The first ``k`` in drawn order, for each seed of a person."""
    found = []
    for person in seeds:
        seed = exploration_seed(f"e-{person}", "m", DAY)
        drawn = draw_order(base, epsilon=epsilon, first=k, seed=seed)
        assert drawn.draw is not None
        found.append(tuple(drawn.draw.head(k).tolist()))
    return found


@pytest.mark.parametrize(
    ("values", "epsilon", "edges"),
    [
        ([], 0.1, [0]),
        ([0.5], 0.1, [0, 1]),
        # 0.8 and 0.7 are within 0.125 of 0.8, 0.65 is not, although it is within 0.125 of 0.7
        ([0.8, 0.7, 0.65, 0.6, 0.5], 0.125, [0, 2, 4, 5]),
        ([0.75, 0.5, 0.25], 0.25, [0, 2, 3]),
        ([0.5, 0.5, 0.25], 0.0, [0, 2, 3]),
        ([0.9, 0.5, 0.1], 1.0, [0, 3]),
    ],
)
def test_bands_are_measured_from_their_best(
    values: list[float], epsilon: float, edges: list[int]
) -> None:
    """A band holds what lies within ε of its own first value, and the next begins after it."""
    assert band_edges(values, epsilon).tolist() == edges


def test_chances_by_hand() -> None:
    """Bands of 1, 3 and 2 at k = 3: chances 1, 2/3 each, 0; the refused one cannot be drawn."""
    base = ranking([0.30, 0.60, 0.99, 0.62, 0.61, 0.31, 0.90], refused=(2,))
    draw = draw_order(base, epsilon=0.05, first=3, seed=1).draw
    assert draw is not None
    expected = [0, 2 / 3, 0, 2 / 3, 2 / 3, 0, 1]
    np.testing.assert_allclose(draw.propensity(3), expected)
    assert draw.propensity(3).sum() == pytest.approx(3)
    np.testing.assert_allclose(draw.propensity(5), [0.5, 1, 0, 1, 1, 0.5, 1])
    assert draw.start.tolist() == [4, 1, 0, 1, 1, 4, 0]
    assert draw.position[2] == -1


def test_only_the_order_within_a_band_is_drawn() -> None:
    """Each band keeps its values, the drawn order is that of the new relevance, the rest stands."""
    relevance = [0.30, 0.60, 0.99, 0.62, 0.61, 0.31, 0.90]
    base = ranking(relevance, refused=(2,))
    for seed in range(50):
        drawn = draw_order(base, epsilon=0.05, first=3, seed=seed)
        assert drawn.draw is not None
        order = drawn.draw.head(6)
        assert order[0] == 6
        assert set(order[1:4]) == {1, 3, 4}
        assert set(order[4:]) == {0, 5}
        assert drawn.relevance[order].tolist() == [0.90, 0.62, 0.61, 0.60, 0.31, 0.30]
        assert drawn.relevance[2] == 0.99
        assert np.abs(drawn.relevance - relevance).max() <= 0.05
    assert base.relevance.tolist() == relevance
    assert base.draw is None


def test_every_order_of_a_band_is_equally_likely() -> None:
    """Over 6 000 people the 24 orders of four near-equals agree with equal chances (χ²)."""
    base = ranking([0.50, 0.52, 0.51, 0.51])
    found = heads(base, 0.05, 4, range(6_000))
    counts = [found.count(order) for order in itertools.permutations(range(4))]
    assert sum(counts) == 6_000
    assert chisquare(counts).pvalue > 0.001


@pytest.mark.parametrize("k", [2, 4, 7])
def test_frequencies_agree_with_the_stated_chances(k: int) -> None:
    """How often each activity is among the first k agrees with its propensity (χ²)."""
    base = ranking([0.60, 0.59, 0.58, 0.57, 0.56, 0.50, 0.49, 0.48, 0.47, 0.40, 0.39, 0.38])
    n = 4_000
    found = heads(base, 0.06, k, range(n))
    draw = draw_order(base, epsilon=0.06, first=k, seed=0).draw
    assert draw is not None
    chance = draw.propensity(k)
    count = np.bincount(np.concatenate([np.array(h) for h in found]), minlength=12)
    np.testing.assert_array_equal(count[chance == 0], 0)
    np.testing.assert_array_equal(count[chance == 1], n)
    open_ = (chance > 0) & (chance < 1)
    # k − start of a band's m places are filled without replacement, so the counts have
    # covariance n·p(1 − p)·m/(m − 1)·(I − 1/m): m − 1 degrees of freedom
    m, p = open_.sum(), chance[open_][0]
    z = (count[open_] - n * p) ** 2 / (n * p * (1 - p)) * (m - 1) / m
    assert chi2.sf(z.sum(), m - 1) > 0.001


def test_exact_ties_are_drawn_too() -> None:
    """At ε = 0 equals change places: the id does not decide for ever whose turn it is."""
    firsts = {h[0] for h in heads(ranking([0.5, 0.5, 0.5, 0.4]), 0.0, 1, range(60))}
    assert firsts == {0, 1, 2}


def test_the_seed_follows_from_educator_model_and_day() -> None:
    """Each of the three changes the seed, nothing else does; parts are not run together."""
    seed = exploration_seed("e-1", "m-1", DAY)
    assert seed == exploration_seed("e-1", "m-1", dt.date(2026, 9, 1))
    others = {
        exploration_seed("e-2", "m-1", DAY),
        exploration_seed("e-1", "m-2", DAY),
        exploration_seed("e-1", "m-1", dt.date(2026, 9, 2)),
        exploration_seed("e-1m", "-1", DAY),
    }
    assert len(others | {seed}) == 5
    assert all(0 <= s < 2**52 for s in others)


def test_the_draw_does_not_depend_on_the_order_of_the_catalogue() -> None:
    """The same activities in another order of rows are drawn in the same order of ids."""
    relevance = {"d": 0.5, "a": 0.51, "c": 0.5, "b": 0.52, "e": 0.3}
    orders = set()
    for ids in ("abcde", "edcba", "caebd"):
        base = ranking([relevance[i] for i in ids], ids)
        drawn = draw_order(base, epsilon=0.1, first=3, seed=77)
        assert drawn.draw is not None
        orders.add("".join(base.activity_ids[i] for i in drawn.draw.head(5)))
    assert len(orders) == 1


def test_a_changed_eligibility_leaves_the_others_in_order() -> None:
    """Taking one activity out does not shuffle the rest of its band."""
    relevance = [0.5, 0.51, 0.52, 0.5, 0.51]
    for seed in range(20):
        whole = draw_order(ranking(relevance), epsilon=0.1, first=3, seed=seed).draw
        part = draw_order(ranking(relevance, refused=(2,)), epsilon=0.1, first=3, seed=seed).draw
        assert whole is not None
        assert part is not None
        assert [i for i in whole.head(5) if i != 2] == part.head(5).tolist()


def test_nobody_is_eligible() -> None:
    """An empty or a wholly refused catalogue is drawn without fault."""
    for base in (ranking([]), ranking([0.5, 0.4], refused=(0, 1))):
        drawn = draw_order(base, epsilon=0.1, first=3, seed=1)
        assert drawn.draw is not None
        assert not drawn.draw.head(3).size
        np.testing.assert_array_equal(drawn.relevance, base.relevance)
