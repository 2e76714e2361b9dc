"""A judge of plans: what completions were worth, learned from outcomes no candidate has seen.

The truth of a plan that nobody has followed is not known. The judge is fitted on the held-out
outcomes alone, by other methods than the models it judges and with more freedom: boosted trees,
and a logistic regression that crosses who the educator is with what the activity is; half of the
log odds from each. Trees see any shape but know nothing beyond their rows; rural educators hardly
ever take up what needs a long journey, and only the crossed lines say what would come of it. So
the judge sees what an additive model, or one kept from some people's rows, gets wrong for them.

A plan is judged as followed: chance of completing what was taken up, times the share of
completers of its kind who benefit. Opinions and refusals before the event are left out, and a
re-diagnosis, which tells little of one person, speaks for its kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from threadpoolctl import ThreadpoolController

from engine.ages import is_young
from engine.calendar import educator_zone, effective_conditions, local_date
from engine.domain import Activity, BoolArray, Educator, FloatArray, IntArray, Kind, Position
from engine.effects import ActivityEffects
from engine.errors import Fault, InputError
from engine.interactions import STATES, State
from engine.matching.factors import FACTORS
from engine.matching.quality import QualityEvidence
from engine.matching.tagging import CompetencyTagger
from engine.policy import PolicyProfile
from engine.recommender.request import RouteRequest
from engine.training.data import TrainingData
from engine.training.data_effects import effects_of_data
from engine.training.fit import benefit_rates
from engine.training.table import LabelledTable

LEAST_ROWS = 200
"""Outcomes below which nothing can be judged."""

FOLDS = 5
TREES = 150
"""Boosted trees of one judge."""
COARSE = ("deficit", "request", "position", "subject", "stage", "practice", "online", "length")
"""Factors the trees see, to one decimal: finer ones tell activities apart like a name, and what
is an activity's own is left to ``quality``, which knows how far to trust it."""

_PLAIN = [FACTORS.index(name) for name in COARSE]


