"""Plan the rest of a route anew: few changes, none soon, and what has begun stays.

``revision_request`` says everything in one ``RouteRequest``, so a revision is solved, kept,
replayed and asked about like any other route; ``replan`` does it at once.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from engine.calendar import educator_zone, local_date
from engine.domain import DiagnosticResult, HistoryItem, ItemResponse, Occupancy
from engine.lifecycle.difference import RouteDifference, difference_of
from engine.lifecycle.directives import Directives, Wished, wishes_of, with_wishes
from engine.lifecycle.earlier import Earlier
from engine.lifecycle.states import FIRM_STEPS, RouteProgress, StepRecord, StepState
from engine.planning.problem import RouteProblem
from engine.recommendation import MeetingEntry, Step
from engine.recommender import Outcome, Recommender, RouteRequest
from engine.recommender.kept import KeptCheckpoint, KeptRoute, KeptRun
from engine.recommender.request import apart
from engine.recommender.stages import horizon_days

NEEDS_CHANGES = "replan_needs_changes"


@dataclass(frozen=True, slots=True)
class Evidence:
    """All the results of an educator as they are now, in the place of those planned with."""

    diagnostics: tuple[DiagnosticResult, ...] = ()
    responses: tuple[ItemResponse, ...] = ()


@dataclass(frozen=True, slots=True)
class Revised:
    """A request that revises a route, with what was decided."""

    request: RouteRequest
    wished: Wished


@dataclass(frozen=True, slots=True)
class Replanned:
    """A revision of a route.

    Parameters
    ----------
    request
        From which the revision can be solved again.
    difference
        ``None`` where there is no route.
    steps
        Records of the revision: what has begun as it was, the rest planned; missed and cancelled
        steps have left. Without a route the steps as they were.
    needs_changes
        Least number of changes with which a route holds, where the bound alone stands in the way
        (``replan_needs_changes``); ``None`` = there is a route, more changes do not help, or the
        deadline ended before it was known.
    """

    request: RouteRequest
    outcome: Outcome
    difference: RouteDifference | None
    steps: tuple[StepRecord, ...]
    needs_changes: int | None


def replan(
    recommender: Recommender,
    earlier: Earlier,
    progress: RouteProgress,
    as_of: dt.datetime,
    *,
    directives: Directives | None = None,
    evidence: Evidence | None = None,
    occupancy: Occupancy | None = None,
    changes_most: int | None = None,
    freeze_days: int | None = None,
) -> Replanned:
    """Revise a route; parameters and faults as of ``revision_request``."""
    revised = revision_request(
        recommender,
        earlier,
        progress,
        as_of,
        directives=directives,
        evidence=evidence,
        occupancy=occupancy,
        changes_most=changes_most,
        freeze_days=freeze_days,
    )
    return replanned_of(earlier, progress, revised, recommender.recommend(revised.request))


def replanned_of(
    earlier: Earlier, progress: RouteProgress, revised: Revised, outcome: Outcome
) -> Replanned:
    """What a solved revision request comes to."""
    answer = outcome.recommendation
    needs = next((r.parameters["changes"] for r in answer.repairs if r.code == NEEDS_CHANGES), None)
    difference, steps = None, progress.steps
    if answer.route is not None:
        difference = difference_of(earlier, revised.request, outcome, revised.wished)
        steps = records_of(answer.route.steps, progress)
    return Replanned(
        request=revised.request,
        outcome=outcome,
        difference=difference,
        steps=steps,
        needs_changes=needs if isinstance(needs, int) else None,
    )


def records_of(
    steps: Sequence[Step], progress: RouteProgress | None = None
) -> tuple[StepRecord, ...]:
    """Records of an answer's steps: those that have begun as they are, all others planned."""
    begun = {s.step_id: s for s in progress.steps if s.state in FIRM_STEPS} if progress else {}
    return tuple(
        begun.get(step.id)
        or StepRecord(
            step_id=step.id,
            activity_id=step.activity,
            offering_id=step.offering,
            start=step.start,
            end=step.end,
            workload_min=step.workload_min,
            cost_rub=step.cost_rub,
            funding=step.funding,
        )
        for step in steps
    )


