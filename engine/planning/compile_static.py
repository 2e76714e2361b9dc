"""What a catalogue version says to every request alike, worked out once and kept beside it.

Kept by identity of the catalogue and dropped with it, so a new version starts anew. Two threads
may work out the same thing at once; both results are equal and one of them stays.
"""

from __future__ import annotations

import datetime as dt
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import scipy.sparse as sp

from engine.catalogue import KINDS, Catalogue, clock_minutes
from engine.domain import PROGRAMME_KINDS, BoolArray, IntArray
from engine.planning.compile_frame import EPOCH_DAY, zone_minutes
from engine.planning.compile_practices import Practices, practices_of
from engine.planning.compile_runs import pointers, row_entries
from engine.planning.problem import DAY_MIN, ProblemActivity
from engine.policy import Transfer

NEVER = dt.date.min.toordinal()

ZONES_KEPT = 16
"""Time tables kept: Russia has eleven zones, and a request may name any other."""
PRACTICES_KEPT = 8


@dataclass(frozen=True, slots=True, eq=False)
class Loads:
    """Minutes of offerings by ISO week.

    Parameters
    ----------
    ptr
        Shape (n_rows + 1,).
    week
        Weeks since the Monday of the week of 1970-01-01, rising in each row.
    minutes
        > 0: what the catalogue splits or what the days share, at least the week's meetings.
    """

    ptr: IntArray
    week: IntArray
    minutes: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class TimeTable:
    """Meetings of the whole catalogue by the clock of one zone.

    Parameters
    ----------
    start, end
        Per meeting of the catalogue: wall-clock minutes since 1970.
    first_day, last_day
        Per offering: ordinals of its own days, stretched to its meetings.
    daily_peak
        Per offering: most meeting minutes of one day.
    loads
        Per offering; self-paced ones and those of unknown length have none.
    """

    start: IntArray
    end: IntArray
    first_day: IntArray
    last_day: IntArray
    daily_peak: IntArray
    loads: Loads


EPOCH_MONDAY = EPOCH_DAY - 3
"""Ordinal of the Monday of the week of 1970-01-01, a Thursday."""


@dataclass(eq=False)
class Static:
    """Lazily filled; see the properties and methods."""

    catalogue: weakref.ReferenceType[Catalogue]
    _tables: dict[str, TimeTable] = field(default_factory=dict)
    _practices: list[tuple[weakref.ReferenceType[sp.csr_array], Transfer, Practices]] = field(
        default_factory=list
    )
    _plain: dict[int, tuple[ProblemActivity, ...]] = field(default_factory=dict)

    @property
    def _of(self) -> Catalogue:
        catalogue = self.catalogue()
        assert catalogue is not None
        return catalogue

    @cached_property
    def programme(self) -> BoolArray:
        """Activities that are programmes, shape (n_activities,)."""
        return np.isin(self._of.kind, [KINDS.index(k) for k in PROGRAMME_KINDS])

    @cached_property
    def prerequisite_groups(self) -> dict[int, tuple[tuple[int, ...], ...]]:
        """OR-groups by activity index; ids that the catalogue does not have are left out."""
        index = self._of.activity_index
        return {
            a: tuple(tuple(index[i] for i in group if i in index) for group in named)
            for a, named in self._of.prerequisites.items()
        }

    @cached_property
    def never_met(self) -> dict[int, tuple[int, ...]]:
        """``NEVER`` for every prerequisite group, by activity index."""
        return {a: (NEVER,) * len(groups) for a, groups in self.prerequisite_groups.items()}

    def time_table(self, zone: ZoneInfo) -> TimeTable:
        """The catalogue by the clock of a zone."""
        key = str(zone)
        found = self._tables.get(key)
        if found is None:
            found = _time_table(self._of, zone)
            # A new dict instead of a changed one: other threads may be reading it.
            kept = list(self._tables.items())[-ZONES_KEPT + 1 :]
            self._tables = dict([*kept, (key, found)])
        return found

    def practices(self, coverage: sp.csr_array, transfer: Transfer) -> Practices:
        """Practices by a coverage that belongs to the catalogue and is never changed in place."""
        for known, rules, result in list(self._practices):
            if known() is coverage and rules == transfer:
                return result
        result = practices_of(self._of, coverage, transfer)
        kept = [entry for entry in self._practices if entry[0]() is not None]
        entry = (weakref.ref(coverage), transfer, result)
        self._practices = [*kept[-PRACTICES_KEPT + 1 :], entry]
        return result

    def plain_activities(self, long_hours_academic: float) -> tuple[ProblemActivity, ...]:
        """Every activity of the catalogue as if it needed no other."""
        long_min = clock_minutes(long_hours_academic)
        found = self._plain.get(long_min)
        if found is None:
            catalogue = self._of
            long = (self.programme & (catalogue.duration_min >= long_min)).tolist()
            columns = zip(catalogue.activity_ids, catalogue.category.tolist(), long, strict=True)
            found = tuple(ProblemActivity(i, c, long=flag) for i, c, flag in columns)
            self._plain = {long_min: found}
        return found


