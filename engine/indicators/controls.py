"""Dated actions of a plan in a year, what the record shows of them, and what falls due."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator

from engine.indicators.definitions import ControlDefinition, IndicatorProfile
from engine.indicators.periods import ReportPeriod
from engine.indicators.results import Control, Evidence, Reminder
from engine.indicators.sets import Sets

SHOWN, NOT_SHOWN, NO_DATA = "shown", "not_shown", "no_data"
DUE, UPCOMING = "due", "upcoming"

REMIND_DAYS = 31
"""How long before it begins something is announced, in days."""

_ALL_YEAR_DAYS = 364


def controls(
    profile: IndicatorProfile, period: ReportPeriod, sets: Sets | None = None
) -> tuple[Control, ...]:
    """Calendar of the plan's actions in the year in which the period ends.

    A plan is made for one year; in another its months are taken over.

    Parameters
    ----------
    sets
        Sets of the period, to look for evidence; ``None`` = no data at all.
    """
    return tuple(_control(c, period.last.year, sets) for c in profile.controls)


def reminders(
    profile: IndicatorProfile, day: dt.date, within_days: int = REMIND_DAYS
) -> tuple[Reminder, ...]:
    """What is due on a day, or begins within some days after it, by the end of its term.

    Monitoring of a period is due until the period's last day: the regulations name no other. An
    action that goes on all year is called to mind in its last ``within_days`` only.
    """
    last = day + dt.timedelta(days=within_days)
    actions = (
        r
        for r in _actions(profile, day)
        if (r.due_until - r.due_from).days < _ALL_YEAR_DAYS or r.due_until <= last
    )
    return tuple(
        sorted(
            (
                r
                for r in (*_monitoring(profile, day), *actions)
                if r.due_until >= day and r.due_from <= last
            ),
            key=lambda r: (r.due_until, r.due_from, r.kind, _numbers(r.id)),
        )
    )


def windows(definition: ControlDefinition, year: int) -> tuple[ReportPeriod, ...]:
    """Spans of a year in which an action is due."""
    return tuple(
        ReportPeriod(
            dt.date(year, first, 1), dt.date(year, last, calendar.monthrange(year, last)[1])
        )
        for first, last in definition.months
    )


def _control(definition: ControlDefinition, year: int, sets: Sets | None) -> Control:
    evidence = tuple(
        Evidence(e.label, int(sets.mask(e.set, {}).sum()))
        for e in definition.evidence
        if sets is not None and _told(e.set, sets)
    )
    state = NO_DATA if not evidence else SHOWN if any(e.count for e in evidence) else NOT_SHOWN
    return Control(
        id=definition.id,
        section=definition.section,
        wording=definition.wording,
        terms=definition.terms,
        responsible=definition.responsible,
        responsible_text=definition.responsible_text,
        windows=windows(definition, year),
        state=state,
        evidence=evidence,
    )


def _told(name: str, sets: Sets) -> bool:
    """Whether the record holds anything that the set could be made of."""
    return all(len(sets.tables.frame(table)) for table in sets.sources(name, {}))


def _monitoring(profile: IndicatorProfile, day: dt.date) -> Iterator[Reminder]:
    if not profile.indicators:
        return
    period = ReportPeriod.containing(day, profile.cadence)
    following = ReportPeriod.containing(period.last + dt.timedelta(days=1), profile.cadence)
    for span in (period, following):
        yield _reminder("monitoring", profile.id, profile.cadence_wording, span, day, ())


def _actions(profile: IndicatorProfile, day: dt.date) -> Iterator[Reminder]:
    for definition in profile.controls:
        for year in (day.year, day.year + 1):
            for span in windows(definition, year):
                yield _reminder(
                    "control", definition.id, definition.wording, span, day, definition.responsible
                )


def _reminder(
    kind: str, name: str, wording: str, span: ReportPeriod, day: dt.date, who: tuple[str, ...]
) -> Reminder:
    return Reminder(
        kind=kind,
        id=name,
        wording=wording,
        due_from=span.first,
        due_until=span.last,
        state=DUE if span.first <= day else UPCOMING,
        days_left=(span.last - day).days,
        responsible=who,
    )


def _numbers(name: str) -> tuple[object, ...]:
    """Numbers of a plan in their order: 1.10 after 1.9."""
    return tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in name.split("."))
