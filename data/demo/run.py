"""What a run is made of, and the school year that runs lie in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

ACADEMIC_HOUR_MIN = 45
SPB, MSK, VL, VOLHOV = "Санкт-Петербург", "Москва", "Владивосток", "Волхов"
PLACES = {
    SPB: ("Санкт-Петербург, учебный центр на Демонстрационной ул.",
          "Санкт-Петербург, школа-площадка № 1008 (демо)"),
    MSK: ("Москва, Столичный демонстрационный центр",),
    VL: ("Владивосток, Приморский демонстрационный институт",),
    VOLHOV: ("Волхов, дом учителя (демо)",),
}  # fmt: skip
ZONES = {SPB: "Europe/Moscow", MSK: "Europe/Moscow", VL: "Asia/Vladivostok",
         VOLHOV: "Europe/Moscow"}  # fmt: skip
TUESDAY, SATURDAY = 1, 5
AFTERNOON_MIN = 100
WINTER_BREAK = (dt.date(2026, 12, 28), dt.date(2027, 1, 10))
CLOSED_DAYS = frozenset(
    dt.date(*day)
    for day in ((2026, 11, 4), (2027, 2, 22), (2027, 2, 23), (2027, 3, 8), (2027, 5, 1),
                (2027, 5, 3), (2027, 5, 8), (2027, 5, 10))
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting in local time; an empty ``place`` is online."""

    date: dt.date
    start: str
    end: str
    place: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One run without its id; ``label`` tells it from the activity's other runs."""

    label: str
    start: dt.date
    end: dt.date
    meetings: tuple[Meeting, ...] = ()
    self_paced: bool = False
    enrolment_until: dt.date | None = None
    weekly_min: tuple[int, ...] = ()
    locality: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """What a pattern needs to know of an activity.

    Parameters
    ----------
    turn
        Any number ≥ 0 that stays with the activity; spreads weekdays and weeks.
    zone, city
        Zone of online meetings, and where a programme meets in person.
    span
        Name of the span of a self-paced run; empty = by ``turn``.
    """

    minutes: int
    turn: int
    zone: str = ""
    city: str = ""
    span: str = ""

    @property
    def weekday(self) -> int:
        """Tuesday, Wednesday or Thursday (0 = Monday)."""
        return TUESDAY + self.turn % 3


def day(text: str) -> dt.date:
    """Date of an ISO text."""
    return dt.date.fromisoformat(text)


def in_break(date: dt.date) -> bool:
    """Whether no meeting is held on the day."""
    return date in CLOSED_DAYS or WINTER_BREAK[0] <= date <= WINTER_BREAK[1]


def weekly(monday: dt.date, weekday: int, count: int, every: int = 1) -> list[dt.date]:
    """``count`` days of one weekday from the week of ``monday`` on, closed days passed over."""
    found: list[dt.date] = []
    date = monday + dt.timedelta(days=weekday)
    while len(found) < count:
        if not in_break(date):
            found.append(date)
        date += dt.timedelta(weeks=every)
    return found


def clock(start: str, minutes: int) -> str:
    """Time of the day so many minutes after ``start``."""
    hour, minute = (int(part) for part in start.split(":"))
    end = hour * 60 + minute + minutes
    return f"{end // 60:02d}:{end % 60:02d}"


def split_weeks(start: dt.date, end: dt.date, minutes: int) -> tuple[int, ...]:
    """Minutes of the ISO weeks of a run in proportion to their working days.

    What is left after rounding down goes minute by minute to the first working weeks.
    """
    monday = start - dt.timedelta(days=start.weekday())
    weeks = [monday + dt.timedelta(weeks=i) for i in range((end - monday).days // 7 + 1)]
    working = [_working_days(week) for week in weeks]
    split = [minutes * days // sum(working) for days in working]
    left = minutes - sum(split)
    for i, days in enumerate(working):
        if days and left:
            split[i] += 1
            left -= 1
    return tuple(split)


def _working_days(monday: dt.date) -> int:
    """Working days of a week; none in a week that begins inside the winter break."""
    if WINTER_BREAK[0] <= monday <= WINTER_BREAK[1]:
        return 0
    return sum(not in_break(monday + dt.timedelta(days=i)) for i in range(5))
