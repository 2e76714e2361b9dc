"""Rows → sittings."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.diagnostics.evidence import gather_sittings
from engine.domain import Method
from tests.engine.diagnostics.examples import TODAY, answer, result

YESTERDAY = TODAY - dt.timedelta(days=1)


def mark(criterion, score, max_score=2.0, observer=None, **other):
    return result(
        score=score,
        max_score=max_score,
        criterion=criterion,
        observer=observer,
        method=Method.OBSERVATION,
        n_tasks=None,
        **other,
    )


def gather(results=(), responses=(), default_tasks=6):
    return gather_sittings(results, responses, default_tasks)


def test_observers_are_averaged_before_criteria_are_summed():
    """Inner (2, 1) and outer (0, –) give (1 + 1) of 4: the outer's blank pulls nothing down."""
    (card,) = gather(
        [mark("k1", 2, observer="inner"), mark("k2", 1, observer="inner"), mark("k1", 0)]
    )
    assert (card.score, card.max_score, card.n_tasks) == (2.0, 4.0, 2)


def test_optional_criteria_that_are_absent_are_absent():
    """Three of a card's criteria marked are three tasks of their own maxima."""
    (card,) = gather([mark("k1", 1), mark("k2", 2), mark("k3", 3, max_score=4)])
    assert (card.score, card.max_score, card.n_tasks) == (6.0, 8.0, 3)


def test_exact_duplicates_count_once():
    """A row that came twice is one row."""
    (sitting,) = gather([result(), result()])
    assert (sitting.score, sitting.max_score, sitting.n_tasks) == (3.0, 6.0, 6)
    assert sitting.rows == (result(),)


def test_unknown_number_of_tasks_is_the_default():
    """Only a score that does not say how many tasks it has takes the default."""
    sittings = gather([result(n_tasks=None), result(node="A.2", n_tasks=9)], default_tasks=4)
    assert {s.node: s.n_tasks for s in sittings} == {"A.1": 4, "A.2": 9}


def test_unanswered_items_are_missing_and_not_wrong():
    """Two answers of three: 1.5 of 2 in two tasks."""
    (sitting,) = gather(
        responses=[answer("i1", 1.0), answer("i2", 0.5), answer("i3", float("nan"))]
    )
    assert (sitting.score, sitting.max_score, sitting.n_tasks) == (1.5, 2.0, 2)
    assert sitting.method is Method.TEST
    assert sitting.rows[0].score == 1.5


def test_node_without_any_answer_gives_no_sitting():
    """A block that was skipped altogether is not assessed."""
    assert gather(responses=[answer("i1", float("nan"))]) == ()


def test_repeated_procedure_gives_one_sitting_a_day():
    """The same mark on two days means that the procedure was held twice."""
    sittings = gather([result(score=2), replace(result(score=5), date=YESTERDAY)])
    assert [(s.date, s.score) for s in sittings] == [(TODAY, 2), (YESTERDAY, 5)]


def test_observers_on_different_days_share_one_sitting():
    """Different observers on two days are one card, dated by the last day."""
    rows = [mark("k1", 2, observer="inner", date=YESTERDAY), mark("k1", 1, observer="outer")]
    (card,) = gather(rows)
    assert (card.date, card.score, card.max_score, card.n_tasks) == (TODAY, 1.5, 2.0, 1)


def test_order_is_newest_then_method_then_procedure():
    """Ties of a day go test > observation > expert > self, then by procedure id."""
    rows = [
        result(procedure_id="a", method=Method.SELF),
        result(procedure_id="b", method=Method.EXPERT),
        result(procedure_id="c", method=Method.OBSERVATION),
        result(procedure_id="e", method=Method.TEST),
        result(procedure_id="d", method=Method.TEST),
        result(procedure_id="f", method=Method.SELF, date=TODAY + dt.timedelta(days=1)),
    ]
    assert [s.procedure_id for s in gather(rows)] == ["f", "d", "e", "c", "b", "a"]


ROWS = [
    mark("k1", 2, observer="inner"),
    mark("k1", 0.1, observer="outer"),
    mark("k1", 0.2, observer="third"),
    mark("k2", 1.3),
    result(procedure_id="p2", score=1.1),
    result(procedure_id="p2", score=2.2, node="A.2"),
]
ANSWERS = [answer(f"i{k}", k / 7) for k in range(8)]


@given(st.permutations(ROWS), st.permutations(ANSWERS))
def test_order_of_rows_does_not_matter(rows, answers):
    """Any order of the rows gives the same sittings to the last bit."""
    assert gather(rows, answers) == gather(ROWS, ANSWERS)


def test_share_is_at_most_one():
    """A sum of marks that rounding lifted above its maximum is a full score."""
    marks = [mark(f"k{i}", 0.1, max_score=0.1) for i in range(3)]
    (card,) = gather(marks)
    assert card.share == pytest.approx(1.0)
    assert card.share <= 1.0
