"""A kept route in the problem of its revision, and its steps in the answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import count

from engine.calendar import WorkCalendar, local_date, local_minutes
from engine.catalogue import FUNDING, Catalogue
from engine.domain import DeficitVector, Slot
from engine.planning.compile import CompiledProblem
from engine.planning.problem import Candidate
from engine.planning.revise import EarlierRun, Span, Standing, revise
from engine.recommendation import Checkpoint, MeetingEntry, Step
from engine.recommender.kept import KeptRoute, KeptRun
from engine.recommender.request import RouteRequest
from engine.recommender.stages import Stages

FREE = -1


def revised_problem(
    compiled: CompiledProblem,
    request: RouteRequest,
    calendar: WorkCalendar,
    deficits: DeficitVector,
) -> CompiledProblem:
    """The compiled problem of a request with the kept route in it; as it is without one.

    Parameters
    ----------
    calendar
        Begins on the kept route's day 0.
    """
    kept = request.kept
    if kept is None:
        return compiled
    catalogue = compiled.facts.catalogue
    first_day = (local_date(request.as_of, calendar.zone) - calendar.first_monday).days + 1
    start = request.constraints.horizon_start
    if start is not None:
        first_day = max(first_day, (start - calendar.first_monday).days)
    return revise(
        compiled,
        [_earlier(run, calendar, catalogue, deficits) for run in kept.runs],
        Standing(
            mentor=kept.mentor,
            held=tuple(_held(meeting, calendar, catalogue) for meeting in kept.meetings),
            taken=frozenset(checkpoint.stage for checkpoint in kept.checkpoints),
        ),
        changes_most=kept.changes_most,
        first_day=max(0, first_day),
        free_day=max(0, first_day, (kept.free_from - calendar.first_monday).days),
    )


def _earlier(
    run: KeptRun, calendar: WorkCalendar, catalogue: Catalogue, deficits: DeficitVector
) -> EarlierRun:
    step, monday = run.step, calendar.first_monday
    last = calendar.n_days - 1
    index = {demand.code: k for k, demand in enumerate(deficits.demands)}
    gains = sorted((index[code], units) for code, units in run.gains.items() if code in index)
    sources = [source.value for source in FUNDING]
    end = step.end if run.done_on is None else min(step.end, run.done_on)
    start = min(step.start, end)
    weeks = [((day - monday).days // 7, minutes) for day, minutes in run.weekly if day <= end]
    spans = [
        _span(m.start, m.end, m.place, calendar, catalogue)
        for m in step.meetings
        if local_date(m.start, calendar.zone) <= end
    ]
    candidate = Candidate(
        label=run.label,
        activity=0,
        start_day=min(last, max(0, (start - monday).days)),
        end_day=min(last, max(0, (end - monday).days)),
        gains=tuple(gains),
        weekly=tuple((week, minutes) for week, minutes in weeks if 0 <= week < calendar.n_weeks),
        meetings=tuple(s for s in sorted(spans) if 0 <= s[0] < calendar.n_days * 1440),
        bonus_mpt=run.bonus_mpt,
        price_mpt=run.price_mpt,
        source=FREE if step.funding is None else sources.index(step.funding),
        cost_rub=step.cost_rub,
    )
    return EarlierRun(
        activity_id=step.activity,
        offering_id=step.offering,
        candidate=candidate,
        fixed=run.fixed,
        thawed=run.thawed,
        category=run.category,
        long=run.long,
        practices=run.practices,
        relevance=step.relevance,
    )


def _held(meeting: MeetingEntry, calendar: WorkCalendar, catalogue: Catalogue) -> tuple[Span, Slot]:
    span = _span(meeting.start, meeting.end, meeting.place, calendar, catalogue)
    return span, Slot(meeting.start, meeting.end)


def _span(
    start: dt.datetime, end: dt.datetime, place: str, calendar: WorkCalendar, catalogue: Catalogue
) -> Span:
    first = local_minutes(start, calendar.first_monday, calendar.zone)
    last = local_minutes(end, calendar.first_monday, calendar.zone)
    return first, last, catalogue.place_code(place)


# --------------------------------------------------------------------------- in the answer


def fixed_steps(stages: Stages) -> dict[int, Step]:
    """Steps that have begun, as they were planned, by candidate."""
    kept, revision = stages.request.kept, stages.compiled.problem.revision
    if kept is None or revision is None:
        return {}
    begun = [run.step for run in kept.runs if run.fixed]
    return dict(zip(revision.fixed, begun, strict=True))


def step_ids(stages: Stages, ordered: Sequence[int]) -> dict[int, str]:
    """Id of each chosen candidate's step, by candidate.

    Numbers in the order of the route; of a revision a step that stays, or moves to another run of
    its activity, has the id that it had, and a new one the next that was never used.
    """
    kept, revision = stages.request.kept, stages.compiled.problem.revision
    if kept is None or revision is None:
        return {j: f"step-{number}" for number, j in enumerate(ordered, start=1)}
    of_activity = {run.step.activity: run.step.id for run in kept.runs}
    numbers = count(kept.next_step)
    activities = stages.compiled.activity_ids
    return {j: of_activity.get(activities[j]) or f"step-{next(numbers)}" for j in ordered}


def taken_checkpoints(kept: KeptRoute | None, catalogue: Catalogue) -> tuple[Checkpoint, ...]:
    """Diagnostics of the kept route that have been taken."""
    found = []
    for checkpoint in kept.checkpoints if kept else ():
        activity = title = None
        row = catalogue.offering_index.get(checkpoint.label.partition("#")[0])
        if row is not None:
            record = catalogue.activities[int(catalogue.offering_activity[row])]
            activity, title = record.id, record.title
        found.append(
            Checkpoint(checkpoint.stage, activity, title, checkpoint.date, checkpoint.duration_min)
        )
    return tuple(found)
