"""Tempo, horizon and workload of one educator."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from engine.catalogue import FUNDING
from engine.domain import Constraints, Educator, Funding, Position
from engine.errors import InputError
from engine.planning.compile_table import compile_budget
from engine.policy import settled_limit
from tests.engine.planning.compile_builders import (
    MOSCOW,
    TEACHER,
    Case,
    day,
    flat_calendar,
    meeting,
    programme,
    run,
    seminar,
    with_limits,
)

PLAIN = Case([seminar()], [run(first=7)])


def tempo(case: Case) -> list[int]:
    return case.compile().problem.tempo_min.tolist()


def test_default_own_and_capped_tempo():
    """Nothing stated: 180; own 100; own 1 000 is cut to the policy's 720."""
    calendar = flat_calendar(2)
    for own, expected in ((None, 180), (100, 100), (1_000, 720)):
        educator = replace(TEACHER, tempo_min_per_week=own)
        assert tempo(replace(PLAIN, educator=educator, calendar=calendar)) == [expected] * 2


def test_calendar_scales_and_rounds_down():
    """100 · 0.6 = 60 (not 59), 100 · 0.333 = 33, 100 · 0 = 0."""
    educator = replace(TEACHER, tempo_min_per_week=100)
    calendar = flat_calendar(3, factor=[0.6, 1 / 3, 0.0])
    case = Case([seminar(hours=1)], [run(offering_id="x")], educator=educator, calendar=calendar)
    assert tempo(case) == [60, 33, 0]


def test_tempo_stated_for_a_week():
    """A stated week stands without the factor, up to the policy's most; others are untouched."""
    stated = {day(0): 0, day(7): 300, day(14): 9_999, day(-7): 50, day(70): 50}
    case = replace(
        PLAIN,
        calendar=flat_calendar(4, factor=[1, 0.5, 1, 0.5]),
        constraints=Constraints(tempo_by_week=stated),
    )
    assert tempo(case) == [0, 300, 720, 90]


def test_tempo_of_weeks_outside_the_horizon():
    """A horizon from Thursday of week 0 to Sunday of week 1: a week counts if a day of it does."""
    case = replace(
        PLAIN,
        calendar=flat_calendar(3),
        constraints=Constraints(horizon_start=day(3), horizon_end=day(13)),
    )
    assert tempo(case) == [180, 180, 0]


def test_closed_outside_the_admitted_days():
    """No meeting, the mentor's included, may lie on a day that is not admitted."""
    case = replace(PLAIN, constraints=Constraints(horizon_start=day(3), horizon_end=day(13)))
    problem = case.compile().problem
    assert problem.day_close_min[2] == problem.day_close_min[14] == 0
    assert problem.day_close_min[3] == 1260


def test_no_tempo_at_all():
    """A tempo of 0 in every week is an error with its code and its place."""
    with pytest.raises(InputError) as error:
        replace(PLAIN, educator=replace(TEACHER, tempo_min_per_week=0)).compile()
    (fault,) = error.value.faults
    assert (fault.code, fault.pointer) == ("no_tempo", "/educator/tempo_min_per_week")


def test_horizon_that_is_over():
    """A horizon that ends on the day of as_of leaves nothing to plan."""
    late = dt.datetime(2026, 9, 6, 9, tzinfo=MOSCOW)
    over = Constraints(horizon_end=day(6))
    with pytest.raises(InputError) as error:
        replace(PLAIN, constraints=over, as_of=late).compile()
    assert error.value.faults[0].code == "empty_horizon"
    assert replace(PLAIN, constraints=Constraints(horizon_end=day(7)), as_of=late).candidates()


def test_smaller_workload_and_steps_win():
    """Own total and the wish for fewer steps tighten the policy and never widen it."""
    policy = with_limits(total_max_min=5_000, steps_max=6)
    for total, steps, expected in ((4_000, 3, (4_000, 3)), (6_000, 9, (5_000, 6))):
        educator = Educator("e1", Position.TEACHER, total_min=total)
        case = replace(
            PLAIN, policy=policy, educator=educator, constraints=Constraints(max_steps=steps)
        )
        limits = case.compile().problem.limits
        assert (limits.workload_max_min, limits.steps_max) == expected


def test_long_programmes():
    """16 academic hours are long from a limit of 16 on; an event never is."""
    case = Case(
        [programme("p", 16), programme("q", 15), seminar("a", 16)],
        [run(i, last=55) for i in ("p", "q", "a")],
        policy=with_limits(long_programme_hours_academic=16.0),
    )
    long = {a.label: a.long for a in case.compile().problem.activities}
    assert long == {"a": False, "p": True, "q": False}


def test_same_input_same_problem():
    """The order of the records makes no difference."""
    activities = [seminar("b"), seminar("a")]
    offerings = [run("b", 3), run("a", 1, meetings=(meeting(1, "10:00", "11:00"),))]
    first = Case(activities, offerings).candidates()
    second = Case(activities[::-1], offerings[::-1]).candidates()
    assert list(first.items()) == list(second.items())


def test_a_limit_is_tightened_or_replaced_as_the_policy_says():
    """Stated 5 000 against 4 000: the policy's holds, unless educators may replace that limit."""
    limits = with_limits(total_max_min=4_000).limits
    assert settled_limit(limits, "total_max_min", 5_000) == 4_000
    assert settled_limit(limits, "total_max_min", 3_000) == 3_000
    assert settled_limit(limits, "total_max_min", None) == 4_000
    free = with_limits(total_max_min=4_000, educator_may_replace=("total_max_min",)).limits
    assert settled_limit(free, "total_max_min", 5_000) == 5_000


def test_a_budget_is_lowered_or_replaced_as_the_policy_says():
    """30 000 by policy, 50 000 stated: only a policy that lets it be replaced gives 50 000."""
    asked = Constraints(budget_by_source={Funding.STATE: 50_000})
    fixed = with_limits(budget_rub={Funding.STATE: 30_000}, educator_may_replace=()).limits
    assert compile_budget(asked, fixed)[FUNDING.index(Funding.STATE)] == 30_000
    free = with_limits(
        budget_rub={Funding.STATE: 30_000}, educator_may_replace=("budget_rub",)
    ).limits
    assert compile_budget(asked, free)[FUNDING.index(Funding.STATE)] == 50_000
