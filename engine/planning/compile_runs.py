"""Runs: what an offering asks of the weeks, and why an offering has none.

A run becomes one candidate for each source that can pay for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.catalogue import Catalogue
from engine.domain import BoolArray, IntArray, Reason
from engine.planning.problem import Ragged

STAGES: tuple[str, ...] = (
    "no_run_in_horizon",
    "enrolment_closed",
    "seats",
    "online_not_possible",
    "forbidden_day",
    "outside_hours",
    "busy_time",
    "daily_load",
    "tempo",
    "workload",
    "budget",
)
"""Reasons of an offering in the order in which they are looked at.

An activity without candidates is told the reason of the offering that came furthest.
"""

NOT_REFUSED = -1


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Columns over runs.

    Parameters
    ----------
    offering
        Offering index in the catalogue.
    start_day, end_day
        Days of the horizon.
    pace_min
        Minutes of an ordinary week of a self-paced run; 0 = dated.
    work_min, travel_min
        Minutes of learning (meetings included) and of travel; their sum is Σ weekly minutes.
    weekly, meetings
        As in ``problem.Candidate``.
    """

    offering: IntArray
    start_day: IntArray
    end_day: IntArray
    pace_min: IntArray
    work_min: IntArray
    travel_min: IntArray
    weekly: Ragged
    meetings: Ragged

    def __len__(self) -> int:
        return len(self.offering)

    @staticmethod
    def none() -> Runs:
        """No runs."""
        empty, start = np.zeros(0, dtype=np.int64), np.zeros(1, dtype=np.int64)
        weekly, meetings = (Ragged(start, empty.reshape(0, width)) for width in (2, 3))
        return Runs(*(empty,) * 6, weekly=weekly, meetings=meetings)

    def take(self, rows: IntArray) -> Runs:
        """Runs at the given positions, in their order."""
        return Runs(
            offering=self.offering[rows],
            start_day=self.start_day[rows],
            end_day=self.end_day[rows],
            pace_min=self.pace_min[rows],
            work_min=self.work_min[rows],
            travel_min=self.travel_min[rows],
            weekly=take_rows(self.weekly, rows),
            meetings=take_rows(self.meetings, rows),
        )

    def where(self, mask: BoolArray) -> Runs:
        """Runs at which the mask is true."""
        return self.take(np.flatnonzero(mask))


def join_runs(parts: Sequence[Runs]) -> Runs:
    """Runs one after another."""
    return Runs(
        offering=np.concatenate([part.offering for part in parts]),
        start_day=np.concatenate([part.start_day for part in parts]),
        end_day=np.concatenate([part.end_day for part in parts]),
        pace_min=np.concatenate([part.pace_min for part in parts]),
        work_min=np.concatenate([part.work_min for part in parts]),
        travel_min=np.concatenate([part.travel_min for part in parts]),
        weekly=join_rows([part.weekly for part in parts]),
        meetings=join_rows([part.meetings for part in parts]),
    )


def row_entries(indptr: IntArray, rows: IntArray) -> tuple[IntArray, IntArray]:
    """Entries of the given CSR rows: position in ``rows`` and index of each entry."""
    lengths = (indptr[1:] - indptr[:-1])[rows]
    owner = np.repeat(np.arange(len(rows), dtype=np.int64), lengths)
    before = np.cumsum(lengths) - lengths
    return owner, np.arange(len(owner), dtype=np.int64) + (indptr[:-1][rows] - before)[owner]


def take_rows(ragged: Ragged, rows: IntArray) -> Ragged:
    """Rows at the given positions, in their order."""
    _, entries = row_entries(ragged.indptr, rows)
    lengths = np.diff(ragged.indptr)[rows]
    return Ragged(pointers(lengths), ragged.values[entries])


def join_rows(parts: Sequence[Ragged]) -> Ragged:
    """Rows one after another."""
    lengths = np.concatenate([np.diff(part.indptr) for part in parts])
    return Ragged(pointers(lengths), np.concatenate([part.values for part in parts]))


def pointers(lengths: IntArray) -> IntArray:
    """CSR pointers of rows of the given lengths."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])


@dataclass(frozen=True, slots=True, eq=False)
class Refusals:
    """First reason why an offering has no run, by offering index of the catalogue.

    Parameters
    ----------
    stage
        Shape (n_offerings,): position in ``STAGES``; ``NOT_REFUSED`` = not looked at, or fine.
    asked, limit
        Shape (n_offerings,): what it would take and what there is, in the reason's unit
        (minutes, roubles); −1 = the reason has no amount.
    """

    stage: IntArray
    asked: IntArray
    limit: IntArray

    @staticmethod
    def none(n_offerings: int) -> Refusals:
        """Nothing refused so far."""
        return Refusals(*(np.full(n_offerings, -1, dtype=np.int64) for _ in range(3)))

    def note(
        self,
        code: str,
        offerings: IntArray,
        asked: IntArray | None = None,
        limit: IntArray | None = None,
    ) -> None:
        """Note the same reason for some offerings."""
        self.stage[offerings] = STAGES.index(code)
        if asked is not None and limit is not None:
            self.asked[offerings] = asked
            self.limit[offerings] = limit


def open_rows(
    catalogue: Catalogue, today: int, offerings: IntArray, refusals: Refusals
) -> IntArray:
    """Offerings whose enrolment is open on the ordinal ``today`` and that have seats."""
    is_open = np.asarray(catalogue.enrolment_until[offerings] >= today)
    refusals.note("enrolment_closed", offerings[~is_open])
    rows: IntArray = offerings[is_open]
    has_seats = catalogue.seats[rows] != 0
    refusals.note("seats", rows[~has_seats])
    return np.asarray(rows[has_seats])


def refused_reasons(
    catalogue: Catalogue, refusals: Refusals, lacking: BoolArray, days: Mapping[str, object]
) -> dict[int, Reason]:
    """Reason of every activity that lacks runs: that of the offering that came furthest.

    Parameters
    ----------
    lacking
        Shape (n_activities,).
    days
        First and last admitted day, told where the reason is that no run lies between them.
    """
    nothing = Reason(STAGES[0], {"offerings": 0, **days})
    found = dict.fromkeys(np.flatnonzero(lacking).tolist(), nothing)
    rows = np.flatnonzero(lacking[catalogue.offering_activity] & (refusals.stage != NOT_REFUSED))
    owner, stage = catalogue.offering_activity[rows], refusals.stage[rows]
    order = np.lexsort((rows, -stage, owner))
    counts = np.bincount(owner, minlength=len(lacking))[owner]
    firsts = order[np.flatnonzero(np.diff(owner[order], prepend=-1))]
    columns = (owner, rows, stage, counts, refusals.asked[rows], refusals.limit[rows])
    for a, row, at, count, asked, limit in zip(*(c[firsts].tolist() for c in columns), strict=True):
        code = STAGES[at]
        parameters: dict[str, object] = {
            "offering": catalogue.offering_ids[row],
            "offerings": count,
        }
        if at == 0:
            parameters |= days
        if asked >= 0:
            unit = "rub" if code == "budget" else "min"
            parameters[f"asked_{unit}"] = asked
            parameters[f"limit_{unit}"] = limit
        found[a] = Reason(code, parameters)
    return found
