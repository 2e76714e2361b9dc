"""Working calendar of one educator: tempo by week, hours of each day, wall-clock minutes.

Days and weeks are the educator's: an instant is first put into his zone, so 15:00 in Moscow is
22:00 in Vladivostok. Minutes are of the wall clock: in a zone with summer time the night of the
change is an hour longer or shorter than its minutes say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
import numpy as np

from engine.domain import BoolArray, Conditions, Educator, FloatArray, IntArray
from engine.errors import ConfigurationError, Fault, InputError
from engine.policy import CalendarPolicy, PolicyProfile

DAY_MIN = 1440
_WORKDAYS = 5


@dataclass(frozen=True, slots=True, eq=False)
class WorkCalendar:
    """What the calendar allows one educator over a horizon of whole ISO weeks.

    Parameters
    ----------
    first_monday, zone
        Day 0, and the zone in which days are counted.
    tempo_factor
        Shape (n_weeks,), in [0, 1]: mean over Monday to Friday of the day's factor, which is the
        least of the periods and the public holiday that it lies in, 1 without any.
    holiday_week
        Shape (n_weeks,): Monday to Friday are all public holidays or school holidays.
    day_open_min, day_close_min
        Shape (n_days,) with n_days = 7·n_weeks, minutes of the day in [0, 1440] between which
        meetings may lie; equal on days without any.
    """

    first_monday: dt.date
    zone: ZoneInfo
    tempo_factor: FloatArray
    holiday_week: BoolArray
    day_open_min: IntArray
    day_close_min: IntArray

    @property
    def n_weeks(self) -> int:
        """Number of weeks."""
        return len(self.tempo_factor)

    @property
    def n_days(self) -> int:
        """Number of days."""
        return len(self.day_open_min)

    def instant(self, minute: int) -> dt.datetime:
        """Instant of a minute of the horizon; the first one where the wall clock repeats it."""
        day, rest = divmod(minute, DAY_MIN)
        time = dt.time(rest // 60, rest % 60)
        return dt.datetime.combine(self.first_monday + dt.timedelta(day), time, tzinfo=self.zone)


def build_calendar(
    policy: PolicyProfile, educator: Educator, first_monday: dt.date, n_weeks: int
) -> WorkCalendar:
    """Calendar of an educator for ``n_weeks`` ISO weeks from ``first_monday``.

    On a public holiday whose factor is 0 there are no meetings. The shift takes its hours out of
    Monday to Friday outside public and school holidays; of what is left before and after it the
    longer span is kept, the later one if they are equal, because a day has one span.

    Raises
    ------
    ValueError
        If ``first_monday`` is no Monday or ``n_weeks`` < 1 (a mistake of the caller).
    InputError
        Unknown zone or shift of the educator.
    ConfigurationError
        Unknown country or subdivision in the policy.
    """
    if first_monday.isoweekday() != 1 or n_weeks < 1:
        raise ValueError(f"not a Monday or no weeks: {first_monday}, {n_weeks}")
    rules = policy.calendar
    days = [first_monday + dt.timedelta(i) for i in range(7 * n_weeks)]
    public = _public_holidays(rules, days[0].year, days[-1].year)
    factor = np.array([_day_factor(d, rules, public) for d in days]).reshape(n_weeks, 7)
    free = np.array([_is_holiday(d, rules, public) for d in days]).reshape(n_weeks, 7)
    spans = _day_spans(rules, effective_conditions(educator), days, public, free.ravel())
    return WorkCalendar(
        first_monday=first_monday,
        zone=educator_zone(educator, policy),
        tempo_factor=factor[:, :_WORKDAYS].mean(axis=1),
        holiday_week=np.asarray(free[:, :_WORKDAYS].all(axis=1)),
        day_open_min=spans[:, 0].copy(),
        day_close_min=spans[:, 1].copy(),
    )


def educator_zone(educator: Educator, policy: PolicyProfile) -> ZoneInfo:
    """Zone of an educator: his own, else the policy's.

    Raises
    ------
    InputError
        If the educator's zone is unknown.
    ConfigurationError
        If the policy's zone is unknown.
    """
    name = educator.time_zone
    if name is None:
        return _policy_zone(policy)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        detail = (
            f"часовой пояс «{name}» неизвестен; укажите имя IANA, например Asia/Vladivostok, "
            "или уберите поле: тогда действует пояс региона"
        )
        fault = Fault(
            "unknown_time_zone",
            detail,
            pointer="/educator/time_zone",
            parameters={"educator": educator.id, "time_zone": name},
        )
        raise InputError([fault]) from None


def effective_conditions(educator: Educator) -> Conditions:
    """Conditions of the educator, what he leaves out taken from his organisation.

    Forbidden weekdays of both hold together.
    """
    own = educator.conditions
    school = educator.organisation.conditions if educator.organisation else Conditions()
    forbidden = {*own.forbidden_weekdays, *school.forbidden_weekdays}
    return Conditions(
        rural=school.rural if own.rural is None else own.rural,
        internet=school.internet if own.internet is None else own.internet,
        shift=school.shift if own.shift is None else own.shift,
        forbidden_weekdays=tuple(sorted(forbidden)),
    )


def local_date(instant: dt.datetime, zone: ZoneInfo) -> dt.date:
    """Date of an instant in a zone.

    Raises
    ------
    InputError
        If the instant has no offset.
    """
    return _local(instant, zone).date()


def default_horizon(as_of: dt.datetime, zone: ZoneInfo, weeks: int) -> tuple[dt.date, int]:
    """First Monday after the day of ``as_of`` in the zone, and the number of weeks.

    On a Monday it is the next one: the week that has begun is not planned any more.
    """
    today = local_date(as_of, zone)
    return today + dt.timedelta(8 - today.isoweekday()), weeks


def local_minutes(instant: dt.datetime, first_monday: dt.date, zone: ZoneInfo) -> int:
    """Wall-clock minutes from midnight of ``first_monday`` in the zone; seconds are dropped.

    Negative before that midnight.

    Raises
    ------
    InputError
        If the instant has no offset.
    """
    local = _local(instant, zone)
    return (local.date() - first_monday).days * DAY_MIN + local.hour * 60 + local.minute


def _local(instant: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    if instant.utcoffset() is None:
        detail = (
            f"у момента {instant.isoformat()} нет смещения от UTC; "
            "укажите его, например 2026-09-01T15:00:00+03:00"
        )
        raise InputError([Fault("instant_without_offset", detail)])
    return instant.astimezone(zone)


def _policy_zone(policy: PolicyProfile) -> ZoneInfo:
    try:
        return ZoneInfo(policy.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"{policy.id}: time_zone: неизвестный часовой пояс «{policy.time_zone}»"
        raise ConfigurationError(message) from None


@lru_cache(maxsize=64)
def _holidays_of(country: str, subdivision: str | None, year: int) -> frozenset[dt.date]:
    return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year))


def _public_holidays(rules: CalendarPolicy, first_year: int, last_year: int) -> set[dt.date]:
    found: set[dt.date] = set()
    try:
        for year in range(first_year, last_year + 1):
            found |= _holidays_of(rules.country, rules.subdivision, year)
    except NotImplementedError as error:
        place = "calendar.subdivision" if rules.subdivision else "calendar.country"
        raise ConfigurationError(
            f"{place}: библиотека праздников не знает "
            f"{rules.country}/{rules.subdivision or '—'}: {error}"
        ) from error
    return found


def _day_factor(day: dt.date, rules: CalendarPolicy, public: Container[dt.date]) -> float:
    factors = [p.tempo_factor for p in rules.periods if p.start <= day <= p.end]
    if day in public:
        factors.append(rules.public_holiday_factor)
    return min(factors, default=1.0)


def _is_holiday(day: dt.date, rules: CalendarPolicy, public: Container[dt.date]) -> bool:
    return day in public or any(p.holiday and p.start <= day <= p.end for p in rules.periods)


def _day_spans(
    rules: CalendarPolicy,
    conditions: Conditions,
    days: list[dt.date],
    public: Container[dt.date],
    free: BoolArray,
) -> IntArray:
    """Opening and closing minute of each day, shape (n_days, 2)."""
    work = _working_hours(rules, conditions.shift)
    whole = (rules.earliest_min, rules.latest_min)
    spans = np.zeros((len(days), 2), dtype=np.int64)
    for i, day in enumerate(days):
        weekday = day.isoweekday()
        closed = day in public and rules.public_holiday_factor == 0
        if closed or weekday in conditions.forbidden_weekdays:
            continue
        if weekday not in rules.meeting_weekdays:
            continue
        works = work is not None and weekday <= _WORKDAYS and not free[i]
        spans[i] = _longer_side(whole, work) if works and work is not None else whole
    return spans


def _working_hours(rules: CalendarPolicy, shift: int | None) -> tuple[int, int] | None:
    if shift is None or not rules.shift_hours_min:
        return None
    if shift not in rules.shift_hours_min:
        known = ", ".join(str(s) for s in sorted(rules.shift_hours_min))
        detail = f"смена {shift} неизвестна; есть: {known}; уберите поле, если смены нет"
        raise InputError(
            [
                Fault(
                    "unknown_shift",
                    detail,
                    pointer="/educator/conditions/shift",
                    parameters={"shift": shift},
                )
            ]
        )
    return rules.shift_hours_min[shift]


def _longer_side(whole: tuple[int, int], work: tuple[int, int]) -> tuple[int, int]:
    """The longer of the spans before and after work; closed where neither is left."""
    before = (whole[0], min(whole[1], work[0]))
    after = (max(whole[0], work[1]), whole[1])
    longer = after if after[1] - after[0] >= before[1] - before[0] else before
    return longer if longer[1] > longer[0] else (0, 0)