class Planned(NamedTuple):
    """What one person would take: activities with their factors, one row an activity."""

    person: RouteRequest
    activities: Sequence[Activity]
    factors: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """Chance of completing and benefiting, from held-out outcomes.

    Parameters
    ----------
    trees, crossed
        Over the factors that need no learning, the kind and the educator.
    quality
        What is left by activity.
    quality_by_place
        What is left beyond that for educators of rural and of other schools: whether an activity
        can be finished from afar is the activity's own, and no factor says it.
    benefit
        Share of completers who benefit, by kind; see ``benefit_rates``.
    n
        Outcomes behind it.
    effects
        Effects that its plans count with, the same for all models.
    """

    trees: HistGradientBoostingClassifier
    crossed: LogisticRegression
    quality: QualityEvidence
    quality_by_place: Mapping[bool, QualityEvidence]
    benefit: Mapping[Kind, float]
    n: int
    effects: ActivityEffects = field(default_factory=ActivityEffects)

    @classmethod
    def fit(cls, data: TrainingData, table: LabelledTable, seed: int = 0) -> Judge:
        """From the held-out rows of ``table``.

        Raises
        ------
        InputError
            ``too_few_to_judge``, below ``LEAST_ROWS`` outcomes.
        """
        followed = _followed(data, table)
        if len(followed) < LEAST_ROWS or np.ptp(followed.label) == 0:
            detail = (
                f"отложенных исходов {len(followed)}, нужно не меньше {LEAST_ROWS} и разных: иначе "
                "планы не с чем сравнить; отложите больший срок (--test-share)"
            )
            raise InputError([Fault("too_few_to_judge", detail, parameters={"n": len(followed)})])
        return cls._fitted(data, followed, benefit_rates(data, table), seed)

    @classmethod
    def _fitted(
        cls, data: TrainingData, table: LabelledTable, benefit: Mapping[Kind, float], seed: int
    ) -> Judge:
        """From rows of what was taken up, of both outcomes."""
        interactions = data.interactions
        activity = interactions.activity[table.row]
        people = [data.people[interactions.people[p]] for p in interactions.person[table.row]]
        X = np.column_stack(
            [
                np.round(table.X[:, _PLAIN], 1),
                _kinds(data.activities, activity),
                np.array([_traits(r, data.policy) for r in people]),
            ]
        )
        every = np.ones(len(table), dtype=np.bool_)
        fold = interactions.person[table.row] % FOLDS
        expected = np.empty(len(table))
        for f in np.unique(fold).tolist():
            others = fold != f
            if len(np.unique(table.label[others])) < 2:
                others = every
            both = _trees(X, table, others, seed), _crossed(X, table, others)
            expected[fold == f] = _chance(*both, X[fold == f])
        quality = QualityEvidence.fit(
            data.activities, activity, table.label, expected, table.weight
        )
        own = logit(quality.factor(data.activities))[activity]
        expected = expit(logit(expected) + own)
        rural = np.array([bool(effective_conditions(r.educator).rural) for r in people])
        by_place = {
            place: QualityEvidence.fit(
                data.activities,
                activity[rural == place],
                table.label[rural == place],
                expected[rural == place],
                table.weight[rural == place],
            )
            for place in (False, True)
        }
        trees, crossed = _trees(X, table, every, seed), _crossed(X, table, every)
        return cls(trees, crossed, quality, by_place, benefit, len(table))

    @classmethod
    def redrawn(
        cls, data: TrainingData, table: LabelledTable, effects: ActivityEffects, n: int, seed: int
    ) -> tuple[Judge, ...]:
        """Judges of people drawn with replacement: how far the judge itself may be wrong.

        Parameters
        ----------
        effects
            That they all count with; their own uncertainty is not drawn.
        n
            Draws. A draw in which everything, or nothing, was completed is drawn again; there
            must be people of both kinds, as ``fit`` demands.
        """
        person = data.interactions.person[table.row]
        known, of = np.unique(person, return_inverse=True)
        rng = np.random.default_rng([seed, 11])
        found: list[Judge] = []
        while len(found) < n:
            times = np.bincount(rng.integers(len(known), size=len(known)), minlength=len(known))
            drawn = table.select(np.repeat(np.arange(len(table)), times[of]))
            followed = _followed(data, drawn)
            if len(followed) and np.ptp(followed.label) > 0:
                judge = cls._fitted(data, followed, benefit_rates(data, drawn), seed)
                found.append(replace(judge, effects=effects))
        return tuple(found)

    def with_effects(self, data: TrainingData, tagger: CompetencyTagger | None) -> Judge:
        """The judge with effects estimated from all of the data: the best that is known of them.

        With the policy's, a model that plans by what outcomes say of effects would look worse for
        being right.
        """
        estimates = effects_of_data(data, tagger, self.benefit)
        return replace(self, effects=estimates.effects)

    def effect(self, activities: Sequence[Activity], policy: PolicyProfile) -> FloatArray:
        """Shape (n_activities,): most of a deficit that each closes, the policy's where unknown."""
        known = [self.effects.of_activity(a) for a in activities]
        return np.array(
            [
                policy.value.effect.get(a.kind, 0.0) if one is None else one[1].mean
                for a, one in zip(activities, known, strict=True)
            ],
            dtype=np.float64,
        )

    def chance(
        self,
        person: RouteRequest,
        policy: PolicyProfile,
        activities: Sequence[Activity],
        factors: FloatArray,
    ) -> FloatArray:
        """Shape (n_activities,), in (0, 1); ``factors`` as in ``FACTORS``, one row an activity."""
        return self.chances([Planned(person, activities, factors)], policy)[0]

    def chances(self, plans: Sequence[Planned], policy: PolicyProfile) -> list[FloatArray]:
        """As ``chance`` for many people at once; the models are asked once."""
        if not any(len(p.activities) for p in plans):
            return [np.zeros(0) for _ in plans]
        X = np.vstack([_rows(p, policy) for p in plans if len(p.activities)])
        seen = logit(_chance(self.trees, self.crossed, X))
        found, at = [], 0
        for p in plans:
            n = len(p.activities)
            if not n:
                found.append(np.zeros(0))
                continue
            rural = bool(effective_conditions(p.person.educator).rural)
            learned = logit(self.quality.factor(p.activities))
            learned += logit(self.quality_by_place[rural].factor(p.activities))
            completes: FloatArray = expit(seen[at : at + n] + learned)
            benefits = [self.benefit.get(a.kind, 1.0) for a in p.activities]
            found.append(completes * np.array(benefits, dtype=np.float64))
            at += n
        return found


def _rows(plan: Planned, policy: PolicyProfile) -> FloatArray:
    n = len(plan.activities)
    return np.column_stack(
        [
            np.round(plan.factors[:, _PLAIN], 1),
            _kinds(plan.activities, np.arange(n)),
            np.tile(_traits(plan.person, policy), (n, 1)),
        ]
    )