_KNOWN: weakref.WeakKeyDictionary[Catalogue, Static] = weakref.WeakKeyDictionary()


def static_of(catalogue: Catalogue) -> Static:
    """What is kept for a catalogue; empty at first."""
    found = _KNOWN.get(catalogue)
    if found is None:
        found = _KNOWN.setdefault(catalogue, Static(weakref.ref(catalogue)))
    return found


def with_seats_held(catalogue: Catalogue, held: Mapping[str, int]) -> Catalogue:
    """The catalogue with fewer seats left; what is kept for it is shared.

    Parameters
    ----------
    held
        Seats that others hold, by offering id; offerings without a limit and unknown ones are
        passed over. Below 0 there is nothing: a provider may have taken seats back.
    """
    index = catalogue.offering_index
    known = [(index[offering], n) for offering, n in held.items() if offering in index]
    rows = [(row, n) for row, n in known if n > 0 and catalogue.seats[row] > 0]
    if not rows:
        return catalogue
    seats = catalogue.seats.copy()
    for row, n in rows:
        seats[row] = max(0, int(seats[row]) - n)
    reduced = replace(catalogue, seats=seats)
    _KNOWN[reduced] = static_of(catalogue)
    return reduced


def _time_table(catalogue: Catalogue, zone: ZoneInfo) -> TimeTable:
    start = zone_minutes(catalogue.meeting_start, zone)
    end = zone_minutes(catalogue.meeting_end, zone)
    n = len(catalogue.offerings)
    owner = np.repeat(np.arange(n), np.diff(catalogue.meeting_ptr))
    day = start // DAY_MIN + EPOCH_DAY
    first, last = catalogue.start.copy(), catalogue.end.copy()
    np.minimum.at(first, owner, day)
    np.maximum.at(last, owner, day)
    rows = np.flatnonzero(~catalogue.self_paced & (catalogue.start <= catalogue.end))
    total = catalogue.duration_min[catalogue.offering_activity]
    return TimeTable(
        start=start,
        end=end,
        first_day=first,
        last_day=last,
        daily_peak=_daily_peak(n, owner, day, end - start),
        loads=offering_loads(catalogue, start, end, rows[total[rows] > 0], total, n),
    )


