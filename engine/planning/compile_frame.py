"""The time frame of one educator: admitted days, tempo of each week, busy minutes."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from engine.calendar import WorkCalendar, effective_conditions, local_date, local_minutes
from engine.domain import BoolArray, Constraints, Educator, IntArray, Slot
from engine.errors import Fault, InputError
from engine.planning.problem import DAY_MIN
from engine.policy import PolicyProfile, settled_limit

EPOCH_DAY = dt.date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """When this educator may learn; days and minutes as in ``problem``.

    Parameters
    ----------
    calendar
        Gives day 0, the number of weeks and the zone.
    first_day, last_day
        First and last admitted day; both after the day of ``as_of``.
    today
        Day of ``as_of`` (mostly negative).
    tempo_min
        Shape (n_weeks,).
    day_open_min, day_close_min
        Shape (n_days,), closed outside the admitted days.
    busy
        Shape (k, 2), joined and sorted spans inside the horizon.
    workload_max_min
        Most minutes of the route.
    online_allowed
        Meetings online are possible.
    """

    calendar: WorkCalendar
    first_day: int
    last_day: int
    today: int
    tempo_min: IntArray
    day_open_min: IntArray
    day_close_min: IntArray
    busy: IntArray
    workload_max_min: int
    online_allowed: bool

    @property
    def day0(self) -> int:
        """Ordinal of day 0."""
        return self.calendar.first_monday.toordinal()

    @property
    def n_weeks(self) -> int:
        """Weeks of the horizon."""
        return self.calendar.n_weeks

    def date(self, day: int) -> dt.date:
        """Date of a day of the horizon."""
        return dt.date.fromordinal(self.day0 + day)


def compile_frame(
    educator: Educator,
    constraints: Constraints,
    calendar: WorkCalendar,
    policy: PolicyProfile,
    as_of: dt.datetime,
) -> Frame:
    """Admitted days, tempo and busy spans.

    Raises
    ------
    InputError
        ``empty_horizon``: no day is left after ``as_of``; ``no_tempo``: the tempo is 0 in every
        week.
    """
    monday = calendar.first_monday
    today = (local_date(as_of, calendar.zone) - monday).days
    first, last = max(0, today + 1), calendar.n_days - 1
    if constraints.horizon_start is not None:
        first = max(first, (constraints.horizon_start - monday).days)
    if constraints.horizon_end is not None:
        last = min(last, (constraints.horizon_end - monday).days)
    if last < first:
        raise InputError([_empty_horizon(constraints)])
    inside = _between(calendar.n_days, first, last)
    return Frame(
        calendar=calendar,
        first_day=first,
        last_day=last,
        today=today,
        tempo_min=_tempo(educator, constraints, calendar, policy, inside),
        day_open_min=np.where(inside, calendar.day_open_min, 0),
        day_close_min=np.where(inside, calendar.day_close_min, 0),
        busy=join_spans(
            [_minutes(slot, calendar) for slot in constraints.busy], calendar.n_days * DAY_MIN
        ),
        workload_max_min=settled_limit(policy.limits, "total_max_min", educator.total_min),
        online_allowed=effective_conditions(educator).internet is not False,
    )


def own_tempo(educator: Educator, policy: PolicyProfile) -> int:
    """Tempo of an ordinary week: the educator's own up to the policy's most, else the default."""
    if educator.tempo_min_per_week is None:
        return policy.limits.tempo_default_min
    return min(educator.tempo_min_per_week, tempo_most(educator, policy))


def tempo_most(educator: Educator, policy: PolicyProfile) -> int:
    """Most minutes that a week may ever have for this educator."""
    stated = educator.tempo_min_per_week
    if stated is not None and "tempo_max_min" in policy.limits.educator_may_replace:
        return max(stated, policy.limits.tempo_max_min)
    return policy.limits.tempo_max_min


def _tempo(
    educator: Educator,
    constraints: Constraints,
    calendar: WorkCalendar,
    policy: PolicyProfile,
    inside: BoolArray,
) -> IntArray:
    """Tempo by week: own tempo · calendar factor, rounded down; 0 without an admitted day.

    What is stated for a week stands as it is, up to the policy's most: whoever states it knows
    of the holidays.
    """
    own = own_tempo(educator, policy)
    admitted: BoolArray = np.asarray(inside.reshape(-1, 7).any(axis=1))
    # The tolerance keeps 0.6 · 100 = 60 against the binary fraction below it.
    scaled = np.floor(own * calendar.tempo_factor * admitted + 1e-6)
    tempo = np.asarray(scaled, dtype=np.int64)
    for week, minutes in _stated(constraints.tempo_by_week, calendar).items():
        if admitted[week]:
            tempo[week] = max(0, min(minutes, tempo_most(educator, policy)))
    if not tempo.any():
        raise InputError([_no_tempo(own)])
    return tempo


def _stated(tempo_by_week: Mapping[dt.date, int], calendar: WorkCalendar) -> dict[int, int]:
    weeks = {(day - calendar.first_monday).days // 7: m for day, m in tempo_by_week.items()}
    return {week: m for week, m in weeks.items() if 0 <= week < calendar.n_weeks}


def _between(size: int, first: int, last: int) -> BoolArray:
    days = np.arange(size)
    return (first <= days) & (days <= last)


def _minutes(slot: Slot, calendar: WorkCalendar) -> tuple[int, int]:
    start = local_minutes(slot.start, calendar.first_monday, calendar.zone)
    end = local_minutes(slot.end, calendar.first_monday, calendar.zone)
    # A part of a minute is busy as a whole.
    return start, end + (slot.end.second > 0 or slot.end.microsecond > 0)


def join_spans(spans: Iterable[tuple[int, int]], horizon_min: int) -> IntArray:
    """Spans cut to the horizon, sorted, overlapping and touching ones joined; shape (k, 2)."""
    joined: list[list[int]] = []
    for start, end in sorted((max(0, s), min(horizon_min, e)) for s, e in spans):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    return np.array(joined, dtype=np.int64).reshape(-1, 2)


def wall_minutes(utc_min: IntArray, calendar: WorkCalendar) -> IntArray:
    """Wall-clock minutes of the horizon for UTC minutes since 1970.

    The same as ``calendar.local_minutes`` for whole arrays.
    """
    return np.asarray(zone_minutes(utc_min, calendar.zone) - origin_min(calendar))


def origin_min(calendar: WorkCalendar) -> int:
    """Wall-clock minutes from 1970 to midnight of day 0."""
    return (calendar.first_monday.toordinal() - EPOCH_DAY) * DAY_MIN


def zone_minutes(utc_min: IntArray, zone: ZoneInfo) -> IntArray:
    """Wall-clock minutes since 1970 for UTC minutes since 1970.

    The offset is looked up once per UTC day, and one by one only in days in which it changes.
    """
    day = utc_min // DAY_MIN
    days, inverse = np.unique(day, return_inverse=True)

    def offset(minute: int) -> int:
        moment = dt.datetime.fromtimestamp(minute * 60, tz=zone)
        shift = moment.utcoffset()
        assert shift is not None
        return math.floor(shift.total_seconds() / 60)

    at_start = np.array([offset(d * DAY_MIN) for d in days.tolist()], dtype=np.int64)
    at_end = np.array([offset((d + 1) * DAY_MIN - 1) for d in days.tolist()], dtype=np.int64)
    offsets = at_start[inverse]
    for i in np.flatnonzero((at_start != at_end)[inverse]):
        offsets[i] = offset(int(utc_min[i]))
    return np.asarray(utc_min + offsets, dtype=np.int64)


def _empty_horizon(constraints: Constraints) -> Fault:
    start, end = constraints.horizon_start, constraints.horizon_end
    detail = "В горизонте нет ни одного дня после даты расчёта; сдвиньте начало или конец горизонта"
    return Fault(
        "empty_horizon",
        detail,
        pointer="/constraints/horizon",
        parameters={
            "start": start and start.isoformat(),
            "end": end and end.isoformat(),
        },
    )


def _no_tempo(own: int) -> Fault:
    detail = (
        "Темп равен 0 во всех неделях горизонта: маршрут составить нельзя; укажите больше 0 минут "
        "в неделю (tempo_min_per_week или tempo_by_week) или расширьте горизонт"
    )
    return Fault(
        "no_tempo",
        detail,
        pointer="/educator/tempo_min_per_week",
        parameters={"tempo_min_per_week": own},
    )
