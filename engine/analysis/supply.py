"""What the catalogue has to offer to whom: open seats, and how much each activity would close.

Who may take an activity is what ``engine.matching.eligibility`` says of a class of people:
audience, language and length. What depends on one person (what he has completed, what he was kept
from) is left out, so everything that is found missing here is missing for each of them. A gain is
that of planning, ``benefit · effect · (1 − exp(−coverage · hours / h0))``, with one chance of
benefit for everybody in the place of a relevance.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from zoneinfo import ZoneInfo

import numpy as np
import scipy.sparse as sp

from engine.analysis.people import RegionPeople
from engine.catalogue import CATEGORIES, category_of
from engine.deficits.certain import certain_demand
from engine.deficits.group_measures import LEVELS
from engine.domain import (
    ACADEMIC_HOUR_MIN,
    Activity,
    BoolArray,
    Constraints,
    Demand,
    DemandKind,
    FloatArray,
    IntArray,
    Offering,
    OfficialLevel,
)
from engine.framework import Framework
from engine.matching.audience import with_audience
from engine.matching.coverage import cover_activities
from engine.matching.eligibility import EligibilityTable, OfferingTable
from engine.matching.rollup import roll_matrix
from engine.matching.tagging import CompetencyTagger
from engine.policy import PolicyProfile, Value

_RUNS = frozenset({"no_run_in_horizon", "enrolment_closed"})
"""Reasons that speak of runs and not of the audience."""


class RunState(IntEnum):
    """How far an activity's runs are from taking somebody in; the least is the best."""

    OPEN = 0
    FULL = 1
    CLOSED = 2
    NONE = 3


@dataclass(frozen=True, slots=True, eq=False)
class CatalogueSupply:
    """Activities with what they offer until a day; n_profiles classes of people.

    Parameters
    ----------
    activities, offerings
        By id; the offerings are those of known activities.
    admitted
        Shape (n_profiles, n_activities): the audience rules admit the class.
    state
        Shape (n_activities,), values of ``RunState``.
    seats
        Shape (n_activities,): open seats over its runs; infinite where some run has no limit.
    open_runs
        Shape (n_offerings,): open, seats aside.
    hours
        Shape (n_activities,), clock hours; 0 where unknown.
    category
        Shape (n_activities,), positions in ``CATEGORIES``.
    told
        Shape (n_activities,), in [0, 1]: share of what it covers that is about nodes at which
        anybody was measured; the need of the rest is not known.
    gains
        By class: csr, shape (n_activities, n_nodes), part of a whole deficit that somebody of the
        class may expect to be closed; 0 where he is not admitted.
    """

    activities: tuple[Activity, ...]
    offerings: tuple[Offering, ...]
    admitted: BoolArray
    state: IntArray
    seats: FloatArray
    open_runs: BoolArray
    hours: FloatArray
    category: IntArray
    told: FloatArray
    gains: tuple[sp.csr_array, ...]


def supply_of(
    activities: Sequence[Activity],
    offerings: Sequence[Offering],
    people: RegionPeople,
    nodes: Sequence[int],
    framework: Framework,
    policy: PolicyProfile,
    as_of: dt.datetime,
    until: dt.date,
    benefit: float,
) -> CatalogueSupply:
    """Compile the catalogue for the classes of people.

    Parameters
    ----------
    nodes
        Nodes that deficits are known of; coverage goes to the nearest of them at or above.
    """
    found = tuple(with_audience(a, framework) for a in sorted(activities, key=lambda a: a.id))
    index = {a.id: i for i, a in enumerate(found)}
    runs = tuple(o for o in sorted(offerings, key=lambda o: o.id) if o.activity_id in index)
    zone = ZoneInfo(policy.time_zone)
    today = as_of.astimezone(zone).date()
    table = OfferingTable.compile(runs, index)
    within, open_runs = table.within(today, (today, until))
    seats = np.array([np.inf if o.seats_left is None else o.seats_left for o in runs])
    rules = EligibilityTable(found, framework)
    admitted = np.ones((len(people.audiences), len(found)), dtype=np.bool_)
    for p in range(len(people.audiences)):
        reasons = rules.reasons(
            people.one_of(p),
            offerings=table,
            history=(),
            constraints=Constraints(),
            as_of=as_of,
            horizon=(today, until),
            zone=zone,
        )
        shut = [i for i, why in reasons.items() if any(r.code not in _RUNS for r in why)]
        admitted[p, shut] = False
    hours = np.array([(a.hours_academic or 0.0) * ACADEMIC_HOUR_MIN / 60 for a in found])
    coverage = cover_activities(found, framework, CompetencyTagger().fit(framework)).coverage
    return CatalogueSupply(
        activities=found,
        offerings=runs,
        admitted=admitted,
        state=_states(table, within, open_runs, seats, len(found)),
        seats=np.bincount(
            table.activity[open_runs], weights=seats[open_runs], minlength=len(found)
        ).astype(np.float64),
        open_runs=open_runs,
        hours=hours,
        category=np.array([CATEGORIES.index(category_of(a)) for a in found], dtype=np.int64),
        told=_told(coverage, nodes, framework),
        gains=_gains(found, coverage, hours, admitted, people, nodes, framework, policy, benefit),
    )