def _daily_peak(n: int, owner: IntArray, day: IntArray, minutes: IntArray) -> IntArray:
    """Most meeting minutes of one day, shape (n,)."""
    peak = np.zeros(n, dtype=np.int64)
    if len(owner):
        low, span = int(day.min()), int(day.max() - day.min()) + 1
        keys, inverse = np.unique(owner * span + (day - low), return_inverse=True)
        by_day = np.bincount(inverse, minutes, len(keys)).astype(np.int64)
        np.maximum.at(peak, keys // span, by_day)
    return peak


def offering_loads(
    catalogue: Catalogue,
    start: IntArray,
    end: IntArray,
    rows: IntArray,
    total_min: IntArray,
    n_rows: int,
) -> Loads:
    """Minutes by week as the catalogue splits them, at least those of the meetings; else spread.

    Without a split the meetings stand in their weeks and the rest of the hours is spread, so that
    no minute counts twice.

    Parameters
    ----------
    start, end
        Per meeting of the catalogue: wall-clock minutes since 1970.
    rows
        Offerings with dates, ascending; only they have minutes.
    total_min
        Shape (n_offerings,), > 0 at ``rows``.
    n_rows
        Offerings of the result.
    """
    split = np.diff(catalogue.weekly_ptr)[rows] > 0
    even, stated = rows[~split], rows[split]
    at, entry = row_entries(catalogue.weekly_ptr, stated)
    first = (catalogue.start[stated] - EPOCH_MONDAY) // 7
    stated_week = first[at] + entry - catalogue.weekly_ptr[stated][at]
    met, meeting = row_entries(catalogue.meeting_ptr, rows)
    meeting_week = (start[meeting] // DAY_MIN + EPOCH_DAY - EPOCH_MONDAY) // 7
    minutes = (end - start)[meeting]
    met_min = np.bincount(rows[met], minutes, n_rows).astype(np.int64)
    spread_owner, spread_week, spread_min = spread_entries(
        catalogue.start[even] - EPOCH_MONDAY,
        catalogue.end[even] - EPOCH_MONDAY,
        np.maximum(total_min[even] - met_min[even], 0),
    )
    learn_owner = np.concatenate([even[spread_owner], stated[at]])
    learn_week = np.concatenate([spread_week, stated_week])
    learn_min = np.concatenate([spread_min, catalogue.weekly_min[entry]])
    owner = np.concatenate([learn_owner, rows[met]])
    week = np.concatenate([learn_week, meeting_week])
    if not len(owner):
        none = np.zeros(0, dtype=np.int64)
        return Loads(np.zeros(n_rows + 1, dtype=np.int64), none, none)
    low, span = int(week.min()), int(week.max() - week.min()) + 1
    keys, inverse = np.unique(owner * span + (week - low), return_inverse=True)
    cut = len(learn_owner)
    learning = np.bincount(inverse[:cut], learn_min, len(keys)).astype(np.int64)
    meetings = np.bincount(inverse[cut:], minutes, len(keys)).astype(np.int64)
    has_split = np.diff(catalogue.weekly_ptr)[keys // span] > 0
    load = np.where(has_split, np.maximum(learning, meetings), learning + meetings)
    used = load > 0
    keys = keys[used]
    return Loads(
        pointers(np.bincount(keys // span, minlength=n_rows)), keys % span + low, load[used]
    )


def spread_entries(
    start: IntArray, end: IntArray, total_min: IntArray, open_week: BoolArray | None = None
) -> tuple[IntArray, IntArray, IntArray]:
    """Spread minutes evenly over the calendar days of runs, the remainder to the first weeks.

    Each week gets the whole minutes of its days' share; what is left after rounding down goes
    minute by minute to the first weeks. Nobody studies in a week without tempo: the days of weeks
    that are not open are left out, unless a run has no others.

    Parameters
    ----------
    start, end
        Shape (n,), first and last day from a Monday on, start ≤ end.
    total_min
        Shape (n,).
    open_week
        Shape (n_weeks,), by the weeks of the days; ``None`` = all are open.

    Returns
    -------
    owner, week, minutes
        One entry per run and week that it touches, in this order; the minutes of a run sum to
        its total.
    """
    n = len(start)
    first = start // 7
    lengths = end // 7 - first + 1
    owner = np.repeat(np.arange(n), lengths)
    place = np.arange(len(owner)) - (np.cumsum(lengths) - lengths)[owner]
    week = first[owner] + place
    days = np.minimum(end[owner], 7 * week + 6) - np.maximum(start[owner], 7 * week) + 1
    if open_week is not None:
        admitted = days * open_week[week]
        days = np.where(np.bincount(owner, admitted, n)[owner] > 0, admitted, days)
        counted = np.cumsum(days > 0)
        before = np.concatenate([np.zeros(1, np.int64), counted])[np.cumsum(lengths) - lengths]
        place = np.where(days > 0, counted - 1 - before[owner], len(owner))
    in_all = np.bincount(owner, days, n).astype(np.int64)
    minutes = total_min[owner] * days // in_all[owner]
    whole = np.bincount(owner, minutes, n).astype(np.int64)
    rest = total_min - whole
    return owner, week, minutes + (place < rest[owner])
