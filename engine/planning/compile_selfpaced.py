"""Self-paced offerings become runs at each Monday and several paces."""

from __future__ import annotations

import numpy as np

from engine.catalogue import Catalogue
from engine.domain import BoolArray, IntArray
from engine.planning.compile_frame import Frame
from engine.planning.compile_runs import Refusals, Runs, open_rows, pointers
from engine.planning.problem import Ragged
from engine.policy import Limits

PACE_STEP_MIN = 5
"""Weekly minutes of a pace are whole multiples of it: nobody plans 37 minutes."""


def self_paced_runs(
    catalogue: Catalogue,
    frame: Frame,
    limits: Limits,
    duration_min: IntArray,
    offerings: IntArray,
    refusals: Refusals,
) -> Runs:
    """Runs of self-paced offerings: each Monday, each pace.

    A run fills whole weeks from its Monday on, until the activity's minutes are done; the last
    week takes the rest. Weeks of tempo 0 are passed over, and no run starts in one. It lies
    inside the admitted days and the offering's own span, starts before enrolment ends, and lasts
    at most ``self_paced_max_weeks``.

    Dominance: of two runs of one offering with the same start and the same minutes in every
    week, the one of the faster pace is dropped. Both do the same minutes in all, so a run whose
    load is at least that of another in every week equals it; any other pair trades an earlier
    end against a higher load, and no route problem can spare either. (Seats, price, bonus and
    gains are the offering's, so they cannot differ.)
    """
    rows = open_rows(catalogue, frame.day0 + frame.today, offerings, refusals)
    total = duration_min[catalogue.offering_activity[rows]]
    much = total > frame.workload_max_min
    limit = np.full(much.sum(), frame.workload_max_min)
    refusals.note("workload", rows[much], total[much], limit)
    rows, total = rows[~much], total[~much]
    first, last_start, last = _weeks(catalogue, frame, rows)
    none = first > np.minimum(last_start, last)
    refusals.note("no_run_in_horizon", rows[none])
    rows, total = rows[~none], total[~none]
    first, last_start, last = first[~none], last_start[~none], last[~none]

    load = pace_load(frame.tempo_min, limits.paces)
    done = np.concatenate([np.zeros((len(load), 1), np.int64), load.cumsum(axis=1)], axis=1)
    end, valid = _ends(load, done, total, first, last_start, last, limits.self_paced_max_weeks)
    slow = ~valid.any(axis=(0, 2))
    most = _most(done, first[slow], last[slow], limits.self_paced_max_weeks)
    refusals.note("tempo", rows[slow], total[slow], most)
    valid &= ~_repeats(load, end, valid)
    return _runs(frame, limits, load, done, rows, total, end, valid)


def pace_load(tempo_min: IntArray, paces: tuple[float, ...]) -> IntArray:
    """Minutes of a week at each pace, rounded down to ``PACE_STEP_MIN``.

    A pace is a share of the median tempo of the weeks that are free at all; a week with less
    than the median (holidays, a stated tempo) takes the same share of its own tempo.

    Returns
    -------
    ndarray of int, shape (n_paces, n_weeks)
        Paces rising, equal ones once.
    """
    median = float(np.median(tempo_min[tempo_min > 0]))
    usable = np.minimum(tempo_min, median)
    shares = np.array(sorted(set(paces)))[:, None]
    steps = np.floor(shares * usable[None, :] / PACE_STEP_MIN + 1e-9)
    return np.asarray(steps * PACE_STEP_MIN, dtype=np.int64)


