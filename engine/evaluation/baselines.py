"""Rankers that a learned one has to stand beside, all behind one protocol.

Nothing is masked here: whoever asks leaves out what a person took before. A person without a
history gets the popular by construction, from every one that learns from histories.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, Self

import numpy as np
import scipy.sparse as sp

from engine.domain import FloatArray, IntArray
from engine.interactions import Interactions
from engine.matching.collaborative_linear import ease_weights
from engine.matching.collaborative_pairs import shrunk_cosine, together
from engine.matching.enrolment_attributes import ActivityAttributes
from engine.matching.order_histories import Histories
from engine.matching.text import RussianTextFeatures


class Ranker(Protocol):
    """Learns from interactions, scores every activity for people of the same table."""

    def fit(
        self, interactions: Interactions, activities: ActivityAttributes | None = None, /
    ) -> Self:
        """Learn from the rows that were taken up."""
        ...

    def scores(self, people: Sequence[int] | IntArray, /) -> FloatArray:
        """Shape (n_people, n_activities), finite; people are positions in the table's people."""
        ...


class RandomRanker:
    """Uniform scores, the same for the same seed and person."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def fit(
        self, interactions: Interactions, activities: ActivityAttributes | None = None, /
    ) -> Self:
        """Take over which activities there are."""
        self._activities = interactions.activities
        return self

    def scores(self, people: Sequence[int] | IntArray, /) -> FloatArray:
        """Scores in [0, 1)."""
        width = len(self._activities)
        found = np.empty((len(people), width))
        for row, person in enumerate(np.asarray(people, dtype=np.int64).tolist()):
            # a row of one table of all people, without the rows before it
            bits = np.random.PCG64(self.seed).advance(person * width)
            found[row] = np.random.Generator(bits).random(width)
        return found


class _FromHistories:
    """What rankers share that score by histories: the table of who took what, and popularity."""

    def fit(
        self, interactions: Interactions, activities: ActivityAttributes | None = None, /
    ) -> Self:
        """Learn from the rows that were taken up."""
        histories = Histories.of(interactions)
        self.table_ = histories.table(len(interactions.activities))
        self.takers_ = np.asarray(self.table_.sum(axis=0), dtype=np.float64).ravel()
        self.activities_ = interactions.activities
        self._learn(histories, activities)
        return self

    def scores(self, people: Sequence[int] | IntArray, /) -> FloatArray:
        """Scores by history; popularity in (0, 1] where there is none."""
        which = np.asarray(people, dtype=np.int64)
        found = self._scores(self.table_[which], which)
        new = np.diff(self.table_.indptr)[which] == 0
        found[new] = self.takers_ / max(self.takers_.max(initial=0.0), 1.0)
        return found

    def _learn(self, histories: Histories, activities: ActivityAttributes | None) -> None:
        raise NotImplementedError

    def _scores(self, table: sp.csr_array, people: IntArray) -> FloatArray:
        raise NotImplementedError


class PopularRanker(_FromHistories):
    """People who took an activity."""

    def _learn(self, histories: Histories, activities: ActivityAttributes | None) -> None:
        pass

    def _scores(self, table: sp.csr_array, people: IntArray) -> FloatArray:
        return np.tile(self.takers_, (len(people), 1))


class TextRanker(_FromHistories):
    """TF-IDF likeness of an activity's text to the texts of the history, on average.

    Without any text all scores are 0: the ranker says nothing.
    """

    def _learn(self, histories: Histories, activities: ActivityAttributes | None) -> None:
        texts = activities.aligned(self.activities_).texts if activities is not None else None
        self.vectors_: sp.csr_array | None = None
        if texts is not None and any(texts):
            self.vectors_ = RussianTextFeatures().fit(texts).transform(texts)

    def _scores(self, table: sp.csr_array, people: IntArray) -> FloatArray:
        if self.vectors_ is None:
            return np.zeros(table.shape)
        sums = ((table @ self.vectors_) @ self.vectors_.T).toarray()
        found: FloatArray = sums / np.maximum(np.diff(table.indptr), 1)[:, None]
        return found


class ItemKnnRanker(_FromHistories):
    """Sum over the history of the cosine of takers, shrunk; each activity's nearest only.

    Parameters
    ----------
    neighbours
        Kept per activity, ≥ 1.
    shrinkage
        ≥ 0, added to the cosine's denominator.
    """

    def __init__(self, neighbours: int = 100, shrinkage: float = 10.0) -> None:
        self.neighbours = neighbours
        self.shrinkage = shrinkage

    def _learn(self, histories: Histories, activities: ActivityAttributes | None) -> None:
        pairs = sp.coo_array(shrunk_cosine(together(histories, len(self.takers_)), self.shrinkage))
        # of a candidate's column the greatest are kept, equal ones by position
        order = np.lexsort((pairs.row, -pairs.data, pairs.col))
        first = np.searchsorted(pairs.col[order], np.arange(len(self.takers_)))
        kept = order[np.arange(len(order)) - first[pairs.col[order]] < self.neighbours]
        cells = (pairs.row[kept], pairs.col[kept])
        self.weights_ = sp.coo_array((pairs.data[kept], cells), shape=pairs.shape).tocsr()

    def _scores(self, table: sp.csr_array, people: IntArray) -> FloatArray:
        found: FloatArray = (table @ self.weights_).toarray()
        return found


class EaseRanker(_FromHistories):
    """EASE (Steck 2019): a linear model of each activity by all others, in closed form.

    Parameters
    ----------
    ridge
        λ > 0.
    """

    def __init__(self, ridge: float = 100.0) -> None:
        self.ridge = ridge

    def _learn(self, histories: Histories, activities: ActivityAttributes | None) -> None:
        self.weights_ = ease_weights(together(histories, len(self.takers_)), self.ridge)

    def _scores(self, table: sp.csr_array, people: IntArray) -> FloatArray:
        found: FloatArray = table @ self.weights_
        return found
