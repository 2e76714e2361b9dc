"""What routes close in truth: the same planner on posteriors and on point scores.

Every educator of a simulated region is tested in 10–16 competencies that apply. Each arm knows
something else of the deficits; region, catalogue, relevance, policy, limits and solver are the
same. The truth is what the simulator drew::

    closed = Σ_k weight(level of θ_k) · min(max(0, target_k − θ_k), Σ over the route of gains on k)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
from scipy.special import expit, logit

from engine.calendar import build_calendar
from engine.catalogue import KINDS
from engine.deficits import assess_deficits, official_level
from engine.diagnostics import estimate_proficiency
from engine.domain import (
    DeficitVector,
    Demand,
    DemandKind,
    DiagnosticResult,
    Educator,
    FloatArray,
    IntArray,
    MentorNeed,
    Method,
    OfficialLevel,
)
from engine.planning.checks import check_route
from engine.planning.compile import compile_problem
from engine.planning.solution import SolveOptions
from engine.planning.solver import solve
from engine.policy import load_policy
from engine.simulation import RegionPlan
from engine.simulation.abilities import Population
from engine.simulation.measurements import Sheet, draw_scores
from engine.simulation.streams import stream
from tests.bench.chain import World, build_world, true_ranking

Truth = Literal["model", "region"]
"""Who the people are: drawn from the engine's model, or from the region's table of Beta
distributions, which the engine does not know."""

Weights = Literal["policy", "equal"]
"""Weights of the policy by level of the deficit, or 1 for every node."""

ARMS = ("posterior", "points", "oracle", "random")
LEAST_NODES, MOST_NODES = 10, 16
N_TASKS = 6
TEST_AGE_DAYS = 90
STEPS_MAX = 30
"""So many steps never bind before the hours do."""

OPTIONS = SolveOptions(gap_ppm=2_000, deadline_ms=20_000, work_milli=3_000)


@dataclass(frozen=True, eq=False)
class Case:
    """One educator: what is true and what was seen.

    Parameters
    ----------
    codes
        Measured nodes.
    truth
        Shape (n_codes,), proficiency on the day of the request.
    shuffled
        The places of the codes in a random order.
    """

    index: int
    educator: Educator
    codes: tuple[str, ...]
    truth: FloatArray
    results: tuple[DiagnosticResult, ...]
    shuffled: tuple[int, ...]


class Closed(NamedTuple):
    """What a route closes in truth, and its hours.

    Parameters
    ----------
    by_true_level, by_share
        By the policy's weights of the level that the true proficiency has, and of the official
        one, that of the share.
    unweighted
        In parts of whole deficits.
    """

    by_true_level: float
    by_share: float
    unweighted: float
    hours: float
    steps: int


def study_world(activities: int, educators: int, seed: int, weights: Weights) -> World:
    """A region under the default policy without mentors: deficits alone decide, hours bind."""
    world = build_world(RegionPlan(activities, educators), seed)
    policy = load_policy("default")
    limits = replace(policy.limits, horizon_weeks=world.region.plan.weeks, steps_max=STEPS_MAX)
    mentorship = replace(policy.mentorship, young_rule="off", new_post_years=0)
    policy = replace(policy, limits=limits, mentorship=mentorship)
    if weights == "equal":
        same = dict.fromkeys(OfficialLevel, 1.0)
        policy = replace(policy, value=replace(policy.value, weight_by_level=same))
    return replace(world, policy=policy)


def draw_case(world: World, index: int, truth: Truth, hours: float) -> Case | None:
    """Educator ``index``, tested; ``None`` where fewer than ten competencies apply."""
    framework, region = world.framework, world.region
    educator = replace(region.educators[index].educator, total_min=round(60 * hours))
    applies = framework.applies_to(educator.position, educator.subjects, educator.stages)
    own = [code for code in region.truth.leaves if applies[framework.index[code]]]
    rng = stream(region.seed, "measurement", index)
    count = int(rng.integers(LEAST_NODES, MOST_NODES + 1))
    if len(own) < LEAST_NODES:
        return None
    codes = tuple(sorted(own[i] for i in rng.permutation(len(own))[:count]))
    then, now = _abilities(world, index, truth, codes)
    date = region.as_of.date() - dt.timedelta(days=TEST_AGE_DAYS)
    sheet = Sheet("entry", date, Method.TEST, codes, then)
    lean = float(rng.normal(0.0, world.policy.diagnostics.procedure_sd[Method.TEST]))
    results = draw_scores(rng, sheet, [N_TASKS] * len(codes), {None: lean})
    shuffled = tuple(rng.permutation(len(codes)).tolist())
    return Case(index, educator, codes, expit(now), results, shuffled)


def _abilities(
    world: World, index: int, truth: Truth, codes: Sequence[str]
) -> tuple[FloatArray, FloatArray]:
    """Log odds on the days of the test and of the request; the region's own do not change."""
    region = world.region
    if truth == "model":
        population = Population.of(world.policy, world.framework)
        then, now = population.draw(stream(region.seed, "ability", index), [-TEST_AGE_DAYS, 0], 1)
        at = [world.framework.index[code] for code in codes]
        return then[at], now[at]
    place = {code: i for i, code in enumerate(region.truth.leaves)}
    fixed = logit(region.truth.proficiency[index][[place[code] for code in codes]])
    return fixed, fixed


def true_deficits(world: World, case: Case, vector: DeficitVector) -> FloatArray:
    """Shape (n_codes,), in [0, 1]."""
    target = vector.target[[world.framework.index[code] for code in case.codes]]
    return np.maximum(0.0, target - case.truth)


