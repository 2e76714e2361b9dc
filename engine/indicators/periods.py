"""Periods of a report, and how often one is due."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class Cadence(StrEnum):
    """How often a regulation wants its indicators looked at, at the least."""

    YEARLY = "yearly"
    HALF_YEARLY = "half_yearly"


@dataclass(frozen=True, slots=True, order=True)
class ReportPeriod:
    """Days of a report, both included.

    Raises
    ------
    ValueError
        If the last day is before the first.
    """

    first: dt.date
    last: dt.date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"the period ends {self.last} before it begins {self.first}")

    @classmethod
    def year(cls, year: int) -> ReportPeriod:
        """A calendar year."""
        return cls(dt.date(year, 1, 1), dt.date(year, 12, 31))

    @classmethod
    def half(cls, year: int, number: int) -> ReportPeriod:
        """First (1) or second (2) half of a calendar year."""
        if number == 1:
            return cls(dt.date(year, 1, 1), dt.date(year, 6, 30))
        return cls(dt.date(year, 7, 1), dt.date(year, 12, 31))

    @classmethod
    def containing(cls, day: dt.date, cadence: Cadence) -> ReportPeriod:
        """Year or half-year in which a day lies."""
        if cadence is Cadence.YEARLY:
            return cls.year(day.year)
        return cls.half(day.year, 1 if day.month <= 6 else 2)

    def previous(self, number: int = 1) -> tuple[ReportPeriod, ...]:
        """The ``number`` periods before this one, of its length, the earliest first.

        A period of whole months moves by months; any other by its number of days. There are
        fewer where the calendar begins (year 1).
        """
        found = [self]
        for _ in range(number):
            before = found[-1]._before()
            if before is None:
                break
            found.append(before)
        return tuple(reversed(found[1:]))

    def _before(self) -> ReportPeriod | None:
        if self.first == dt.date.min:
            return None
        last = self.first - dt.timedelta(days=1)
        if self.first.day == 1 and self.last.day == _month_days(self.last):
            months = 12 * (self.last.year - self.first.year) + self.last.month - self.first.month
            year, month = divmod(12 * last.year + last.month - 1 - months, 12)
            return None if year < dt.MINYEAR else ReportPeriod(dt.date(year, month + 1, 1), last)
        days = (self.last - self.first).days + 1
        if (self.first - dt.date.min).days < days:
            return None
        return ReportPeriod(self.first - dt.timedelta(days=days), last)


def _month_days(day: dt.date) -> int:
    return calendar.monthrange(day.year, day.month)[1]
