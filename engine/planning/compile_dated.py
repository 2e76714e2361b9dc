"""Dated offerings: meetings in the educator's time, load of each week, travel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.catalogue import UNKNOWN, Catalogue, fold
from engine.domain import BoolArray, Educator, IntArray
from engine.planning.compile_frame import Frame, wall_minutes
from engine.planning.compile_runs import Refusals, Runs, open_rows, pointers, row_entries
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
        Offering indices, none of them self-paced.
    refusals
        Takes the reason of every offering without a run.
    """
    rows = _open_offerings(catalogue, frame, offerings, refusals)
    meetings = _meetings_of(catalogue, frame, rows)
    kept, start, end = _attendable(catalogue, frame, rows, meetings, daily_max_min, refusals)
    rows, meetings, start, end = rows[kept], meetings.of(kept), start[kept], end[kept]
    learning = _learning_load(
        catalogue, frame, duration_min, rows, _meeting_load(frame, rows, meetings)
    )
    on_the_way = _travel_load(frame, travel, rows, meetings)
    load = learning + on_the_way
    fits = _fits(frame, rows, load, refusals)
    table = Runs(
        offering=rows,
        start_day=start,
        end_day=end,
        pace_min=np.zeros(len(rows), dtype=np.int64),
        work_min=learning.sum(axis=1),
        travel_min=on_the_way.sum(axis=1),
        weekly=_ragged(load),
        meetings=_meeting_rows(len(rows), meetings),
    )
    return table.where(fits)


def _open_offerings(
    catalogue: Catalogue, frame: Frame, rows: IntArray, refusals: Refusals
) -> IntArray:
    """Offerings inside the admitted days, with open enrolment and seats."""
    start, end = catalogue.start[rows] - frame.day0, catalogue.end[rows] - frame.day0
    inside = (start >= frame.first_day) & (start <= end) & (end <= frame.last_day)
    refusals.note("no_run_in_horizon", rows[~inside])
    return open_rows(catalogue, frame.day0 + frame.today, rows[inside], refusals)


def _meetings_of(catalogue: Catalogue, frame: Frame, rows: IntArray) -> _Meetings:
    owner, entry = row_entries(catalogue.meeting_ptr, rows)
    return _Meetings(
        owner=owner,
        start=wall_minutes(catalogue.meeting_start[entry], frame.calendar),
        end=wall_minutes(catalogue.meeting_end[entry], frame.calendar),
        place=catalogue.meeting_place[entry],
        locality=catalogue.meeting_locality[entry],
    )


def _attendable(
    catalogue: Catalogue,
    frame: Frame,
    rows: IntArray,
    meetings: _Meetings,
    daily_max_min: int,
    refusals: Refusals,
) -> tuple[BoolArray, IntArray, IntArray]:
    """Offerings all of whose meetings may be attended, with their first and last day.

    A meeting in another zone may lie on a day outside the offering's own dates; the run then
    lasts until it.
    """
    start, end = catalogue.start[rows] - frame.day0, catalogue.end[rows] - frame.day0
    np.minimum.at(start, meetings.owner, meetings.day)
    np.maximum.at(end, meetings.owner, meetings.day)
    last = len(frame.day_open_min) - 1
    day = np.clip(meetings.day, 0, last)
    opens = day * DAY_MIN + frame.day_open_min[day]
    closes = day * DAY_MIN + frame.day_close_min[day]
    outside = (meetings.day < frame.first_day) | (meetings.day > frame.last_day)
    checks: tuple[tuple[str, BoolArray], ...] = (
        ("no_run_in_horizon", outside),
        ("online_not_possible", (meetings.place == ONLINE) & (not frame.online_allowed)),
        ("forbidden_day", opens == closes),
        ("outside_hours", (meetings.start < opens) | (meetings.end > closes)),
        ("busy_time", _meets_busy(frame.busy, meetings)),
    )
    kept = np.ones(len(rows), dtype=np.bool_)
    for code, bad in checks:
        hit = kept & (np.bincount(meetings.owner[bad], minlength=len(rows)) > 0)
        refusals.note(code, rows[hit])
        kept &= ~hit
    peak = _daily_peak(frame, len(rows), meetings)
    hit = kept & (peak > daily_max_min)
    refusals.note("daily_load", rows[hit], peak[hit], np.full(hit.sum(), daily_max_min))
    return kept & ~hit, start, end


def _meets_busy(busy: IntArray, meetings: _Meetings) -> BoolArray:
    """Whether a meeting overlaps a busy span; the spans are disjoint and sorted."""
    if not len(busy):
        return np.zeros(len(meetings.start), dtype=np.bool_)
    # The last span that begins before the meeting's end is the only one that can reach into it.
    before = np.searchsorted(busy[:, 0], meetings.end, side="left") - 1
    return np.asarray((before >= 0) & (busy[np.maximum(before, 0), 1] > meetings.start))