def known_deficits(world: World, case: Case) -> DeficitVector:
    """What the engine makes of the tests, the measured demands alone."""
    proficiency = estimate_proficiency(
        case.results, (), world.framework, world.policy, world.region.as_of
    )
    vector = assess_deficits(
        case.educator, proficiency, (), world.framework, world.policy, world.region.as_of
    )
    measured = tuple(d for d in vector.demands if d.kind is DemandKind.DEFICIT)
    return replace(vector, demands=measured)


def demands_of_arms(
    world: World, case: Case, vector: DeficitVector
) -> dict[str, tuple[Demand, ...]]:
    """Demands by arm: the engine's, those of the shares and of the truth taken for certain."""
    shares = {r.node: r.score / r.max_score for r in case.results}
    truth = dict(zip(case.codes, case.truth.tolist(), strict=True))
    return {
        "posterior": vector.demands,
        "points": _certain(world, vector, shares),
        "oracle": _certain(world, vector, truth),
        "random": tuple(
            replace(vector.demands[j], code=d.code, title=d.title, nodes=d.nodes)
            for d, j in zip(vector.demands, case.shuffled, strict=True)
        ),
    }


def _certain(
    world: World, vector: DeficitVector, proficiency: Mapping[str, float]
) -> tuple[Demand, ...]:
    """The same demands with proficiencies taken for certain; deficits of zero are absent.

    Size and weight follow from the proficiency; what kind of activity may fill a deficit is an
    official matter and stays.
    """
    target = dict(zip(vector.nodes, vector.target.tolist(), strict=True))
    demands: list[Demand] = []
    for d in vector.demands:
        deficit = target[d.code] - proficiency[d.code]
        if deficit > 0:
            demands.append(
                replace(
                    d,
                    weight=level_weight(world, proficiency[d.code]),
                    expected=deficit,
                    sd=0.0,
                    interval_90=(deficit, deficit),
                    pieces=((deficit, 1.0),),
                )
            )
    return tuple(demands)


def level_weight(world: World, proficiency: float) -> float:
    """The policy's weight of a deficit at this proficiency."""
    level = official_level(proficiency, world.policy.levels)
    return world.policy.value.weight_by_level[level]


def plan(world: World, case: Case, vector: DeficitVector) -> tuple[IntArray, float]:
    """Activities that the planner chooses, by position in the catalogue, and clock hours."""
    nothing = np.zeros(0, dtype=np.int64), 0.0
    if not vector.demands:
        return nothing
    person, region = world.region.educators[case.index], world.region
    organisation = case.educator.organisation
    compiled = compile_problem(
        educator=case.educator,
        deficits=vector,
        ranking=true_ranking(world, case.index, vector),
        catalogue=world.catalogue,
        mentor_need=MentorNeed(required=False, reasons=(), options=()),
        constraints=person.constraints,
        history=person.history,
        calendar=build_calendar(
            world.policy, case.educator, region.plan.first_monday, region.plan.weeks
        ),
        policy=world.policy,
        as_of=region.as_of,
        home_locality=organisation.locality if organisation else "",
        node_coverage=world.coverage,
    )
    route = solve(compiled.problem, OPTIONS).route
    if route is None:
        return nothing
    hours = check_route(compiled.problem, route).workload_min / 60
    return compiled.facts.activity[list(route.chosen)], hours


def true_gains(world: World, case: Case, activities: IntArray) -> FloatArray:
    """Part of each measured deficit that activities close, shape (n_activities, n_codes).

    relevance · effect · (1 − exp(−coverage · hours / saturation)), all of them the simulator's.
    """
    kind = world.catalogue.kind[activities]
    value = world.policy.value
    relevance = world.region.truth.relevance(case.index, world.catalogue.kind)[activities]
    effect = np.array([value.effect.get(KINDS[k], 0.0) for k in kind])
    saturation = np.array([value.saturation_hours.get(KINDS[k], 1.0) for k in kind])
    hours = world.catalogue.duration_min[activities] / 60
    columns = [world.framework.index[code] for code in case.codes]
    coverage = world.coverage[activities][:, columns].toarray()
    gains: FloatArray = (relevance * effect)[:, None] * -np.expm1(
        -coverage * (hours / saturation)[:, None]
    )
    return gains


def judge(world: World, case: Case, known: DeficitVector, demands: Sequence[Demand]) -> Closed:
    """Plan for some demands and judge the route by the truth."""
    activities, hours = plan(world, case, replace(known, demands=tuple(demands)))
    gain = true_gains(world, case, activities).sum(axis=0)
    part = np.minimum(true_deficits(world, case, known), gain)
    shares = [r.score / r.max_score for r in case.results]
    by_truth = np.array([level_weight(world, x) for x in case.truth.tolist()])
    by_share = np.array([level_weight(world, x) for x in shares])
    return Closed(
        by_true_level=float(by_truth @ part),
        by_share=float(by_share @ part),
        unweighted=float(part.sum()),
        hours=hours,
        steps=len(activities),
    )


def run_region(
    activities: int,
    educators: int,
    seed: int,
    truth: Truth,
    weights: Weights,
    hours: float,
    arms: Sequence[str] = ARMS,
) -> Iterator[dict[str, Closed]]:
    """What each arm closes for every educator of a region with enough competencies."""
    world = study_world(activities, educators, seed, weights)
    for index in range(educators):
        case = draw_case(world, index, truth, hours)
        if case is None:
            continue
        known = known_deficits(world, case)
        by_arm = demands_of_arms(world, case, known)
        yield {arm: judge(world, case, known, by_arm[arm]) for arm in arms}
