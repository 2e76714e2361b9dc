"""The region as a whole: what to draw, and the draw."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from engine.domain import Activity, Mentor, Offering
from engine.framework import Framework
from engine.simulation.activities import Topics, draw_activity, draw_diagnostic
from engine.simulation.people import SimulatedEducator, draw_educator, draw_mentor
from engine.simulation.runs import Season, draw_runs
from engine.simulation.truth import Truth, draw_truth


@dataclass(frozen=True, slots=True)
class RegionPlan:
    """Size and kind of a region.

    Parameters
    ----------
    activities
        ≥ 1; the last one is the regional diagnostic.
    runs_per_activity
        Mean number of runs of an activity that is not self-paced, ≥ 1.
    weeks
        Weeks from ``first_monday`` in which runs begin and slots lie.
    saturated
        Uniform noise over eight competencies instead of realistic marginals.
    as_of
        Day of the requests, before ``first_monday``.
    """

    activities: int = 3_000
    educators: int = 100
    mentors: int = 24
    runs_per_activity: float = 7.1
    weeks: int = 36
    saturated: bool = False
    zone: str = "Asia/Vladivostok"
    as_of: dt.date = dt.date(2026, 8, 26)
    first_monday: dt.date = dt.date(2026, 8, 31)


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """A region drawn from a seed.

    Parameters
    ----------
    as_of
        Noon of the plan's day in the region's zone.
    truth
        What no stage may see; its activities are those of ``activities``, in their order.
    """

    plan: RegionPlan
    seed: int
    as_of: dt.datetime
    activities: tuple[Activity, ...]
    offerings: tuple[Offering, ...]
    mentors: tuple[Mentor, ...]
    educators: tuple[SimulatedEducator, ...]
    truth: Truth


def simulate_region(plan: RegionPlan, seed: int, framework: Framework) -> Region:
    """Draw a region; the same plan, seed and framework give the same region.

    Raises
    ------
    ValueError
        For a size below its least.
    """
    if plan.activities < 1 or plan.runs_per_activity < 1 or plan.weeks < 1:
        raise ValueError("a region needs an activity, a run and a week")
    zone = ZoneInfo(plan.zone)
    season = Season(plan.first_monday, plan.weeks, zone, plan.as_of)
    saturated = plan.saturated
    topics = Topics.of(seed, framework)
    activities = [
        draw_activity(seed, i, topics, framework, saturated=saturated)
        for i in range(plan.activities - 1)
    ]
    activities.append(draw_diagnostic(plan.activities - 1))
    truth = draw_truth(seed, framework, plan.educators, plan.activities, saturated=saturated)
    return Region(
        plan=plan,
        seed=seed,
        as_of=dt.datetime.combine(plan.as_of, dt.time(12), tzinfo=zone),
        activities=tuple(activities),
        offerings=tuple(
            offering
            for i, activity in enumerate(activities)
            for offering in draw_runs(
                seed, i, activity, season, plan.runs_per_activity, saturated=saturated
            )
        ),
        mentors=tuple(draw_mentor(seed, i, framework, season) for i in range(plan.mentors)),
        educators=tuple(
            draw_educator(seed, i, truth, framework, season, plan.activities, saturated=saturated)
            for i in range(plan.educators)
        ),
        truth=truth,
    )
