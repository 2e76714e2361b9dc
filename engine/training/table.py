"""The labelled table: one row for an interaction with a known end, features as of its day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from joblib import Parallel, delayed

from engine.deficits import assess_deficits
from engine.diagnostics import estimate_proficiency
from engine.domain import DeficitVector, FloatArray, HistoryItem, IntArray
from engine.errors import NothingToPlan
from engine.interactions import STATES, Interactions, State
from engine.matching.eligibility import OfferingTable
from engine.matching.factors import FACTORS
from engine.matching.matcher import ActivityMatcher
from engine.matching.signals import EPOCH
from engine.recommender.request import RouteRequest
from engine.recommender.request_nodes import request_nodes
from engine.training.data import TrainingData, completed_before
from engine.training.gains import MeasuredGrowth, node_and_ancestors

ACCEPTED_WEIGHT = 0.3
"""Worth of a methodist's consent beside a completion: it is an opinion before the event."""

LEAST_PARALLEL = 500
"""People from which on a second process pays for its start."""

UNITS = 4
"""Units of work a process."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelledTable:
    """Rows with an outcome, in the order of ``TrainingData.interactions``.

    Parameters
    ----------
    X
        Shape (n, n_factors), columns as in ``FACTORS``; what interactions teach is NaN until
        ``with_signals``.
    label
        Shape (n,), in [0, 1]: chance that the person completed it and benefited.
    weight
        Shape (n,), > 0.
    measured
        Shape (n,): chance of growth at the re-diagnosis; NaN = no completion or not measured.
    row
        Shape (n,), positions in the interactions.
    """

    X: FloatArray
    label: FloatArray
    weight: FloatArray
    measured: FloatArray
    row: IntArray

    def __len__(self) -> int:
        return len(self.label)

    def select(self, rows: IntArray) -> LabelledTable:
        """Some of the rows."""
        return LabelledTable(
            self.X[rows], self.label[rows], self.weight[rows], self.measured[rows], self.row[rows]
        )


def outcome_rows(interactions: Interactions) -> IntArray:
    """Rows that an outcome is known of: decided, dropped, completed, or stated by the source."""
    known = (State.REJECTED, State.ACCEPTED, State.DROPPED, State.COMPLETED)
    decided = np.isin(interactions.state, [STATES.index(s) for s in known])
    return np.flatnonzero(decided | ~np.isnan(interactions.outcome))


def build_table(
    data: TrainingData,
    matcher: ActivityMatcher,
    *,
    rows: IntArray | None = None,
    n_jobs: int = 2,
) -> LabelledTable:
    """Features and labels of rows.

    Parameters
    ----------
    matcher
        Fitted on ``data.activities``, without signals: these are learned from the same rows and
        added by folds.
    rows
        Rows of the interactions; ``None`` = all with an outcome.
    n_jobs
        Processes.
    """
    interactions = data.interactions
    wanted = np.zeros(len(interactions), dtype=np.bool_)
    wanted[outcome_rows(interactions) if rows is None else rows] = True
    by_person = [
        (data.people[id], own, own[wanted[own]]) for id, own in data.rows_of_people().items()
    ]
    tasks = [t for t in by_person if len(t[2])]
    worker = _Worker(data, matcher)
    if n_jobs == 1 or len(tasks) < LEAST_PARALLEL:
        return _labelled(interactions, [worker(tasks)] if tasks else [])
    # few units: each carries the whole catalogue to its process
    units = [tasks[i :: UNITS * n_jobs] for i in range(UNITS * n_jobs)]
    parts = Parallel(n_jobs=n_jobs)(delayed(worker)(unit) for unit in units)
    return _labelled(interactions, parts)


_NOVELTY = FACTORS.index("novelty")

Task = tuple[RouteRequest, IntArray, IntArray]
"""A person, all rows of his interactions in order of time, and those that are wanted."""

Part = tuple[IntArray, FloatArray, FloatArray]
"""Rows, their features, their chances of growth."""


class _Worker:
    """Features of some people; picklable."""

    def __init__(self, data: TrainingData, matcher: ActivityMatcher) -> None:
        self.framework, self.policy = data.framework, data.policy
        self.interactions, self.matcher = data.interactions, matcher
        table = OfferingTable.compile(data.offerings, matcher.activity_index_)
        self.online = table.online_share(len(matcher.activities_))
        self.above = node_and_ancestors(data.framework)

    def __call__(self, tasks: Sequence[Task]) -> Part:
        parts = [self._person(*task) for task in tasks]
        rows, features, growth = zip(*parts, strict=True)
        return np.concatenate(rows), np.concatenate(features), np.concatenate(growth)

    def _person(self, person: RouteRequest, own: IntArray, wanted: IntArray) -> Part:
        table = self.interactions
        features = np.full((len(wanted), len(FACTORS)), np.nan)
        for period in _periods(person, table.time[wanted]):
            at = wanted[period]
            day = float(table.time[at[0]])
            features[period] = self._features(person, own, at, day)
        return wanted, features, self._growth(person, wanted)

    def _features(
        self, person: RouteRequest, own: IntArray, at: IntArray, day: float
    ) -> FloatArray:
        table = self.interactions
        now = known_at(person, day, completed_before(table, own, day))
        factors, _ = self.matcher.factor_matrix(
            now.educator,
            self._deficits(now),
            requests=now.requests,
            history=now.history,
            policy=self.policy,
            as_of=now.as_of,
            online=self.online,
            rows=table.activity[at],
        )
        # the history grows between two sittings, and a ranking would know it
        for later in np.unique(table.time[at])[1:].tolist():
            history = known_at(person, later, completed_before(table, own, later)).history
            if len(history) > len(now.history):
                here = np.flatnonzero(table.time[at] == later)
                factors[here, _NOVELTY] = self.matcher.novelty(history, table.activity[at[here]])
        return factors

    def _deficits(self, now: RouteRequest) -> DeficitVector:
        found = request_nodes(now.requests, now.educator, self.matcher, self.framework)
        try:
            proficiency = estimate_proficiency(
                now.diagnostics,
                now.responses,
                self.framework,
                self.policy,
                now.as_of,
                time_zone=now.educator.time_zone,
            )
            return assess_deficits(
                now.educator,
                proficiency,
                now.requests,
                self.framework,
                self.policy,
                now.as_of,
                request_nodes={i: codes for i, codes in found.items() if codes},
            )
        except NothingToPlan:
            n = len(self.framework)
            nothing = np.full(n, np.nan)
            return DeficitVector(self.framework.codes, nothing, nothing, nothing, (), None)

    def _growth(self, person: RouteRequest, wanted: IntArray) -> FloatArray:
        table = self.interactions
        done = table.state[wanted] == STATES.index(State.COMPLETED)
        chance = np.full(len(wanted), np.nan)
        if done.any() and len(_sittings(person)) > 1:
            growth = MeasuredGrowth(person, self.framework, self.policy, self.above)
            for i in np.flatnonzero(done).tolist():
                row = wanted[i]
                start = table.time[row]
                end = table.ended[row] if not np.isnan(table.ended[row]) else start
                cover = self.matcher.coverage_[[table.activity[row]]]
                chance[i] = growth.chance(cover, start, end)
        return chance


def _periods(person: RouteRequest, time: FloatArray) -> list[IntArray]:
    """Positions of rows between the same two sittings, in order of time."""
    sittings = [day.toordinal() - EPOCH for day in _sittings(person)]
    period = np.searchsorted(np.array(sittings, dtype=np.float64), time, side="right")
    return [np.flatnonzero(period == p) for p in np.unique(period)]


def _sittings(person: RouteRequest) -> list[dt.date]:
    """Days on which anything was measured."""
    return sorted({r.date for r in person.diagnostics} | {r.date for r in person.responses})


def known_at(person: RouteRequest, day: float, completed: Sequence[HistoryItem]) -> RouteRequest:
    """What was known of a person on ``day`` (days since 1970-01-01), a sitting of it included."""
    date = dt.date.fromordinal(EPOCH + int(day))
    return replace(
        person,
        as_of=dt.datetime.combine(date, dt.time(12), tzinfo=person.as_of.tzinfo),
        diagnostics=tuple(r for r in person.diagnostics if r.date <= date),
        responses=tuple(r for r in person.responses if r.date <= date),
        # what was completed in the interactions may stand in the history too
        history=tuple(
            dict.fromkeys((*(h for h in person.history if h.completed_on < date), *completed))
        ),
    )


def _labelled(interactions: Interactions, parts: Sequence[Part]) -> LabelledTable:
    if not parts:
        nothing = np.zeros(0)
        return LabelledTable(
            np.zeros((0, len(FACTORS))), nothing, nothing, nothing, np.zeros(0, dtype=np.int64)
        )
    row = np.concatenate([p[0] for p in parts])
    order = np.argsort(row, kind="stable")
    row = row[order]
    X = np.concatenate([p[1] for p in parts])[order]
    measured = np.concatenate([p[2] for p in parts])[order]
    state = interactions.state[row]
    completed = state == STATES.index(State.COMPLETED)
    accepted = state == STATES.index(State.ACCEPTED)
    seen = completed & ~np.isnan(measured)
    # A completion that nobody measured again has the chance of those that were measured, or
    # relevance would rise with the share of people who are not tested.
    usual = float(measured[seen].mean()) if seen.any() else 1.0
    label = np.where(completed, np.where(seen, measured, usual), 0.0)
    # Consent is no outcome: it has the mean of those that were ended one way or the other.
    ended = completed | (state == STATES.index(State.DROPPED))
    label[accepted] = float(label[ended].mean()) if ended.any() else 1.0
    stated = interactions.outcome[row]
    label = np.where(np.isnan(stated), label, stated)
    weight = np.where(accepted & np.isnan(stated), ACCEPTED_WEIGHT, 1.0)
    return LabelledTable(X, label, weight, np.where(completed, measured, np.nan), row)
