"""One way to measure every ranker: learn from one part, list, compare with the other part."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import scipy.sparse as sp

from engine.domain import BoolArray, FloatArray, IntArray
from engine.evaluation import metrics
from engine.evaluation.baselines import Ranker
from engine.evaluation.bootstrap import Interval, mean_interval
from engine.evaluation.splits import Split
from engine.interactions import Interactions
from engine.matching.enrolment_attributes import ActivityAttributes
from engine.matching.order_histories import Histories

_CELLS = 4_000_000
"""Most scores held at once."""


@dataclass(frozen=True, slots=True, eq=False)
class RankingResult:
    """A ranker measured on the people of a test.

    Parameters
    ----------
    people
        Shape (n,), positions of those who took something in the test that is new to them.
    lists
        Shape (n, k), what was listed for them, −1 = nothing more.
    by_person
        Metric → shape (n,).
    overall
        Metric of all lists together.
    fit_seconds, score_seconds
        Wall clock.
    """

    name: str
    people: IntArray
    lists: IntArray
    by_person: Mapping[str, FloatArray]
    overall: Mapping[str, float]
    fit_seconds: float = field(default=0.0)
    score_seconds: float = field(default=0.0)

    def mean(self, metric: str) -> float:
        """Mean over people."""
        return float(np.nanmean(self.by_person[metric]))

    def interval(self, metric: str, *, seed: int = 0) -> Interval:
        """Mean over people with its bootstrap interval."""
        return mean_interval(self.by_person[metric], seed=seed)


@dataclass(frozen=True, slots=True, eq=False)
class RankingTask:
    """A split made ready for measuring rankers.

    Parameters
    ----------
    train
        To learn from.
    taken
        People × activities: taken in training, and not to be listed again.
    gains
        People × activities: what counts in the test, 1 or graded by the outcome.
    people
        Positions of those with something to find.
    """

    train: Interactions
    taken: sp.csr_array
    gains: sp.csr_array
    people: IntArray

    @classmethod
    def of(cls, split: Split, *, graded: bool = False) -> RankingTask:
        """What was taken in the test and not in training counts.

        Parameters
        ----------
        graded
            Gain = the outcome where it is stated (0 = it does not count), else 1.
        """
        n_activities = len(split.train.activities)
        taken = Histories.of(split.train).table(n_activities)
        rows = split.test.select(split.test.taken)
        gain = np.ones(len(rows))
        if graded:
            gain = np.where(np.isnan(rows.outcome), 1.0, rows.outcome)
        cells = (rows.person, rows.activity)
        shape = (len(rows.people), n_activities)
        gains = _greatest(cells, gain, shape)
        gains = sp.csr_array(gains - gains.multiply(taken > 0))
        gains.eliminate_zeros()
        return cls(split.train, taken, gains, np.flatnonzero(np.diff(gains.indptr)))

    def sampled(self, most_people: int | None, seed: int) -> RankingTask:
        """The same task for at most ``most_people`` ≥ 1 of its people, drawn without return.

        All is learned from as before; ``None``, or no more people than that = this task.
        """
        if most_people is None or len(self.people) <= most_people:
            return self
        rng = np.random.default_rng([seed, 11])
        drawn = rng.choice(self.people, most_people, replace=False)
        return replace(self, people=np.sort(drawn))


def _greatest(
    cells: tuple[IntArray, IntArray], gain: FloatArray, shape: tuple[int, int]
) -> sp.csr_array:
    """Table of gains; of repeated cells the greatest counts."""
    order = np.lexsort((-gain, cells[1], cells[0]))
    key = cells[0][order] * shape[1] + cells[1][order]
    first = order[np.unique(key, return_index=True)[1]]
    return sp.csr_array((gain[first], (cells[0][first], cells[1][first])), shape=shape)


def measure(
    name: str,
    ranker: Ranker,
    task: RankingTask,
    *,
    k: int = 10,
    attributes: ActivityAttributes | None = None,
) -> RankingResult:
    """Fit a ranker, list the ``k`` best new activities of everybody, and measure the lists."""
    started = time.perf_counter()
    ranker.fit(task.train, attributes)
    fitted = time.perf_counter()
    lists = listed(ranker, task.people, task.taken, k)
    done = time.perf_counter()
    result = measured(name, lists, task)
    return RankingResult(
        name,
        result.people,
        lists,
        result.by_person,
        result.overall,
        fitted - started,
        done - fitted,
    )


def listed(ranker: Ranker, people: IntArray, taken: sp.csr_array, k: int) -> IntArray:
    """Lists of the ``k`` best activities that each person has not taken, shape (n_people, k)."""
    lists = np.empty((len(people), k), dtype=np.int64)
    for rows in _blocks(len(people), taken.shape[1]):
        some = people[rows]
        new: BoolArray = taken[some].toarray() == 0
        lists[rows] = metrics.top_k(ranker.scores(some), k, new)
    return lists


def _blocks(n: int, width: int) -> Iterator[slice]:
    size = max(1, _CELLS // max(width, 1))
    for low in range(0, n, size):
        yield slice(low, min(low + size, n))


def measured(name: str, lists: IntArray, task: RankingTask) -> RankingResult:
    """Every metric of given lists, one per person of ``task.people``."""
    relevant, history = task.gains[task.people], task.taken[task.people]
    n_activities = task.taken.shape[1]
    takers = np.bincount(task.taken.indices, minlength=n_activities)
    n_learned = max(int((np.diff(task.taken.indptr) > 0).sum()), 1)
    by_person = {
        "recall": metrics.recall_at_k(lists, relevant),
        "ndcg": metrics.ndcg_at_k(lists, relevant),
        "map": metrics.average_precision_at_k(lists, relevant),
        "novelty": metrics.novelty(lists, takers, n_learned),
        "popularity": metrics.listed_popularity(lists, takers, n_learned),
        "popularity_lift": metrics.popularity_lift(lists, history, takers),
    }
    overall = {
        "coverage": metrics.coverage(lists, n_activities),
        "gini": metrics.exposure_gini(lists, n_activities),
    }
    return RankingResult(name, task.people, lists, by_person, overall)
