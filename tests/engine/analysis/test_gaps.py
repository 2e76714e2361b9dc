"""What the catalogue lacks: one region for each reason, and flows against linear programmes."""

import datetime as dt

import numpy as np
import pytest
from scipy.optimize import linprog

from engine.analysis import AnalysisOptions, GapCode, analyse
from engine.analysis.gaps import left_over
from engine.analysis.supply import CatalogueSupply, RunState
from engine.domain import Position, Stage
from tests.engine.analysis.small import (
    FRAMEWORK,
    TODAY,
    UNTIL,
    programme,
    region,
    rules,
    run,
    weak,
)

OPTIONS = AnalysisOptions(until=UNTIL, most_runs=0)
TWENTY = [{} for _ in range(20)]


def gaps(activities, offerings, people=TWENTY, scores=None):
    record = region(people, weak(20) if scores is None else scores, activities, offerings)
    return analyse(record, FRAMEWORK, rules(), OPTIONS).gaps


@pytest.mark.parametrize(
    ("activities", "offerings", "code"),
    [
        ([], [], GapCode.NO_ACTIVITY),
        ([programme("a", "A.1")], [run("r", "a")], GapCode.NO_ACTIVITY),
        ([programme("a", "B.1", positions=(Position.HEAD,))], [run("r", "a")], GapCode.NO_ACTIVITY),
        ([programme("a", "B.1", hours=2.0)], [run("r", "a")], GapCode.NO_ACTIVITY),
        ([programme("a", "B.1")], [], GapCode.NO_RUN),
        ([programme("a", "B.1")], [run("r", "a", start=dt.date(2027, 4, 20))], GapCode.NO_RUN),
        (
            [programme("a", "B.1")],
            [run("r", "a", enrolment_until=dt.date(2026, 8, 31))],
            GapCode.ENROLMENT_CLOSED,
        ),
        ([programme("a", "B.1")], [run("r", "a", 0)], GapCode.NO_SEATS),
        ([programme("a", "B.1")], [run("r", "a", 3)], GapCode.TOO_FEW_SEATS),
    ],
)
def test_each_reason_has_its_code(activities, offerings, code):
    """Twenty people with a deficit in B.1 find nothing, for one reason at a time.

    2 academic hours close 0.6 · 0.45 · (1 − e^(−1.5/24)) = 0.016 of a deficit: no answer to it. A
    run from 20 April ends after the first of May.
    """
    (gap,) = gaps(activities or [programme("x", "M.2")], offerings)
    assert (gap.node, gap.code, gap.n_measured, gap.everyone) == ("B.1", code, 20, True)
    assert gap.people.interval_90[0] <= gap.people.value <= gap.people.interval_90[1] <= 20
    if code is GapCode.TOO_FEW_SEATS:
        assert gap.seats == 3
        assert gap.unserved == pytest.approx(gap.people.value - 3, abs=0.02)
    else:
        assert gap.seats == 0
        assert gap.unserved == gap.people.value
    assert gap.activities == (() if code is GapCode.NO_ACTIVITY else ("a",))


def test_enough_seats_are_no_gap():
    """A run without a limit, twenty seats, or self-study for as long as one likes: nothing."""
    for offering in (
        run("r", "a"),
        run("r", "a", 20),
        run("r", "a", start=None, self_paced=True),
    ):
        assert gaps([programme("a", "B.1")], [offering]) == ()


def test_audiences_lacking_are_told_from_those_who_do_not():
    """Physics has a programme, chemistry has none: the gap is of the ten of chemistry alone."""
    people = [{"subjects": ("физика",)}] * 10 + [{"subjects": ("химия",)}] * 10
    (gap,) = gaps([programme("a", "B.1", subjects=("физика",))], [run("r", "a")], people)
    assert [a.subjects for a in gap.audiences] == [("химия",)]
    assert (gap.n_measured, gap.everyone) == (10, False)


