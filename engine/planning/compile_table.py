"""From runs to the table of candidates: funding, values, labels, order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.catalogue import FUNDING, Catalogue
from engine.domain import BoolArray, Constraints, FloatArray, Funding, IntArray, Ranking
from engine.planning.compile_frame import Frame
from engine.planning.compile_gains import (
    BONUS_PARTS,
    PRICE_PARTS,
    Gains,
    compile_bonuses,
    compile_prices,
)
from engine.planning.compile_reasons import Labels
from engine.planning.compile_runs import Refusals, Runs, take_rows
from engine.planning.compile_selection import Prerequisites, Wishes
from engine.planning.problem import CandidateTable
from engine.policy import Limits, Value

FREE = -1
MANY = 1_000_000
"""More than the days of a horizon or the minutes of a week's pace."""


@dataclass(frozen=True, slots=True, eq=False)
class Funded:
    """Runs, each charged to one source; columns over candidates, ordered by activity.

    Parameters
    ----------
    runs
        All runs; candidates refer to them.
    run
        Position of each candidate's run.
    source
        Position in ``FUNDING``; −1 = free.
    several
        The run has candidates of other sources beside this one.
    """

    runs: Runs
    run: IntArray
    source: IntArray
    several: BoolArray

    @property
    def offering(self) -> IntArray:
        """Offering index of each candidate."""
        return np.asarray(self.runs.offering[self.run])

    @property
    def start_day(self) -> IntArray:
        """First day of each candidate."""
        return np.asarray(self.runs.start_day[self.run])

    def where(self, kept: BoolArray) -> Funded:
        """Candidates at which the mask is true."""
        if kept.all():
            return self
        return Funded(self.runs, self.run[kept], self.source[kept], self.several[kept])


