"""Rows of each separator, calculated by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.planning.cuts import base_needs
from engine.planning.cuts.cliques import clique_rows
from engine.planning.cuts.coverage import coverage_rows
from engine.planning.cuts.mentor import _least_windows, cadence_rows, reach_rows
from engine.planning.cuts.needs import prerequisite_rows, transfer_rows
from engine.planning.cuts.overlap import overlap_rows
from engine.planning.cuts.practices import shared_practice_rows
from engine.planning.cuts.tempo import packing_rows
from engine.planning.problem import Candidate, Limits, MentorRules, ProblemDemand, ProblemMentor
from engine.planning.relaxation import Relaxation, Rows, dual_bound
from engine.planning.relaxation_rows import relax
from tests.engine.planning.cuts.points import Row, as_dicts, point
from tests.engine.planning.problems import activity, at, candidate, make_problem, random_problem


def _found(separator: Any, r: Relaxation, x: np.ndarray) -> list[Row]:
    rows = Rows()
    separator(r, x, np.flatnonzero(x[: r.n] > 1e-6), rows)
    return as_dicts(rows)


# --------------------------------------------------------------------- who needs whom


def _transfer() -> Relaxation:
    """Programme 0 ends on day 6 or 13; its practice 1 starts on day 8 or 15; one week between."""
    rows = [candidate(0, 0, 6), candidate(0, 7, 13), candidate(1, 8, 9), candidate(1, 15, 16)]
    activities = (activity(0, needs_practice=True, practices=(1,)), activity(1))
    return relax(make_problem(rows, activities=activities, limits=Limits(transfer_weeks=1)))


def test_a_programme_needs_a_practice_in_time() -> None:
    """Ends in [6, 6] need starts in (6, 13]; ends in [6, 13] starts in (6, 20]."""
    r = _transfer()
    assert _found(transfer_rows, r, point(r, c0=1.0)) == [
        ({0: 1, 2: -1}, 0),
        ({0: 1, 1: 1, 2: -1, 3: -1}, 0),
    ]
    assert _found(transfer_rows, r, point(r, c0=0.5, c2=0.5)) == []


def test_a_late_end_is_not_served_by_an_early_practice() -> None:
    """The end on day 13 needs a start in (13, 20]: by itself, and with nothing before it."""
    r = _transfer()
    assert _found(transfer_rows, r, point(r, c1=1.0, c2=1.0)) == [({1: 1, 3: -1}, 0)]


def test_runs_need_a_run_of_the_group_that_ended_before() -> None:
    """Starts by day 14 need ends by day 13; starts by day 7 need ends by day 6."""
    rows = [candidate(0, 0, 6), candidate(0, 0, 13), candidate(1, 14, 15), candidate(1, 7, 8)]
    activities = (activity(0), activity(1, prerequisites=((0,),)))
    r = relax(make_problem(rows, activities=activities))
    assert _found(prerequisite_rows, r, point(r, c2=0.9)) == [({2: 1, 3: 1, 0: -1, 1: -1}, 0)]
    assert _found(prerequisite_rows, r, point(r, c3=0.9, c1=1.0)) == [({3: 1, 0: -1}, 0)]


def test_who_needs_itself_drops_out_where_it_serves_itself() -> None:
    """A run that is on both sides of a row is on neither."""
    rows = [candidate(0, 0, 6), candidate(1, 0, 3), candidate(1, 14, 15)]
    activities = (activity(0), activity(1, prerequisites=((0, 1),)))
    r = relax(make_problem(rows, activities=activities))
    assert _found(prerequisite_rows, r, point(r, c2=1.0)) == [({2: 1, 0: -1}, 0)]


def _two_programmes(minutes: int, practice_day: int = 8) -> Relaxation:
    """Programmes 0 and 1 of one week, of so many minutes under a tempo of 100; practice 2."""
    rows = [
        candidate(0, 0, 6, weekly=((0, minutes),)),
        candidate(1, 0, 6, weekly=((0, minutes),)),
        candidate(2, 8, 9),
        candidate(2, practice_day, practice_day + 1),
    ]
    needing = {"needs_practice": True, "practices": (2,)}
    activities = (activity(0, **needing), activity(1, **needing), activity(2))
    problem = make_problem(rows, activities=activities, limits=Limits(transfer_weeks=1), tempo=100)
    return relax(problem)


def test_programmes_that_exclude_each_other_do_not_share_a_practice() -> None:
    """Two halves of programmes of 60 of 100 minutes need a whole practice, not a half."""
    r = _two_programmes(60)
    halves = point(r, c0=0.5, c1=0.5, c2=0.5)
    assert _found(transfer_rows, r, halves) == []
    assert _found(shared_practice_rows, r, halves) == [({0: 1, 1: 1, 2: -1, 3: -1}, 0)]
    assert _found(shared_practice_rows, r, point(r, c0=0.5, c1=0.5, c2=1.0)) == []


def test_programmes_beside_each_other_may_share_a_practice() -> None:
    """Two programmes of 40 of 100 minutes fit together, and one practice serves both."""
    r = _two_programmes(40)
    assert _found(shared_practice_rows, r, point(r, c0=0.5, c1=0.5, c2=0.5)) == []


def test_a_practice_out_of_reach_is_in_no_row() -> None:
    """A run of the practice after day 13 serves neither programme."""
    r = _two_programmes(60, practice_day=14)
    halves = point(r, c0=0.5, c1=0.5, c2=0.5)
    assert _found(shared_practice_rows, r, halves) == [({0: 1, 1: 1, 2: -1}, 0)]


def test_base_needs_are_those_of_the_columns_activities() -> None:
    """All runs of programme 0 against practices in (6, 20]; none for a column of another."""
    r = _transfer()
    assert as_dicts(base_needs(r, np.array([1]))) == [({0: 1, 1: 1, 2: -1, 3: -1}, 0)]
    assert as_dicts(base_needs(r, np.array([2, 3]))) == []


# --------------------------------------------------------------------- meetings


def test_at_one_instant_there_is_one_meeting() -> None:
    """At ten o'clock 0, 1 and 3 sit; 2 begins when they end."""
    ten, eleven = at(0, 10), at(0, 11)
    rows = [
        candidate(0, meetings=((ten, eleven, 0),)),
        candidate(1, meetings=((ten - 30, ten + 30, 0),)),
        candidate(2, meetings=((eleven, eleven + 60, 0),)),
        candidate(3, meetings=((ten, ten + 10, 0),)),
    ]
    r = relax(make_problem(rows))
    assert _found(overlap_rows, r, point(r, c0=0.7, c1=0.7, c2=0.7)) == [({0: 1, 1: 1, 3: 1}, 1)]
    assert _found(overlap_rows, r, point(r, c0=0.5, c1=0.5, c2=0.5)) == []


