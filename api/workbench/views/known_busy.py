"""Busy times that the service knows of an educator, as people speak of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

WEEKLY_LEAST = 3
"""So many meetings on one weekday at one time are told as a habit."""

SINGLE_MOST = 12
"""Single spans that are told; of the others only how many there are."""

_LATE = dt.time(23, 59)


@dataclass(frozen=True, slots=True)
class Habit:
    """The same time on one weekday (1 = Monday … 7), so many times between two days."""

    weekday: int
    start: dt.time
    end: dt.time
    times: int
    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class Away:
    """Whole days, both included."""

    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class Single:
    """One span; local to the educator."""

    start: dt.datetime
    end: dt.datetime


@dataclass(frozen=True, slots=True)
class KnownBusy:
    """What is known from a day on.

    Parameters
    ----------
    more
        Single spans beyond those that are told.
    past
        Spans that are over; they matter to no route.
    """

    habits: tuple[Habit, ...] = ()
    away: tuple[Away, ...] = ()
    singles: tuple[Single, ...] = ()
    more: int = 0
    past: int = 0

    @property
    def any(self) -> bool:
        """Whether something lies ahead."""
        return bool(self.habits or self.away or self.singles)


def known_busy(answer: Mapping[str, Any], today: dt.date) -> KnownBusy:
    """What to tell of ``GET /educators/{educator_id}/busy``.

    Parameters
    ----------
    today
        Spans that end before it are only counted.
    """
    zone = ZoneInfo(answer["time_zone"])

    def local(text: str) -> dt.datetime:
        return dt.datetime.fromisoformat(text).astimezone(zone)

    every = [Single(local(span["start"]), local(span["end"])) for span in answer["items"]]
    ahead = [span for span in every if span.end.date() >= today]
    away = [found for span in ahead if (found := _whole_days(span)) is not None]
    hours = [span for span in ahead if _whole_days(span) is None]
    habits, singles = _habits(hours)
    return KnownBusy(
        habits=habits,
        away=tuple(sorted(set(away), key=lambda a: (a.first, a.last))),
        singles=tuple(singles[:SINGLE_MOST]),
        more=max(0, len(singles) - SINGLE_MOST),
        past=len(every) - len(ahead),
    )


def _whole_days(span: Single) -> Away | None:
    """The days of a span that begins and ends at midnight (or a minute before), else ``None``."""
    if span.start.time() != dt.time():
        return None
    if span.end.time() == dt.time() and span.end > span.start:
        return Away(span.start.date(), span.end.date() - dt.timedelta(days=1))
    if span.end.time() >= _LATE:
        return Away(span.start.date(), span.end.date())
    return None


def _habits(spans: Sequence[Single]) -> tuple[tuple[Habit, ...], list[Single]]:
    """What repeats on a weekday at one time, and the rest in order."""
    alike: dict[tuple[int, dt.time, dt.time], list[Single]] = {}
    for span in spans:
        if span.start.date() == span.end.date():
            key = (span.start.isoweekday(), span.start.time(), span.end.time())
            alike.setdefault(key, []).append(span)
    habits, told = [], set()
    for (weekday, start, end), found in sorted(alike.items()):
        days = sorted({span.start.date() for span in found})
        if len(days) >= WEEKLY_LEAST:
            habits.append(Habit(weekday, start, end, len(days), days[0], days[-1]))
            told.update(found)
    rest = [span for span in spans if span not in told]
    return tuple(habits), sorted(rest, key=lambda s: (s.start, s.end))
