"""Dated offerings: meetings in the educator's time, load of each week, travel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.catalogue import UNKNOWN, Catalogue, fold
from engine.domain import BoolArray, Educator, IntArray
from engine.planning.compile_frame import Frame, origin_min
from engine.planning.compile_runs import Refusals, Runs, open_rows, pointers, row_entries
from engine.planning.compile_static import (
    EPOCH_MONDAY,
    TimeTable,
    offering_loads,
    spread_entries,
    static_of,
)
from engine.planning.problem import DAY_MIN, ONLINE, Ragged
from engine.policy import Limits


@dataclass(frozen=True, slots=True)
class Travel:
    """Travel both ways per day with a meeting away from the school.

    Parameters
    ----------
    home_places
        Codes of places that are the educator's own organisation: no travel.
    home_locality
        Position in the catalogue's localities; −1 = unknown or not there.
    home_known
        The home locality is stated. A locality that is unknown on either side counts as the
        same: there is no evidence of a longer way.
    """

    home_places: tuple[int, ...]
    home_locality: int
    home_known: bool
    same_min: int
    other_min: int


@dataclass(frozen=True, slots=True, eq=False)
class _Meetings:
    """Meetings of some offerings; ``owner`` is the position of the offering among them."""

    owner: IntArray
    start: IntArray
    end: IntArray
    place: IntArray
    locality: IntArray

    @property
    def day(self) -> IntArray:
        return self.start // DAY_MIN

    def of(self, kept: BoolArray) -> _Meetings:
        """Meetings of the offerings that are kept, owners counted anew."""
        mask = kept[self.owner]
        number = np.cumsum(kept) - 1
        return _Meetings(
            number[self.owner[mask]],
            self.start[mask],
            self.end[mask],
            self.place[mask],
            self.locality[mask],
        )


def compile_travel(
    catalogue: Catalogue, educator: Educator, home_locality: str, limits: Limits
) -> Travel:
    """Places without travel (keyed by the organisation's id or title) and the home locality."""
    own = educator.organisation
    keys = (own.id, own.title) if own else ()
    home = fold(home_locality)
    known = home in catalogue.localities
    return Travel(
        home_places=tuple(catalogue.places.index(k) for k in keys if k in catalogue.places),
        home_locality=catalogue.localities.index(home) if known else UNKNOWN,
        home_known=bool(home),
        same_min=limits.travel_same_locality_min,
        other_min=limits.travel_other_locality_min,
    )


def dated_runs(
    catalogue: Catalogue,
    frame: Frame,
    travel: Travel,
    daily_max_min: int,
    duration_min: IntArray,
    offerings: IntArray,
    refusals: Refusals,
) -> Runs:
    """Runs of dated offerings that this educator can physically attend.

    Parameters
    ----------
    duration_min
        Shape (n_activities,), clock minutes, > 0 for the activities of ``offerings``.
    offerings
        Offering indices, none of them self-paced, ascending.
    refusals
        Takes the reason of every offering without a run.
    """
    if not len(offerings):
        return Runs.none()
    table = static_of(catalogue).time_table(frame.calendar.zone)
    rows = _open_offerings(catalogue, frame, offerings, refusals)
    meetings = _meetings_of(catalogue, frame, table, rows)
    kept = _attendable(frame, table, rows, meetings, daily_max_min, refusals)
    if not kept.all():
        rows, meetings = rows[kept], meetings.of(kept)
    load = _learning_load(catalogue, frame, table, duration_min, rows)
    load = _around_blocked_weeks(catalogue, frame, duration_min, rows, meetings, load)
    travel_min = _add_travel(frame, travel, meetings, load)
    fits = _fits(frame, rows, load, refusals)
    if not fits.all():
        rows, load, travel_min = rows[fits], load.of(fits), travel_min[fits]
        meetings = meetings.of(fits)
    return Runs(
        offering=rows,
        start_day=table.first_day[rows] - frame.day0,
        end_day=table.last_day[rows] - frame.day0,
        pace_min=np.zeros(len(rows), dtype=np.int64),
        work_min=load.sums() - travel_min,
        travel_min=travel_min,
        weekly=Ragged(load.ptr, np.column_stack([load.week, load.minutes])),
        meetings=_meeting_rows(len(rows), meetings),
    )


@dataclass(slots=True, eq=False)
class _Load:
    """Minutes of some offerings by week of the horizon; CSR rows, weeks rising, no empty row."""

    ptr: IntArray
    week: IntArray
    minutes: IntArray

    def owners(self) -> IntArray:
        """Row of each entry."""
        return np.repeat(np.arange(len(self.ptr) - 1), np.diff(self.ptr))

    def sums(self) -> IntArray:
        """Minutes of each row."""
        total = np.concatenate([np.zeros(1, np.int64), np.cumsum(self.minutes)])
        return np.asarray(total[self.ptr[1:]] - total[self.ptr[:-1]])

    def of(self, kept: BoolArray) -> _Load:
        """The rows that are kept."""
        entries = kept[self.owners()]
        lengths = np.diff(self.ptr)[kept]
        return _Load(pointers(lengths), self.week[entries], self.minutes[entries])


def _open_offerings(
    catalogue: Catalogue, frame: Frame, rows: IntArray, refusals: Refusals
) -> IntArray:
    """Offerings inside the admitted days, with open enrolment and seats."""
    start, end = catalogue.start[rows] - frame.day0, catalogue.end[rows] - frame.day0
    inside = (start >= frame.first_day) & (start <= end) & (end <= frame.last_day)
    refusals.note("no_run_in_horizon", rows[~inside])
    return open_rows(catalogue, frame.day0 + frame.today, rows[inside], refusals)


def _meetings_of(catalogue: Catalogue, frame: Frame, table: TimeTable, rows: IntArray) -> _Meetings:
    owner, entry = row_entries(catalogue.meeting_ptr, rows)
    origin = origin_min(frame.calendar)
    return _Meetings(
        owner=owner,
        start=table.start[entry] - origin,
        end=table.end[entry] - origin,
        place=catalogue.meeting_place[entry],
        locality=catalogue.meeting_locality[entry],
    )


def _attendable(
    frame: Frame,
    table: TimeTable,
    rows: IntArray,
    meetings: _Meetings,
    daily_max_min: int,
    refusals: Refusals,
) -> BoolArray:
    """Offerings all of whose meetings may be attended.

    A meeting in another zone may lie on a day outside the offering's own dates; the run then
    lasts until it.
    """
    last, all_days = len(frame.day_open_min) - 1, meetings.day
    day = np.clip(all_days, 0, last)
    opens = day * DAY_MIN + frame.day_open_min[day]
    closes = day * DAY_MIN + frame.day_close_min[day]
    outside = (all_days < frame.first_day) | (all_days > frame.last_day)
    checks: tuple[tuple[str, BoolArray], ...] = (
        ("no_run_in_horizon", outside),
        ("online_not_possible", (meetings.place == ONLINE) & (not frame.online_allowed)),
        ("forbidden_day", opens == closes),
        ("outside_hours", (meetings.start < opens) | (meetings.end > closes)),
        ("busy_time", _meets_busy(frame.busy, meetings)),
    )
    kept = np.ones(len(rows), dtype=np.bool_)
    for code, bad in checks:
        if not bad.any():
            continue
        hit = np.zeros(len(rows), dtype=np.bool_)
        hit[meetings.owner[bad]] = True
        hit &= kept
        refusals.note(code, rows[hit])
        kept &= ~hit
    peak = table.daily_peak[rows]
    hit = kept & (peak > daily_max_min)
    if hit.any():
        refusals.note("daily_load", rows[hit], peak[hit], np.full(hit.sum(), daily_max_min))
    return kept & ~hit


def _meets_busy(busy: IntArray, meetings: _Meetings) -> BoolArray:
    """Whether a meeting overlaps a busy span; the spans are disjoint and sorted."""
    if not len(busy):
        return np.zeros(len(meetings.start), dtype=np.bool_)
    # The last span that begins before the meeting's end is the only one that can reach into it.
    before = np.searchsorted(busy[:, 0], meetings.end, side="left") - 1
    return np.asarray((before >= 0) & (busy[np.maximum(before, 0), 1] > meetings.start))


def _learning_load(
    catalogue: Catalogue,
    frame: Frame,
    table: TimeTable,
    duration_min: IntArray,
    rows: IntArray,
) -> _Load:
    """Minutes by week of the horizon, travel not among them."""
    loads, at = table.loads, rows
    activity = catalogue.offering_activity
    if (duration_min[activity[rows]] != catalogue.duration_min[activity[rows]]).any():
        # Diagnostics of unknown length take the policy's.
        n = len(catalogue.offerings)
        loads = offering_loads(catalogue, table.start, table.end, rows, duration_min[activity], n)
    _, entry = row_entries(loads.ptr, at)
    week0 = (frame.day0 - EPOCH_MONDAY) // 7
    lengths = np.diff(loads.ptr)[at]
    return _Load(pointers(lengths), loads.week[entry] - week0, loads.minutes[entry])


def _around_blocked_weeks(
    catalogue: Catalogue,
    frame: Frame,
    duration_min: IntArray,
    rows: IntArray,
    meetings: _Meetings,
    load: _Load,
) -> _Load:
    """Hours without a weekly split leave out weeks in which this educator has no tempo."""
    owner = load.owners()
    touched = np.zeros(len(rows), dtype=np.bool_)
    touched[owner[frame.tempo_min[load.week] == 0]] = True
    touched &= np.diff(catalogue.weekly_ptr)[rows] == 0
    if not touched.any():
        return load
    which = np.flatnonzero(touched)
    met = touched[meetings.owner]
    met_owner, met_week = meetings.owner[met], meetings.day[met] // 7
    met_min = (meetings.end - meetings.start)[met]
    in_meetings = np.bincount(met_owner, met_min, len(rows)).astype(np.int64)[which]
    total = duration_min[catalogue.offering_activity[rows[which]]]
    place, week, minutes = spread_entries(
        catalogue.start[rows[which]] - frame.day0,
        catalogue.end[rows[which]] - frame.day0,
        np.maximum(total - in_meetings, 0),
        frame.tempo_min > 0,
    )
    kept = ~touched[owner]
    keys = np.concatenate(
        [
            owner[kept] * frame.n_weeks + load.week[kept],
            which[place] * frame.n_weeks + week,
            met_owner * frame.n_weeks + met_week,
        ]
    )
    entries, inverse = np.unique(keys, return_inverse=True)
    every = np.concatenate([load.minutes[kept], minutes, met_min])
    summed = np.bincount(inverse, every, len(entries)).astype(np.int64)
    used = summed > 0
    entries = entries[used]
    lengths = np.bincount(entries // frame.n_weeks, minlength=len(rows))
    return _Load(pointers(lengths), entries % frame.n_weeks, summed[used])


def _add_travel(frame: Frame, travel: Travel, meetings: _Meetings, load: _Load) -> IntArray:
    """Add travel to the load and return it by run.

    Once per day with a meeting away, the longer way if there are two. The load has an entry for
    every week with a meeting, so travel needs none of its own.
    """
    n_rows = len(load.ptr) - 1
    away = meetings.place != ONLINE
    if travel.home_places:
        away &= ~np.isin(meetings.place, travel.home_places)
    if not away.any():
        return np.zeros(n_rows, dtype=np.int64)
    owner, day = meetings.owner[away], meetings.day[away]
    locality = meetings.locality[away]
    far = (locality != UNKNOWN) & (locality != travel.home_locality) & travel.home_known
    n_days = 7 * frame.n_weeks
    keys, inverse = np.unique(owner * n_days + day, return_inverse=True)
    by_day = np.zeros(len(keys), dtype=np.int64)
    np.maximum.at(by_day, inverse, np.where(far, travel.other_min, travel.same_min))
    row, week = keys // n_days, keys % n_days // 7
    places = np.searchsorted(load.owners() * frame.n_weeks + load.week, row * frame.n_weeks + week)
    np.add.at(load.minutes, places, by_day)
    return np.bincount(row, by_day, n_rows).astype(np.int64)


def _fits(frame: Frame, rows: IntArray, load: _Load, refusals: Refusals) -> BoolArray:
    """Runs whose own load keeps tempo and workload."""
    owner = load.owners()
    excess = load.minutes - frame.tempo_min[load.week]
    over = np.zeros(len(rows), dtype=np.bool_)
    over[owner[excess > 0]] = True
    if over.any():
        # The worst week of each, the first of equal ones.
        entries = np.flatnonzero(over[owner])
        order = entries[np.lexsort((entries, -excess[entries], owner[entries]))]
        worst = order[np.flatnonzero(np.diff(owner[order], prepend=-1))]
        tempo = frame.tempo_min[load.week[worst]]
        refusals.note("tempo", rows[over], load.minutes[worst], tempo)
    total = load.sums()
    much = ~over & (total > frame.workload_max_min)
    if much.any():
        limit = np.full(much.sum(), frame.workload_max_min)
        refusals.note("workload", rows[much], total[much], limit)
    return np.asarray(~over & ~much)


def _meeting_rows(n_rows: int, meetings: _Meetings) -> Ragged:
    """Meetings of each run in the order of time."""
    order = np.lexsort((meetings.end, meetings.start, meetings.owner))
    columns = np.column_stack([meetings.start, meetings.end, meetings.place])
    return Ragged(pointers(np.bincount(meetings.owner, minlength=n_rows)), columns[order])
