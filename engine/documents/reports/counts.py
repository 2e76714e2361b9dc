"""Counts of a region record that reports print, each with the people it is of.

Both ends of a period count. Whoever appears twice counts once, unless a count is of
participations.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from engine.documents.reports.model import HIDDEN, Amount, Cell, Unit
from engine.domain import PROGRAMME_KINDS, Activity
from engine.indicators.periods import ReportPeriod
from engine.region_record import RegionRecord

TOOK_PART = frozenset({"attended", "completed"})
OPEN_ROUTES = frozenset({"proposed", "returned", "agreed", "active"})
YOUNG_YEARS = 3
"""Years of work up to which somebody under 35 is a young educator (384-а, п. 7.1, № 5)."""


def within(period: ReportPeriod, column: pd.Series) -> pd.Series:
    """Which days of a column lie in a period; NaT lies nowhere."""
    return (column >= pd.Timestamp(period.first)) & (column <= pd.Timestamp(period.last))


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Sets of educators of a record, as boolean columns over ``RegionRecord.educators``."""

    everyone: pd.Series
    managers: pd.Series
    young: pd.Series
    diagnosed: pd.Series
    routed: pd.Series
    routed_by_diagnosis: pd.Series
    took_part: pd.Series
    completed_programme: pd.Series
    mentored: pd.Series


def people_of(record: RegionRecord, days: ReportPeriod) -> People:
    """Who belongs to which set in a period.

    Diagnosed: a sitting on a day of the period. Routed: a route built on or before the last day
    and not ended before the first. Young: under 35 and in the first three years of work on the
    last day, both; somebody with a date missing is not known to be.
    """
    frame = record.educators
    ids = frame["educator"]
    sat = record.sittings[within(days, record.sittings["date"])]
    programmes = {a.id for a in record.activities if a.kind in PROGRAMME_KINDS}
    routes = record.routes[_alive(record.routes, days)]
    took = record.participation[within(days, record.participation["date"])]
    took = took[took["state"].isin(TOOK_PART)]
    done = record.participation[within(days, record.participation["ended_on"])]
    done = done[(done["state"] == "completed") & done["activity"].isin(programmes)]
    during = [a for a in record.registers.accompaniments if a.during.meets(days.first, days.last)]
    mentored = {a.educator_id for a in during} | set(
        routes.loc[routes["mentor"].notna(), "educator"]
    )
    return People(
        everyone=pd.Series(True, index=frame.index),
        managers=frame["manager"].astype(bool),
        young=young(frame, days.last),
        diagnosed=ids.isin(set(sat["educator"])),
        routed=ids.isin(set(routes["educator"])),
        routed_by_diagnosis=ids.isin(set(routes.loc[routes["diagnosed"].astype(bool), "educator"])),
        took_part=ids.isin(set(took["educator"])),
        completed_programme=ids.isin(set(done["educator"])),
        mentored=ids.isin(mentored),
    )


def young(educators: pd.DataFrame, day: dt.date) -> pd.Series:
    """Who is under 35 and in the first three years of pedagogical work on a day."""
    stamp = pd.Timestamp(day)
    start = educators["pedagogical_start"]
    recent = (start <= stamp) & (start > stamp - pd.DateOffset(years=YOUNG_YEARS))
    return (educators["turns_35_on"] > stamp) & recent


def _alive(routes: pd.DataFrame, days: ReportPeriod) -> pd.Series:
    ended = routes["ended_on"]
    built = routes["created_on"] <= pd.Timestamp(days.last)
    return built & (ended.isna() | (ended >= pd.Timestamp(days.first)))


def counted(mask: pd.Series, by: pd.Series | None = None) -> Mapping[object, int]:
    """How many are in a set, by the values of a column; rows without a value go under ``""``."""
    if by is None:
        return {"": int(mask.sum())}
    return by[mask].fillna("").value_counts().to_dict()


def share(part: int, whole: int) -> Amount:
    """A share; NaN of nobody."""
    return Amount(part / whole if whole else float("nan"), Unit.SHARE)


# ------------------------------------------------------------------------------ few people


def protected(counts: Mapping[str, int], least: int) -> Mapping[str, int | None]:
    """Counts of parts of a known whole, with those of few people kept back.

    A part of 1 … least − 1 people is kept back, and with it as many of the next smaller parts as
    it takes until those kept back are together at least ``least`` people and two parts: else what
    is printed beside the whole would tell them by subtraction. A part of nobody is printed.

    Parameters
    ----------
    least
        Fewest people that a number may speak of; 0 or 1 keeps nothing back.
    """
    small = sorted(k for k, n in counts.items() if 0 < n < least)
    if not small:
        return dict(counts)
    hidden = set(small)
    rest = sorted((n, k) for k, n in counts.items() if n > 0 and k not in hidden)
    for _, key in rest:
        if len(hidden) >= 2 and sum(counts[k] for k in hidden) >= least:
            break
        hidden.add(key)
    return {k: None if k in hidden else n for k, n in counts.items()}


def shown(count: int | None) -> Cell:
    """A count, or the mark of one kept back."""
    return HIDDEN if count is None else Amount(count)


def safe(part: int, whole: int, least: int) -> bool:
    """Whether a part of a printed whole, and the rest of it, are of nobody or of enough people."""
    return all(n == 0 or n >= least for n in (part, whole - part))


# ------------------------------------------------------------------------------ catalogue


def programmes_of(record: RegionRecord) -> tuple[Activity, ...]:
    """Programmes of ДПП, by title."""
    found = (a for a in record.activities if a.kind in PROGRAMME_KINDS)
    return tuple(sorted(found, key=lambda a: (a.title.casefold(), a.id)))


def in_register(activity: Activity, day: dt.date) -> bool:
    """Whether a programme stands in the federal register on a day.

    Without a first day it does not: nothing says that it was ever entered.
    """
    begun = activity.register_from is not None and activity.register_from <= day
    return begun and (activity.register_to is None or day <= activity.register_to)


def by_activity(record: RegionRecord, select: Callable[[Activity], bool]) -> frozenset[str]:
    """Ids of the activities that meet a condition."""
    return frozenset(a.id for a in record.activities if select(a))
