"""Ranking metrics of models beside the usual baselines: who finds what people completed later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from engine.domain import FloatArray, IntArray
from engine.errors import NothingToPlan
from engine.evaluation.baselines import (
    EaseRanker,
    ItemKnnRanker,
    PopularRanker,
    RandomRanker,
    Ranker,
    TextRanker,
)
from engine.evaluation.baselines_als import AlsRanker
from engine.evaluation.bootstrap import Interval
from engine.evaluation.protocol import RankingResult, RankingTask, measure
from engine.evaluation.splits import Split, time_split
from engine.interactions import STATES, Interactions, State
from engine.matching.enrolment_attributes import ActivityAttributes
from engine.matching.enrolment_ranker import EnrolmentRanker
from engine.matching.model import MatchingModel
from engine.recommender.request import RouteRequest
from engine.training.data import TrainingData
from engine.training.plan_metrics import recommender_of

ORDER_RANKER = "order"
"""Name of the ranker of what people take next, whatever becomes of it."""


@dataclass(frozen=True, slots=True)
class RankingMetrics:
    """One ranker's lists of ``k``, means over people with intervals.

    Parameters
    ----------
    recall, ndcg, map
        At k, of what people took up later and was new to them.
    novelty
        Bits of surprise of what is listed.
    popularity_lift
        How much more popular lists are than what their people took before; 0 = alike.
    coverage, gini
        Share of the catalogue that is listed for anybody; concentration of the lists in [0, 1].
    """

    name: str
    people: int
    k: int
    recall: Interval
    ndcg: Interval
    map: Interval
    novelty: float
    popularity_lift: float
    coverage: float
    gini: float

    @classmethod
    def of(cls, result: RankingResult, k: int, seed: int) -> Self:
        """Means and intervals of a result."""
        by_person = result.by_person
        return cls(
            name=result.name,
            people=len(result.people),
            k=k,
            recall=result.interval("recall", seed=seed),
            ndcg=result.interval("ndcg", seed=seed),
            map=result.interval("map", seed=seed),
            novelty=_mean(by_person["novelty"]),
            popularity_lift=_mean(by_person["popularity_lift"]),
            coverage=float(result.overall["coverage"]),
            gini=float(result.overall["gini"]),
        )


def _mean(values: FloatArray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def baselines(seed: int) -> dict[str, Ranker]:
    """Rankers that stand beside every model, by name."""
    return {
        "random": RandomRanker(seed),
        "popular": PopularRanker(),
        "tfidf": TextRanker(),
        "item_knn": ItemKnnRanker(),
        "als": AlsRanker(),
        "ease": EaseRanker(),
        ORDER_RANKER: EnrolmentRanker(seed=seed),
    }


def measure_all(
    task: RankingTask,
    rankers: Mapping[str, Ranker],
    attributes: ActivityAttributes | None,
    k: int,
    seed: int,
) -> tuple[RankingMetrics, ...]:
    """Every ranker on one task."""
    return tuple(
        RankingMetrics.of(measure(name, ranker, task, k=k, attributes=attributes), k, seed)
        for name, ranker in rankers.items()
    )


def ranking_metrics(
    data: TrainingData,
    day: float,
    models: Sequence[MatchingModel],
    k: int,
    most_people: int,
    seed: int,
) -> tuple[RankingMetrics, ...]:
    """Models and baselines: lists made on ``day`` beside what people completed from then on.

    Parameters
    ----------
    most_people
        Of more people who have something to find a seeded sample is measured.
    """
    then = data.before(day)
    task = _task(data.interactions, day).sampled(most_people, seed)
    rankers: dict[str, Ranker] = {m.version: _ModelRanker(m, then) for m in models}
    attributes = ActivityAttributes(
        data.interactions.activities,
        texts=tuple(f"{a.title}; {a.summary}" for a in data.activities),
        categories={
            "kind": tuple(a.kind.value for a in data.activities),
            "provider": tuple(a.provider for a in data.activities),
        },
        numbers={"hours": np.array([a.hours_academic or np.nan for a in data.activities])},
    )
    return measure_all(task, {**rankers, **baselines(seed)}, attributes, k, seed)


def _task(interactions: Interactions, day: float) -> RankingTask:
    split = time_split(interactions, day)
    done = split.test.state == STATES.index(State.COMPLETED)
    return RankingTask.of(Split(split.train, split.test.select(done)))


class _ModelRanker:
    """A matching model behind the rankers' protocol: it is fitted already, and knows people."""

    def __init__(self, model: MatchingModel, data: TrainingData) -> None:
        self.data, self.recommender = data, recommender_of(data, model)

    def fit(
        self, interactions: Interactions, activities: ActivityAttributes | None = None, /
    ) -> Self:
        """Nothing: the model was fitted on the same part by training."""
        return self

    def scores(self, people: Sequence[int] | IntArray, /) -> FloatArray:
        """Relevance; of people whom nothing is known of, the chances of the prior's base."""
        ids = self.data.interactions.people
        return np.array([self._one(self.data.people[ids[p]]) for p in np.asarray(people).tolist()])

    def _one(self, person: RouteRequest) -> FloatArray:
        try:
            return self.recommender.rank(person)[1].relevance
        except NothingToPlan:
            return np.zeros(len(self.data.activities))
