"""Signals from what others took: together, after one another, and when.

All of them are learned from what was taken up alone, and all are 0 where nothing is known: an
activity that nobody took yet, a person who took nothing. So what is new is neither raised nor
lowered, and popularity enters in two signals of its own and in no other one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from scipy.special import expit
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from engine.domain import FloatArray, IntArray
from engine.interactions import Interactions
from engine.matching.collaborative_linear import directed_weights, ease_weights
from engine.matching.collaborative_pairs import (
    cells_of,
    ordered_pairs,
    scaled_rows,
    shrunk_cosine,
    strongest,
    together,
)
from engine.matching.order_histories import Histories, sums_by
from engine.matching.order_position import calendar_share, latent_positions

SIGNALS = (
    "popularity",
    "recent_popularity",
    "co_enrolment",
    "linear",
    "follows",
    "transition",
    "transition_last",
    "transition_lift",
    "taken_later",
    "order_odds",
    "order_odds_last",
    "ahead",
    "ahead_last",
)
"""Names of the signals, in the order of ``batch``."""

_Product = Callable[[str, str], FloatArray]


class CollaborativeSignals(BaseEstimator):
    """Signals of a candidate activity from the histories of other people.

    Parameters
    ----------
    half_life
        Rows back after which a taken activity weighs half, > 0.
    half_life_days
        The same in days, > 0; used only where times are days. Also of ``recent_popularity``.
    window
        Rows apart that are still counted as one after the other, ≥ 1.
    shrinkage
        People that a similarity must have behind it to count half, ≥ 0.
    prior
        Pairs as which the popularity of what follows counts, > 0.
    ridge
        Strength of the linear models' penalty, in mean takers of an activity, > 0.
    neighbours
        Weights that are kept per activity in the linear models, ≥ 1.
    most_activities
        Linear models are learned for the most taken so many; others have 0 in them, ≥ 1.

    Attributes
    ----------
    takers_, recent_takers_
        Shape (n_activities,): people who took it; decayed by age where times are days.
    position_
        Shape (n_activities,): place in the calendar of all, in [0, 1].
    matrices_
        Sparse, n × n, row = taken, column = candidate, by name.

    Notes
    -----
    With weights w of the history, newest heaviest, Σ w = 1, and sums over the history h:

    - ``popularity``: log((takers + 1) / (mean takers + 1)); ``recent_popularity`` the same with
      rows decayed by age, equal to it where the clock is an order.
    - ``co_enrolment``: Σ shrunk cosine of takers. ``linear``: Σ weights of EASE.
    - ``follows``: Σ 0.5^(rows back) · weights of the directed linear model.
    - ``transition``: Σ w (P(candidate next | h) − P(candidate)), decayed, shrunk to popularity;
      ``transition_last`` of the newest alone and next rows alone. ``transition_lift``: Σ w log of
      the ratio of the two chances.
    - ``taken_later``: Σ w share of the takers of h who took the candidate later.
    - ``order_odds``: Σ w log-odds that the candidate comes after h among those who took both,
      shrunk to the calendar of all; ``order_odds_last`` of the newest alone.
    - ``ahead``: the candidate's place in the calendar minus Σ w place of h; ``ahead_last`` minus
      that of the newest.
    """

    def __init__(
        self,
        half_life: float = 2.0,
        half_life_days: float = 365.0,
        window: int = 30,
        shrinkage: float = 10.0,
        prior: float = 5.0,
        ridge: float = 0.3,
        neighbours: int = 300,
        most_activities: int = 3_000,
    ) -> None:
        self.half_life = half_life
        self.half_life_days = half_life_days
        self.window = window
        self.shrinkage = shrinkage
        self.prior = prior
        self.ridge = ridge
        self.neighbours = neighbours
        self.most_activities = most_activities

    def fit(self, X: Interactions, y: Any = None) -> Self:
        """Learn from the rows of ``X`` that were taken up; the others are no evidence here."""
        if not isinstance(X, Interactions):
            raise TypeError("a table of interactions is expected")
        return self.fit_histories(Histories.of(X), len(X.activities), X.clock == "days")

    def fit_histories(self, histories: Histories, n_activities: int, days: bool) -> Self:
        """Learn from histories; ``days`` says that their times are days, not an order."""
        self.n_activities_ = n_activities
        self.days_ = days
        both = together(histories, n_activities)
        self.takers_ = both.diagonal().astype(np.float64)
        self.known_ = self.takers_ > 0
        self.new_ = np.flatnonzero(~self.known_)
        self._learn_popularity(histories)
        self.matrices_: dict[str, sp.csr_array] = {
            "co_enrolment": shrunk_cosine(both, self.shrinkage)
        }
        self._learn_linear(histories, both)
        self._learn_transitions(histories)
        self._learn_order(histories)
        return self

    # ----------------------------------------------------------------------- learning

    def _learn_popularity(self, histories: Histories) -> None:
        recent = self.takers_
        if self.days_ and len(histories.time):
            age = histories.time.max() - histories.time
            weight = 0.5 ** (age / self.half_life_days)
            recent = sums_by(histories.activity, weight, self.n_activities_)
        self.popularity_ = self._centred(self.takers_)
        self.recent_takers_ = recent
        self.recent_popularity_ = self._centred(recent)

    def _centred(self, counts: FloatArray) -> FloatArray:
        mean = counts[self.known_].mean() if self.known_.any() else 0.0
        return np.where(self.known_, np.log((counts + 1) / (mean + 1)), 0.0)

    def _learn_linear(self, histories: Histories, both: sp.csr_array) -> None:
        order = np.argsort(-self.takers_, kind="stable")
        used = np.sort(order[: self.most_activities])
        used = used[self.known_[used]]
        if not len(used):
            empty = sp.csr_array(both.shape, dtype=np.float64)
            self.matrices_ |= {"linear": empty, "follows": empty}
            return
        ridge = self.ridge * float(self.takers_[used].mean())
        place = np.full(self.n_activities_, -1)
        place[used] = np.arange(len(used))
        kept = histories.keep(place[histories.activity] >= 0)
        small = Histories(kept.start, place[kept.activity], kept.time)
        for name, weights in (
            ("linear", ease_weights(both[used][:, used], ridge)),
            ("follows", directed_weights(small, len(used), ridge, 1.0, self.half_life)),
        ):
            pairs = sp.coo_array(strongest(weights, self.neighbours))
            cells = (used[pairs.row], used[pairs.col])
            self.matrices_[name] = sp.coo_array((pairs.data, cells), shape=both.shape).tocsr()

    def _learn_transitions(self, histories: Histories) -> None:
        days = self.half_life_days if self.days_ else np.inf
        decayed = ordered_pairs(histories, self.n_activities_, self.window, self.half_life, days)
        self.follow_share_ = _column_share(decayed)
        self.matrices_["transition"], self.transition_known_ = self._excess(decayed)
        following = ordered_pairs(histories, self.n_activities_, 1)
        self.next_share_ = _column_share(following)
        self.matrices_["next"], self.next_known_ = self._excess(following)
        # log(P(b | a) / P(b)) = log(prior / (n_a + prior)) + log(1 + n_ab / (prior · P(b)))
        lift = sp.csr_array(decayed, copy=True)
        lift.data = np.log1p(lift.data / (self.prior * self.follow_share_[lift.indices]))
        self.matrices_["lift"] = lift
        leaving = np.asarray(decayed.sum(axis=1)).ravel()
        self.lift_base_ = np.log(self.prior / (leaving + self.prior))

    def _excess(self, counts: sp.csr_array) -> tuple[sp.csr_array, FloatArray]:
        """n_ab / (n_a + prior), and the share n_a / (n_a + prior) that the pairs speak for."""
        leaving = np.asarray(counts.sum(axis=1)).ravel()
        return scaled_rows(counts, 1 / (leaving + self.prior)), leaving / (leaving + self.prior)

    def _learn_order(self, histories: Histories) -> None:
        before = ordered_pairs(histories, self.n_activities_, self.window)
        later = 1 / (self.takers_ + self.shrinkage) if self.shrinkage else self._per_taker()
        self.matrices_["later"] = scaled_rows(before, later)
        self.latent_ = latent_positions(before, precision=0.1)
        self.position_ = calendar_share(self.latent_, self.takers_)
        # log-odds of the pair shrunk to the calendar's, less the calendar's own, which is added
        # for every candidate: so only pairs that somebody took need a cell
        pairs = sp.coo_array(before + before.T)
        apart = self.latent_[pairs.col] - self.latent_[pairs.row]
        # kept off 0 and 1, so that no odds are infinite however far apart two activities lie
        expected = np.clip(expit(apart), 1e-6, 1 - 1e-6)
        n_before = cells_of(before, pairs.row, pairs.col)
        ahead = n_before + 2 * expected
        behind = np.maximum(pairs.data - n_before, 0.0) + 2 * (1 - expected)
        correction = np.log(ahead / behind) - apart
        cells = (pairs.row, pairs.col)
        self.matrices_["order"] = sp.coo_array((correction, cells), shape=before.shape).tocsr()

    def _per_taker(self) -> FloatArray:
        found: FloatArray = np.zeros_like(self.takers_)
        np.divide(1.0, self.takers_, out=found, where=self.known_)
        return found

    # ----------------------------------------------------------------------- signals

    def features(
        self,
        history: Sequence[int] | IntArray,
        times: FloatArray | None = None,
        now: float | None = None,
        names: Sequence[str] = SIGNALS,
    ) -> dict[str, FloatArray]:
        """Signals of every activity for one person.

        Parameters
        ----------
        history
            Positions of what was taken, oldest first; positions < 0 (unknown here) are left out.
        times, now
            Of the history and of asking, in days; ``None`` = order alone.
        names
            Signals that are wanted.

        Returns
        -------
        dict
            Name in ``names`` → shape (n_activities,), never NaN.
        """
        check_is_fitted(self)
        taken = np.asarray(history, dtype=np.int64)
        known = taken >= 0
        when = None if times is None else np.asarray(times, dtype=np.float64)[known]
        one = Histories.of_one(taken[known], when)
        profiles = self._profiles(one, times is not None, now)

        def product(profile: str, matrix: str) -> FloatArray:
            weight = profiles[profile]
            return _row_sum(self.matrices_[matrix], one.activity, weight)[None, :]

        means = {name: (w, one) for name, w in profiles.items()}
        found = self._signals(product, means, np.minimum(one.lengths, 1), names)
        return {name: values[0] for name, values in found.items()}

    def dense(self, histories: Histories, now: FloatArray | None = None) -> dict[str, FloatArray]:
        """Signals of every activity for several people, each of shape (n, n_activities).

        Parameters
        ----------
        now
            Shape (n,), used where times are days; ``None`` = when each took the last.
        """
        check_is_fitted(self)
        profiles = self._profiles(histories, self.days_, now)
        tables = {k: histories.table(self.n_activities_, w) for k, w in profiles.items()}

        def product(profile: str, matrix: str) -> FloatArray:
            found: FloatArray = (tables[profile] @ self.matrices_[matrix]).toarray()
            return found

        means = {name: (w, histories) for name, w in profiles.items()}
        return self._signals(product, means, np.minimum(histories.lengths, 1))

    def weights(self, histories: Histories, now: FloatArray | None = None) -> FloatArray:
        """Weight of every row of the histories, newest heaviest; Σ = 1 in each that has rows."""
        return self._profiles(histories, self.days_, now)["mean"]

    def _profiles(
        self, histories: Histories, days: bool, now: FloatArray | float | None
    ) -> dict[str, FloatArray]:
        """Weights of the rows: ``mean`` and ``last`` sum to 1 in every history that has rows."""
        back = histories.from_end
        weight: FloatArray = 0.5 ** (back / self.half_life)
        if days and self.days_:
            last = histories.time[np.maximum(histories.start[1:] - 1, 0)] if len(back) else 0.0
            at = np.broadcast_to(last if now is None else now, (len(histories),))
            age = np.maximum(at[histories.owner] - histories.time, 0.0)
            weight = weight * np.maximum(0.5 ** (age / self.half_life_days), 1e-12)
        total = sums_by(histories.owner, weight, len(histories))
        return {
            "mean": weight / total[histories.owner],
            "short": 0.5 ** back.astype(np.float64),
            "last": (back == 0).astype(np.float64),
            "all": np.ones(len(back)),
        }

    def _signals(
        self,
        product: _Product,
        profiles: Mapping[str, tuple[FloatArray, Histories]],
        some: IntArray,
        names: Sequence[str] = SIGNALS,
    ) -> dict[str, FloatArray]:
        def mean(profile: str, values: FloatArray) -> FloatArray:
            weight, histories = profiles[profile]
            rows = weight * values[histories.activity]
            return sums_by(histories.owner, rows, len(histories))[:, None]

        here = some[:, None]
        ones = np.ones((len(some), 1))
        latent, place = self.latent_, self.position_
        # each is a product over the catalogue: only those that are asked for are worked out
        ways: dict[str, Callable[[], FloatArray]] = {
            "popularity": lambda: ones * self.popularity_,
            "recent_popularity": lambda: ones * self.recent_popularity_,
            "co_enrolment": lambda: product("all", "co_enrolment"),
            "linear": lambda: product("all", "linear"),
            "follows": lambda: product("short", "follows"),
            "transition": lambda: (
                product("mean", "transition")
                - mean("mean", self.transition_known_) * self.follow_share_
            ),
            "transition_last": lambda: (
                product("last", "next") - mean("last", self.next_known_) * self.next_share_
            ),
            "transition_lift": lambda: product("mean", "lift") + mean("mean", self.lift_base_),
            "taken_later": lambda: product("mean", "later"),
            "order_odds": lambda: product("mean", "order") + here * latent - mean("mean", latent),
            "order_odds_last": lambda: (
                product("last", "order") + here * latent - mean("last", latent)
            ),
            "ahead": lambda: here * place - mean("mean", place),
            "ahead_last": lambda: here * place - mean("last", place),
        }
        found = {name: ways[name]() for name in names}
        for values in found.values():
            values[:, self.new_] = 0.0
        return found


def _column_share(counts: sp.csr_array) -> FloatArray:
    """Share of each column in all that is counted; 0 where nothing is."""
    total = np.asarray(counts.sum(axis=0), dtype=np.float64).ravel()
    found: FloatArray = total / (total.sum() or 1.0)
    return found


def _row_sum(matrix: sp.csr_array, rows: IntArray, weight: FloatArray) -> FloatArray:
    """Σ weight · row; for one history, without the cost of a sparse product."""
    start = matrix.indptr[rows]
    counts = matrix.indptr[rows + 1] - start
    offset = np.concatenate([[0], np.cumsum(counts)])
    at = np.arange(offset[-1]) + np.repeat(start - offset[:-1], counts)
    values = matrix.data[at] * np.repeat(weight, counts)
    return sums_by(matrix.indices[at], values, matrix.shape[1])
