"""Geometry of the timeline: dates and minutes become coordinates, nothing is drawn here.

Coordinates are those of an SVG viewBox ``WIDTH`` wide; x grows with time, y downwards.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

from engine.documents.lettering import fitted, text_width
from engine.documents.view import RouteView, StepView
from engine.recommendation import RouteEntry, WeekLoad
from engine.wording.dates import month
from engine.wording.quantities import minutes

WIDTH = 960.0
GUTTER = 78.0
HEAD = 26.0
ROW = 33.0
LOAD = 76.0
SHORTEST = 12.0  # a single day must still show its colour beside a dot
LABEL = 13.0  # size of the letters of labels and months


@dataclass(frozen=True, slots=True)
class MonthBand:
    """One calendar month: where it lies and its name; ``shaded`` alternates."""

    x: float
    width: float
    name: str
    shaded: bool


@dataclass(frozen=True, slots=True)
class StepBar:
    """One step: bar from ``x`` over ``width``, meetings as dots, a label above the bar."""

    number: int
    x: float
    width: float
    y: float
    form: str
    label: str
    label_x: float
    anchor: str
    hint: str
    dots: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A window without a meeting."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Diamond:
    """One checkpoint."""

    x: float
    name: str


@dataclass(frozen=True, slots=True)
class LoadBar:
    """Load and tempo of one week; heights measured from ``Timeline.base``."""

    x: float
    width: float
    height: float
    tempo_height: float
    hint: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the load's scale."""

    y: float
    name: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that the template needs to draw; ``y_*`` are the middles of their rows, 0 = no row."""

    height: float
    months: tuple[MonthBand, ...]
    weeks: tuple[float, ...]
    steps: tuple[StepBar, ...]
    bottom: float
    y_mentor: float
    mentor_dots: tuple[float, ...]
    missed: tuple[Span, ...]
    y_checkpoints: float
    diamonds: tuple[Diamond, ...]
    base: float
    load: tuple[LoadBar, ...]
    ticks: tuple[Tick, ...]


class _Scale:
    """Days to x: whole weeks from the Monday of the first day to the Sunday of the last."""

    def __init__(self, first: dt.date, last: dt.date) -> None:
        self.first = first - dt.timedelta(days=first.weekday())
        self.days = (last - self.first).days // 7 * 7 + 7
        self.per_day = (WIDTH - GUTTER - 8) / self.days

    def x(self, day: dt.date, share: float = 0.0) -> float:
        """Left edge of a day, plus a share of it."""
        return round(GUTTER + ((day - self.first).days + share) * self.per_day, 2)

    def instant(self, moment: dt.datetime) -> float:
        return self.x(moment.date(), (moment.hour * 60 + moment.minute) / 1440)

    @property
    def last(self) -> dt.date:
        return self.first + dt.timedelta(days=self.days - 1)


def build_timeline(route: RouteEntry, view: RouteView) -> Timeline | None:
    """Lay the route out over its weeks.

    Parameters
    ----------
    route
        The route.
    view
        The same route in words, in the same order.

    Returns
    -------
    Timeline or None
        ``None`` where nothing of the route has a date.
    """
    scale = _scale_of(route)
    if scale is None:
        return None
    steps = tuple(_bar(step, i, scale) for i, step in enumerate(view.steps))
    y = HEAD + 6 + ROW * len(steps)
    mentor = route.mentor
    has_mentor = mentor is not None and bool(mentor.meetings or mentor.missed)
    y_mentor = y + 16 if has_mentor else 0.0
    y = y_mentor + 16 if has_mentor else y
    dated = [(c.date, v.stage) for c, v in zip(route.checkpoints, view.checkpoints, strict=True)]
    diamonds = tuple(Diamond(scale.x(day, 0.5), name) for day, name in dated if day)
    y_checkpoints = y + 16 if diamonds else 0.0
    y = y_checkpoints + 16 if diamonds else y
    load, ticks, base = _load(route, scale, y + 18, view.language)
    return Timeline(
        height=base + 22,
        months=tuple(_months(scale, view.language)),
        weeks=_mondays(scale),
        steps=steps,
        bottom=y + 4,
        y_mentor=y_mentor,
        mentor_dots=tuple(scale.instant(m.start) for m in mentor.meetings) if mentor else (),
        missed=tuple(
            Span(scale.x(w.start), scale.x(w.end, 1.0) - scale.x(w.start)) for w in mentor.missed
        )
        if mentor
        else (),
        y_checkpoints=y_checkpoints,
        diamonds=diamonds,
        base=base,
        load=load,
        ticks=ticks,
    )


def build_load(route: RouteEntry, view: RouteView) -> Timeline | None:
    """Lay out the load of the weeks alone, on the same weeks as the timeline.

    Returns
    -------
    Timeline or None
        ``None`` where no week of the route has a load or a tempo.
    """
    scale = _scale_of(route)
    if scale is None:
        return None
    load, ticks, base = _load(route, scale, HEAD + 8, view.language)
    if not load:
        return None
    return Timeline(
        height=base + 34,
        months=tuple(_months(scale, view.language)),
        weeks=_mondays(scale),
        steps=(),
        bottom=base,
        y_mentor=0.0,
        mentor_dots=(),
        missed=(),
        y_checkpoints=0.0,
        diamonds=(),
        base=base,
        load=load,
        ticks=ticks,
    )


def _mondays(scale: _Scale) -> tuple[float, ...]:
    weeks = range(scale.days // 7 + 1)
    return tuple(scale.x(scale.first + dt.timedelta(days=7 * i)) for i in weeks)


def _scale_of(route: RouteEntry) -> _Scale | None:
    days = [day for step in route.steps for day in (step.start, step.end)]
    days += [c.date for c in route.checkpoints if c.date is not None]
    if route.mentor is not None:
        days += [m.start.date() for m in route.mentor.meetings]
        days += [day for window in route.mentor.missed for day in (window.start, window.end)]
    days += [week.week for week in route.weekly_load if week.load_min]
    return _Scale(min(days), max(days)) if days else None


def _bar(step: StepView, index: int, scale: _Scale) -> StepBar:
    record = step.record
    x, right = scale.x(record.start), scale.x(record.end, 1.0)
    width = max(right - x, SHORTEST)
    room_right, room_left = WIDTH - x, right - GUTTER
    text = f"{step.number}. {step.title}"
    # The label starts with its bar, or ends with it where there is more room on the left.
    needed = text_width(text, LABEL)
    from_left = room_right >= min(needed, 0.45 * WIDTH) or room_right >= room_left
    room = room_right if from_left else room_left
    return StepBar(
        number=step.number,
        x=x,
        width=round(width, 2),
        y=HEAD + 6 + ROW * index,
        form=record.form,
        label=fitted(text, room, LABEL),
        label_x=x if from_left else round(right, 2),
        anchor="start" if from_left else "end",
        hint=f"{text}: {step.terms}, {step.workload}",
        dots=tuple(scale.instant(meeting.start) for meeting in record.meetings),
    )


def _months(scale: _Scale, language: str) -> list[MonthBand]:
    bands: list[MonthBand] = []
    start = scale.first
    while start <= scale.last:
        after = (start.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        end = min(after - dt.timedelta(days=1), scale.last)
        x, width = scale.x(start), round(scale.x(end, 1.0) - scale.x(start), 2)
        name = month(start, language)
        if start.month == 1 or not bands:
            name += f" {start.year}"
        if text_width(name, LABEL) > width - 6:
            name = month(start, language, short=True)
        if text_width(name, LABEL) > width - 4:
            name = ""
        bands.append(MonthBand(x, width, name, bool(len(bands) % 2)))
        start = after
    return bands


def _load(
    route: RouteEntry, scale: _Scale, top: float, language: str
) -> tuple[tuple[LoadBar, ...], tuple[Tick, ...], float]:
    """Bars, scale and the y of zero."""
    weeks = [w for w in route.weekly_load if scale.first <= w.week <= scale.last]
    most = max((max(w.load_min, w.tempo_min) for w in weeks), default=0)
    if not most:
        return (), (), top
    unit = 60 if most <= 300 else 120 if most <= 600 else 60 * math.ceil(most / 60 / 4)
    highest = math.ceil(most / unit) * unit
    base = top + LOAD

    def bar(week: WeekLoad) -> LoadBar:
        load, tempo = minutes(week.load_min, language), minutes(week.tempo_min, language)
        return LoadBar(
            x=scale.x(week.week),
            width=round(7 * scale.per_day, 2),
            height=round(LOAD * week.load_min / highest, 2),
            tempo_height=round(LOAD * week.tempo_min / highest, 2),
            hint=f"{week.week:%d.%m.%Y}: {load} / {tempo}",
        )

    ticks = tuple(
        Tick(round(base - LOAD * value / highest, 2), minutes(value, language) if value else "0")
        for value in range(0, highest + 1, unit)
    )
    return tuple(bar(week) for week in weeks), ticks, base