def revision_request(
    recommender: Recommender,
    earlier: Earlier,
    progress: RouteProgress,
    as_of: dt.datetime,
    *,
    directives: Directives | None = None,
    evidence: Evidence | None = None,
    occupancy: Occupancy | None = None,
    changes_most: int | None = None,
    freeze_days: int | None = None,
) -> Revised:
    """The request that revises a route.

    Finished steps go into the history; they stay in the route, as do enrolled and attended ones.
    The horizon ends where it did. Runs that were missed or given up are no choice any more. What
    a member of a team takes with the others is pinned (``apart``); the others' routes stay.

    Parameters
    ----------
    earlier
        Last revision; its catalogue and model may be older.
    progress
        How far its steps have come.
    as_of
        Instant with offset; nothing new starts on or before its day.
    evidence
        Everything measured by now; ``None`` = as it was planned with.
    occupancy
        What others hold, this route's own holds left out.
    changes_most, freeze_days
        ``None`` = the policy's. 0 days: even tomorrow may change.

    Raises
    ------
    InputError
        What ``wishes_of`` and ``horizon_days`` refuse; ``revision_before_route`` where ``as_of``
        lies before that of the last revision.
    """
    earlier = replace(earlier, request=apart(earlier.request))
    policy = recommender.policy_of(earlier.request.policy)
    today = local_date(as_of, educator_zone(earlier.request.educator, policy))
    wished = wishes_of(
        directives or Directives(),
        progress,
        earlier.request.constraints,
        recommender.catalogue,
        today,
    )
    lifecycle = policy.lifecycle
    days = lifecycle.replan_freeze_days if freeze_days is None else freeze_days
    _, last = horizon_days(earlier.request, policy)
    asked_start = earlier.request.constraints.horizon_start
    tomorrow = today + dt.timedelta(days=1)
    constraints = replace(
        with_wishes(earlier.request.constraints, wished),
        horizon_start=tomorrow if asked_start is None else max(asked_start, tomorrow),
        horizon_end=last,
    )
    request = replace(
        earlier.request,
        as_of=as_of,
        constraints=constraints,
        history=(*earlier.request.history, *_finished(earlier, progress, today)),
        occupancy=occupancy or Occupancy(),
        variants=False,
        kept=None,
    )
    if evidence is not None:
        request = replace(request, diagnostics=evidence.diagnostics, responses=evidence.responses)
    free_from = tomorrow + dt.timedelta(days=days)
    kept = KeptRoute(
        first_monday=dt.date.fromisoformat(earlier.problem.first_day),
        runs=tuple(_runs(recommender, request, earlier, progress, wished, today)),
        changes_most=lifecycle.replan_changes_most if changes_most is None else changes_most,
        free_from=free_from,
        next_step=_next_step(earlier, progress),
        mentor=progress.mentor_id,
        meetings=_meetings(earlier, progress, free_from),
        checkpoints=tuple(_checkpoints(earlier, today)),
    )
    return Revised(replace(request, kept=kept), wished)


def _finished(earlier: Earlier, progress: RouteProgress, today: dt.date) -> Iterator[HistoryItem]:
    known = {item.activity_id for item in earlier.request.history}
    for step in progress.steps:
        if step.state is StepState.COMPLETED and step.activity_id not in known:
            yield HistoryItem(min(step.end, today), step.activity_id)