def _weeks(
    catalogue: Catalogue, frame: Frame, rows: IntArray
) -> tuple[IntArray, IntArray, IntArray]:
    """First week, last week to start in, and last week of each offering; whole weeks only."""
    begins = np.maximum(catalogue.start[rows] - frame.day0, frame.first_day)
    ends = np.minimum(catalogue.end[rows] - frame.day0, frame.last_day)
    enrolled = np.minimum(catalogue.enrolment_until[rows] - frame.day0, 7 * frame.n_weeks)
    return -(-begins // 7), enrolled // 7, (ends + 1) // 7 - 1


def _ends(
    load: IntArray,
    done: IntArray,
    total: IntArray,
    first: IntArray,
    last_start: IntArray,
    last: IntArray,
    max_weeks: int,
) -> tuple[IntArray, BoolArray]:
    """Last week of a run by pace, offering and start week, and whether the run is allowed."""
    n_paces, n_weeks = load.shape
    week = np.arange(n_weeks)
    end = np.empty((n_paces, len(total), n_weeks), dtype=np.int64)
    for p in range(n_paces):
        target = done[p, :-1][None, :] + total[:, None]
        end[p] = np.searchsorted(done[p], target, side="left") - 1
    starts = (week >= first[:, None]) & (week <= last_start[:, None])
    valid = (load > 0)[:, None, :] & starts[None, :, :]
    # Not reaching the minutes within the horizon gives end = n_weeks, which is past ``last``.
    valid &= (end <= last[None, :, None]) & (end - week < max_weeks)
    return end, np.asarray(valid)


def _repeats(load: IntArray, end: IntArray, valid: BoolArray) -> BoolArray:
    """Runs with the same weekly minutes as at the next slower pace.

    The minutes of a week never fall with the pace, so equal runs at any two paces are equal at
    all paces between; comparing neighbours finds every repetition.
    """
    n_paces, n_rows, n_weeks = end.shape
    repeated = np.zeros(end.shape, dtype=np.bool_)
    week = np.arange(n_weeks)
    for p in range(1, n_paces):
        both = valid[p] & valid[p - 1] & (end[p] == end[p - 1])
        differs = np.concatenate([[0], np.cumsum(load[p] != load[p - 1])])
        # Weeks before the last; the last one takes the rest, equal if all others are.
        stop = np.minimum(end[p], n_weeks)
        repeated[p] = both & (differs[stop] == differs[week][None, :].repeat(n_rows, axis=0))
    return repeated


def _most(done: IntArray, first: IntArray, last: IntArray, max_weeks: int) -> IntArray:
    """Most minutes that the fastest pace does inside one longest run."""
    n_weeks = done.shape[1] - 1
    week = np.arange(n_weeks)
    stop = np.minimum(np.minimum(week + max_weeks, n_weeks)[None, :], (last + 1)[:, None])
    sums = done[-1][np.maximum(stop, week)] - done[-1][week]
    sums = np.where(week >= first[:, None], sums, 0)
    return np.asarray(sums.max(axis=1, initial=0), dtype=np.int64)


def _runs(
    frame: Frame,
    limits: Limits,
    load: IntArray,
    done: IntArray,
    rows: IntArray,
    total: IntArray,
    end: IntArray,
    valid: BoolArray,
) -> Runs:
    row, start, pace = np.nonzero(valid.transpose(1, 2, 0))
    stop = end[pace, row, start]
    lengths = stop - start + 1
    owner = np.repeat(np.arange(len(row)), lengths)
    week = np.arange(len(owner)) - (np.cumsum(lengths) - lengths)[owner] + start[owner]
    rest = total[row] - (done[pace, stop] - done[pace, start])
    minutes = np.where(week == stop[owner], rest[owner], load[pace[owner], week])
    used = minutes > 0
    ordinary = pace_load(np.array([np.median(frame.tempo_min[frame.tempo_min > 0])]), limits.paces)
    return Runs(
        offering=rows[row],
        start_day=7 * start,
        end_day=7 * stop + 6,
        pace_min=ordinary[pace, 0],
        work_min=total[row],
        travel_min=np.zeros(len(row), dtype=np.int64),
        weekly=Ragged(
            pointers(np.bincount(owner[used], minlength=len(row))),
            np.column_stack([week, minutes])[used].astype(np.int64),
        ),
        meetings=Ragged(np.zeros(len(row) + 1, dtype=np.int64), np.zeros((0, 3), dtype=np.int64)),
    )