def _states(
    table: OfferingTable, within: BoolArray, is_open: BoolArray, seats: FloatArray, n: int
) -> IntArray:
    state = np.full(n, RunState.NONE, dtype=np.int64)
    for value, runs in (
        (RunState.CLOSED, within),
        (RunState.FULL, is_open),
        (RunState.OPEN, is_open & (seats > 0)),
    ):
        state[table.activity[runs]] = value
    return state


def _told(coverage: sp.csr_array, nodes: Sequence[int], framework: Framework) -> FloatArray:
    known = {framework.codes[node] for node in nodes}
    of = [framework.nearest(code, known) is not None for code in framework.codes]
    part = coverage @ np.array(of, dtype=np.float64)
    return np.asarray(part / np.maximum(np.asarray(coverage.sum(axis=1)).ravel(), 1e-12))


def _gains(
    activities: Sequence[Activity],
    coverage: sp.csr_array,
    hours: FloatArray,
    admitted: BoolArray,
    people: RegionPeople,
    nodes: Sequence[int],
    framework: Framework,
    policy: PolicyProfile,
    benefit: float,
) -> tuple[sp.csr_array, ...]:
    effect = np.array([policy.value.effect.get(a.kind, 0.0) for a in activities])
    rate = np.array([_rate(a, policy.value) for a in activities]) * hours
    demands = {node: _demand(framework.codes[node]) for node in nodes}
    found = []
    for profile in range(len(people.audiences)):
        target = people.targets.by_profile[profile]
        own = [node for node in nodes if not np.isnan(target[node])]
        roll = roll_matrix(framework, [demands[n] for n in own], ~np.isnan(target))
        to_node = sp.csr_array(
            (np.ones(len(own)), (np.arange(len(own)), own)), shape=(len(own), len(framework))
        )
        covered = sp.csr_array(coverage @ roll @ to_node)
        row = np.repeat(np.arange(len(activities)), np.diff(covered.indptr))
        covered.data = benefit * effect[row] * -np.expm1(-covered.data * rate[row])
        covered.data *= admitted[profile, row]
        covered.eliminate_zeros()
        covered.sort_indices()
        found.append(covered)
    return tuple(found)


def _rate(activity: Activity, value: Value) -> float:
    return 1.0 / value.saturation_hours.get(activity.kind, 1.0)


def _demand(code: str) -> Demand:
    return certain_demand(
        code=code, kind=DemandKind.DEFICIT, title=code, nodes=(code,), weight=1.0, deficit=1.0
    )


def fitting_categories(policy: PolicyProfile) -> BoolArray:
    """Which of ``CATEGORIES`` may fill a deficit, shape (3, n_categories), by ``LEVELS``.

    Counted are deficits that are truly above minimal, so who is officially at the minimal level
    is taken as medium: if he needs anything, it is that.
    """
    levels = [OfficialLevel.MEDIUM if x is OfficialLevel.MINIMAL else x for x in LEVELS]
    rows = [[c in policy.form_by_level[level] for c in CATEGORIES] for level in levels]
    return np.array(rows, dtype=np.bool_)
