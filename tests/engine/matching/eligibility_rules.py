"""The rules of eligibility, activity by activity and word for word: what the fast way must say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from engine.domain import Activity, Constraints, Educator, HistoryItem, Offering, Reason
from engine.framework import Framework
from engine.matching.eligibility import RECURRING_KINDS, title_key


def reasons_one_by_one(
    activities: Sequence[Activity],
    offerings: Sequence[Offering],
    framework: Framework,
    educator: Educator,
    history: Sequence[HistoryItem],
    constraints: Constraints,
    as_of: dt.datetime,
    horizon: tuple[dt.date, dt.date],
    zone: ZoneInfo,
) -> dict[int, tuple[Reason, ...]]:
    """Reasons by activity index; dated offerings have both dates."""
    today = as_of.astimezone(zone).date()
    found: dict[int, tuple[Reason, ...]] = {}
    for i, activity in enumerate(activities):
        runs = [o for o in offerings if o.activity_id == activity.id]
        reasons = (
            *_audience(activity, framework, educator),
            *_completed(activity, history),
            *_content(activity, educator, constraints),
            *_excluded(activity, runs, constraints.excluded),
            *_dated(runs, today, horizon),
        )
        if reasons:
            found[i] = reasons
    return found


def _audience(activity: Activity, framework: Framework, educator: Educator) -> Iterator[Reason]:
    if activity.positions and educator.position not in activity.positions:
        named = [p.value for p in activity.positions]
        yield Reason("audience_position", {"position": educator.position.value, "positions": named})
    if activity.subjects and not any(
        framework.subjects_match(a, b) for a in activity.subjects for b in educator.subjects
    ):
        both = {"subjects": list(educator.subjects), "named": list(activity.subjects)}
        yield Reason("audience_subject", both)
    if educator.stages and activity.stages and not set(educator.stages) & set(activity.stages):
        own = [s.value for s in educator.stages]
        yield Reason("audience_stage", {"stages": own, "named": [s.value for s in activity.stages]})


def _completed(activity: Activity, history: Sequence[HistoryItem]) -> Iterator[Reason]:
    if activity.kind in RECURRING_KINDS:
        return
    days = [
        item.completed_on
        for item in history
        if item.activity_id == activity.id
        or (item.title and title_key(item.title) == title_key(activity.title))
    ]
    if days:
        yield Reason("already_completed", {"completed_on": max(days).isoformat()})


def _content(activity: Activity, educator: Educator, constraints: Constraints) -> Iterator[Reason]:
    if activity.language.casefold() not in [name.casefold() for name in educator.languages]:
        yield Reason("language", {"language": activity.language})
    if constraints.forms and activity.form not in constraints.forms:
        yield Reason("form_not_admitted", {"form": activity.form.value})
    hours = activity.hours_academic
    if hours is None or not 0 < hours < float("inf"):
        yield Reason("hours_unknown")


def _excluded(
    activity: Activity, runs: Sequence[Offering], excluded: Sequence[str]
) -> Iterator[Reason]:
    if activity.id in excluded or (runs and all(o.id in excluded for o in runs)):
        yield Reason("excluded")


def _dated(
    runs: Sequence[Offering], today: dt.date, horizon: tuple[dt.date, dt.date]
) -> Iterator[Reason]:
    first, last = horizon
    inside = [o for o in runs if _lies_in(o, today, first, last)]
    if not inside:
        yield Reason("no_run_in_horizon", {"start": first.isoformat(), "end": last.isoformat()})
        return
    deadlines = [_deadline(o) for o in inside]
    if max(deadlines) < today:
        yield Reason("enrolment_closed", {"closed_on": max(deadlines).isoformat()})


def _lies_in(run: Offering, today: dt.date, first: dt.date, last: dt.date) -> bool:
    if run.self_paced:
        start, end = run.start or dt.date.min, run.end or dt.date.max
        return start <= last and end >= first and end > today
    assert run.start is not None
    assert run.end is not None
    return run.start > today and run.start >= first and run.end <= last


def _deadline(run: Offering) -> dt.date:
    until = run.enrolment_until or dt.date.max
    if run.self_paced or run.start is None:
        return until
    return min(until, run.start)
