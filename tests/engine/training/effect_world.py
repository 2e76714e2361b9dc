"""A small world with planted effects, drawn at once; independent of ``engine.simulation``."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.special import expit

from engine.domain import Activity, DiagnosticResult, Document, Form, Kind, Method
from engine.framework import load_framework
from engine.interactions import Interactions, State
from engine.policy import load_policy

FRAMEWORK = load_framework()
POLICY = load_policy("default")
NODES = tuple(FRAMEWORK.codes[i] for i in FRAMEWORK.leaves)[:12]
KINDS = (Kind.DPP_PK, Kind.INTERNSHIP, Kind.TRAINING, Kind.SELF_STUDY)
HOURS = {Kind.DPP_PK: 36.0, Kind.INTERNSHIP: 16.0, Kind.TRAINING: 12.0, Kind.SELF_STUDY: 18.0}
START = dt.date(2024, 9, 1)


@dataclass(frozen=True)
class World:
    """A world and its truth.

    ``truth`` holds E[gain / saturation | completed] by activity and node, ``kind_truth`` the
    kinds' mean.
    """

    activities: tuple[Activity, ...]
    coverage: sp.csr_array
    diagnostics: dict[str, list[DiagnosticResult]]
    interactions: Interactions
    truth: dict[tuple[str, str], float]
    kind_truth: dict[Kind, float]


@dataclass(frozen=True)
class Plan:
    """What to draw.

    ``select`` is how strongly people take what they were *measured* to need (log odds per unit
    of the last share), ``select_true`` what they truly need; ``benefit`` the chance that a
    completion does anything at all.
    """

    people: int = 800
    activities: int = 40
    providers: int = 5
    per_person: float = 4.0
    sittings: int = 2
    nodes_each: int = 5
    tasks: int = 8
    factor_sd: tuple[float, float, float] = (0.15, 0.25, 0.15)
    kind_factor: tuple[float, float] = (0.6, 1.4)
    drift: float = 0.01
    step_sd: float = 0.04
    benefit: float = 1.0
    select: float = 0.0
    select_true: float = 0.0
    no_effect: bool = False
    start: float = 0.6


def draw_world(seed: int, plan: Plan = Plan()) -> World:
    """The same seed and plan give the same world."""
    rng = np.random.default_rng(seed)
    activities, coverage = _catalogue(rng, plan)
    kind_factor = {k: float(rng.uniform(*plan.kind_factor)) for k in KINDS}
    factor = _factors(rng, plan, activities, kind_factor)
    full = np.array([POLICY.value.effect[a.kind] for a in activities])[:, None] * factor
    if plan.no_effect:
        full = np.zeros_like(full)
    h0 = np.array([POLICY.value.saturation_hours[a.kind] for a in activities])
    hours = np.array([a.hours_academic * 0.75 for a in activities])
    saturation = -np.expm1(-coverage * (hours / h0)[:, None])
    diagnostics, taken = _people(rng, plan, saturation, full)
    dense = np.zeros((len(activities), len(FRAMEWORK)))
    dense[:, [FRAMEWORK.index[c] for c in NODES]] = coverage
    person, activity, day = zip(*taken, strict=True)
    return World(
        activities=tuple(activities),
        coverage=sp.csr_array(dense),
        diagnostics=diagnostics,
        interactions=Interactions.from_columns(
            person,
            [activities[a].id for a in activity],
            np.array(day, dtype=np.float64),
            [State.COMPLETED] * len(taken),
            activities=[a.id for a in activities],
        ),
        truth={
            (a.id, NODES[k]): float(full[i, k])
            for i, a in enumerate(activities)
            for k in np.flatnonzero(coverage[i])
        },
        kind_truth={k: kind_factor[k] * POLICY.value.effect[k] for k in KINDS},
    )


def _catalogue(rng, plan):
    activities, coverage = [], np.zeros((plan.activities, len(NODES)))
    for i in range(plan.activities):
        kind = KINDS[i % len(KINDS)]
        activities.append(
            Activity(
                id=f"A{i:03d}",
                kind=kind,
                title=f"A{i}",
                hours_academic=HOURS[kind],
                form=Form.NON_FORMAL,
                provider=f"P{rng.integers(plan.providers)}",
                document=Document.NONE,
            )
        )
        nodes = rng.permutation(len(NODES))[: rng.integers(1, 4)]
        coverage[i, nodes] = rng.dirichlet(np.full(len(nodes), 4.0)) * rng.uniform(0.8, 1.0)
    return activities, coverage


def _factors(rng, plan, activities, kind_factor):
    """Factors of mean 1 by provider in the kind, by activity, by activity and node."""

    def draw(sd, size=None):
        return rng.lognormal(-(sd**2) / 2, sd, size)

    provider = {}
    for a in activities:
        if (a.kind, a.provider) not in provider:
            provider[a.kind, a.provider] = draw(plan.factor_sd[0])
    own = np.array([kind_factor[a.kind] * provider[a.kind, a.provider] for a in activities])
    own = own * draw(plan.factor_sd[1], len(activities))
    return own[:, None] * draw(plan.factor_sd[2], (len(activities), len(NODES)))


def _people(rng, plan, saturation, full):
    """Sittings half a year apart, completions at random days in between."""
    diagnostics, taken = {}, []
    easiness = rng.normal(0.0, 0.5, len(NODES))
    for p in range(plan.people):
        person = f"E{p:05d}"
        alpha = plan.start + rng.normal(0, 0.9) + easiness + rng.normal(0, 0.6, len(NODES))
        theta = expit(alpha)
        nodes = np.sort(rng.permutation(len(NODES))[: plan.nodes_each])
        rows, share = [], np.full(len(NODES), 0.65)
        for sitting in range(plan.sittings):
            day = START + dt.timedelta(days=183 * sitting)
            if sitting:
                theta = _learn(rng, plan, saturation, full, theta, share, person, day, taken)
            lean = rng.normal(0, 0.2)
            odds = np.log(theta / (1 - theta))[nodes] + lean
            score = rng.binomial(plan.tasks, expit(odds))
            share[nodes] = score / plan.tasks
            rows += [
                DiagnosticResult(
                    f"D{sitting}-{person}", day, Method.TEST, NODES[k], float(s), plan.tasks,
                    n_tasks=plan.tasks,
                )
                for k, s in zip(nodes, score, strict=True)
            ]  # fmt: skip
        diagnostics[person] = rows
    return diagnostics, taken


def _learn(rng, plan, saturation, full, theta, share, person, day, taken):
    """Proficiency at the next sitting; what was completed is noted."""
    covered = saturation > 0
    need = (covered * (1 - share)).sum(axis=1) / covered.sum(axis=1)
    true_need = (covered * (1 - theta)).sum(axis=1) / covered.sum(axis=1)
    log_weight = plan.select * need + plan.select_true * true_need
    # Popularity differs, so that some are completed often and some hardly ever.
    weight = np.exp(log_weight) / (1 + np.arange(len(need))) ** 0.5
    chance = np.minimum(plan.per_person * weight / weight.mean() / len(need), 0.9)
    done = np.flatnonzero(rng.random(len(need)) < chance)
    gain = np.zeros(len(NODES))
    for a in done.tolist():
        when = day - dt.timedelta(days=int(rng.integers(1, 180)))
        taken.append((person, a, (when - dt.date(1970, 1, 1)).days))
        if rng.random() < plan.benefit:
            gain += full[a] / plan.benefit * saturation[a]
    moved = theta + gain + plan.drift + rng.normal(0, plan.step_sd, len(NODES))
    return np.clip(moved, 0.01, 0.99)
