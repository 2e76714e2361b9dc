"""Effects of activities from outcomes: what completing them did to later diagnostics.

For an educator's node that was measured again, in parts of the whole scale::

    later share − E[θ | all earlier evidence] = drift + Σ_j x_j · factor_j + error
    x_j = benefit_rate(kind) · effect(kind) · (1 − exp(−c_j · h_j / h0(kind)))

over the completions j since the node's measurement before, with the policy's effect and h0. The
factor is 1 plus what the kind, the provider within the kind, the activity, and the activity at
this node add; all four are shrunk, to the policy in the end. ``effects_baseline`` keeps regression
to the mean out, ``effects_design`` says what could have worked on what, ``effects_mixed`` solves.

What is not seen is not said: a completion that no later diagnostic measured counts for nothing.
People choose what they complete; a choice by what diagnostics showed is accounted for, a choice by
what they did not show (zeal, say) is not, beyond what all nodes of a sitting have in common.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from engine.domain import Activity, DiagnosticResult, Educator, FloatArray, IntArray, ItemResponse
from engine.effects import ActivityEffects
from engine.framework import Framework
from engine.interactions import Interactions
from engine.policy import PolicyProfile
from engine.training.effects_baseline import Baseline, baselines
from engine.training.effects_coverage import RolledCoverage
from engine.training.effects_design import (
    BenefitRate,
    Completions,
    Design,
    Expected,
    design_of,
)
from engine.training.effects_evidence import Measurements, batches_of, measurements_of
from engine.training.effects_levels import Factors, Kept, capped_gain, levels_of
from engine.training.effects_mixed import MixedFit, Sittings, fit_mixed
from engine.training.effects_population import Population
from engine.training.effects_sums import effects_of

KIND_SD = 0.5
"""Doubt about the policy's effect of a kind: it may be half or one and a half times as much."""
DAYS_A_YEAR = 365.25
DRIFT = ("drift", "drift_per_year", "drift_by_level")
_DRIFT_SD = np.array([0.1, 0.1, 0.3])
_SHARE_ENDS = 0.03, 0.97
_MOST_ROUNDS = 5
_FACTOR_TOLERANCE = 0.02


@dataclass(frozen=True, slots=True)
class EffectDiagnostics:
    """How the effects were found, and whether the model fits.

    Parameters
    ----------
    n_people, n_rows
        Educators measured at a node again, and how many such measurements there are.
    n_completions, n_activities
        Completions between two measurements of a node that they cover, and whose they are.
    n_folded
        Pairs of activity and node too seldom seen for an effect of their own, beyond
        ``effects_levels.MOST_EFFECTS``.
    drift
        Mean and sd of what changes without any activity: at once, per year between the
        measurements, and per unit of the baseline above its mean.
    sd
        Of the factor: ``provider``, ``activity``, ``node``; ``kind`` is given.
    noise_sd
        ``own``, ``shared``: in parts of the scale, what a person changes by otherwise at a node
        and at all nodes of a sitting; ``benefit``: of the factor between people.
    calibration
        Mean squared standardised innovation; 1 = errors are as large as the model says.
    inside_90
        Share of rows whose error lies in its 90 % interval.
    population_learned
        Whether the baseline's population came from the data and not from the policy.
    """

    n_people: int
    n_rows: int
    n_completions: int
    n_activities: int
    n_folded: int
    drift: Mapping[str, tuple[float, float]]
    sd: Mapping[str, float]
    noise_sd: Mapping[str, float]
    calibration: float
    inside_90: float
    population_learned: bool
    n_steps: int
    converged: bool


@dataclass(frozen=True, slots=True)
class EffectEstimates:
    """Effects with their diagnostics.

    Parameters
    ----------
    diagnostics
        ``None`` where nobody was measured again after a completion: then there are no effects.
    """

    effects: ActivityEffects
    diagnostics: EffectDiagnostics | None


def estimate_effects(
    diagnostics: Mapping[str, Sequence[DiagnosticResult]],
    interactions: Interactions,
    activities: Sequence[Activity],
    coverage: sp.csr_array,
    framework: Framework,
    policy: PolicyProfile,
    *,
    responses: Mapping[str, Sequence[ItemResponse]] | None = None,
    educators: Mapping[str, Educator] | None = None,
    benefit_rate: BenefitRate = 1.0,
    kind_sd: float = KIND_SD,
    version: str = "",
) -> EffectEstimates:
    """Estimate.

    Parameters
    ----------
    diagnostics, responses
        Validated rows by educator id, all days.
    interactions
        With days; those completed count, on the day they ended, else were taken up. Activities
        and people who are not among the others are left out.
    activities, coverage
        csr of shape (n_activities, n_framework_nodes), in [0, 1], rows as the activities.
    educators
        By id, to roll coverage up as planning does; who is missing has every node applied.
    benefit_rate
        P(benefits | completed), in (0, 1], by kind or for all. Planning multiplies the effect by
        relevance, which holds the chance to benefit already; the mean gain of those who completed
        holds it too, so it is divided out here.
    kind_sd
        Sd of the factor of a kind around 1, that is, around the policy's effect; > 0.

    Returns
    -------
    EffectEstimates
        Effects of kinds to which the policy gives none are not estimated.

    Raises
    ------
    ValueError
        If the interactions know no days, a rate does not lie in (0, 1], or the coverage is not of
        these activities and this framework.
    ConfigurationError
        Where the policy states no reliability or no ``procedure_sd`` for a method.

    Notes
    -----
    Of each factor the posterior is normal; an effect is this normal distribution cut to [0, 1],
    because planning has no use for less than nothing: mean, sd and interval are those of the cut
    one, so where outcomes say that an activity does nothing its effect is small, and not 0.
    Variances are used as found, without their own doubt.
    """
    if coverage.shape != (len(activities), len(framework)):
        raise ValueError(f"coverage of shape {coverage.shape} is not of these activities")
    if kind_sd <= 0:
        raise ValueError("kind_sd must be > 0")
    rule = policy.diagnostics
    expected = Expected.of(activities, policy.value, benefit_rate)
    table = measurements_of(diagnostics, rule, responses)
    completions = Completions.of(interactions, table.people, activities)
    population = Population.of(table, framework, rule) if len(table.repeated) else None
    if population is None:
        return EffectEstimates(ActivityEffects(version=version), None)
    found = baselines(table, batches_of(table), population, rule)
    rolled = RolledCoverage(table, coverage, framework, educators or {})
    design = design_of(table, found, completions, expected, rolled)
    if not design.now.nnz:
        return EffectEstimates(ActivityEffects(version=version), None)
    factors = Factors.of(design, activities)
    fit, kept = _fit(table, found, design, factors, kind_sd)
    effects = effects_of(design, factors, fit, kept, activities, expected, table.nodes, version)
    return EffectEstimates(
        effects, _diagnostics(table, design, fit, kept, kind_sd, population.learned)
    )


