"""The catalogue of a history: activities with text and format, and what is true of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import numpy as np

from engine.domain import (
    PROGRAMME_KINDS,
    Activity,
    Kind,
    Offering,
    Position,
    Technology,
)
from engine.framework import Framework
from engine.policy import PolicyProfile
from engine.simulation.activities import Topics, draw_activity, draw_diagnostic
from engine.simulation.history_plan import HistoryPlan
from engine.simulation.history_texts import audience_text, draw_text
from engine.simulation.history_traits import ActivityTraits, draw_traits
from engine.simulation.people import POSITIONS, STAGES
from engine.simulation.runs import LOCALITIES, Season, draw_runs
from engine.simulation.streams import pick, stream

LATEST_END = dt.time(21)

DISTANCE_KINDS = frozenset({Kind.WEBINAR, Kind.SELF_STUDY, Kind.CONTEST})
IN_PERSON_KINDS = frozenset({Kind.INTERNSHIP, Kind.OPEN_LESSON, Kind.LESSON_VISIT})
DISTANCE_SHARE = {True: 0.4, False: 0.35}
BLENDED_SHARE = {True: 0.2, False: 0.0}
"""Of programmes and of other kinds that may be either."""

STATED_AUDIENCE, WORDED_AUDIENCE = 0.55, 0.85
"""Up to which draw the audience is stated in codes and words, and in words alone."""


@dataclass(frozen=True, slots=True, eq=False)
class HistoryCatalogue:
    """Activities in the order of their ids, their runs on offer, and what is true of them."""

    activities: tuple[Activity, ...]
    offerings: tuple[Offering, ...]
    traits: ActivityTraits


def draw_catalogue(
    plan: HistoryPlan, seed: int, framework: Framework, policy: PolicyProfile
) -> HistoryCatalogue:
    """Catalogue of a history; nothing of it depends on how many educators there are."""
    topics = _topics(seed, framework)
    season = Season(plan.first_monday, plan.weeks, ZoneInfo(plan.zone), plan.as_of)
    known: list[Activity] = []
    runs: list[list[Offering]] = []
    for i in range(plan.activities - 1):
        activity = replace(
            draw_activity(seed, i, topics, framework, saturated=False), prerequisites=()
        )
        own = [
            _within_days(run)
            for run in draw_runs(seed, i, activity, season, plan.runs_per_activity, saturated=False)
        ]
        activity, own = _with_format(seed, i, activity, own)
        known.append(activity)
        runs.append(own)
    last = draw_diagnostic(plan.activities - 1)
    known.append(last)
    runs.append(
        draw_runs(seed, plan.activities - 1, last, season, plan.runs_per_activity, saturated=False)
    )
    traits = draw_traits(plan, seed, known, framework, policy)
    return HistoryCatalogue(
        activities=tuple(
            _worded(seed, i, activity, framework, plan) for i, activity in enumerate(known)
        ),
        offerings=tuple(offering for own in runs for offering in own),
        traits=traits,
    )


def _topics(seed: int, framework: Framework) -> Topics:
    """Topics as of a region, more frequent where more people need them.

    The content of a subject is a topic of its own: nobody teaches all of them.
    """
    topics = Topics.of(seed, framework)
    shares = {code: _share_of_people(framework, code) for code in framework.codes}
    leaves, weights = [], []
    for block, weight in zip(topics.leaves, topics.weights, strict=True):
        parts = [(n,) for n in block] if any(n.subjects for n in block) else [block]
        for part in parts:
            meant = float(np.mean([shares[n.code] for n in part]))
            if meant > 0:
                leaves.append(part)
                weights.append(weight / len(parts) * meant**0.5)
    return Topics(tuple(leaves), tuple(weights))


def _share_of_people(framework: Framework, code: str) -> float:
    """Share of a region's educators to whom a node applies; a subject's is a guess of 5 %."""
    node = framework.node(code)
    if node.subjects:
        return 0.05
    total = sum(weight for _, weight in POSITIONS)
    meant = sum(
        weight
        for position, weight in POSITIONS
        if framework.applies_to(position, (), STAGES[position])[framework.index[code]]
    )
    return meant / total


# --------------------------------------------------------------------------- format and text


def _with_format(
    seed: int, index: int, activity: Activity, runs: Sequence[Offering]
) -> tuple[Activity, list[Offering]]:
    """By distance, in person or both; runs and technologies agree on it."""
    rng = stream(seed, "format", index)
    programme = activity.kind in PROGRAMME_KINDS
    draw = rng.random()
    if runs[0].self_paced:
        return replace(activity, technologies=(Technology.SELF_DIRECTED,)), list(runs)
    if activity.kind in DISTANCE_KINDS:
        draw = 0.0
    elif activity.kind in IN_PERSON_KINDS:
        draw = 1.0
    blended = draw < DISTANCE_SHARE[programme] + BLENDED_SHARE[programme]
    if draw < DISTANCE_SHARE[programme]:
        technology = Technology.DISTANCE
        placed = [_moved(run, "") for run in runs]
    else:
        technology = Technology.BLENDED if blended else Technology.CLASSROOM
        placed = [_moved(run, run.locality or pick(rng, LOCALITIES)) for run in runs]
    return replace(activity, technologies=(technology,)), placed


def _moved(run: Offering, locality: str) -> Offering:
    """The same run at a place, or online."""
    if run.locality == locality:
        return run
    place = f"{locality}, площадка 1" if locality else ""
    meetings = tuple(replace(meeting, place=place) for meeting in run.meetings)
    return replace(run, locality=locality, meetings=meetings)


def _within_days(run: Offering) -> Offering:
    """The same run; a meeting that would last past nine begins as much earlier."""
    meetings = []
    for meeting in run.meetings:
        late = meeting.end - dt.datetime.combine(
            meeting.start.date(), LATEST_END, tzinfo=meeting.start.tzinfo
        )
        shift = max(late, dt.timedelta(0))
        meetings.append(replace(meeting, start=meeting.start - shift, end=meeting.end - shift))
    return replace(run, meetings=tuple(meetings))


def _worded(
    seed: int, index: int, activity: Activity, framework: Framework, plan: HistoryPlan
) -> Activity:
    """The activity as the catalogue shows it: with text, and with coverage where it is known."""
    if activity.kind is Kind.DIAGNOSTIC:
        return activity
    rng = stream(seed, "text", index)
    nodes = [
        framework.node(code)
        for code, _ in sorted(activity.coverage.items(), key=lambda item: (-item[1], item[0]))
    ]
    text = draw_text(rng, activity.kind, nodes, framework, plan.text_noise)
    positions = tuple(p for p in Position if any(p in n.positions for n in nodes))
    if any(not n.positions for n in nodes):
        positions = ()
    draw, known = rng.random(), rng.random() < plan.coverage_known
    worded = audience_text(positions, activity.subjects)
    return replace(
        activity,
        title=text.title,
        summary=text.summary,
        audience=worded if draw < WORDED_AUDIENCE else "",
        positions=positions if draw < STATED_AUDIENCE else (),
        subjects=activity.subjects if draw < STATED_AUDIENCE else (),
        coverage=activity.coverage if known else {},
    )
