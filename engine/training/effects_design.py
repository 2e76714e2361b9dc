"""Which completions lie between two measurements of a node, and how much each could have done.

Columns are pairs of an activity and a measured node. The entry of a row is the gain that the
policy would expect of a completion, in parts of the whole scale::

    x = benefit_rate(kind) · effect(kind) · (1 − exp(−c · h / h0(kind)))

with the coverage c of the node (rolled up for a block), h in clock hours, as planning counts.
What the regression finds is a factor on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from engine.catalogue import clock_minutes
from engine.domain import (
    Activity,
    FloatArray,
    IntArray,
    Kind,
)
from engine.interactions import STATES, Interactions, State
from engine.policy import Value
from engine.training.effects_baseline import Baseline
from engine.training.effects_coverage import RolledCoverage
from engine.training.effects_evidence import NONE, Measurements

HOUR_MIN = 60
BenefitRate = Mapping[Kind, float] | float


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """What the policy expects of each activity at full coverage of a long one.

    Parameters
    ----------
    effect
        Shape (n_activities,): the policy's effect; 0 where it has none.
    most
        Shape (n_activities,): benefit_rate · effect.
    pace
        Shape (n_activities,): hours / h0; 0 where the length is not known.
    """

    effect: FloatArray
    most: FloatArray
    pace: FloatArray

    @classmethod
    def of(
        cls, activities: Sequence[Activity], value: Value, benefit_rate: BenefitRate
    ) -> Expected:
        """By the policy's values; activities of kinds without effect or h0 have none."""
        effect = np.array([value.effect.get(a.kind, 0.0) for a in activities], dtype=np.float64)
        rate = np.array([rate_of(benefit_rate, a.kind) for a in activities], dtype=np.float64)
        hours = np.array(
            [clock_minutes(a.hours_academic or 0.0) / HOUR_MIN for a in activities],
            dtype=np.float64,
        )
        h0 = np.array([value.saturation_hours.get(a.kind, np.inf) for a in activities])
        return cls(effect, rate * effect, hours / h0)