def _followed(data: TrainingData, table: LabelledTable) -> LabelledTable:
    """Rows of what was taken up and ended, with 1 for completed; a stated outcome goes before."""
    interactions = data.interactions
    state, stated = interactions.state[table.row], interactions.outcome[table.row]
    completed = state == STATES.index(State.COMPLETED)
    ended = completed | (state == STATES.index(State.DROPPED)) | ~np.isnan(stated)
    label = np.where(np.isnan(stated), completed.astype(np.float64), stated)
    return replace(table, label=label).select(np.flatnonzero(ended))


def _trees(
    X: FloatArray, table: LabelledTable, use: np.ndarray, seed: int
) -> HistGradientBoostingClassifier:
    weight, label = table.weight[use], table.label[use]
    both = np.concatenate([weight * label, weight * (1 - label)])
    keep = both > 0
    model = HistGradientBoostingClassifier(
        max_iter=TREES,
        learning_rate=0.06,
        max_leaf_nodes=15,
        min_samples_leaf=10,
        l2_regularization=1.0,
        random_state=seed,
    )
    rows = np.concatenate([X[use], X[use]])[keep]
    # small tables: threads that wait for each other on a busy machine cost a hundredfold
    with _threads().limit(limits=1, user_api="openmp"):
        return model.fit(rows, np.repeat([1, 0], len(label))[keep], both[keep])


@cache
def _threads() -> ThreadpoolController:
    """Libraries with threads: to look for them anew takes longer than to judge a route."""
    return ThreadpoolController()


def _crossed(X: FloatArray, table: LabelledTable, use: BoolArray) -> LogisticRegression:
    weight, label = table.weight[use], table.label[use]
    both = np.concatenate([weight * label, weight * (1 - label)])
    keep = both > 0
    rows = _with_crosses(X[use])
    # second order: columns of unlike scale leave a first-order method far from the optimum
    model = LogisticRegression(C=1.0, solver="newton-cholesky")
    # small matrices: threads of linear algebra would wait for each other longer than they work
    with _threads().limit(limits=1, user_api="blas"):
        return model.fit(
            np.concatenate([rows, rows])[keep], np.repeat([1, 0], len(label))[keep], both[keep]
        )


def _with_crosses(X: FloatArray) -> FloatArray:
    """Factors, the kind as indicators, and both again for rural and for young educators."""
    n = len(COARSE)
    factors = np.nan_to_num(X[:, :n], nan=0.5)
    kind = (X[:, n : n + 1] == np.arange(len(Kind))).astype(np.float64)
    rural, young = (np.nan_to_num(X[:, n + i : n + i + 1], nan=0.0) for i in (1, 2))
    online, length = (factors[:, COARSE.index(name)][:, None] for name in ("online", "length"))
    base = np.hstack([factors, kind, (1.0 - online) * length])
    return np.hstack([base, rural, young, rural * base, young * base])


def _chance(
    trees: HistGradientBoostingClassifier, crossed: LogisticRegression, X: FloatArray
) -> FloatArray:
    with _threads().limit(limits=1, user_api="openmp"):
        seen = np.clip(trees.predict_proba(X)[:, 1], 0.01, 0.99)
    drawn = np.clip(crossed.predict_proba(_with_crosses(X))[:, 1], 0.01, 0.99)
    found: FloatArray = expit((logit(seen) + logit(drawn)) / 2.0)
    return found


def _kinds(activities: Sequence[Activity], at: IntArray) -> FloatArray:
    kinds = tuple(Kind)
    of = np.array([kinds.index(a.kind) for a in activities], dtype=np.float64)
    return of[at]


def _traits(person: RouteRequest, policy: PolicyProfile) -> FloatArray:
    """Who the educator is: rural, young, position; NaN = not known."""
    educator = person.educator
    return np.array(
        [
            _flag(effective_conditions(educator).rural),
            _flag(young_at(educator, person, policy)),
            float(tuple(Position).index(educator.position)),
        ]
    )


def young_at(educator: Educator, person: RouteRequest, policy: PolicyProfile) -> bool | None:
    """Whether the educator is young on the day of the request, by the policy's rule."""
    today = local_date(person.as_of, educator_zone(educator, policy))
    return is_young(educator, policy.mentorship, today)


def _flag(value: bool | None) -> float:
    return float("nan") if value is None else float(value)
