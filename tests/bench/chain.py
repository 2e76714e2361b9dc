"""From a simulated region to route problems, by the real chain.

diagnostics → posterior → deficits → ranking → mentors, calendar → compiled problem. Only the
ranking is not the matching stage's: relevance comes from the region's truth and coverage from
the records, so that the benchmark measures planning alone and anybody can draw its problems
without training a model.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from engine.calendar import build_calendar
from engine.catalogue import Catalogue, compile_catalogue
from engine.deficits import assess_deficits, outlook_of
from engine.diagnostics import estimate_proficiency
from engine.domain import DeficitVector, MentorNeed, Ranking, Reason
from engine.framework import Framework, load_framework
from engine.matching.rollup import roll_matrix
from engine.mentorship import mentor_need
from engine.planning.compile import CompiledProblem, compile_problem
from engine.planning.compile_measure import MeasureFirst
from engine.policy import PolicyProfile, load_policy
from engine.simulation import Region, RegionPlan, simulate_region


@dataclass(frozen=True)
class World:
    """A region with what is compiled once per catalogue version."""

    region: Region
    framework: Framework
    policy: PolicyProfile
    catalogue: Catalogue
    coverage: sp.csr_array
    subjects: tuple[frozenset[str], ...]


@dataclass(frozen=True)
class Asked:
    """Everything that compiling one educator's problem takes."""

    deficits: DeficitVector
    ranking: Ranking
    need: MentorNeed
    arguments: dict[str, object]


def build_world(plan: RegionPlan, seed: int) -> World:
    """Draw a region and compile its catalogue, under a policy in which every rule is active."""
    framework = load_framework()
    region = simulate_region(plan, seed, framework)
    policy = load_policy("primorye")
    limits = replace(policy.limits, horizon_weeks=plan.weeks)
    catalogue = compile_catalogue(region.activities, region.offerings)
    rows, columns, shares = [], [], []
    for i, activity in enumerate(catalogue.activities):
        for code, share in activity.coverage.items():
            rows.append(i)
            columns.append(framework.index[code])
            shares.append(share)
    shape = (len(catalogue.activities), len(framework))
    return World(
        region=region,
        framework=framework,
        policy=replace(policy, limits=limits),
        catalogue=catalogue,
        coverage=sp.csr_array((np.array(shares), (rows, columns)), shape=shape),
        subjects=tuple(frozenset(a.subjects) for a in catalogue.activities),
    )


def ask(world: World, index: int) -> Asked:
    """Deficits, ranking and mentors of educator ``index``: what comes before planning."""
    person = world.region.educators[index]
    educator, policy, as_of = person.educator, world.policy, world.region.as_of
    proficiency = estimate_proficiency(
        person.diagnostics, (), world.framework, policy, as_of, time_zone=educator.time_zone
    )
    deficits = assess_deficits(
        educator, proficiency, person.requests, world.framework, policy, as_of
    )
    calendar = build_calendar(
        policy, educator, world.region.plan.first_monday, world.region.plan.weeks
    )
    need = mentor_need(
        educator,
        deficits,
        world.region.mentors,
        policy,
        person.constraints.busy,
        calendar,
        as_of,
        framework=world.framework,
    )
    ranking = true_ranking(world, index, deficits)
    organisation = educator.organisation
    return Asked(
        deficits,
        ranking,
        need,
        {
            "educator": educator,
            "deficits": deficits,
            "ranking": ranking,
            "catalogue": world.catalogue,
            "mentor_need": need,
            "constraints": person.constraints,
            "history": person.history,
            "calendar": calendar,
            "policy": policy,
            "as_of": as_of,
            "home_locality": organisation.locality if organisation else "",
            "node_coverage": world.coverage,
            "measure": MeasureFirst(outlook_of(deficits, policy)),
        },
    )


def compile_asked(asked: Asked) -> CompiledProblem:
    """The request → problem step that the benchmark times."""
    return compile_problem(**asked.arguments)  # type: ignore[arg-type]


def true_ranking(world: World, index: int, deficits: DeficitVector) -> Ranking:
    """The ranking of a matching stage that knows the truth."""
    own = set(world.region.educators[index].educator.subjects)
    coverage = sp.csr_array(world.coverage @ roll_matrix(world.framework, deficits.demands))
    coverage.eliminate_zeros()
    coverage.sort_indices()
    n = len(world.catalogue.activities)
    return Ranking(
        activity_ids=world.catalogue.activity_ids,
        relevance=world.region.truth.relevance(index, world.catalogue.kind),
        coverage=coverage,
        ineligible={
            a: (Reason("audience_subject"),)
            for a, names in enumerate(world.subjects)
            if names and not names & own
        },
        contributions=np.zeros((n, 0)),
        factors=(),
    )
