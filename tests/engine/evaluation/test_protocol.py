"""One way to measure every ranker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
import pytest

from engine.domain import FloatArray, IntArray
from engine.evaluation import protocol
from engine.evaluation.protocol import RankingTask, listed, measure
from engine.evaluation.splits import Split, last_share_split
from engine.interactions import Interactions
from tests.engine.evaluation.tables import sequences

TABLE = sequences({"p": ["a", "b", "c"], "q": ["b", "a", "d"], "r": ["e"]}, list("abcde"))


class Given:
    """Scores that are given beforehand."""

    def __init__(self, table: FloatArray) -> None:
        self.table = table

    def fit(self, interactions: Interactions, activities: object = None, /) -> Self:
        return self

    def scores(self, people: Sequence[int] | IntArray, /) -> FloatArray:
        return self.table[np.asarray(people)]


def test_only_people_with_something_to_find_are_measured() -> None:
    """Whoever has one row is learned from and not tested; what was taken is not listed."""
    task = RankingTask.of(last_share_split(TABLE))
    np.testing.assert_array_equal(task.people, [0, 1])
    scores = np.tile([9.0, 8, 3, 2, 1], (3, 1))
    np.testing.assert_array_equal(listed(Given(scores), task.people, task.taken, 2), [[2, 3]] * 2)


def test_a_sample_leaves_everything_but_the_people() -> None:
    """As many as asked for, drawn by the seed, in order; enough room, or none stated = all."""
    rows = {f"p{i:02}": ["a", "b"] for i in range(30)}
    task = RankingTask.of(last_share_split(sequences(rows, list("ab"))))
    few = task.sampled(8, 1)
    assert len(few.people) == len(np.unique(few.people)) == 8
    assert (np.diff(few.people) > 0).all()
    np.testing.assert_array_equal(few.people, task.sampled(8, 1).people)
    assert few.people.tolist() != task.sampled(8, 2).people.tolist()
    assert few.train is task.train
    assert few.taken is task.taken
    assert few.gains is task.gains
    assert task.sampled(30, 1) is task.sampled(None, 1) is task


def test_metrics_by_hand() -> None:
    """p finds c first, q finds d second of two listed."""
    task = RankingTask.of(last_share_split(TABLE))
    found = measure("given", Given(np.tile([9.0, 8, 3, 2, 1], (3, 1))), task, k=2)
    np.testing.assert_allclose(found.by_person["recall"], [1, 1])
    np.testing.assert_allclose(found.by_person["ndcg"], [1, 1 / np.log2(3)])
    np.testing.assert_allclose(found.by_person["map"], [1, 0.5])
    assert found.overall["coverage"] == pytest.approx(2 / 5)
    assert found.mean("map") == pytest.approx(0.75)


def test_what_was_taken_again_is_not_to_be_found() -> None:
    """A test row of an activity that training holds does not count, for it is never listed."""
    train = sequences({"p": ["a", "b"]}, list("abc"))
    test = sequences({"p": ["a", "c"]}, list("abc"))
    np.testing.assert_array_equal(RankingTask.of(Split(train, test)).gains.toarray(), [[0, 0, 1]])


def test_graded_gains_are_outcomes() -> None:
    """The greatest of several stated outcomes; what is not stated counts whole, 0 not at all."""
    train = sequences({"p": ["a"]}, list("abcd"))
    test = Interactions.from_columns(
        ["p"] * 4,
        list("bbcd"),
        np.arange(4.0),
        outcome=np.array([0.2, 0.6, np.nan, 0.0]),
        activities=list("abcd"),
    )
    task = RankingTask.of(Split(train, test), graded=True)
    np.testing.assert_allclose(task.gains.toarray(), [[0, 0.6, 1, 0]])


def test_blocks_of_people_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scored one person at a time or all at once: the same lists."""
    task = RankingTask.of(last_share_split(TABLE))
    ranker = Given(np.random.default_rng(0).random((3, 5)))
    whole = listed(ranker, task.people, task.taken, 3)
    monkeypatch.setattr(protocol, "_CELLS", 5)
    np.testing.assert_array_equal(listed(ranker, task.people, task.taken, 3), whole)
