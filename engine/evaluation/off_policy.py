"""Off-policy evaluation: what another ranking would have earned, from slates that were logged.

A slate is what one person was proposed at one time. Logged are the activities of each slate with
the chance with which they were drawn into it (see ``engine.matching.exploration``) and what they
earned. Asked is the mean earning of an activity that another ranking, the target, would have
proposed to the same people. An activity's earning may depend on the person, not on the rest of
the slate.

With π(a) the chance of a logged activity, p(a) its chance under the target, w = p / π, q any guess
of what an activity earns, sums over all slates, D = Σ p over everything that the target proposes:

- IPS = Σ w · r / D: inverse propensity, unbiased (Horvitz and Thompson 1952);
- SNIPS = Σ w · r / Σ w: self-normalised, a little biased, steadier (Swaminathan, Joachims 2015);
- DR = (Σ p · q + Σ w · (r − q)) / D: doubly robust, unbiased whatever q is and the steadier the
  better q is (Dudík, Langford, Li 2011). q must not have been fitted on these slates.

Intervals are percentiles of draws of persons with replacement. What was never proposed cannot be
judged: without exploration, or where too much of what the target proposes could not have been
logged, the answer is ``no_support`` and no number.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from engine.domain import BoolArray, FloatArray, IntArray
from engine.evaluation.bootstrap import DRAWS, LEVEL, Interval, resampled_sums
from engine.evaluation.slates import LoggedSlates, TargetSlates, check_pairs, pair_keys

SUPPORT_TOLERANCE = 0.05
"""Most of the target's proposals that may lie outside of what could have been logged."""

ESS_LEAST = 20.0
"""Least effective sample size: below, an interval from draws of persons means nothing."""


class Reason(StrEnum):
    """Why there is no estimate."""

    NO_PROPENSITIES = "no_propensities"
    NO_EXPLORATION = "no_exploration"
    OUTSIDE_SUPPORT = "outside_support"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class OffPolicyReport:
    """What the log says of the target.

    Parameters
    ----------
    reason
        Why there is no estimate; ``None`` = there is one.
    ips, snips, dr
        Mean earning of one proposed activity; ``None`` = no support; ``dr`` also without a
        guess of what activities earn.
    logged
        Mean earning of what was proposed in the slates that were used, for comparison.
    slates, people
        Used: every row with a chance.
    left_out
        Slates with a row whose chance is not known.
    matched
        Rows of the log that the target proposes too.
    effective
        Effective sample size (Σ w)² / Σ w² (Kish 1965).
    outside
        Share of the target's proposals that could not have been logged: summed where all
        chances are known, else estimated as 1 − Σ w / D.
    tolerance
        Most of it.
    confidence
        Of the intervals.
    """

    reason: Reason | None
    ips: Interval | None
    snips: Interval | None
    dr: Interval | None
    logged: float
    slates: int
    people: int
    left_out: int
    matched: int
    effective: float
    outside: float
    tolerance: float
    confidence: float

    @property
    def status(self) -> str:
        """``estimated`` or ``no_support``."""
        return "estimated" if self.reason is None else "no_support"


def off_policy(
    log: LoggedSlates,
    target: TargetSlates,
    guess: tuple[FloatArray, FloatArray] | None = None,
    *,
    tolerance: float = SUPPORT_TOLERANCE,
    confidence: float = LEVEL,
    resamples: int = DRAWS,
    seed: int = 0,
) -> OffPolicyReport:
    """Estimate what the target would have earned.

    Parameters
    ----------
    guess
        What the rows of the log, shape (n,), and of the target, shape (m,), are thought to
        earn, by a model that has not seen these slates; ``None`` = no doubly robust estimate.

    Raises
    ------
    ValueError
        Shapes or values that contradict the records above.
    """
    _check_target(log, target, guess)
    used = _used_slates(log)
    rows, asked = used[log.slate], used[target.slate]
    p = _chance_of(log, target)
    weight = np.divide(p, log.propensity, out=np.zeros(len(p)), where=rows)
    sums = _by_person(log, target, guess, weight, rows, asked)
    draws = resampled_sums(sums, draws=resamples, seed=seed)
    outside, lacking = _outside(log, target, asked, sums, draws, tolerance, confidence)
    total = weight.sum()
    effective = float(total**2 / (weight**2).sum()) if total > 0 else 0.0
    reason = _reason(log, rows, asked, lacking, effective)
    estimates = _estimates(sums, draws, confidence) if reason is None else [None, None, None]
    return OffPolicyReport(
        reason=reason,
        ips=estimates[0],
        snips=estimates[1],
        dr=estimates[2] if guess is not None else None,
        logged=float(log.reward[rows].mean()) if rows.any() else np.nan,
        slates=int(used.sum()),
        people=len(np.unique(log.person[used])),
        left_out=int(len(np.unique(log.slate)) - used.sum()),
        matched=int((weight > 0).sum()),
        effective=effective,
        outside=outside,
        tolerance=tolerance,
        confidence=confidence,
    )


# --------------------------------------------------------------------------------- pieces


def _used_slates(log: LoggedSlates) -> BoolArray:
    """Shape (n_slates,): slates with rows, all of a known chance."""
    size = np.bincount(log.slate, minlength=len(log.person))
    known = np.bincount(log.slate[~np.isnan(log.propensity)], minlength=len(log.person))
    used: BoolArray = (size > 0) & (known == size)
    return used


def _chance_of(log: LoggedSlates, target: TargetSlates) -> FloatArray:
    """Chance of each logged row under the target, shape (n,)."""
    width = 1 + max(log.activity.max(initial=0), target.activity.max(initial=0))
    own = pair_keys(target.slate, target.activity, width)
    order = np.argsort(own)
    found, at = _lookup(own[order], pair_keys(log.slate, log.activity, width))
    chance = np.zeros(len(log.slate))
    chance[found] = target.chance[order][at[found]]
    return chance