def rate_of(benefit_rate: BenefitRate, kind: Kind) -> float:
    """P(benefits | completed) of a kind; 1 for a kind that a mapping leaves out.

    Raises
    ------
    ValueError
        If it does not lie in (0, 1].
    """
    rate = benefit_rate.get(kind, 1.0) if isinstance(benefit_rate, Mapping) else benefit_rate
    if not 0 < rate <= 1:
        raise ValueError(f"benefit_rate of {kind.value} must lie in (0, 1], not {rate}")
    return float(rate)


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Rows (repeated measurements) × columns (activity and node).

    Parameters
    ----------
    rows
        Shape (n_rows,): rows of the measurements, ascending.
    now
        csr, shape (n_rows, n_columns): completions since the node's measurement before.
    carried
        csr of the same shape: the part of earlier completions that the baseline has not noticed.
    carry
        csr, shape (n_rows, n_rows): ``carried = carry @ now``.
    activity, node
        Shape (n_columns,): positions in the activities and in the measured nodes.
    completions
        Shape (n_columns,): distinct completions behind each column.
    by_activity
        Shape (n_activities,): distinct completions with any measurement after.
    """

    rows: IntArray
    now: sp.csr_array
    carried: sp.csr_array
    carry: sp.csr_array
    activity: IntArray
    node: IntArray
    completions: IntArray
    by_activity: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Completions:
    """Completions by measured people of known activities, by person, then by day.

    Parameters
    ----------
    person, activity
        Shape (n,): positions in the measurements' people and in the activities.
    day
        Shape (n,): day of completion, or where it is not stated of taking up.
    """

    person: IntArray
    activity: IntArray
    day: FloatArray

    @classmethod
    def of(
        cls, interactions: Interactions, people: Sequence[str], activities: Sequence[Activity]
    ) -> Completions:
        """From interactions.

        Raises
        ------
        ValueError
            If the interactions know the order only, not the days.
        """
        if interactions.clock != "days":
            raise ValueError("effects need days: the interactions know the order only")
        person = _positions(interactions.people, people)[interactions.person]
        ids = [a.id for a in activities]
        activity = _positions(interactions.activities, ids)[interactions.activity]
        done = interactions.state == STATES.index(State.COMPLETED)
        day = np.where(np.isnan(interactions.ended), interactions.time, interactions.ended)
        keep = np.flatnonzero(done & (person != NONE) & (activity != NONE) & ~np.isnan(day))
        keep = keep[np.lexsort((activity[keep], day[keep], person[keep]))]
        return cls(person[keep], activity[keep], np.floor(day[keep]))


def _positions(ids: Sequence[str], known: Sequence[str]) -> IntArray:
    at = {name: i for i, name in enumerate(known)}
    return np.array([at.get(name, NONE) for name in ids], dtype=np.int64)


def design_of(
    table: Measurements,
    found: Sequence[Baseline],
    completions: Completions,
    expected: Expected,
    rolled: RolledCoverage,
) -> Design:
    """Rows and columns of the regression.

    A completion on the day of a measurement comes before it: final diagnostics are taken when
    an activity ends.
    """
    rows = table.repeated
    row, which = _pairs(table, rows, completions)
    activity = completions.activity[which]
    covered = rolled.of(activity, rows[row])
    x = expected.most[activity] * -np.expm1(-covered * expected.pace[activity])
    keep = x > 0
    row, which, activity, x = row[keep], which[keep], activity[keep], x[keep]
    n_nodes = max(len(table.nodes), 1)
    labels, column = np.unique(activity * n_nodes + table.node[rows[row]], return_inverse=True)
    shape = (len(rows), len(labels))
    now = sp.csr_array((x, (row, column)), shape=shape)
    now.sum_duplicates()
    carry = _carry(table, rows, found)
    return Design(
        rows=rows,
        now=now,
        carried=sp.csr_array(carry @ now),
        carry=carry,
        activity=labels // n_nodes,
        node=labels % n_nodes,
        completions=_distinct(column, which, len(labels)),
        by_activity=_distinct(activity, which, len(expected.most)),
    )


def _distinct(group: IntArray, which: IntArray, n_groups: int) -> IntArray:
    pairs = np.unique(np.column_stack([group, which]), axis=0)
    return np.bincount(pairs[:, 0], minlength=n_groups).astype(np.int64)


def _pairs(table: Measurements, rows: IntArray, done: Completions) -> tuple[IntArray, IntArray]:
    """Row and completion of every completion in (day before, day] of the same person."""
    span = float(max(table.day.max(initial=0), done.day.max(initial=0.0)) + 2)
    key = done.person * span + done.day
    person = table.person[rows] * span
    low = np.searchsorted(key, person + table.day[table.before[rows]], side="right")
    high = np.searchsorted(key, person + table.day[rows], side="right")
    count = high - low
    row = np.repeat(np.arange(len(rows)), count)
    offset = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return row, np.repeat(low, count) + offset


def _carry(table: Measurements, rows: IntArray, found: Sequence[Baseline]) -> sp.csr_array:
    """Unseen part of the gains before earlier rows, summed along each node's chain of rows."""
    place = np.full(len(table), NONE, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    parts: list[tuple[IntArray, IntArray, FloatArray]] = []
    for base in found:
        shape = base.unseen.shape
        target = np.broadcast_to(place[base.batch.rows][:, :, None], shape)
        source = np.broadcast_to(place[base.batch.evidence][:, None, :], shape)
        use = (source != NONE) & (base.unseen != 0)
        parts.append((target[use], source[use], base.unseen[use]))
    size = (len(rows), len(rows))
    if not parts:
        return sp.csr_array(size)
    target, source, value = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    unseen = sp.csr_array((value, (target, source)), shape=size)
    chain, link = unseen.copy(), unseen
    before = np.where(place[table.before[rows]] != NONE, place[table.before[rows]], NONE)
    has = np.flatnonzero(before != NONE)
    back = sp.csr_array((np.ones(len(has)), (has, before[has])), shape=size)
    while link.nnz:
        link = sp.csr_array(link @ back)
        link.eliminate_zeros()
        chain = chain + link
    return sp.csr_array(chain)