def test_stages_are_told_apart_where_they_are_known():
    """A programme for primary school leaves those of basic school without one."""
    record = region(
        [{}] * 20, weak(20), [programme("a", "B.1", stages=(Stage.PRIMARY,))], [run("r", "a")]
    )
    record.educators["stages"] = [("primary",)] * 10 + [("basic",)] * 10
    (gap,) = analyse(record, FRAMEWORK, rules(), OPTIONS).gaps
    assert [a.stages for a in gap.audiences] == [(Stage.BASIC,)]


def test_a_programme_of_the_block_answers_for_its_leaf():
    """Who was measured at a leaf is served by an activity about its block: half of it is his."""
    scores = weak(20, "A.1.1")
    assert gaps([programme("a", "A.1")], [run("r", "a")], scores=scores) == ()


def test_people_count_with_the_chance_of_a_deficit():
    """Of twenty who did five of six tasks fewer lack something than of those who did one."""
    strong = [(f"e{i}", "B.1", 5) for i in range(20)]
    (few,) = gaps([programme("x", "M.2")], [], scores=strong)
    (many,) = gaps([programme("x", "M.2")], [])
    assert 2 < few.unserved < 15 < 19 < many.unserved


def _supply(seats, state):
    n = len(seats)
    return CatalogueSupply(
        activities=(),
        offerings=(),
        admitted=np.ones((1, n), dtype=np.bool_),
        state=np.array(state),
        seats=np.array(seats, dtype=np.float64),
        open_runs=np.zeros(0, dtype=np.bool_),
        hours=np.ones(n),
        category=np.zeros(n, dtype=np.int64),
        told=np.ones(n),
        gains=(),
    )


def test_flows_serve_as_many_as_a_linear_programme():
    """On random tables of classes and seats the people left over are those of HiGHS."""
    rng = np.random.default_rng(2)
    for _ in range(40):
        n, m = int(rng.integers(1, 5)), int(rng.integers(1, 6))
        likely = np.round(rng.uniform(0, 9, (n, 3)), 2)
        answering = rng.random((n, 3, m)) < 0.4
        state = rng.choice([RunState.OPEN, RunState.FULL], m, p=[0.8, 0.2])
        seats = rng.choice([1, 4, 9, np.inf], m)
        seats[state == RunState.FULL] = 0
        _, left, _ = left_over(likely, answering, _supply(seats, state))
        pairs = np.argwhere(answering & (state == RunState.OPEN))
        demand = np.array(
            [[(p[0], p[1]) == (i, k) for p in pairs] for i in range(n) for k in range(3)]
        )
        supply = np.array([[p[2] == a for p in pairs] for a in range(m)])
        served = 0.0
        if len(pairs):
            rows = np.vstack([demand, supply]).astype(float)
            limits = np.concatenate([likely.ravel(), np.minimum(seats, 1e6)])
            served = -linprog(-np.ones(len(pairs)), A_ub=rows, b_ub=limits).fun
        assert left == pytest.approx(likely.sum() - served, abs=1e-6)


def test_those_who_are_short_are_the_side_of_the_cut():
    """Class 0 has two seats for nine people; class 1 has its own ten and lacks nothing."""
    likely = np.array([[9.0, 0, 0], [5.0, 0, 0]])
    answering = np.zeros((2, 3, 2), dtype=np.bool_)
    answering[0, 0, 0] = answering[1, 0, 1] = True
    profiles, left, seats = left_over(likely, answering, _supply([2, 10], [RunState.OPEN] * 2))
    assert (profiles.tolist(), left, seats) == ([0], 7.0, 2)


def test_gaps_of_fewer_people_than_may_be_spoken_of_are_not_told():
    """One person measured, least of two: nothing is said."""
    assert gaps([programme("x", "M.2")], [], [{}], weak(1)) == ()


def test_the_day_is_that_of_the_policy_unless_it_is_said():
    """36 weeks from the day of analysis."""
    found = analyse(region(TWENTY, weak(20)), FRAMEWORK, rules())
    assert found.until == TODAY + dt.timedelta(weeks=36)