def _runs(
    recommender: Recommender,
    request: RouteRequest,
    earlier: Earlier,
    progress: RouteProgress,
    wished: Wished,
    today: dt.date,
) -> Iterator[KeptRun]:
    """Steps that stay or may stay, in the order of the route."""
    candidates, problem = earlier.candidates(), earlier.problem
    steps = {step.id: step for step in earlier.steps}
    done_before = _done_before(earlier)
    measured = _measured_on(recommender, request, today)
    for record in progress.steps:
        gone = record.state in (StepState.MISSED, StepState.CANCELLED)
        if gone or record.step_id not in steps:
            continue
        j = candidates[record.step_id]
        done = None
        if record.state is StepState.COMPLETED:
            done = done_before.get(record.step_id, min(record.end, today))
        activity = problem.activities[int(problem.candidates.activity[j])]
        labels = [problem.activities[a].label for a in activity.practices]
        yield KeptRun(
            # What it closes and why it is there is told anew.
            step=replace(steps[record.step_id], closes=(), reasons=()),
            label=problem.candidates.label[j],
            fixed=record.state in FIRM_STEPS,
            weekly=earlier.weekly(j),
            gains={
                code: units
                for code, units in _gains(problem, j)
                if done is None or measured.get(code, dt.date.min) <= done
            },
            bonus_mpt=int(problem.candidates.bonus_mpt[j]),
            price_mpt=int(problem.candidates.price_mpt[j]),
            category=activity.category,
            long=activity.long,
            practices=tuple(labels) if activity.needs_practice else None,
            thawed=record.step_id in wished.spoken_of,
            done_on=done,
        )


def _gains(problem: RouteProblem, candidate: int) -> Iterator[tuple[str, int]]:
    for k, units in problem.candidates.gains.row(candidate).tolist():
        yield problem.demands[k].label, units


def _done_before(earlier: Earlier) -> dict[str, dt.date]:
    """Days on which steps were finished, as an earlier revision found them."""
    kept = earlier.request.kept
    runs = kept.runs if kept is not None else ()
    return {run.step.id: run.done_on for run in runs if run.done_on is not None}


def _measured_on(
    recommender: Recommender, request: RouteRequest, today: dt.date
) -> dict[str, dt.date]:
    """Day of the newest evidence of each demand, by its code."""
    found = {}
    for demand in recommender.deficits(request).demands:
        if demand.proficiency is not None:
            age = dt.timedelta(days=demand.proficiency.evidence_age_days)
            found[demand.code] = today - age
    return found


def _next_step(earlier: Earlier, progress: RouteProgress) -> int:
    """One more than the greatest number that any step of the route has ever had."""
    ids = [*(s.id for s in earlier.steps), *(s.step_id for s in progress.steps)]
    numbers = [int(m[1]) for i in ids if (m := re.fullmatch(r"step-(\d+)", i))]
    kept = earlier.request.kept
    return max([kept.next_step if kept else 1, *(n + 1 for n in numbers)])


def _meetings(
    earlier: Earlier, progress: RouteProgress, free_from: dt.date
) -> tuple[MeetingEntry, ...]:
    """Meetings with the mentor that are over or too near to be moved."""
    route = earlier.answer.route
    if route is None or route.mentor is None or route.mentor.id != progress.mentor_id:
        return ()
    # Instants of an answer are in the educator's zone.
    return tuple(m for m in route.mentor.meetings if m.start.date() < free_from)


def _checkpoints(earlier: Earlier, today: dt.date) -> Iterator[KeptCheckpoint]:
    """Diagnostics taken by now; what was planned up to today counts as taken."""
    if earlier.request.kept is not None:
        yield from earlier.request.kept.checkpoints
    route, problem = earlier.solution.route, earlier.problem
    if route is None:
        return
    monday = dt.date.fromisoformat(problem.first_day)
    for stage, index in (("middle", route.middle), ("final", route.final)):
        if index is not None:
            offer = problem.checkpoints.offers[index]
            day = monday + dt.timedelta(days=offer.day)
            if day <= today:
                yield KeptCheckpoint(stage, offer.label, day, offer.duration_min)
