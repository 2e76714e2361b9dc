"""A ranker learned from a plain table of enrolments: who is likely to take what next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.utils.validation import check_is_fitted

from engine.domain import FloatArray, IntArray
from engine.interactions import Interactions
from engine.matching.collaborative import SIGNALS, CollaborativeSignals
from engine.matching.enrolment_attributes import ActivityAttributes, AttributeSignals
from engine.matching.enrolment_examples import (
    Moments,
    draw_candidates,
    moments_by_person,
    moments_by_time,
    some_of,
)
from engine.matching.order_histories import Histories, sums_by

CONTEXT = ("place", "place_of_person", "span_of_person", "taken_before")
"""Columns beside the signals: where candidate and person stand, how much was taken."""
_CELLS = 2_000_000
"""Most cells of one signal held at once."""


class EnrolmentRanker(BaseEstimator):
    """Ranks activities by the chance that a person takes them next.

    Works on any table of who took what when, or in which order, with or without attributes of the
    activities. It learns what is taken, not what helps: outcomes are not looked at.

    Parameters
    ----------
    signals
        Estimator of the collaborative signals; ``None`` = ``CollaborativeSignals()``.
    train_share
        Where times are days: share of the rows that signals are learned from, in (0, 1).
    folds, ends
        Where only an order is known: parts of the people, ≥ 2, and last rows of everybody that
        are predicted, ≥ 1.
    negatives
        Activities not taken that are drawn for each moment, ≥ 1.
    most_moments
        Moments that are learned from, ≥ 1.
    rounds, learning_rate, leaves, smallest_leaf, l2
        Of the gradient boosting.
    seed
        Of folds and draws.

    Attributes
    ----------
    signals_
        Signals of the whole table, for use.
    model_
        The learned classifier; ``None`` where nobody took one thing after another. Then, and for
        people who took nothing, what is popular comes first.
    feature_names_
        Columns of the model.
    """

    def __init__(
        self,
        signals: CollaborativeSignals | None = None,
        train_share: float = 0.8,
        folds: int = 8,
        ends: int = 3,
        negatives: int = 50,
        most_moments: int = 20_000,
        rounds: int = 250,
        learning_rate: float = 0.05,
        leaves: int = 12,
        smallest_leaf: int = 60,
        l2: float = 5.0,
        seed: int = 0,
    ) -> None:
        self.signals = signals
        self.train_share = train_share
        self.folds = folds
        self.ends = ends
        self.negatives = negatives
        self.most_moments = most_moments
        self.rounds = rounds
        self.learning_rate = learning_rate
        self.leaves = leaves
        self.smallest_leaf = smallest_leaf
        self.l2 = l2
        self.seed = seed

    def fit(self, X: Interactions, y: ActivityAttributes | None = None) -> Self:
        """Learn from the rows of ``X`` that were taken up, and from attributes ``y``."""
        if not isinstance(X, Interactions):
            raise TypeError("a table of interactions is expected")
        attributes = y if y is not None else ActivityAttributes(X.activities)
        taken = np.unique(X.activity[X.taken])
        self.attributes_ = AttributeSignals(attributes.aligned(X.activities).known_of(taken))
        self.n_activities_ = len(X.activities)
        self.days_ = X.clock == "days"
        self.histories_ = Histories.of(X)
        self.feature_names_ = (*SIGNALS, *self.attributes_.names, *CONTEXT)
        self.model_ = self._learned()
        self.signals_ = self._fitted_signals(self.histories_)
        return self

    def _fitted_signals(self, histories: Histories) -> CollaborativeSignals:
        made: CollaborativeSignals = clone(self.signals or CollaborativeSignals())
        return made.fit_histories(histories, self.n_activities_, self.days_)

    def _learned(self) -> HistGradientBoostingClassifier | None:
        tables, labels, weights = [], [], []
        rng = np.random.default_rng(self.seed)
        for moments in self._moments(rng):
            if not len(moments.past):
                continue
            signals = self._fitted_signals(moments.known)
            offered = np.flatnonzero(signals.takers_ > 0)
            drawn = draw_candidates(moments.past, moments.future, offered, self.negatives, rng)
            now = moments.now if self.days_ else None
            table = np.empty((len(drawn.moment), len(self.feature_names_)))
            for rows, columns in self._blocks(signals, moments.past, now):
                inside = (drawn.moment >= rows.start) & (drawn.moment < rows.stop)
                cells = (drawn.moment[inside] - rows.start, drawn.activity[inside])
                table[inside] = np.column_stack([c[cells] for c in columns])
            tables.append(table)
            labels.append(drawn.label)
            weights.append(drawn.weight)
        label = np.concatenate(labels) if labels else np.zeros(0)
        if len(np.unique(label)) < 2:
            return None
        model = HistGradientBoostingClassifier(
            max_iter=self.rounds,
            learning_rate=self.learning_rate,
            max_leaf_nodes=self.leaves,
            min_samples_leaf=self.smallest_leaf,
            l2_regularization=self.l2,
            early_stopping=False,
            random_state=self.seed,
        )
        return model.fit(np.concatenate(tables), label, np.concatenate(weights))

    def _moments(self, rng: np.random.Generator) -> Iterator[Moments]:
        if not len(self.histories_.activity):
            return
        if self.days_:
            yield some_of(
                moments_by_time(self.histories_, self.train_share), self.most_moments, rng
            )
            return
        most = max(1, self.most_moments // self.folds)
        for moments in moments_by_person(self.histories_, self.folds, self.ends, rng):
            yield some_of(moments, most, rng)

    def _blocks(
        self, signals: CollaborativeSignals, past: Histories, now: FloatArray | None
    ) -> Iterator[tuple[slice, list[FloatArray]]]:
        """Columns of the model for all activities, a block of histories at a time."""
        size = max(1, _CELLS // max(self.n_activities_, 1))
        for low in range(0, len(past), size):
            rows = slice(low, min(low + size, len(past)))
            which = np.arange(rows.start, rows.stop)
            part = past.between(which, np.zeros(len(which), np.int64), past.lengths[which])
            when = None if now is None else now[rows]
            yield rows, self._columns(signals, part, when)

    def _columns(
        self, signals: CollaborativeSignals, past: Histories, now: FloatArray | None
    ) -> list[FloatArray]:
        found = signals.dense(past, now)
        weight = signals.weights(past, now)
        shape = (len(past), self.n_activities_)
        place = signals.position_
        own = weight * place[past.activity]
        rows = sums_by(past.owner, own, len(past))
        context = (
            np.broadcast_to(place, shape),
            np.broadcast_to(rows[:, None], shape),
            np.broadcast_to(_span(past, place)[:, None], shape),
            np.broadcast_to(past.lengths[:, None].astype(np.float64), shape),
        )
        return [*(found[name] for name in SIGNALS), *self.attributes_.dense(past, weight), *context]

    # ----------------------------------------------------------------------- use

    def scores(self, people: Sequence[int] | IntArray, now: float | None = None) -> FloatArray:
        """Scores of every activity for people of the table, shape (n_people, n_activities).

        Higher = more likely next; comparable within a person. What was taken is scored as well.

        Parameters
        ----------
        people
            Positions in the people of the table that was learned from.
        now
            Day of asking; ``None`` = the last day of the table.
        """
        check_is_fitted(self)
        which = np.asarray(people, dtype=np.int64)
        zero = np.zeros(len(which), np.int64)
        return self.scores_of(
            self.histories_.between(which, zero, self.histories_.lengths[which]), now
        )

    def scores_of(self, histories: Histories, now: float | None = None) -> FloatArray:
        """Scores for any histories over the same activities; see ``scores``."""
        check_is_fitted(self)
        found = np.empty((len(histories), self.n_activities_))
        found[:] = self.signals_.recent_takers_
        if self.model_ is None:
            return found
        if now is None and self.days_:
            now = float(self.histories_.time.max())
        when = None if now is None else np.full(len(histories), now)
        some = np.flatnonzero(histories.lengths)
        zero = np.zeros(len(some), np.int64)
        asked = histories.between(some, zero, histories.lengths[some])
        when = None if when is None else when[some]
        for rows, columns in self._blocks(self.signals_, asked, when):
            table = np.column_stack([c.ravel() for c in columns])
            chance = self.model_.decision_function(table)
            found[some[rows]] = chance.reshape(-1, self.n_activities_)
        return found

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "signals_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = True
        return tags


def _span(past: Histories, place: FloatArray) -> FloatArray:
    """From the earliest to the latest place of a history, shape (n,); 0 for an empty one."""
    found = np.zeros(len(past))
    some = past.lengths > 0
    if some.any():
        at = past.start[:-1][some]
        own = place[past.activity]
        found[some] = np.maximum.reduceat(own, at) - np.minimum.reduceat(own, at)
    return found