def _loggable_of(log: LoggedSlates, target: TargetSlates) -> FloatArray:
    """Chance of each row of the target in the log, shape (m,); NaN = not known."""
    loggable = np.full(len(target.slate), np.nan)
    if target.loggable is not None:
        loggable = target.loggable.copy()
    width = 1 + max(log.activity.max(initial=0), target.activity.max(initial=0))
    logged = pair_keys(log.slate, log.activity, width)
    order = np.argsort(logged)
    found, at = _lookup(logged[order], pair_keys(target.slate, target.activity, width))
    loggable[found] = log.propensity[order][at[found]]
    return loggable


def _lookup(sorted_keys: IntArray, keys: IntArray) -> tuple[BoolArray, IntArray]:
    """Which keys are there, and where."""
    at = np.minimum(np.searchsorted(sorted_keys, keys), max(0, len(sorted_keys) - 1))
    if not len(sorted_keys):
        return np.zeros(len(keys), dtype=bool), at
    return sorted_keys[at] == keys, at


def _by_person(
    log: LoggedSlates,
    target: TargetSlates,
    guess: tuple[FloatArray, FloatArray] | None,
    weight: FloatArray,
    rows: BoolArray,
    asked: BoolArray,
) -> FloatArray:
    """Σ w·r, Σ w, D and the numerator of DR by person, shape (n_people, 4)."""
    people, person = np.unique(log.person, return_inverse=True)
    n = len(people)

    def add(values: FloatArray, slate: IntArray, kept: BoolArray) -> FloatArray:
        summed: FloatArray = np.bincount(
            person[slate[kept]], weights=values[kept], minlength=n
        ).astype(np.float64)
        return summed

    q_log, q_target = guess if guess is not None else (np.zeros(len(rows)), np.zeros(len(asked)))
    of_log = add(weight * (log.reward - q_log), log.slate, rows)
    columns = [
        add(weight * log.reward, log.slate, rows),
        add(weight, log.slate, rows),
        add(target.chance, target.slate, asked),
        of_log + add(target.chance * q_target, target.slate, asked),
    ]
    stacked = np.column_stack(columns)
    # whoever has no slate in use is not part of the population
    present = np.bincount(person[np.unique(log.slate[rows])], minlength=n) > 0
    return stacked[present]


def _values(sums: FloatArray) -> FloatArray:
    """IPS, SNIPS and DR of each row of sums; NaN where nothing was matched."""
    reward, weight, base, robust = np.atleast_2d(sums).T
    with np.errstate(divide="ignore", invalid="ignore"):
        values: FloatArray = np.column_stack([reward / base, reward / weight, robust / base])
    return values


def _estimates(sums: FloatArray, draws: FloatArray, confidence: float) -> list[Interval | None]:
    value = _values(sums.sum(axis=0))[0]
    tail = (1 - confidence) / 2
    low, high = np.nanquantile(_values(draws), [tail, 1 - tail], axis=0)
    return [
        Interval(float(v), float(a), float(b)) for v, a, b in zip(value, low, high, strict=True)
    ]


def _outside(
    log: LoggedSlates,
    target: TargetSlates,
    asked: BoolArray,
    sums: FloatArray,
    draws: FloatArray,
    tolerance: float,
    confidence: float,
) -> tuple[float, bool]:
    """Share of the target that could not have been logged, and whether it is too much.

    Where chances of what was not drawn are not known, Σ w / D is 1 on average with full support
    and falls short of 1 by the share outside; it lacks support if even the upper bound of Σ w / D
    falls short of 1 − ``tolerance``.
    """
    total = sums[:, 2].sum()
    if total <= 0:
        return np.nan, True
    loggable = _loggable_of(log, target)[asked]
    if not np.isnan(loggable).any():
        chance = target.chance[asked]
        share = float(chance[loggable <= 0].sum() / chance.sum())
        return share, share > tolerance
    share = float(1 - sums[:, 1].sum() / total)
    covered = draws[:, 1] / np.where(draws[:, 2] > 0, draws[:, 2], np.nan)
    return share, bool(np.nanquantile(covered, confidence) < 1 - tolerance)


def _reason(
    log: LoggedSlates, rows: BoolArray, asked: BoolArray, lacking: bool, effective: float
) -> Reason | None:
    if not rows.any():
        return Reason.NO_PROPENSITIES
    if (log.propensity[rows] >= 1).all():
        return Reason.NO_EXPLORATION
    if lacking:
        return Reason.OUTSIDE_SUPPORT
    return Reason.TOO_FEW if effective < ESS_LEAST else None


# --------------------------------------------------------------------------------- checks


def _check_target(
    log: LoggedSlates, target: TargetSlates, guess: tuple[FloatArray, FloatArray] | None
) -> None:
    m = len(target.slate)
    columns = (target.activity, target.chance, target.chance if guess is None else guess[1])
    if any(len(c) != m for c in columns) or (guess is not None and len(guess[0]) != len(log.slate)):
        raise ValueError("all columns must have the same length")
    if target.loggable is not None and len(target.loggable) != m:
        raise ValueError("all columns must have the same length")
    if not ((target.chance > 0) & (target.chance <= 1)).all():
        raise ValueError("a chance of what the target proposes must be in (0, 1]")
    if guess is not None and not all(np.isfinite(g).all() for g in guess):
        raise ValueError("every guess must be a finite number")
    check_pairs(target.slate, target.activity, len(log.person))
