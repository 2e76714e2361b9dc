"""Runs of an activity: seasons, densities, meetings, enrolment, seats.

Runs crowd into autumn and spring and their meetings into 15–18 h; a forum is some days full of
parallel 60-minute slots. The saturated region spreads everything evenly.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from engine.domain import ACADEMIC_HOUR_MIN, PROGRAMME_KINDS, Activity, Kind, Meeting, Offering
from engine.simulation.streams import pick, stream

YEAR_WEEKS = 52
SEASONS: tuple[tuple[tuple[float, float], float], ...] = (((7.0, 3.5), 0.5), ((27.0, 4.0), 0.35))
"""(mean week, sd) of autumn and spring from the first Monday of the school year, and weight."""
EVEN_WEIGHT = 0.15

FORUM_WEEKS: tuple[int, ...] = (10, 29)
"""Weeks of the two big forums, three days each."""

LOCALITIES: tuple[tuple[str, float], ...] = (
    ("Город", 0.55),
    ("Приморск", 0.15),
    ("Лесной", 0.1),
    ("Заречье", 0.1),
    ("Станция", 0.1),
)

CROWDED: tuple[tuple[int, float], ...] = (
    (15 * 60, 0.3),
    (15 * 60 + 30, 0.15),
    (16 * 60, 0.25),
    (16 * 60 + 30, 0.1),
    (14 * 60, 0.08),
    (18 * 60, 0.05),
    (10 * 60, 0.07),
)
"""Starts of meetings in minutes of the day."""

DENSITIES: tuple[tuple[int, float], ...] = ((216, 0.15), (432, 0.25), (324, 0.2), (150, 0.4))
"""Clock minutes a week of a programme: from 36 hours in five weeks to a whole school year."""

SELF_PACED_SHARE = 0.03
"""Of programmes; self-study is always self-paced."""

TENTATIVE = 0.04
"""Share of runs whose enrolment is over, and share of runs without a seat left."""


@dataclass(frozen=True, slots=True)
class Season:
    """When a region's runs lie."""

    first_monday: dt.date
    weeks: int
    zone: ZoneInfo
    as_of: dt.date


def draw_runs(
    seed: int, index: int, activity: Activity, season: Season, mean_runs: float, *, saturated: bool
) -> list[Offering]:
    """Offerings of one activity."""
    rng = stream(seed, "runs", index)
    if activity.kind is Kind.DIAGNOSTIC:
        return [Offering(f"{activity.id}-S", activity.id, None, None, self_paced=True)]
    paced = SELF_PACED_SHARE if activity.kind in PROGRAMME_KINDS and not saturated else 0.0
    if activity.kind is Kind.SELF_STUDY or rng.random() < paced:
        return [Offering(f"{activity.id}-S", activity.id, None, None, self_paced=True)]
    # A gamma mixture: some activities run every other week, many once or twice a year.
    count = 1 + int(rng.poisson(rng.gamma(1.5, max(0.0, mean_runs - 1) / 1.5)))
    return [_run(rng, f"{activity.id}-{i:02d}", activity, season, saturated) for i in range(count)]


def _run(
    rng: np.random.Generator, offering_id: str, activity: Activity, season: Season, saturated: bool
) -> Offering:
    assert activity.hours_academic is not None
    total = round(activity.hours_academic * ACADEMIC_HOUR_MIN)
    forum = activity.kind is Kind.FORUM
    start = _start(rng, season, forum, saturated)
    length = _length(rng, activity, total, saturated)
    end = start + dt.timedelta(days=length - 1)
    locality = pick(rng, LOCALITIES)
    online = rng.random() < (0.2 if forum else 0.45)
    place = "" if online else f"{locality}, площадка {int(rng.integers(1, 5))}"
    return Offering(
        id=offering_id,
        activity_id=activity.id,
        start=start,
        end=end,
        enrolment_until=_enrolment(rng, activity, start, season.as_of),
        meetings=_meetings(rng, activity, total, start, length, place, season.zone, saturated),
        seats_left=_seats(rng),
        locality="" if online else locality,
    )


