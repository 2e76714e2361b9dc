"""What each activity is worth: demands, gains, bonuses. Floats become integers here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from engine.catalogue import KINDS, LEVELS, UNKNOWN, Catalogue
from engine.domain import (
    BoolArray,
    DeficitVector,
    Demand,
    DemandKind,
    FloatArray,
    IntArray,
    Ranking,
)
from engine.planning.compile_effects import EffectTable
from engine.planning.problem import CATEGORIES, ProblemDemand, Ragged
from engine.policy import PolicyProfile, Value

GAIN_UNITS = 10_000
MPT = 1_000
HOUR_MIN = 60


@dataclass(frozen=True, slots=True, eq=False)
class Gains:
    """Gains of every activity of the catalogue.

    Parameters
    ----------
    rows
        One row per activity of (demand, gain units > 0), ordered by demand.
    any_gain, counted
        Shape (n_activities,): has gains; has one that its category may count.
    useful
        Shape (n_activities,): gains enough for a bonus.
    requested
        Shape (n_activities,): covers a demand that is a request, or that one has joined.
    """

    rows: Ragged
    any_gain: BoolArray
    counted: BoolArray
    useful: BoolArray
    requested: BoolArray


def mpt(points: float) -> int:
    """Points as whole millipoints."""
    return round(points * MPT)


def compile_demands(demands: Sequence[Demand]) -> tuple[ProblemDemand, ...]:
    """Demands with integer pieces, in the same order.

    A length is rounded to gain units, slope · weight to mpt per gain unit. Pieces whose rounded
    slopes are equal are joined; those worth nothing vanish, so slopes fall strictly and stay
    above 0.
    """
    return tuple(ProblemDemand(d.code, _pieces(d), category_mask(d.categories)) for d in demands)


def _pieces(demand: Demand) -> tuple[tuple[int, int], ...]:
    by_slope: dict[int, int] = {}
    for length, slope in demand.pieces:
        key = round(slope * demand.weight * MPT)
        by_slope[key] = by_slope.get(key, 0) + round(length * GAIN_UNITS)
    return tuple((length, slope) for slope, length in by_slope.items() if slope > 0 and length > 0)


def category_mask(categories: frozenset[str]) -> int:
    """Bit mask over ``CATEGORIES``."""
    return sum(1 << c for c, name in enumerate(CATEGORIES) if name in categories)


def compile_gains(
    catalogue: Catalogue,
    ranking: Ranking,
    deficits: DeficitVector,
    demands: Sequence[ProblemDemand],
    policy: PolicyProfile,
    effects: EffectTable | None = None,
) -> Gains:
    """Gains of all activities on all demands.

    gain = relevance · effect · (1 − exp(−c · h / h0(kind))) in gain units, rounded, with
    coverage c and h in clock hours (route-problem, section 2). Activities of unknown length have
    none.

    Parameters
    ----------
    effects
        Estimated from outcomes, see ``compile_effects``; ``None`` = the policy's by kind.
    """
    coverage = sp.csr_array(ranking.coverage, copy=True)
    coverage.sum_duplicates()
    n_activities = coverage.shape[0]
    row = np.repeat(np.arange(n_activities), np.diff(coverage.indptr))
    column = coverage.indices.astype(np.int64)
    effect = _policy_effects(catalogue, policy.value)
    worth = effect[row] if effects is None else effects.means(deficits.demands, row, column, effect)
    units = _gain_units(catalogue, ranking, policy.value, row, coverage.data, worth)
    units[~np.array([bool(d.pieces) for d in demands], dtype=np.bool_)[column]] = 0
    mask = np.array([d.categories for d in demands], dtype=np.int64)[column]
    counts = (units > 0) & ((mask >> catalogue.category[row]) & 1 == 1)
    asked = np.array(
        [d.kind is DemandKind.REQUEST or bool(d.request_ids) for d in deficits.demands],
        dtype=np.bool_,
    )
    total = np.bincount(row[counts], weights=units[counts], minlength=n_activities)
    keep = units > 0
    lengths = np.bincount(row[keep], minlength=n_activities)
    return Gains(
        rows=Ragged(
            indptr=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            values=np.column_stack([column[keep], units[keep]]),
        ),
        any_gain=lengths > 0,
        counted=np.bincount(row[counts], minlength=n_activities) > 0,
        useful=(total > 0) & (total >= policy.value.bonus_least_gain * GAIN_UNITS),
        requested=np.bincount(row[asked[column] & (coverage.data > 0)], minlength=n_activities) > 0,
    )


def _policy_effects(catalogue: Catalogue, value: Value) -> FloatArray:
    """Shape (n_activities,): the policy's effects."""
    return np.array([value.effect.get(k, 0.0) for k in KINDS])[catalogue.kind]


def _gain_units(
    catalogue: Catalogue,
    ranking: Ranking,
    value: Value,
    row: IntArray,
    coverage: FloatArray,
    effect: FloatArray,
) -> IntArray:
    # A kind without effect needs no h0.
    h0 = np.array([value.saturation_hours.get(k, 1.0) for k in KINDS])[catalogue.kind]
    hours = np.maximum(catalogue.duration_min, 0) / HOUR_MIN
    most = np.nan_to_num(ranking.relevance)[row] * effect
    gain = most * -np.expm1(-coverage * (hours / h0)[row])
    return np.asarray(np.rint(gain * GAIN_UNITS), dtype=np.int64)


BONUS_PARTS: tuple[str, ...] = ("federal_register", "requested", "level", "information")


def compile_bonuses(
    catalogue: Catalogue, gains: Gains, value: Value, activity: IntArray, start: IntArray
) -> IntArray:
    """Bonuses of candidates by part, in mpt.

    A bonus tips the scales between useful activities: below ``bonus_least_gain`` there is none, so
    no activity is chosen for its bonus alone. The worth of what a diagnostic tells is none of
    these; its part is 0 here.

    Parameters
    ----------
    activity, start
        Shape (n,): activity index and ordinal of the first day.

    Returns
    -------
    ndarray of int, shape (n, len(BONUS_PARTS))
    """
    registered = (catalogue.register_from[activity] <= start) & (
        start <= catalogue.register_to[activity]
    )
    by_level = np.array([mpt(value.bonus_level.get(x, 0.0)) for x in LEVELS], dtype=np.int64)
    level = catalogue.level[activity]
    parts = np.column_stack(
        [
            registered * mpt(value.bonus_federal_register),
            gains.requested[activity] * mpt(value.bonus_requested),
            np.where(level == UNKNOWN, 0, by_level[level]),
            np.zeros(len(activity), dtype=np.int64),
        ]
    )
    return np.asarray(parts * gains.useful[activity][:, None], dtype=np.int64)


PRICE_PARTS: tuple[str, ...] = ("hours", "roubles", "weeks_later", "travel")


def compile_prices(
    value: Value, *, work_min: IntArray, cost_rub: IntArray, week: IntArray, travel_min: IntArray
) -> IntArray:
    """Prices of candidates by part, in mpt.

    Parameters
    ----------
    work_min, travel_min
        Shape (n,): minutes of learning without travel, and of travel.
    week
        Week of the last day, counted from week 0: what is learned later counts less.

    Returns
    -------
    ndarray of int, shape (n, len(PRICE_PARTS))
    """
    parts = np.column_stack(
        [
            value.price_hour * work_min / HOUR_MIN,
            value.price_rouble * cost_rub,
            value.price_week_later * week,
            value.price_travel_hour * travel_min / HOUR_MIN,
        ]
    )
    return np.asarray(np.rint(parts * MPT), dtype=np.int64)