def _daily_peak(frame: Frame, n_rows: int, meetings: _Meetings) -> IntArray:
    """Most meeting minutes of one day, shape (n_rows,)."""
    n_days = 7 * frame.n_weeks
    inside = (meetings.day >= 0) & (meetings.day < n_days)
    key = meetings.owner[inside] * n_days + meetings.day[inside]
    days, inverse = np.unique(key, return_inverse=True)
    minutes = np.bincount(inverse, (meetings.end - meetings.start)[inside], len(days))
    peak = np.zeros(n_rows, dtype=np.int64)
    np.maximum.at(peak, days // n_days, minutes.astype(np.int64))
    return peak


def _learning_load(
    catalogue: Catalogue, frame: Frame, duration_min: IntArray, rows: IntArray, meetings: IntArray
) -> IntArray:
    """Minutes by week, meetings included; shape (n_rows, n_weeks).

    As the catalogue splits them, but never less than the week's meetings. Without a split the
    meetings stand in their weeks and the rest of the hours is spread, so no minute counts twice.

    Parameters
    ----------
    meetings
        Meeting minutes by week, shape (n_rows, n_weeks).
    """
    start, end = catalogue.start[rows] - frame.day0, catalogue.end[rows] - frame.day0
    total = duration_min[catalogue.offering_activity[rows]]
    rest = np.maximum(total - meetings.sum(axis=1), 0)
    load = meetings + spread(start, end, rest, frame.n_weeks, open_week=frame.tempo_min > 0)
    owner, entry = row_entries(catalogue.weekly_ptr, rows)
    if len(owner):
        load[owner] = 0
        position = entry - catalogue.weekly_ptr[rows][owner]
        load[owner, (start // 7)[owner] + position] = catalogue.weekly_min[entry]
        load[owner] = np.maximum(load[owner], meetings[owner])
    return load


def spread(
    start: IntArray,
    end: IntArray,
    total_min: IntArray,
    n_weeks: int,
    open_week: BoolArray | None = None,
) -> IntArray:
    """Spread minutes evenly over the calendar days of runs, the remainder to the first weeks.

    Each week gets the whole minutes of its days' share; what is left after rounding down goes
    minute by minute to the first weeks. Nobody studies in a week without tempo: its days are left
    out, unless the run has no others.

    Parameters
    ----------
    start, end
        Shape (n,), first and last day, 0 ≤ start ≤ end < 7·n_weeks.
    total_min
        Shape (n,).
    open_week
        Shape (n_weeks,), weeks with tempo; ``None`` = all.

    Returns
    -------
    ndarray of int, shape (n, n_weeks)
        Rows sum to ``total_min``.
    """
    monday = 7 * np.arange(n_weeks)[None, :]
    last = np.minimum(end[:, None], monday + 6)
    days = np.maximum(0, last - np.maximum(start[:, None], monday) + 1)
    if open_week is not None:
        admitted = days * open_week[None, :]
        days = np.where(admitted.any(axis=1, keepdims=True), admitted, days)
    load = total_min[:, None] * days // days.sum(axis=1, keepdims=True)
    rest = (total_min - load.sum(axis=1))[:, None]
    rank = np.cumsum(days > 0, axis=1) - 1
    return np.asarray(load + ((days > 0) & (rank < rest)), dtype=np.int64)


def _meeting_load(frame: Frame, rows: IntArray, meetings: _Meetings) -> IntArray:
    """Meeting minutes by week of the meeting, shape (n_rows, n_weeks)."""
    load = np.zeros((len(rows), frame.n_weeks), dtype=np.int64)
    np.add.at(load, (meetings.owner, meetings.day // 7), meetings.end - meetings.start)
    return load


def _travel_load(frame: Frame, travel: Travel, rows: IntArray, meetings: _Meetings) -> IntArray:
    """Travel minutes by week: once per day with a meeting away, the longer way if there are two."""
    away = (meetings.place != ONLINE) & ~np.isin(meetings.place, travel.home_places)
    known = (meetings.locality != UNKNOWN) & travel.home_known
    far = known & (meetings.locality != travel.home_locality)
    minutes = np.where(far, travel.other_min, travel.same_min)
    n_days = 7 * frame.n_weeks
    keys, inverse = np.unique(
        meetings.owner[away] * n_days + meetings.day[away], return_inverse=True
    )
    by_day = np.zeros(len(keys), dtype=np.int64)
    np.maximum.at(by_day, inverse, minutes[away])
    load = np.zeros((len(rows), frame.n_weeks), dtype=np.int64)
    np.add.at(load, (keys // n_days, keys % n_days // 7), by_day)
    return load


def _fits(frame: Frame, rows: IntArray, load: IntArray, refusals: Refusals) -> BoolArray:
    """Runs whose own load keeps tempo and workload."""
    if not len(rows):
        return np.zeros(0, dtype=np.bool_)
    excess = load - frame.tempo_min[None, :]
    week = excess.argmax(axis=1)
    over = excess[np.arange(len(rows)), week] > 0
    peak = load[np.arange(len(rows)), week]
    refusals.note("tempo", rows[over], peak[over], frame.tempo_min[week][over])
    total = load.sum(axis=1)
    much = ~over & (total > frame.workload_max_min)
    limit = np.full(much.sum(), frame.workload_max_min)
    refusals.note("workload", rows[much], total[much], limit)
    return np.asarray(~over & ~much)


def _ragged(load: IntArray) -> Ragged:
    row, week = np.nonzero(load)
    lengths = np.count_nonzero(load, axis=1)
    return Ragged(pointers(lengths), np.column_stack([week, load[row, week]]).astype(np.int64))


def _meeting_rows(n_rows: int, meetings: _Meetings) -> Ragged:
    """Meetings of each run in the order of time."""
    order = np.lexsort((meetings.end, meetings.start, meetings.owner))
    columns = np.column_stack([meetings.start, meetings.end, meetings.place])
    return Ragged(pointers(np.bincount(meetings.owner, minlength=n_rows)), columns[order])
