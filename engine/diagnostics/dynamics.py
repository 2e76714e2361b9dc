"""Dynamics: what two or more diagnostics of one educator say of the change between them.

Both ends of a change are read from one joint posterior, so what they share (the educator's level,
the severity of a procedure that the same observer repeated) does not widen its interval, and a
change that six tasks cannot show is not claimed.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, ndtr, roots_hermite
from scipy.special import logit as _logit
from scipy.stats import multivariate_normal

from engine.diagnostics.evidence import Sitting, gather_sittings, sitting_order
from engine.diagnostics.item_bank import ItemBank
from engine.diagnostics.logit_normal import Z_90, share_below, share_moments, share_quantile
from engine.diagnostics.prior import ProficiencyPrior
from engine.diagnostics.scores import recent_observations, valid_evidence_day
from engine.diagnostics.system import EducatorPosterior, Moment, educator_posterior
from engine.domain import (
    DeficitChange,
    DiagnosticResult,
    FloatArray,
    ItemResponse,
    MeasuredPoint,
    NodeChange,
)
from engine.framework import Framework
from engine.policy import Dynamics, PolicyProfile

_NODES, _WEIGHTS = roots_hermite(64)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
_NODES = _NODES * np.sqrt(2)
_ACCURACY = 1e-6


def estimate_changes(
    results: Sequence[DiagnosticResult],
    responses: Sequence[ItemResponse],
    framework: Framework,
    policy: PolicyProfile,
    as_of: dt.datetime,
    *,
    time_zone: str | None = None,
    items: ItemBank | None = None,
) -> tuple[NodeChange, ...]:
    """Change at every node that was measured on two days or more.

    Parameters
    ----------
    results, responses, as_of, time_zone, items
        As of ``estimate_proficiency``; evidence beyond the policy's greatest age is left out.

    Returns
    -------
    tuple of NodeChange
        In the framework's order; empty where nothing was measured twice. Several sittings of a
        node on one day are one point, named by the sitting that speaks first.

    Raises
    ------
    InputError
        As ``estimate_proficiency``.
    """
    today = valid_evidence_day(results, responses, framework, policy, as_of, time_zone, items)
    order = framework.index
    rule = policy.diagnostics
    by_node: defaultdict[str, dict[dt.date, Sitting]] = defaultdict(dict)
    for sitting in sorted(
        gather_sittings(results, responses, rule.default_tasks), key=sitting_order
    ):
        if (today - sitting.date).days <= rule.max_age_days:
            by_node[sitting.node].setdefault(sitting.date, sitting)
    repeated = {code: days for code, days in by_node.items() if len(days) > 1}
    if not repeated:
        return ()
    observations = recent_observations(results, responses, rule, items, today)
    wanted = [(code, day) for code, days in repeated.items() for day in days]
    posterior = educator_posterior(
        observations,
        wanted,
        ProficiencyPrior.from_policy(rule),
        rule.procedure_sd,
        framework,
        items.people if items is not None else None,
    )
    threshold = policy.levels.minimal_above
    return tuple(
        _node_change(code, repeated[code], posterior, threshold, policy.dynamics)
        for code in sorted(repeated, key=order.__getitem__)
    )


def _node_change(
    code: str,
    sittings: dict[dt.date, Sitting],
    posterior: EducatorPosterior,
    threshold: float,
    rule: Dynamics,
) -> NodeChange:
    days = sorted(sittings)
    moments: list[Moment] = [(code, day) for day in days]
    mean, covariance = posterior.at(moments)
    sd = np.sqrt(np.diag(covariance))
    share = share_moments(mean, sd)[0]
    before, after = (float(share_below(mean[i], sd[i], threshold)) for i in (0, -1))
    ends = np.array([0, len(days) - 1])
    both = mean[ends], covariance[np.ix_(ends, ends)]
    change = ChangeDistribution(*both)
    removed = _removed(*both, threshold)
    return NodeChange(
        node=code,
        points=tuple(_points([sittings[day] for day in days], mean, sd, share)),
        change=float(share[-1] - share[0]),
        interval_90=(change.quantile(0.05), change.quantile(0.95)),
        probability_grown=1.0 - change.below(0.0),
        probability_before=before,
        probability_after=after,
        probability_removed=removed,
        status=_status(before, after, removed, rule),
    )


def _points(
    sittings: Sequence[Sitting], mean: FloatArray, sd: FloatArray, share: FloatArray
) -> Iterator[MeasuredPoint]:
    low, high = (share_quantile(mean, sd, z) for z in (-Z_90, Z_90))
    for i, sitting in enumerate(sittings):
        yield MeasuredPoint(
            date=sitting.date,
            procedure_id=sitting.procedure_id,
            mean=float(share[i]),
            interval_90=(float(low[i]), float(high[i])),
            raw_share=sitting.share,
            n_tasks=sitting.n_tasks if sitting.tasks_known else 0,
        )


def _removed(mean: FloatArray, covariance: FloatArray, threshold: float) -> float:
    """P(θ(first) < threshold ≤ θ(last)): there was a deficit and it is gone."""
    end = float(_logit(threshold))
    both = multivariate_normal.cdf([end, end], mean, covariance, allow_singular=True)
    below_first = ndtr((end - mean[0]) / np.sqrt(covariance[0, 0]))
    return float(np.clip(below_first - both, 0.0, 1.0))


def _status(before: float, after: float, removed: float, rule: Dynamics) -> DeficitChange:
    """The first that holds; where a deficit was less likely than not there was none to remove.

    That none is left is not yet that one was removed: perhaps there was none. So ``removed``
    needs the probability of both, and ``likely_removed`` that both are more likely than not.
    """
    if before < 0.5:
        arisen = after >= rule.likely_probability
        return DeficitChange.LIKELY_ARISEN if arisen else DeficitChange.NONE_BEFORE
    if removed >= rule.removed_probability:
        return DeficitChange.REMOVED
    if 1 - after >= rule.likely_probability and removed > 0.5:
        return DeficitChange.LIKELY_REMOVED
    if after >= rule.likely_probability:
        return DeficitChange.LIKELY_REMAINS
    return DeficitChange.UNKNOWN


class ChangeDistribution:
    """Distribution of σ(α₂) − σ(α₁) for jointly normal α.

    Parameters
    ----------
    mean, covariance
        Shapes (2,) and (2, 2), of (α₁, α₂).

    Notes
    -----
    P(change ≤ d) is the mean over α₁ of P(α₂ ≤ logit(σ(α₁) + d) | α₁), a normal tail; the mean
    is Gauss–Hermite quadrature with 64 points, quantiles are found by Brent's method.
    """

    def __init__(self, mean: FloatArray, covariance: FloatArray) -> None:
        first = np.sqrt(covariance[0, 0])
        slope = covariance[0, 1] / covariance[0, 0]
        self._share = expit(mean[0] + first * _NODES)
        self._centre = mean[1] + slope * first * _NODES
        self._spread = np.sqrt(max(covariance[1, 1] - slope * covariance[0, 1], 1e-12))

    def below(self, change: float) -> float:
        """P(change ≤ ``change``)."""
        end = np.clip(self._share + change, 0.0, 1.0)
        with np.errstate(divide="ignore"):
            tail = ndtr((_logit(end) - self._centre) / self._spread)
        return float(tail @ _WEIGHTS)

    def quantile(self, probability: float) -> float:
        """Change that is not exceeded with this probability, in (0, 1)."""
        return float(brentq(lambda d: self.below(d) - probability, -1.0, 1.0, xtol=_ACCURACY))
