"""Plain tables of enrolments: what is found again, and the lists that are written."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from engine.domain import FloatArray, IntArray
from engine.interactions import Interactions
from engine.training.enrolments import EnrolmentStudy, study_enrolments, top_lists

PEOPLE, CHAINS, LENGTH = 90, 4, 5


@cache
def table() -> Interactions:
    """Everybody goes along one of four chains of five activities, some further than others.

    The first person has taken everything but two activities.
    """
    rng = np.random.default_rng(3)
    rows: list[tuple[str, str, float]] = []
    for p in range(1, PEOPLE):
        chain, start = rng.integers(CHAINS), rng.integers(0, 2)
        length = rng.integers(2, LENGTH - start + 1)
        rows += [(f"p{p:02}", f"a{chain}{start + i}", float(i)) for i in range(length)]
    every = [f"a{c}{i}" for c in range(CHAINS) for i in range(LENGTH)]
    rows += [("p00", id, float(i)) for i, id in enumerate(every[:-2])]
    person, activity, time = zip(*rows, strict=True)
    return Interactions.from_columns(
        person, activity, np.array(time), activities=every, clock="order"
    )


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Tests run side by side: threads that wait for each other on busy cores take minutes."""
    with threadpool_limits(1):
        yield


@cache
def lists() -> tuple[IntArray, FloatArray]:
    return top_lists(table(), None, k=6, seed=1)


@cache
def study() -> EnrolmentStudy:
    return study_enrolments(table(), None, k=5, seed=1)


def taken(person: int) -> set[int]:
    return set(table().activity[table().person == person].tolist())


def test_lists_never_hold_what_a_person_took() -> None:
    """Positions are of the table, each once a list, none of them taken before."""
    found, _ = lists()
    assert found.shape == (PEOPLE, 6)
    for person, row in enumerate(found.tolist()):
        listed = [i for i in row if i >= 0]
        assert len(set(listed)) == len(listed) > 0
        assert not set(listed) & taken(person)


def test_whoever_took_nearly_everything_has_a_short_list() -> None:
    """Two activities are left: two places, then −1 without a score; nobody else has a gap."""
    found, scores = lists()
    left = {table().activities[i] for i in found[0, :2].tolist()}
    assert left == {"a33", "a34"}
    assert found[0, 2:].tolist() == [-1] * 4
    np.testing.assert_array_equal(np.isnan(scores), found < 0)
    assert (found[1:] >= 0).all()


def test_lists_begin_with_the_best() -> None:
    """Scores never rise along a list."""
    _, scores = lists()
    assert not (np.diff(scores, axis=1) > 0).any()
    assert len(np.unique(scores[1])) > 1


def test_the_next_in_the_planted_order_comes_first() -> None:
    """Of those who stopped before a chain's end at least nine in ten get its next activity."""
    found, _ = lists()
    hits = []
    for person in range(1, PEOPLE):
        last = max(taken(person))  # ids rise along a chain
        if (last + 1) % LENGTH:
            hits.append(found[person, 0] == last + 1)
    assert len(hits) > 25
    assert np.mean(hits) > 0.9


def test_the_same_seed_gives_the_same_lists() -> None:
    """Everything is drawn from the seed; the order of the rows in the table is none of it."""
    rows = np.random.default_rng(0).permutation(len(table()))
    again = top_lists(table().select(rows), None, k=6, seed=1)
    for ours, theirs in zip(lists(), again, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_the_study_counts_the_table_and_names_every_baseline() -> None:
    """Sizes are the table's; whoever has one row only is not tested."""
    told = study()
    sizes = np.bincount(table().person)
    assert (told.people, told.activities, told.rows) == (PEOPLE, CHAINS * LENGTH, sizes.sum())
    assert 0 < told.tested <= np.count_nonzero(sizes > 1)
    names = [r.name for r in told.ranking]
    assert names == ["random", "popular", "tfidf", "item_knn", "als", "ease", "order"]
    assert {(r.people, r.k) for r in told.ranking} == {(told.tested, 5)}


def test_of_many_people_a_seeded_sample_is_measured() -> None:
    """As many as asked for; it is told how many there were, and all of them are learned from."""
    few = study_enrolments(table(), None, k=5, seed=1, most_people=20)
    assert (few.tested, few.to_test, few.people) == (20, study().tested, PEOPLE)
    assert study().to_test == study().tested
    assert {r.people for r in few.ranking} == {20}
    # novelty counts who took what in training: of one list for all it stays as it was
    popular, before = ({r.name: r for r in s.ranking}["popular"] for s in (few, study()))
    assert popular.novelty == pytest.approx(before.novelty, abs=0.5)


def test_the_planted_order_is_found_again() -> None:
    """The order-aware ranker is far above chance and above what knows no order."""
    by_name = {r.name: r for r in study().ranking}
    assert by_name["order"].ndcg.low > by_name["random"].ndcg.high
    assert by_name["order"].ndcg.estimate > by_name["popular"].ndcg.high
    # five of about seventeen that are not taken yet
    assert by_name["random"].recall.estimate == pytest.approx(5 / 17, abs=0.15)
