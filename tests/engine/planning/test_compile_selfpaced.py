"""Self-paced offerings: enumeration of Mondays and paces, blocked weeks, dominance."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain import Constraints
from engine.planning.compile_selfpaced import pace_load
from engine.planning.problem import Candidate
from tests.engine.planning.compile_builders import (
    Case,
    day,
    flat_calendar,
    self_paced,
    seminar,
    with_limits,
)


def course(minutes: int = 360, weeks: int = 4, factor=None, **changes) -> Case:
    offering = changes.pop("offering", self_paced())
    return Case(
        [seminar(hours=minutes / 45)],
        [offering],
        calendar=flat_calendar(weeks, factor=factor),
        **changes,
    )


def loads(case: Case) -> dict[str, tuple[tuple[int, int], ...]]:
    return {label.partition("#")[2]: c.weekly for label, c in case.candidates().items()}


def test_each_monday_and_pace_that_fits():
    """360 min at a tempo of 180 in four weeks: paces 90, 135, 180 take 4, 3 and 2 weeks.

    Pace 45 would take 8 weeks and does not fit. Pace 90 can start in week 0 only; 135 in weeks
    0–1 (135 + 135 + 90); 180 in weeks 0–2.
    """
    assert loads(course()) == {
        "2026-08-31+90": ((0, 90), (1, 90), (2, 90), (3, 90)),
        "2026-08-31+135": ((0, 135), (1, 135), (2, 90)),
        "2026-08-31+180": ((0, 180), (1, 180)),
        "2026-09-07+135": ((1, 135), (2, 135), (3, 90)),
        "2026-09-07+180": ((1, 180), (2, 180)),
        "2026-09-14+180": ((2, 180), (3, 180)),
    }


def test_runs_are_whole_weeks():
    """A run starts on Monday and ends on the Sunday of its last week; its pace is a fact."""
    compiled = course().compile()
    first = compiled.problem.candidates.record(0)
    assert (first.label, first.start_day, first.end_day) == ("a-sp#2026-08-31+90", 0, 27)
    assert compiled.facts.of(0).pace_min == 90
    assert compiled.facts.of(0).offering_id == "a-sp"


def test_equal_runs_are_kept_once():
    """90 min fit into one week at 90, 135 and 180: three equal runs, the slowest pace stays."""
    assert loads(course(90, weeks=2)) == {
        "2026-08-31+45": ((0, 45), (1, 45)),
        "2026-08-31+90": ((0, 90),),
        "2026-09-07+90": ((1, 90),),
    }


def test_blocked_weeks_are_passed_over():
    """No run starts in a week of tempo 0; one that spans it goes on after it.

    Tempo 180, 0, 90 (half), 180: the median of the free weeks 180, 90, 180 is 180. Full pace from
    week 0: 180, –, 90, 90. Three quarters: 135, –, 65 (67.5 down to fives), 135 + 25 lacking.
    """
    found = loads(course(360, factor=[1, 0, 0.5, 1]))
    assert found == {"2026-08-31+180": ((0, 180), (2, 90), (3, 90))}


def test_pace_is_rounded_down_to_fives():
    """A tempo of 150 has paces 35 (37.5), 75, 110 (112.5) and 150; the median rules above it."""
    assert pace_load(np.array([150, 0, 150, 400]), (1.0, 0.25, 0.5, 0.75)).tolist() == [
        [35, 0, 35, 35],
        [75, 0, 75, 75],
        [110, 0, 110, 110],
        [150, 0, 150, 150],
    ]


def test_span_of_the_offering():
    """Open from Tuesday of week 0 to Saturday of week 3: only weeks 1 and 2 are whole."""
    offering = self_paced(start=day(1), end=day(26))
    assert set(loads(course(180, offering=offering))) == {
        "2026-09-07+90",
        "2026-09-07+135",
        "2026-09-07+180",
        "2026-09-14+180",
    }


def test_start_before_enrolment_ends():
    """Enrolment until Monday of week 1 allows starts in weeks 0 and 1."""
    offering = self_paced(enrolment_until=day(7))
    starts = {c.start_day for c in course(180, offering=offering).candidates().values()}
    assert starts == {0, 7}


def test_enrolment_over_and_no_seats():
    """Both are reasons of self-paced offerings too."""
    closed = self_paced(enrolment_until=dt.date(2026, 8, 29))
    assert course(offering=closed).why() == "enrolment_closed"
    assert course(offering=self_paced(seats_left=0)).why() == "seats"


def test_longest_run():
    """With at most 2 weeks only the full pace is left of 360 min."""
    case = course(policy=with_limits(self_paced_max_weeks=2))
    assert {c.end_day - c.start_day + 1 for c in case.candidates().values()} == {14}
    assert len(case.candidates()) == 3


def test_too_long_for_the_tempo():
    """721 min do not fit into four weeks of 180; the reason names both."""
    reason = course(721).compile().dropped["a"]
    assert reason.code == "tempo"
    assert (reason.parameters["asked_min"], reason.parameters["limit_min"]) == (721, 720)


def test_longer_than_the_workload():
    """More minutes than the whole route may have."""
    assert course(360, policy=with_limits(total_max_min=359)).why() == "workload"


def test_span_without_a_whole_week():
    """Tuesday to the Saturday after next holds one whole week, to next Saturday none."""
    assert course(45, offering=self_paced(start=day(1), end=day(13))).candidates()
    assert course(45, offering=self_paced(start=day(1), end=day(12))).why() == "no_run_in_horizon"


def test_horizon_from_the_middle_of_a_week():
    """A horizon from Wednesday on has its first Monday in week 1."""
    case = course(180, constraints=Constraints(horizon_start=day(2)))
    assert min(c.start_day for c in case.candidates().values()) == 7


def brute_force(
    tempo: list[int], minutes: int, paces: tuple[float, ...], most: int
) -> set[tuple[tuple[int, int], ...]]:
    """All distinct weekly loads, minute by minute as the docstring tells it."""
    median = float(np.median([t for t in tempo if t]))
    found = set()
    for start, pace in product(range(len(tempo)), paces):
        left, weekly = minutes, []
        for week in range(start, min(len(tempo), start + most)):
            share = int(pace * min(tempo[week], median) / 5 + 1e-9) * 5
            if week == start and share == 0:
                break
            done = min(left, share)
            left -= done
            if done:
                weekly.append((week, done))
            if not left:
                found.add(tuple(weekly))
                break
    return found


@given(
    st.lists(st.sampled_from([0, 10, 45, 90, 180, 200]), min_size=2, max_size=6).filter(any),
    st.integers(1, 700),
    st.integers(1, 6),
)
def test_enumeration_agrees_with_brute_force(tempo, minutes, most):
    """Loads are those of a plain simulation, each once for each activity (the dominance rule)."""
    case = course(
        minutes,
        weeks=len(tempo),
        constraints=Constraints(tempo_by_week={day(7 * w): t for w, t in enumerate(tempo)}),
        policy=with_limits(self_paced_max_weeks=most),
    )
    found = [c.weekly for c in case.candidates().values()]
    assert len(found) == len(set(found))
    assert set(found) == brute_force(tempo, minutes, (0.25, 0.5, 0.75, 1.0), most)


def dominates(a: Candidate, b: Candidate, weeks: int) -> bool:
    """Same activity and start, not later end, no heavier in any week."""
    first, second = dict(a.weekly), dict(b.weekly)
    lighter = all(first.get(w, 0) <= second.get(w, 0) for w in range(weeks))
    return (a.activity, a.start_day) == (b.activity, b.start_day) and (
        a.end_day <= b.end_day and lighter
    )


@pytest.mark.parametrize("minutes", [45, 90, 100, 360, 500])
def test_no_candidate_dominates_another(minutes):
    """Of the runs that stay, none is at least as light in every week and as early as another."""
    candidates = list(course(minutes, weeks=6, factor=[1, 0.5, 1, 0, 1, 1]).candidates().values())
    for a, b in product(candidates, candidates):
        assert a is b or not dominates(a, b, 6)


def test_the_week_never_exceeds_its_tempo():
    """A stated tempo of 30 min in week 1 holds the run back there."""
    case = course(360, constraints=Constraints(tempo_by_week={day(7): 30}))
    case = replace(case, calendar=flat_calendar(8))
    for candidate in case.candidates().values():
        assert dict(candidate.weekly).get(1, 0) <= 30