# --------------------------------------------------------------------- coverage


def test_what_is_closed_already_is_not_gained_again() -> None:
    """Demand of 15 units at 1 000; S = {0} and S = {0, 2}.

    Beyond S = {0} (10 units): run 1 of the same activity adds 2, run 2 fills the last 5, run 3
    adds 4. Beyond S = {0, 2} (20 ≥ 15 units) nothing is left. The point claims 20 units of
    which 15 are possible with either set; of equals the smaller comes first.
    """
    rows = [
        candidate(0, gains=((0, 10),)),
        candidate(0, 7, 8, gains=((0, 12),)),
        candidate(1, gains=((0, 10),)),
        candidate(2, gains=((0, 4),)),
    ]
    r = relax(make_problem(rows, demands=(ProblemDemand("d", ((15, 1_000),)),)))
    piece = int(r.first_piece[0])
    x = point(r, c0=1.0, c2=1.0)
    x[piece] = 20
    assert _found(coverage_rows, r, x) == [
        ({piece: 1_000, 1: -2_000, 2: -5_000, 3: -4_000}, 10_000),
        ({piece: 1_000}, 15_000),
    ]
    x[piece] = 15
    assert _found(coverage_rows, r, x) == []


# --------------------------------------------------------------------- tempo


def test_two_runs_of_over_half_the_tempo_do_not_fit() -> None:
    """With one part all that is over half of 100 minutes counts 100, what is less nothing."""
    rows = [candidate(a, weekly=((0, m),)) for a, m in enumerate((60, 60, 51, 40))]
    r = relax(make_problem(rows, tempo=100))
    assert _found(packing_rows, r, point(r, c0=0.9, c1=0.9)) == [({0: 100, 1: 100, 2: 100}, 100)]
    assert _found(packing_rows, r, point(r, c0=0.5, c1=0.5)) == []


# --------------------------------------------------------------------- conflicts


def test_a_clique_takes_in_whatever_clashes_with_all_of_it() -> None:
    """60 + 60 and 60 + 50 are over 100 minutes; 60 + 30 is not, nor is another week."""
    rows = [
        candidate(0, weekly=((0, 60),)),
        candidate(1, weekly=((0, 60),)),
        candidate(2, weekly=((0, 50),)),
        candidate(3, weekly=((0, 30),)),
        candidate(4, 7, 8, weekly=((1, 60),)),
    ]
    r = relax(make_problem(rows, tempo=100))
    assert _found(clique_rows, r, point(r, c0=0.6, c1=0.6)) == [({0: 1, 1: 1, 2: 1}, 1)]
    assert _found(clique_rows, r, point(r, c0=0.6, c3=0.6, c4=0.6)) == []


