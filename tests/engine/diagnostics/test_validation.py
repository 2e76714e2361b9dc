"""Bad evidence: each fault by code and place."""

import datetime as dt
from dataclasses import replace

import pytest

from engine.diagnostics.validation import evidence_faults
from engine.domain import Method
from tests.engine.diagnostics.examples import TODAY, answer, framework, result

NAN, INF = float("nan"), float("inf")
TOMORROW = TODAY + dt.timedelta(days=1)


def found(results=(), responses=()):
    faults = evidence_faults(list(results), list(responses), framework(), TODAY)
    assert all(f.detail for f in faults)
    return {(f.code, f.pointer) for f in faults}


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        (result(node="Z.9"), "unknown_node", "node"),
        (result(score=6.5), "score_above_maximum", "score"),
        (result(score=-0.5), "score_below_zero", "score"),
        (result(score=NAN), "not_a_number", "score"),
        (result(score=INF), "not_a_number", "score"),
        (result(max_score=INF), "not_a_number", "max_score"),
        (result(max_score=NAN), "not_a_number", "max_score"),
        (result(score=0, max_score=0), "maximum_not_positive", "max_score"),
        (result(score=0, max_score=-6), "maximum_not_positive", "max_score"),
        (result(n_tasks=0), "tasks_not_positive", "n_tasks"),
        (result(n_tasks=-3), "tasks_not_positive", "n_tasks"),
        (result(date=TOMORROW), "date_in_future", "date"),
        (result(procedure_id=" "), "procedure_missing", "procedure_id"),
    ],
)
def test_each_bad_value_is_one_fault_at_its_place(row, code, field):
    """A bad value is named by its code, row and field, and by nothing else."""
    assert found([result(procedure_id="good"), row]) == {(code, f"/diagnostics/1/{field}")}


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        (answer("i", 1.5), "response_out_of_range", "response"),
        (answer("i", -0.1), "response_out_of_range", "response"),
        (answer("i", INF), "response_out_of_range", "response"),
        (answer("i", 1.0, node="Z"), "unknown_node", "node"),
        (answer("i", 1.0, date=TOMORROW), "date_in_future", "date"),
    ],
)
def test_each_bad_answer_is_one_fault_at_its_place(row, code, field):
    """Faults of answers point into the answers."""
    assert found([], [row]) == {(code, f"/item_responses/0/{field}")}


def test_all_faults_are_reported_at_once():
    """Two slips in one row and one in another are three faults, not the first one."""
    rows = [result(node="Z", n_tasks=0), result(score=7, procedure_id="p2")]
    assert found(rows, [answer("i", 2.0)]) == {
        ("unknown_node", "/diagnostics/0/node"),
        ("tasks_not_positive", "/diagnostics/0/n_tasks"),
        ("score_above_maximum", "/diagnostics/1/score"),
        ("response_out_of_range", "/item_responses/0/response"),
    }


def test_good_evidence_has_no_fault():
    """Edges of the ranges, unanswered items and rows that only look alike pass."""
    rows = [
        result(score=0),
        result(score=6, procedure_id="p2"),
        result(score=0.1 + 0.2, max_score=0.3, procedure_id="p3"),
        result(score=5, procedure_id="p4", observer="inner"),
        result(score=1, procedure_id="p4", observer="outer"),
        result(score=2, max_score=5, procedure_id="p1", method=Method.SELF),
    ]
    answers = [answer("i1", NAN), answer("i2", 0.0), answer("i3", 1.0), answer("i1", NAN)]
    assert found(rows, answers) == set()


def test_exact_duplicates_are_no_fault():
    """The same row twice is a copy, not a contradiction."""
    assert found([result(), result()], [answer("i", 1.0), answer("i", 1.0)]) == set()


@pytest.mark.parametrize(
    ("other", "code", "field"),
    [
        (result(score=4), "duplicate_contradiction", "score"),
        (result(n_tasks=7), "duplicate_contradiction", "n_tasks"),
        (result(max_score=7.0), "contradictory_maximum", "max_score"),
        (result(max_score=7.0, observer="outer"), "contradictory_maximum", "max_score"),
        (result(criterion="k1", score=1), "total_beside_criteria", None),
    ],
)
def test_contradicting_rows_are_faults(other, code, field):
    """Rows that cannot both be true are named at the later row (a total at its own)."""
    pointer = f"/diagnostics/1/{field}" if field else "/diagnostics/0/criterion"
    assert found([result(), other]) == {(code, pointer)}


def test_maximum_may_differ_between_sittings():
    """A procedure held again on another day may have another maximum."""
    again = result(max_score=7.0, date=TODAY - dt.timedelta(days=1))
    assert found([result(), again]) == set()


def test_contradicting_answers_are_faults():
    """One item with two answers, also where one of them is blank."""
    answers = [answer("i", 1.0), answer("i", 0.0), answer("i", NAN)]
    assert found([], answers) == {
        ("duplicate_contradiction", "/item_responses/1/response"),
        ("duplicate_contradiction", "/item_responses/2/response"),
    }


def test_answers_that_differ_between_the_nodes_of_an_item_are_faults():
    """An item that measures two nodes is answered once; the same answer for both is fine."""
    first, same = answer("i", 1.0, node="A.1.1"), answer("i", 1.0, node="A.1.2")
    assert found([], [first, same]) == set()
    other = replace(same, response=0.0)
    assert found([], [first, other]) == {("duplicate_contradiction", "/item_responses/1/response")}


def test_score_beside_its_own_items_is_a_fault():
    """The score of a test and its items would count the same tasks twice."""
    row = result(node="A.1.1", procedure_id="items")
    assert found([row], [answer("i", 1.0)]) == {("score_beside_items", "/diagnostics/0/score")}
    assert found([row], [answer("i", NAN)]) == set()
