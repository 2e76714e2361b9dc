"""ALS: its equations, its descent, and the library implicit beside it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import scipy.sparse as sp
from threadpoolctl import threadpool_limits

from engine.evaluation import baselines_als
from engine.evaluation.baselines_als import AlsRanker
from engine.interactions import Interactions


def table(people: int = 30, activities: int = 15, seed: int = 0) -> Interactions:
    rng = np.random.default_rng(seed)
    person, activity = np.nonzero(rng.random((people, activities)) < 0.3)
    return Interactions.from_columns(
        [f"p{i:02}" for i in person],
        [f"a{i:02}" for i in activity],
        np.arange(len(person), dtype=float),
        activities=[f"a{i:02}" for i in range(activities)],
    )


def test_factors_of_a_person_minimise_the_weighted_squares() -> None:
    """Against a least-squares solver on the rows √c (p − xᵀy) and √λ x."""
    ranker = AlsRanker(factors=3, regularisation=0.7, alpha=4.0)
    others = np.random.default_rng(1).normal(size=(6, 3))
    taken = np.array([1.0, 0, 0, 1, 1, 0])
    weight = np.sqrt(1 + 4.0 * taken)
    rows = np.vstack([weight[:, None] * others, np.sqrt(0.7) * np.eye(3)])
    expected = np.linalg.lstsq(rows, np.concatenate([weight * taken, np.zeros(3)]), rcond=None)[0]
    found = ranker.solve(sp.csr_array(taken[None]), others)[0]
    np.testing.assert_allclose(found, expected)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Solved a few rows at a time or all at once: the same factors."""
    whole = AlsRanker(factors=3).fit(table()).scores(range(30))
    monkeypatch.setattr(baselines_als, "_CELLS", 4 * 9)
    np.testing.assert_allclose(AlsRanker(factors=3).fit(table()).scores(range(30)), whole)


def test_every_round_lowers_the_objective() -> None:
    """Both half-steps are exact minimisers, so more rounds are never worse."""
    values = [AlsRanker(factors=4, rounds=n).fit(table()).objective() for n in (1, 2, 4, 8, 16)]
    assert all(b <= a + 1e-9 for a, b in pairwise(values))


def test_the_objective_is_the_sum_that_it_says() -> None:
    """By brute force over all cells."""
    ranker = AlsRanker(factors=3, alpha=2.0, regularisation=0.5).fit(table())
    taken = ranker.table_.toarray()
    x, y = ranker.person_factors_, ranker.activity_factors_
    squares = ((1 + 2.0 * taken) * (taken - x @ y.T) ** 2).sum()
    expected = squares + 0.5 * ((x**2).sum() + (y**2).sum())
    assert ranker.objective() == pytest.approx(expected)


def test_implicit_solves_the_same_equations() -> None:
    """Given our activity factors, the library's person factors are ours to single precision.

    The library takes a row's value times its alpha as the whole confidence, so that its alpha is
    our 1 + α.
    """
    als = pytest.importorskip("implicit.cpu.als")
    ours = AlsRanker(factors=5, regularisation=0.3, alpha=6.0).fit(table())
    with threadpool_limits(1, "blas"):  # the library warns otherwise
        model = als.AlternatingLeastSquares(
            factors=5, regularization=0.3, alpha=7.0, use_cg=False, num_threads=1
        )
    model.item_factors = ours.activity_factors_.astype(np.float32)
    rows = sp.csr_matrix(ours.table_.astype(np.float32))
    expected = np.array([model.recalculate_user(i, rows[i]) for i in range(30)]).reshape(30, 5)
    found = ours.solve(ours.table_, ours.activity_factors_)
    np.testing.assert_allclose(found, expected, atol=1e-4)