@dataclass(frozen=True, slots=True)
class CandidateFact:
    """What an explanation needs to know of one candidate.

    Parameters
    ----------
    pace_min
        Minutes of an ordinary week of a self-paced run; 0 = dated.
    relevance
        In [0, 1].
    work_min, travel_min
        Minutes of learning and of travel.
    funding
        Source charged; ``None`` = free.
    bonus_mpt, price_mpt
        Parts by name; they sum to the candidate's bonus and price.
    """

    activity_id: str
    offering_id: str
    pace_min: int
    relevance: float
    work_min: int
    travel_min: int
    funding: Funding | None
    bonus_mpt: Mapping[str, int]
    price_mpt: Mapping[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class CandidateFacts:
    """Facts of all candidates in columns; index j is the candidate of the problem.

    Parameters
    ----------
    activity, offering
        Shape (n_candidates,), indices of the catalogue.
    bonus_mpt, price_mpt
        Shapes (n_candidates, len(BONUS_PARTS)) and (n_candidates, len(PRICE_PARTS)).
    """

    activity: IntArray
    offering: IntArray
    pace_min: IntArray
    relevance: FloatArray
    work_min: IntArray
    travel_min: IntArray
    source: IntArray
    bonus_mpt: IntArray
    price_mpt: IntArray
    catalogue: Catalogue

    def __len__(self) -> int:
        return len(self.activity)

    def of(self, j: int) -> CandidateFact:
        """Facts of candidate ``j``."""
        source = int(self.source[j])
        return CandidateFact(
            activity_id=self.catalogue.activity_ids[self.activity[j]],
            offering_id=self.catalogue.offering_ids[self.offering[j]],
            pace_min=int(self.pace_min[j]),
            relevance=float(self.relevance[j]),
            work_min=int(self.work_min[j]),
            travel_min=int(self.travel_min[j]),
            funding=None if source == FREE else FUNDING[source],
            bonus_mpt=dict(zip(BONUS_PARTS, self.bonus_mpt[j].tolist(), strict=True)),
            price_mpt=dict(zip(PRICE_PARTS, self.price_mpt[j].tolist(), strict=True)),
        )


def compile_budget(constraints: Constraints, limits: Limits) -> tuple[int, ...]:
    """Roubles by source in the order of ``FUNDING``.

    What the request states for a source replaces the policy's amount where the policy lets
    educators replace budgets, else only lowers it. A source that neither names has none.
    """
    stated = constraints.budget_by_source or {}
    replaces = "budget_rub" in limits.educator_may_replace
    amounts = []
    for source in FUNDING:
        own = limits.budget_rub.get(source, 0)
        asked = stated.get(source, own)
        amounts.append(max(0, asked if replaces else min(own, asked)))
    return tuple(amounts)


def fund(
    catalogue: Catalogue, runs: Runs, budget_rub: tuple[int, ...], refusals: Refusals
) -> Funded:
    """One candidate per run and source that may pay and can, in the order of preference."""
    price = catalogue.price_rub[runs.offering]
    rank = catalogue.funding_rank[catalogue.offering_activity[runs.offering]]
    budget = np.array(budget_rub, dtype=np.int64)
    may_pay = rank >= 0
    pays = may_pay & (budget[None, :] >= price[:, None]) & (price > 0)[:, None]
    free = price == 0
    poor = ~free & ~pays.any(axis=1)
    most = np.where(may_pay, budget[None, :], 0).max(axis=1, initial=0)
    refusals.note("budget", runs.offering[poor], price[poor], most[poor])
    paid_row, paid_source = np.nonzero(pays)
    row = np.concatenate([np.flatnonzero(free), paid_row])
    source = np.concatenate([np.full(free.sum(), FREE), paid_source]).astype(np.int64)
    preference = np.where(source == FREE, 0, rank[row, source])
    # Two keys instead of five; each stays far below 2⁶³.
    first = catalogue.offering_activity[runs.offering[row]] * MANY + runs.start_day[row]
    then = (runs.offering[row] * MANY + runs.pace_min[row]) * len(FUNDING) + preference
    order = np.lexsort((then, first))
    several = pays.sum(axis=1)[row] > 1
    return Funded(runs, row[order], source[order], several[order])


def against_history(
    catalogue: Catalogue, frame: Frame, prerequisites: Prerequisites, funded: Funded
) -> tuple[Funded, dict[int, tuple[tuple[int, ...], ...]]]:
    """Leave out groups that the history meets on the start; groups still open by activity.

    A history item may be young enough for the early runs of an activity and too old for the late
    ones. The problem states groups per activity, so the late runs go then: the group is met for
    those that stay.
    """
    activity = catalogue.offering_activity[funded.offering]
    start = frame.day0 + funded.start_day
    kept = np.ones(len(activity), dtype=np.bool_)
    still_open: dict[int, tuple[tuple[int, ...], ...]] = {}
    # Candidates are in the order of their activities.
    ends = np.searchsorted(activity, np.arange(len(catalogue.activities) + 1)).tolist()
    for a, groups in prerequisites.groups.items():
        if ends[a] == ends[a + 1]:
            continue
        own = np.arange(ends[a], ends[a + 1])
        first, left = int(start[own].min()), []
        for group, until in zip(groups, prerequisites.valid_until[a], strict=True):
            if first <= until:
                kept[own[start[own] > until]] = False
            else:
                left.append(group)
        if left:
            still_open[a] = tuple(left)
    return funded.where(kept), still_open


def build_table(
    catalogue: Catalogue,
    frame: Frame,
    ranking: Ranking,
    gains: Gains,
    value: Value,
    wishes: Wishes,
    funded: Funded,
    problem_index: IntArray,
    information: Mapping[int, int],
) -> tuple[CandidateTable, CandidateFacts]:
    """Candidates with integers only, and the facts behind them.

    Parameters
    ----------
    problem_index
        Shape (n_activities,): index of the activity in the problem.
    information
        What the news of a diagnostic is worth, in mpt by activity index.
    """
    runs = funded.runs.take(funded.run)
    activity = catalogue.offering_activity[runs.offering]
    cost = np.where(funded.source == FREE, 0, catalogue.price_rub[runs.offering])
    bonus = compile_bonuses(catalogue, gains, value, activity, frame.day0 + runs.start_day)
    for a, worth in information.items():
        bonus[activity == a, BONUS_PARTS.index("information")] = worth
    price = compile_prices(
        value,
        work_min=runs.work_min,
        cost_rub=cost,
        week=runs.end_day // 7,
        travel_min=runs.travel_min,
    )
    excluded = np.zeros(len(activity), dtype=np.bool_)
    for a in wishes.excluded_activities.values():
        excluded |= activity == a
    for offering in wishes.excluded_offerings.values():
        excluded |= runs.offering == offering
    table = CandidateTable(
        label=Labels(len(activity), lambda: _labels(catalogue, frame, runs, funded)),
        activity=problem_index[activity],
        start_day=runs.start_day,
        end_day=runs.end_day,
        gains=take_rows(gains.rows, activity),
        weekly=runs.weekly,
        meetings=runs.meetings,
        bonus_mpt=bonus.sum(axis=1),
        price_mpt=price.sum(axis=1),
        source=funded.source,
        cost_rub=cost,
        seats=catalogue.seats[runs.offering],
        excluded=excluded,
    )
    facts = CandidateFacts(
        activity=activity,
        offering=runs.offering,
        pace_min=runs.pace_min,
        relevance=np.nan_to_num(ranking.relevance)[activity],
        work_min=runs.work_min,
        travel_min=runs.travel_min,
        source=funded.source,
        bonus_mpt=bonus,
        price_mpt=price,
        catalogue=catalogue,
    )
    return table, facts


def _labels(catalogue: Catalogue, frame: Frame, runs: Runs, funded: Funded) -> tuple[str, ...]:
    """Offering id; of a self-paced run ``#Monday+pace``; ``@source`` where several may pay."""
    labels = list(map(catalogue.offering_ids.__getitem__, runs.offering.tolist()))
    mondays = [f"#{frame.date(7 * week).isoformat()}+" for week in range(frame.n_weeks)]
    paced = np.flatnonzero(runs.pace_min)
    weeks, paces = (runs.start_day[paced] // 7).tolist(), runs.pace_min[paced].tolist()
    ends = {pace: [f"{monday}{pace}" for monday in mondays] for pace in set(paces)}
    for j, week, pace in zip(paced.tolist(), weeks, paces, strict=True):
        labels[j] += ends[pace][week]
    several = np.flatnonzero(funded.several)
    for j, source in zip(several.tolist(), funded.source[several].tolist(), strict=True):
        labels[j] += f"@{FUNDING[source].value}"
    return tuple(labels)
