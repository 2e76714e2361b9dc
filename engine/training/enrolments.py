"""Plain tables of enrolments: the order-aware ranker beside the baselines, and its lists.

Such a table says who took what and when, or only in which order; nobody's deficits are known. So
the ranker learns what people take next, is tested on the last rows of every person, and its lists
are what a matching model's relevance is not: a forecast of enrolments.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.domain import FloatArray, IntArray
from engine.evaluation.protocol import RankingTask, listed
from engine.evaluation.splits import last_share_split
from engine.interactions import Interactions
from engine.matching.enrolment_attributes import ActivityAttributes
from engine.matching.enrolment_ranker import EnrolmentRanker
from engine.matching.order_histories import Histories
from engine.training.fit import Say
from engine.training.ranking_metrics import RankingMetrics, baselines, measure_all

TEST_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class EnrolmentStudy:
    """Rankers on the last rows of every person.

    Parameters
    ----------
    ranking
        The order-aware ranker is named ``order``.
    """

    people: int
    activities: int
    rows: int
    tested: int
    ranking: tuple[RankingMetrics, ...]


def study_enrolments(
    interactions: Interactions,
    attributes: ActivityAttributes | None,
    *,
    k: int = 10,
    seed: int = 0,
    say: Say = lambda _: None,
) -> EnrolmentStudy:
    """Leave the last fifth of every person's rows out, and find them."""
    task = RankingTask.of(last_share_split(interactions, TEST_SHARE))
    ranking: list[RankingMetrics] = []
    for name, ranker in baselines(seed).items():
        say(f"ранжирование: {name}")
        ranking += measure_all(task, {name: ranker}, attributes, k, seed)
    return EnrolmentStudy(
        people=len(interactions.people),
        activities=len(interactions.activities),
        rows=len(interactions),
        tested=len(task.people),
        ranking=tuple(ranking),
    )


def top_lists(
    interactions: Interactions, attributes: ActivityAttributes | None, *, k: int = 10, seed: int = 0
) -> tuple[IntArray, FloatArray]:
    """What everybody is likely to take next, from a ranker fitted on the whole table.

    Returns
    -------
    lists, scores : ndarray, shape (n_people, k)
        Positions in ``interactions.activities``, −1 = nothing more; NaN there.
    """
    ranker = EnrolmentRanker(seed=seed).fit(interactions, attributes)
    taken = Histories.of(interactions).table(len(interactions.activities))
    everybody = np.arange(len(interactions.people))
    lists = listed(ranker, everybody, taken, k)
    scores = np.full(lists.shape, np.nan)
    for low in range(0, len(everybody), 500):
        rows = everybody[low : low + 500]
        found = np.take_along_axis(ranker.scores(rows), np.maximum(lists[rows], 0), axis=1)
        scores[rows] = np.where(lists[rows] >= 0, found, np.nan)
    return lists, scores
