"""Rankers of the benchmark that need a library of their own, and what every one is tuned over."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Self

import numpy as np
from threadpoolctl import threadpool_limits

from engine.domain import FloatArray, IntArray
from engine.evaluation.baselines import (
    EaseRanker,
    ItemKnnRanker,
    PopularRanker,
    RandomRanker,
    Ranker,
    TextRanker,
)
from engine.evaluation.baselines_als import AlsRanker
from engine.interactions import Interactions
from engine.matching.enrolment_attributes import ActivityAttributes
from engine.matching.enrolment_ranker import EnrolmentRanker
from engine.matching.order_histories import Histories

IMPLICIT = importlib.util.find_spec("implicit") is not None
"""Whether the optional library is there (``pip install '.[bench]'``)."""


class ImplicitAls:
    """ALS of the library ``implicit``, which counts a taken activity with confidence ``alpha``."""

    def __init__(self, factors: int, regularisation: float, alpha: float, seed: int = 0) -> None:
        self.factors, self.regularisation, self.alpha = factors, regularisation, alpha
        self.seed = seed

    def fit(
        self, interactions: Interactions, activities: ActivityAttributes | None = None, /
    ) -> Self:
        from implicit.cpu.als import AlternatingLeastSquares
        from scipy.sparse import csr_matrix

        table = Histories.of(interactions).table(len(interactions.activities))
        with threadpool_limits(1, "blas"):  # the library warns otherwise
            self.model = AlternatingLeastSquares(
                factors=self.factors,
                regularization=self.regularisation,
                alpha=self.alpha,
                iterations=20,
                random_state=self.seed,
                num_threads=1,
            )
            self.model.fit(csr_matrix(table.astype(np.float32)), show_progress=False)
        return self

    def scores(self, people: Sequence[int] | IntArray, /) -> FloatArray:
        found = self.model.user_factors[np.asarray(people)] @ self.model.item_factors.T
        return np.asarray(found, dtype=np.float64)


def grid(**values: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """Every combination of the values."""
    for chosen in product(*values.values()):
        yield dict(zip(values, chosen, strict=True))


FACTORS: Mapping[str, Sequence[float]] = {
    "factors": (16, 32, 64, 128, 192),
    "regularisation": (0.1, 1.0, 10.0, 30.0, 100.0),
    "alpha": (1.0, 5.0, 20.0, 80.0),
}

FEWER: Mapping[str, Sequence[float]] = {
    "factors": (16, 32, 64),
    "regularisation": (1.0, 10.0, 30.0),
    "alpha": (5.0, 20.0),
}
"""For our own ALS, which is written to be read and is slower."""

Make = Callable[..., Ranker]


def rankers(quick: bool = False) -> dict[str, tuple[Make, list[dict[str, Any]]]]:
    """Name → maker and the parameters that the inner split chooses among.

    A maker takes the parameters and, if it draws anything, ``seed``. Ours is not tuned.
    """
    factors, fewer = FACTORS, FEWER
    if quick:
        factors = fewer = {k: v[1:2] for k, v in FACTORS.items()}
    ridges = (10.0,) if quick else (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
    shrinkages = (10.0,) if quick else (0.0, 1.0, 10.0, 50.0)
    found: dict[str, tuple[Make, list[dict[str, Any]]]] = {
        "random": (RandomRanker, []),
        "popular": (PopularRanker, []),
        "TF-IDF": (TextRanker, []),
        "item-kNN": (
            ItemKnnRanker,
            list(grid(neighbours=(50, 200, 1000), shrinkage=shrinkages)),
        ),
        "ALS (implicit)": (ImplicitAls, list(grid(**factors))),
        "ALS (own)": (AlsRanker, list(grid(**fewer))),
        "EASE": (EaseRanker, list(grid(ridge=ridges))),
        "ours": (EnrolmentRanker, []),
    }
    if not IMPLICIT:
        del found["ALS (implicit)"]
    return found


DRAWS = frozenset({"random", "ALS (implicit)", "ALS (own)", "ours"})
"""Names of those that depend on a seed."""
