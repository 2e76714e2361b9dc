"""Plain tables of enrolments: the order-aware ranker beside the baselines, and its lists.

Such a table says who took what and when, or only in which order; nobody's deficits are known. So
the ranker learns what people take next, is tested on the last rows of every person, and its lists
are what a matching model's relevance is not: a forecast of enrolments.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.domain import FloatArray, IntArray
from engine.evaluation import metrics
from engine.evaluation.protocol import RankingTask
from engine.evaluation.splits import last_share_split
from engine.interactions import Interactions
from engine.matching.enrolment_attributes import ActivityAttributes
from engine.matching.enrolment_ranker import EnrolmentRanker
from engine.matching.order_histories import Histories
from engine.training.fit import Say
from engine.training.ranking_metrics import RankingMetrics, baselines, measure_all

TEST_SHARE = 0.2
MOST_PEOPLE = 2_000
"""People whose lists are measured: an interval of recall hardly narrows with more of them, while
every list costs a prediction for every activity."""
_CELLS = 4_000_000
"""Most scores held at once."""


@dataclass(frozen=True, slots=True)
class EnrolmentStudy:
    """Rankers on the last rows of every person.

    Parameters
    ----------
    to_test
        People with something to find in their last rows.
    tested
        Of them, those whose lists were measured: all, or a seeded sample.
    ranking
        The order-aware ranker is named ``order``.
    """

    people: int
    activities: int
    rows: int
    to_test: int
    tested: int
    ranking: tuple[RankingMetrics, ...]


def study_enrolments(
    interactions: Interactions,
    attributes: ActivityAttributes | None,
    *,
    k: int = 10,
    seed: int = 0,
    most_people: int | None = MOST_PEOPLE,
    say: Say = lambda _: None,
) -> EnrolmentStudy:
    """Leave the last fifth of every person's rows out, and find them.

    Parameters
    ----------
    most_people
        ≥ 1: of more people with something to find a seeded sample is measured. Every ranker
        learns from all people in any case. ``None`` = everybody is measured.
    """
    everybody = RankingTask.of(last_share_split(interactions, TEST_SHARE))
    task = everybody.sampled(most_people, seed)
    ranking: list[RankingMetrics] = []
    for name, ranker in baselines(seed).items():
        say(f"ранжирование: {name}")
        ranking += measure_all(task, {name: ranker}, attributes, k, seed)
    return EnrolmentStudy(
        people=len(interactions.people),
        activities=len(interactions.activities),
        rows=len(interactions),
        to_test=len(everybody.people),
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
    n_people = len(interactions.people)
    lists = np.empty((n_people, k), dtype=np.int64)
    scores = np.empty((n_people, k))
    for rows in _blocks(n_people, taken.shape[1]):
        everything = ranker.scores(rows)
        lists[rows] = metrics.top_k(everything, k, taken[rows].toarray() == 0)
        found = np.take_along_axis(everything, np.maximum(lists[rows], 0), axis=1)
        scores[rows] = np.where(lists[rows] >= 0, found, np.nan)
    return lists, scores


def _blocks(n: int, width: int) -> Iterator[IntArray]:
    """Positions 0 … n − 1 in parts whose scores fit into memory."""
    size = max(1, _CELLS // max(width, 1))
    for low in range(0, n, size):
        yield np.arange(low, min(low + size, n))