def _fit(
    table: Measurements,
    found: Sequence[Baseline],
    design: Design,
    factors: Factors,
    kind_sd: float,
) -> tuple[MixedFit, Kept]:
    """Fit, and again around what was found: nobody gains beyond the end of the scale."""
    place = np.full(len(table), -1, dtype=np.int64)
    place[design.rows] = np.arange(len(design.rows))
    level, doubt = np.zeros((2, len(design.rows)))
    for base in found:
        level[place[base.batch.rows]] = base.mean
        doubt[place[base.batch.rows]] = np.einsum("bii->bi", base.covariance)
    years = (table.day[design.rows] - table.day[table.before[design.rows]]) / DAYS_A_YEAR
    drift = np.column_stack([np.ones(len(level)), years, level - level.mean()])
    kept = Kept.most_telling(design, factors)
    levels = levels_of(design, factors, kept, kind_sd)
    nested = sp.csr_array(sp.hstack([part.members for part in levels]))
    factor, fit = np.ones(len(design.activity)), None
    gain = np.zeros(len(level))
    for _ in range(_MOST_ROUNDS):
        full = design.now @ factor
        stand = np.clip(level + design.carry @ gain, *_SHARE_ENDS)
        gain, slope = capped_gain(stand, doubt, full)
        now = sp.csr_array(design.now.multiply(slope[:, None]))
        # Around the factors found last the gains are linear in what is still to be added.
        rest = gain - slope * full + np.asarray(now.sum(axis=1)).ravel()
        fit = fit_mixed(
            y=table.share[design.rows] - level - rest - design.carry @ rest,
            fixed=drift + design.carry @ drift,
            fixed_sd=_DRIFT_SD,
            z=sp.csr_array(now + design.carry @ now),
            levels=levels,
            sittings=_sittings(table, found, place, stand + gain),
            squares=np.asarray(now.multiply(now).sum(axis=1)).ravel(),
            start=fit,
        )
        before, factor = factor, 1.0 + nested @ fit.effects
        if np.abs(factor - before).max() < _FACTOR_TOLERANCE:
            break
    assert fit is not None
    return fit, kept


def _sittings(
    table: Measurements, found: Sequence[Baseline], place: IntArray, forecast: FloatArray
) -> list[Sittings]:
    """Known covariance of the errors: the baseline's doubt, the tasks' chance, the sheet."""
    sittings = []
    for base in found:
        rows = base.batch.rows
        share = np.clip(forecast[place[rows]], *_SHARE_ENDS)
        odds_slope = share * (1 - share)
        doubt = np.einsum("bii->bi", base.covariance)
        chance = np.maximum(odds_slope - doubt, 0.1 * odds_slope) / table.tasks[rows]
        sheet = table.sheet[rows]
        lean = table.sheet_sd[rows] * odds_slope
        same = sheet[:, :, None] == sheet[:, None, :]
        known = base.covariance + np.where(same, lean[:, :, None] * lean[:, None, :], 0.0)
        known = known + chance[:, :, None] * np.eye(rows.shape[1])
        sittings.append(Sittings(place[rows], known))
    return sittings


def _diagnostics(
    table: Measurements,
    design: Design,
    fit: MixedFit,
    kept: Kept,
    kind_sd: float,
    learned: bool,
) -> EffectDiagnostics:
    sds = [float(np.sqrt(v)) for v in fit.variances]
    noise = fit.noise
    return EffectDiagnostics(
        n_people=len(np.unique(table.person[design.rows])),
        n_rows=len(design.rows),
        n_completions=int(design.by_activity.sum()),
        n_activities=int((design.by_activity > 0).sum()),
        n_folded=len(design.activity) - len(kept.column),
        drift={
            name: (float(m), float(s))
            for name, m, s in zip(DRIFT, fit.drift, fit.drift_sd, strict=True)
        },
        sd={"kind": kind_sd, "provider": sds[1], "activity": sds[2], "node": sds[3]},
        noise_sd={
            "own": noise.own**0.5,
            "benefit": noise.benefit**0.5,
            "shared": noise.shared**0.5,
        },
        calibration=fit.calibration,
        inside_90=fit.inside_90,
        population_learned=learned,
        n_steps=fit.n_steps,
        converged=fit.converged,
    )
