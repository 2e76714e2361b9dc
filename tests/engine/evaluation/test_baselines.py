"""One suite over all rankers, and what is special to each."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from engine.domain import FloatArray
from engine.evaluation.baselines import (
    EaseRanker,
    ItemKnnRanker,
    PopularRanker,
    RandomRanker,
    Ranker,
    TextRanker,
)
from engine.evaluation.baselines_als import AlsRanker
from engine.interactions import Interactions
from engine.matching.enrolment_attributes import ActivityAttributes
from engine.matching.enrolment_ranker import EnrolmentRanker
from tests.engine.evaluation.tables import sequences

MAKERS: dict[str, Callable[[], Ranker]] = {
    "random": RandomRanker,
    "popular": PopularRanker,
    "text": TextRanker,
    "item-kNN": ItemKnnRanker,
    "ALS": lambda: AlsRanker(factors=2, rounds=5),
    "EASE": EaseRanker,
    "enrolment": lambda: EnrolmentRanker(rounds=10, smallest_leaf=5),
}
FROM_HISTORY = [n for n in MAKERS if n != "random"]
IDS = tuple(f"a{i}" for i in range(12))
TOPICS = ("дроби и уравнения", "чтение и письмо", "оценивание работ", "инклюзия в классе")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Boosting that shares cores with other tests waits for itself; alone it needs one."""
    with threadpool_limits(1):
        yield


def table(seed: int = 0, people: int = 40) -> Interactions:
    """Two circles of activities; the last activity has no takers, the last person took nothing."""
    rng = np.random.default_rng(seed)
    taken = {
        f"p{i:02}": [IDS[j + 5 * (i % 2)] for j in rng.permutation(6)[: rng.integers(2, 6)]]
        for i in range(people)
    }
    found = sequences(taken, IDS)
    return Interactions(
        (*found.people, "p99"),
        *(getattr(found, f) for f in found.__dataclass_fields__ if f != "people"),
    )


def attributes() -> ActivityAttributes:
    return ActivityAttributes(IDS, tuple(TOPICS[i % 4] for i in range(len(IDS))))


def scored(maker: Callable[[], Ranker], rows: Interactions) -> FloatArray:
    return maker().fit(rows, attributes()).scores(np.arange(len(rows.people)))


@pytest.mark.parametrize("name", MAKERS)
def test_every_activity_has_a_finite_score_for_everybody(name: str) -> None:
    """Also for an activity without takers and a person without a history."""
    found = scored(MAKERS[name], table())
    assert found.shape == (41, 12)
    assert np.isfinite(found).all()


@pytest.mark.parametrize("name", MAKERS)
def test_the_same_table_gives_the_same_scores(name: str) -> None:
    """Whatever is drawn is drawn by a seed."""
    np.testing.assert_array_equal(scored(MAKERS[name], table()), scored(MAKERS[name], table()))


@pytest.mark.parametrize("name", [n for n in MAKERS if n not in ("random", "enrolment", "ALS")])
def test_scores_follow_activities_when_they_are_renamed(name: str) -> None:
    """Positions of activities carry no meaning: permuted columns give permuted scores."""
    rows = table()
    order = np.random.default_rng(3).permutation(len(IDS))
    where = np.argsort(order)
    permuted = Interactions(
        rows.people,
        tuple(IDS[i] for i in order),
        rows.person,
        where[rows.activity],
        *(getattr(rows, f) for f in ("time", "state", "outcome", "ended", "slate", "propensity")),
        rows.clock,
    )
    expected = scored(MAKERS[name], rows)[:, order]
    np.testing.assert_allclose(scored(MAKERS[name], permuted), expected, atol=1e-9)


@pytest.mark.parametrize("name", FROM_HISTORY)
def test_a_person_without_a_history_gets_the_popular(name: str) -> None:
    """Activities in the order of their takers."""
    rows = table()
    takers = np.bincount(rows.activity, minlength=len(IDS))
    found = scored(MAKERS[name], rows)[-1]
    for a, b in itertools.combinations(range(len(IDS)), 2):
        assert np.sign(found[a] - found[b]) == np.sign(takers[a] - takers[b])


@pytest.mark.parametrize("name", ["item-kNN", "ALS", "EASE", "enrolment"])
def test_the_own_circle_comes_first(name: str) -> None:
    """Of two circles of activities everybody's unseen ones of the own circle score higher."""
    rows = table()
    found = scored(MAKERS[name], rows)
    taken = np.zeros(found.shape, dtype=bool)
    taken[rows.person, rows.activity] = True
    wins = []
    for person in range(40):
        own = np.arange(6) + 5 * (person % 2)
        other = np.setdiff1d(np.arange(11), own)
        unseen = own[~taken[person, own]]
        wins += [(found[person, unseen][:, None] > found[person, other][None]).mean()]
    assert np.mean(wins) > 0.95


def test_rows_that_were_not_taken_up_teach_nothing() -> None:
    """A rejected proposal changes no popularity."""
    taken = sequences({"p": ["a"], "q": ["b", "a"]}, ["a", "b"])
    more = Interactions.from_columns(
        ["p", "q", "q", "p"],
        ["a", "b", "a", "b"],
        np.array([0.0, 0, 1, 2]),
        ["enrolled", "enrolled", "enrolled", "rejected"],
        clock="order",
    )
    for rows in (taken, more):
        found = PopularRanker().fit(rows).scores([0])
        np.testing.assert_array_equal(found, [[2, 1]])


def test_item_knn_by_hand() -> None:
    """Cosines without shrinkage: a and b share 1 of 2 and 1 takers, so 1 / √2."""
    rows = sequences({"p": ["a", "b"], "q": ["a"], "r": ["c"]})
    found = ItemKnnRanker(shrinkage=0.0).fit(rows).scores([1, 2])
    np.testing.assert_allclose(found, [[0, 1 / np.sqrt(2), 0], [0, 0, 0]])


def test_item_knn_keeps_the_nearest_of_every_candidate() -> None:
    """With one neighbour, c is near to b (two shared takers) and not to a (one)."""
    rows = sequences({"p": ["a", "c"], "q": ["b", "c"], "r": ["b", "c"], "s": ["a"], "t": ["b"]})
    found = ItemKnnRanker(neighbours=1, shrinkage=0.0).fit(rows).scores([3, 4])
    assert found[0, 2] == 0
    assert found[1, 2] > 0


def test_text_is_nearest_to_its_own_topic() -> None:
    """Activities of the topic taken score highest; without texts nothing is said."""
    rows = sequences({"p": ["a0"]}, IDS)
    found = TextRanker().fit(rows, attributes()).scores([0])[0]
    assert set(np.argsort(-found)[:3]) == {0, 4, 8}
    assert not TextRanker().fit(rows).scores([0]).any()


def test_random_scores_of_a_person_do_not_depend_on_who_is_asked_beside() -> None:
    """They are the rows of one table of uniform numbers, whoever and however few are asked."""
    ranker = RandomRanker(7).fit(table())
    whole = np.random.default_rng(7).random((41, len(IDS)))
    np.testing.assert_array_equal(ranker.scores([40, 3]), whole[[40, 3]])
    assert ranker.scores([]).shape == (0, len(IDS))