def _start(rng: np.random.Generator, season: Season, forum: bool, saturated: bool) -> dt.date:
    """First day: a working day, for forums one of their days."""
    if forum:
        years = range(0, season.weeks, YEAR_WEEKS)
        weeks = [year + w for year in years for w in FORUM_WEEKS if year + w < season.weeks]
        week = weeks[int(rng.integers(len(weeks)))] if weeks else 0
        return season.first_monday + dt.timedelta(days=7 * week + int(rng.integers(3, 6)))
    if saturated:
        return season.first_monday + dt.timedelta(days=int(rng.integers(7 * season.weeks)))
    year = YEAR_WEEKS * int(rng.integers(-(-season.weeks // YEAR_WEEKS)))
    span = min(YEAR_WEEKS, season.weeks - year)
    peak = pick(rng, (*SEASONS, ((-1.0, 0.0), EVEN_WEIGHT)))
    week = int(rng.normal(*peak)) if peak[0] >= 0 else int(rng.integers(span))
    return season.first_monday + dt.timedelta(
        days=7 * (year + week % span) + int(rng.integers(0, 5))
    )


def _length(rng: np.random.Generator, activity: Activity, total: int, saturated: bool) -> int:
    """Days of a run; an event that fits into four hours is one day."""
    if saturated:
        return max(1, int(rng.integers(1, 6)) * 7 * total // 900)
    if activity.kind in PROGRAMME_KINDS:
        if total <= 27 * 60 and rng.random() < 0.2:
            return 12
        return max(5, 7 * total // pick(rng, DENSITIES))
    if activity.kind in (Kind.COMMUNITY, Kind.CONTEST):
        return 7 * int(rng.integers(6, 20))
    return 1 if total <= 360 else 7 * max(1, total // int(rng.integers(150, 360)))


def _enrolment(
    rng: np.random.Generator, activity: Activity, start: dt.date, as_of: dt.date
) -> dt.date | None:
    """Closes 3–8 weeks before some programmes, some days before most; some are closed already."""
    if rng.random() < TENTATIVE:
        return min(start, as_of) - dt.timedelta(days=int(rng.integers(1, 15)))
    if activity.kind not in PROGRAMME_KINDS:
        return None if rng.random() < 0.6 else start - dt.timedelta(days=int(rng.integers(0, 8)))
    early = rng.random() < 0.3
    return start - dt.timedelta(days=int(rng.integers(21, 57) if early else rng.integers(0, 15)))


def _seats(rng: np.random.Generator) -> int | None:
    if rng.random() < TENTATIVE:
        return 0
    return None if rng.random() < 0.4 else int(rng.integers(1, 60))


def _meetings(
    rng: np.random.Generator,
    activity: Activity,
    total: int,
    start: dt.date,
    length: int,
    place: str,
    zone: ZoneInfo,
    saturated: bool,
) -> tuple[Meeting, ...]:
    """Meetings at fixed times; half of the programmes and every contest have none."""
    programme = activity.kind in PROGRAMME_KINDS
    if activity.kind is Kind.CONTEST or (programme and rng.random() < 0.5):
        return ()
    share = 0.35 if programme else 1.0
    most = 135 if length > 1 else 360
    count = max(1, min(8, round(total * share / most)))
    minutes = int(min(most, total * share / count)) // 15 * 15 or 45
    if activity.kind is Kind.FORUM:
        minutes, count = 60, 1
    days = sorted({int(d) for d in np.linspace(0, length - 1, count)})
    return tuple(
        _meeting(rng, start + dt.timedelta(days=d), minutes, place, zone, activity.kind, saturated)
        for d in days
    )


def _meeting(
    rng: np.random.Generator,
    day: dt.date,
    minutes: int,
    place: str,
    zone: ZoneInfo,
    kind: Kind,
    saturated: bool,
) -> Meeting:
    if kind is Kind.FORUM:
        minute = 60 * int(rng.integers(10, 18))
    elif saturated:
        minute = 30 * int(rng.integers(2 * 14, 2 * 18))
    else:
        minute = pick(rng, CROWDED)
    # Meetings are on working days and Saturdays.
    if day.isoweekday() == 7:
        day -= dt.timedelta(days=1)
    start = dt.datetime.combine(day, dt.time(minute // 60, minute % 60), tzinfo=zone)
    return Meeting(start, start + dt.timedelta(minutes=minutes), place)
