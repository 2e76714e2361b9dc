"""From a training to its report: nothing is measured here, only put together."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator

import numpy as np

from engine.domain import FloatArray
from engine.evaluation.splits import time_split
from engine.interactions import STATES, State
from engine.matching.factors import FACTORS, NUISANCE
from engine.matching.model import MatchingModel
from engine.matching.quality import QualityEvidence
from engine.matching.signals import EPOCH
from engine.policy import PolicyProfile
from engine.training.data import TrainingData
from engine.training.effects import EffectDiagnostics
from engine.training.evaluate import Evaluation
from engine.training.fit import Fitted
from engine.training.gate_report import GateReport
from engine.training.report import (
    DataSummary,
    EffectsSummary,
    FactorWeight,
    KindEffect,
    Limit,
    MadeFrom,
    QualityVariance,
    TrainingReport,
)
from engine.training.run import Training

USUAL = 0.05, 0.95
"""Quantiles between which most values of a factor lie."""

TRAITS = ("position", "district", "young", "rural")
"""Traits that slices are made by."""


def training_report(
    training: Training,
    data: TrainingData,
    *,
    created_on: dt.date,
    lineage: MadeFrom,
    gate: GateReport | None = None,
    effects_check: EffectDiagnostics | None = None,
) -> TrainingReport:
    """Put together what the card tells.

    Parameters
    ----------
    data
        All that ``train`` was given.
    created_on
        Day of the training.
    """
    fitted, evaluation = training.fitted, training.evaluation
    model = fitted.model
    quality = None if model.signals is None else model.signals.quality
    summary = data_summary(data, fitted, evaluation)
    effects = effects_summary(model, data.policy, effects_check)
    return TrainingReport(
        version=model.version,
        created_on=created_on,
        lineage=lineage,
        data=summary,
        intercept=float(model.relevance.intercept_[0]),
        weights=factor_weights(model, fitted.table.X),
        quality=None if quality is None else _quality(quality),
        benefit_rate={kind: float(rate) for kind, rate in sorted(fitted.benefit_rate.items())},
        effects=effects,
        plans=len(evaluation.people),
        judge_outcomes=evaluation.judge_outcomes,
        models=evaluation.models,
        ranking=evaluation.ranking,
        off_policy=evaluation.off_policy,
        gate=gate,
        limits=tuple(_limits(data, summary, effects, evaluation, gate)),
    )


def data_summary(data: TrainingData, fitted: Fitted, evaluation: Evaluation) -> DataSummary:
    """Count the data; the rows learned from are those of the earlier part alone."""
    table, learned = data.interactions, fitted.table
    earlier = time_split(table, evaluation.day).train.in_order()
    completed = int(np.count_nonzero(earlier.state[learned.row] == STATES.index(State.COMPLETED)))
    measured = int(np.count_nonzero(~np.isnan(learned.measured)))
    counts = np.bincount(table.state, minlength=len(STATES)).tolist()
    return DataSummary(
        people=len(data.people),
        active=len(np.unique(table.person)),
        activities=len(data.activities),
        by_state={state: n for state, n in zip(STATES, counts, strict=True) if n},
        outcomes=len(learned),
        completed=completed,
        measured_share=measured / completed if completed else math.nan,
        first_day=_day(table.time.min()),
        last_day=_day(table.time.max()),
        split_day=_day(evaluation.day),
        n_train=evaluation.n_train,
        n_test=evaluation.n_test,
    )


def _quality(evidence: QualityEvidence) -> QualityVariance:
    kind, provider, activity = (float(v) for v in evidence.variance)
    return QualityVariance(kind, provider, activity, activities=len(evidence.n))


def _day(days: float) -> dt.date:
    return dt.date.fromordinal(EPOCH + math.floor(days))


def factor_weights(model: MatchingModel, X: FloatArray) -> tuple[FactorWeight, ...]:
    """Slopes of every factor, and what they make of the values that it usually has.

    Parameters
    ----------
    X
        Shape (n, n_factors), the rows that the model learned from.
    """
    relevance = model.relevance
    usual = np.array([_usual(column) for column in X.T])
    low, high = relevance.contributions(usual.T)
    ends = np.append(relevance.slope_start_[1:], relevance.n_slopes_)
    prior = relevance.prior_weights or [0.0] * len(FACTORS)
    return tuple(
        FactorWeight(
            name=name,
            knots=tuple(relevance.knots_[i].tolist()),
            slopes=tuple(relevance.coef_[0, relevance.slope_start_[i] : ends[i]].tolist()),
            prior=float(prior[i]),
            nonnegative=i in relevance.nonnegative,
            in_ranking=name not in NUISANCE,
            known=float(np.mean(~np.isnan(X[:, i]))),
            usual=(float(usual[i, 0]), float(usual[i, 1])),
            log_odds=float(high[i] - low[i]),
            odds_ratio=float(np.exp(high[i] - low[i])),
        )
        for i, name in enumerate(model.factors)
    )


def _usual(column: FloatArray) -> tuple[float, float]:
    known = column[~np.isnan(column)]
    if not len(known):
        return math.nan, math.nan
    low, high = np.quantile(known, USUAL).tolist()
    if low == high:
        return float(known.min()), float(known.max())
    return low, high


def effects_summary(
    model: MatchingModel, policy: PolicyProfile, check: EffectDiagnostics | None = None
) -> EffectsSummary | None:
    """Effects of a model beside the policy's; ``None`` where it has none."""
    effects = model.effects
    if effects is None or not (effects.by_kind or effects.by_activity):
        return None
    return EffectsSummary(
        activities=len(effects.by_activity),
        nodes=sum(len(nodes) for nodes in effects.by_node.values()),
        providers=sum(len(providers) for providers in effects.by_provider.values()),
        kinds=tuple(
            KindEffect(kind, effect, float(policy.value.effect.get(kind, 0.0)))
            for kind, effect in sorted(effects.by_kind.items())
        ),
        check=check,
    )


def _limits(
    data: TrainingData,
    summary: DataSummary,
    effects: EffectsSummary | None,
    evaluation: Evaluation,
    gate: GateReport | None,
) -> Iterator[Limit]:
    """What holds always, then what this training could not see."""
    yield from map(Limit, ("taken_up", "not_cause", "judge_is_model", "popularity_held_out"))
    if len(evaluation.models) > 1 and evaluation.models[1].version == MatchingModel.prior().version:
        yield Limit("prior_in_service")
    if not summary.measured_share > 0:
        yield Limit("nobody_measured_again")
    if effects is None:
        yield Limit("policy_effects")
    else:
        yield Limit("judge_effects")
    if np.isnan(data.interactions.propensity).all():
        yield Limit("no_exploration")
    candidate = evaluation.models[0]
    if not evaluation.ranking or not any(r.people for r in evaluation.ranking):
        yield Limit("no_ranking")
    if math.isnan(candidate.rank_p95_ms):
        yield Limit("no_latency")
    if gate is None:
        yield Limit("no_gate")
    least = data.policy.promotion.slice_people
    slices = candidate.plans.by_slice
    small = sorted(name for name, (_, n) in slices.items() if n < least)
    if small:
        yield Limit("small_slices", tuple(small))
    seen = {name.partition(":")[0] for name in slices}
    unseen = tuple(trait for trait in TRAITS if trait not in seen)
    if unseen:
        yield Limit("no_slices", unseen)