def test_runs_of_one_activity_or_beyond_one_budget_clash() -> None:
    """1 and 2 are one activity; each costs 60 of source 0 as 0 does, whose budget is 100."""
    rows = [
        candidate(0, source=0, cost_rub=60),
        candidate(1, source=0, cost_rub=60),
        candidate(1, 7, 8, source=0, cost_rub=60),
        candidate(2, source=1, cost_rub=60),
        candidate(3, source=0, cost_rub=40),
    ]
    r = relax(make_problem(rows, budget_sources=("a", "b"), budget_rub=(100, 100)))
    x = point(r, c0=0.5, c1=0.3, c2=0.3, c3=1.0, c4=1.0)
    assert _found(clique_rows, r, x) == [({0: 1, 1: 1, 2: 1}, 1)]


# --------------------------------------------------------------------- mentor


def _mentored(*rows: Candidate, cadence: int = 2, n_weeks: int = 6) -> Relaxation:
    slots = tuple((at(7 * week, 9), at(7 * week, 10), -1) for week in range(n_weeks))
    rules = MentorRules(cadence_weeks=cadence, options=(ProblemMentor("m", 0, 0, 1, slots),))
    return relax(make_problem(rows, n_weeks=n_weeks, mentor=rules))


def test_a_stretch_with_two_windows_asks_for_two_meetings() -> None:
    """A mentor, six weeks, every two weeks, no meeting: five weeks hold two windows, three one."""
    r = _mentored(candidate(0, 0, 41))
    begun = r.first_reach + 6
    x = point(r, c0=1.0)
    x[r.first_reach :] = 1.0
    x[r.first_mentor] = 1.0
    found = _found(cadence_rows, r, x)
    meetings = {c: -1 for f in (r.first_meeting, r.first_missed) for c in range(f, f + 5)}
    edges = {begun: 2, r.first_reach + 3: 2, r.first_mentor: 2}
    assert found[0] == ({**meetings, **edges}, 4)
    assert [right for _, right in found] == [4, 4, 2, 2, 2, 2]


@given(st.lists(st.booleans(), min_size=1, max_size=14), st.integers(1, 4))
def test_windows_in_a_stretch_are_counted_over_all_phases(
    holidays: list[bool], cadence: int
) -> None:
    """The fewest windows, counted one by one, for every stretch of k·c + c − 1 weeks."""
    holiday = np.array(holidays)
    least = _least_windows(holiday, cadence)
    for first in range(len(holiday)):
        for last in range(len(holiday)):
            weeks = last - first + 1
            if weeks < 2 * cadence - 1 or (weeks + 1) % cadence:
                assert least[first, last] == 0
                continue
            counts = []
            for phase in range(cadence):
                starts = range(first + phase, last - cadence + 2, cadence)
                counts.append(sum(not all(holidays[s : s + cadence]) for s in starts))
            assert least[first, last] == min(counts)


def test_a_run_reaches_the_weeks_up_to_its_end_and_has_begun_from_its_start_on() -> None:
    """Start in week 1, end in week 2 of four: reach of 0, 1, 2 and begun of 1, 2, 3."""
    r = _mentored(candidate(0, 7, 20), candidate(0, 21, 27), n_weeks=4)
    reach, begun = r.first_reach, r.first_reach + 4
    assert _found(reach_rows, r, point(r, c0=1.0)) == [
        ({0: 1, 1: 1, reach: -1}, 0),
        ({0: 1, 1: 1, reach + 1: -1}, 0),
        ({0: 1, 1: 1, reach + 2: -1}, 0),
        ({0: 1, begun + 1: -1}, 0),
        ({0: 1, begun + 2: -1}, 0),
        ({0: 1, 1: 1, begun + 3: -1}, 0),
    ]


def test_without_mentors_no_row_speaks_of_meetings() -> None:
    """No option with capacity: neither cadence nor first and last weeks."""
    r = relax(make_problem([candidate(0)]))
    x = point(r, c0=1.0)
    assert _found(cadence_rows, r, x) == []
    assert _found(reach_rows, r, x) == []


# --------------------------------------------------------------------- the bound


@pytest.mark.parametrize("seed", range(20))
def test_reduced_values_are_those_of_the_dense_matrix(seed: int) -> None:
    """Objective − yᵀA in Python's integers, y rounded as stated."""
    r = relax(random_problem(seed, "medium"))
    y = np.random.default_rng(seed).random(len(r.rows)) * 1_000
    y[::3] = 0.0
    proof = dual_bound(r, r.rows, y)
    rest = [int(c) * proof.scale for c in r.objective]
    for i in range(len(r.rows)):
        multiplier = int(np.rint(y[i] * proof.scale))
        for entry in range(r.rows.indptr[i], r.rows.indptr[i + 1]):
            rest[r.rows.indices[entry]] -= multiplier * int(r.rows.values[entry])
    assert proof.reduced.tolist() == rest[: r.n]
