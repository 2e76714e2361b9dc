"""The ranker of plain tables: planted order is found, no order costs nothing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from threadpoolctl import threadpool_limits

from engine.evaluation.baselines import EaseRanker, Ranker
from engine.evaluation.bootstrap import paired_difference, paired_ratio
from engine.evaluation.protocol import RankingTask, measure
from engine.evaluation.splits import last_share_split, share_instant, time_split
from engine.interactions import Interactions
from engine.matching.enrolment_attributes import ActivityAttributes
from engine.matching.enrolment_ranker import EnrolmentRanker
from engine.matching.order_histories import Histories
from tests.engine.evaluation.tables import sequences
from tests.engine.matching.enrolments import in_calendar, in_circles

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Boosting that shares cores with other tests waits for itself; alone it needs one."""
    with threadpool_limits(1):
        yield


def compared(task: RankingTask) -> tuple[np.ndarray, np.ndarray]:
    """NDCG by person of ours and of the best EASE."""
    ours = measure("ours", EnrolmentRanker(rounds=60, negatives=25), task).by_person["ndcg"]
    rivals: list[Ranker] = [EaseRanker(r) for r in (3.0, 30.0, 100.0, 300.0)]
    best = max((measure("ease", r, task) for r in rivals), key=lambda m: m.mean("ndcg"))
    return ours, best.by_person["ndcg"]


def test_a_planted_order_is_found() -> None:
    """In a calendar ours has at least a quarter more NDCG@10 than the EASE that fits best."""
    task = RankingTask.of(last_share_split(in_calendar(300, 40, 0)))
    ours, ease = compared(task)
    assert paired_ratio(ours, ease, seed=0).low > 1.25


def test_a_planted_order_in_days_is_found_after_an_instant() -> None:
    """Split by time, with days: ours is above the EASE that fits best."""
    table = in_calendar(900, 60, 1, days=True)
    task = RankingTask.of(time_split(table, share_instant(table, 0.8)))
    ours, ease = compared(task)
    assert paired_ratio(ours, ease, seed=0).low > 1.1


def test_without_any_order_nothing_is_lost() -> None:
    """Where order is random ours is not below the EASE that fits best by more than .02."""
    task = RankingTask.of(last_share_split(in_circles(450, 60, 2)))
    ours, ease = compared(task)
    assert paired_difference(ours, ease, seed=0).high > 0
    assert np.nanmean(ours) > np.nanmean(ease) - 0.02


def by_discipline(people: int) -> tuple[Interactions, tuple[str, ...]]:
    """Everybody takes five of the twenty activities of one discipline, in any order."""
    rng = np.random.default_rng(0)
    discipline = np.repeat(np.arange(8), 20)
    taken = {}
    for i in range(people):
        own = np.flatnonzero(discipline == rng.integers(8))
        taken[f"p{i:03}"] = [f"a{j:03}" for j in rng.permutation(own)[:5]]
    ids = tuple(f"a{i:03}" for i in range(160))
    return sequences(taken, ids), tuple(map(str, discipline))


@pytest.mark.parametrize("people", [60, 120])
def test_activities_that_one_person_took_do_not_mislead(people: int) -> None:
    """With few people, who is predicted is often the only taker; ours is not below EASE.

    Signals then know nothing of such an activity, which must not count as a sign of being taken.
    """
    task = RankingTask.of(last_share_split(by_discipline(people)[0]))
    ours = measure("ours", EnrolmentRanker(rounds=60), task).by_person["recall"]
    ease = measure("ease", EaseRanker(3.0), task).by_person["recall"]
    assert paired_difference(ours, ease, seed=0).high > 0


def test_attributes_help_where_they_decide() -> None:
    """Where few people have taken little of one discipline each, knowing it raises recall."""
    table, discipline = by_discipline(60)
    task = RankingTask.of(last_share_split(table))
    known = ActivityAttributes(table.activities, categories={"discipline": discipline})
    ranker = EnrolmentRanker(rounds=60)
    plain = measure("plain", ranker, task).by_person["recall"]
    informed = measure("informed", clone(ranker), task, attributes=known).by_person["recall"]
    assert paired_ratio(informed, plain, seed=0).low > 1


def test_new_people_are_ranked_as_people_of_the_table() -> None:
    """A history given from outside scores as the same history inside."""
    table = in_calendar(200, 30, 3)
    ranker = EnrolmentRanker(rounds=20).fit(table)
    own = Histories.of(table)
    one = Histories.of_one(own.activity[own.start[4] : own.start[5]])
    np.testing.assert_allclose(ranker.scores_of(one)[0], ranker.scores([4])[0])


def test_nobody_with_two_activities_leaves_popularity() -> None:
    """Where no one took one thing after another there is nothing to learn."""
    table = sequences({"p": ["a"], "q": ["b"], "r": ["b"]})
    ranker = EnrolmentRanker().fit(table)
    assert ranker.model_ is None
    np.testing.assert_array_equal(ranker.scores([0]), [[1, 2]])


@pytest.mark.parametrize("clock", ["order", "days"])
def test_a_table_without_rows_can_be_learned_from(clock: str) -> None:
    """No rows at all: every score is alike."""
    empty = Interactions.from_columns(
        [],
        [],
        np.zeros(0),
        activities=["a", "b"],
        clock=clock,  # type: ignore[arg-type]
    )
    ranker = EnrolmentRanker().fit(empty)
    found = ranker.scores_of(Histories(np.array([0, 1]), np.array([1]), np.array([0.0])))
    np.testing.assert_array_equal(found, [[0, 0]])


def test_seeds_decide_and_nothing_else() -> None:
    """The same seed gives the same scores, whatever the order of the rows."""
    table = in_calendar(120, 20, 5)
    shuffled = table.select(np.random.default_rng(0).permutation(len(table)))
    first = EnrolmentRanker(rounds=10).fit(table).scores(range(120))
    np.testing.assert_array_equal(
        first, EnrolmentRanker(rounds=10).fit(shuffled).scores(range(120))
    )
    assert (first != EnrolmentRanker(rounds=10, seed=1).fit(table).scores(range(120))).any()


def test_the_estimator_keeps_its_promises() -> None:
    """Parameters are stored only; asked before learning it says so."""
    ranker = EnrolmentRanker(rounds=7)
    assert set(vars(ranker)) == set(ranker.get_params())
    assert clone(ranker).get_params() == ranker.get_params()
    with pytest.raises(NotFittedError):
        ranker.scores([0])
    with pytest.raises(TypeError, match="interactions"):
        ranker.fit(np.zeros((3, 2)))  # type: ignore[arg-type]
