"""Matrix factorisation for implicit feedback (Hu, Koren and Volinsky 2008)."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from engine.domain import FloatArray, IntArray
from engine.evaluation.baselines import _FromHistories
from engine.matching.enrolment_attributes import ActivityAttributes
from engine.matching.order_histories import Histories

_CELLS = 4_000_000
"""Most cells of the normal equations held at once."""


class AlsRanker(_FromHistories):
    """Factors of people and activities that minimise Σ c (p − xᵀy)² + λ (Σ|x|² + Σ|y|²).

    p = 1 with confidence c = 1 + α where something was taken, 0 with confidence 1 elsewhere;
    people and activities are solved for in turn.

    Parameters
    ----------
    factors
        ≥ 1.
    regularisation
        λ > 0.
    alpha
        ≥ 0.
    rounds
        Of both solutions, ≥ 1.
    seed
        Of the first factors.
    """

    def __init__(
        self,
        factors: int = 32,
        regularisation: float = 1.0,
        alpha: float = 10.0,
        rounds: int = 15,
        seed: int = 0,
    ) -> None:
        self.factors = factors
        self.regularisation = regularisation
        self.alpha = alpha
        self.rounds = rounds
        self.seed = seed

    def _learn(self, histories: Histories, activities: ActivityAttributes | None) -> None:
        rng = np.random.default_rng(self.seed)
        start = 0.1 / np.sqrt(self.factors)
        self.activity_factors_ = rng.normal(0.0, start, (self.table_.shape[1], self.factors))
        taken_by = sp.csr_array(self.table_.T)
        for _ in range(self.rounds):
            self.person_factors_ = self.solve(self.table_, self.activity_factors_)
            self.activity_factors_ = self.solve(taken_by, self.person_factors_)

    def solve(self, table: sp.csr_array, others: FloatArray) -> FloatArray:
        """Best factors of the rows of ``table`` given those of its columns.

        Every row's normal equations are (YᵀY + λ I + α Σ y yᵀ) x = (1 + α) Σ y, the sums over
        what the row holds; they are solved in blocks.
        """
        f = others.shape[1]
        common = others.T @ others + self.regularisation * np.eye(f)
        squares = (others[:, :, None] * others[:, None, :]).reshape(len(others), f * f)
        right = (1 + self.alpha) * (table @ others)
        found = np.empty((table.shape[0], f))
        block = max(1, _CELLS // (f * f))
        for low in range(0, len(found), block):
            rows = slice(low, low + block)
            own = (table[rows] @ squares).reshape(-1, f, f)
            found[rows] = np.linalg.solve(common + self.alpha * own, right[rows][:, :, None])[
                :, :, 0
            ]
        return found

    def objective(self) -> float:
        """Value of what is minimised; falls with every round."""
        x, y = self.person_factors_, self.activity_factors_
        everywhere = float(((x.T @ x) * (y.T @ y)).sum())
        owner = np.repeat(np.arange(len(x)), np.diff(self.table_.indptr))
        at = np.einsum("ij,ij->i", x[owner], y[self.table_.indices])
        taken = float(((1 + self.alpha) * (1 - at) ** 2 - at**2).sum())
        return everywhere + taken + self.regularisation * float((x**2).sum() + (y**2).sum())

    def _scores(self, table: sp.csr_array, people: IntArray) -> FloatArray:
        found: FloatArray = self.person_factors_[people] @ self.activity_factors_.T
        return found
