"""What a model's plans close: routes are really built, and a judge says what they are worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed

from engine.catalogue import category_of
from engine.domain import ACADEMIC_HOUR_MIN, Activity, DeficitVector, FloatArray
from engine.errors import NothingToPlan
from engine.matching.model import MatchingModel
from engine.matching.tagging import CompetencyTagger
from engine.planning.problem import RouteProblem
from engine.planning.solution import RouteSolution, SolveOptions
from engine.planning.solver import solve
from engine.planning.warm import warm
from engine.policy import PolicyProfile
from engine.recommender import Recommender
from engine.recommender.request import RouteRequest
from engine.training.data import TrainingData
from engine.training.fit import table_matcher
from engine.training.judge import Judge, Planned

HOUR_MIN = 60

PLAN_OPTIONS = SolveOptions(gap_ppm=20_000, deadline_ms=20_000, work_milli=100, seed=0)
"""Work that every route of a comparison gets, whatever the clock says: it must repeat."""


@dataclass(frozen=True, slots=True)
class PlanOutcome:
    """One educator's route under one model.

    Parameters
    ----------
    activities
        Ids of the chosen ones.
    closed
        Part of the deficits that the judge expects the route to close, in whole deficits of
        weight 1.
    redrawn
        The same by each redrawn judge.
    """

    activities: tuple[str, ...]
    closed: float
    redrawn: tuple[float, ...] = ()


def plan_outcomes(
    data: TrainingData,
    model: MatchingModel,
    judge: Judge,
    people: Sequence[str],
    *,
    redrawn: Sequence[Judge] = (),
    tagger: CompetencyTagger | None = None,
    n_jobs: int = 2,
) -> list[PlanOutcome]:
    """Routes of educators at the end of the data, judged; in the order of ``people``.

    Everybody without a deficit or a request has an empty route that closes 0.

    Parameters
    ----------
    redrawn
        Judges of other draws of the people, see ``Judge.redrawn``.
    tagger
        Whose coverage counts, for all models alike: a model that claims more coverage than there
        is must not close more by that. ``None`` = the default one.
    """
    worker = _Planner(data, model, (judge, *redrawn), tagger)
    if n_jobs == 1 or len(people) < 8 * n_jobs:
        return worker(people)
    units = [list(people[i::n_jobs]) for i in range(n_jobs)]
    parts = Parallel(n_jobs=n_jobs)(delayed(worker)(unit) for unit in units)
    found = {id: outcome for unit, part in zip(units, parts, strict=True)
             for id, outcome in zip(unit, part, strict=True)}  # fmt: skip
    return [found[id] for id in people]


class _Planner:
    """Builds and judges routes; picklable, the recommender is made in its own process."""

    def __init__(
        self,
        data: TrainingData,
        model: MatchingModel,
        judges: Sequence[Judge],
        tagger: CompetencyTagger | None,
    ) -> None:
        self.data, self.model, self.judges = data, model, judges
        self.reference = table_matcher(data, tagger)

    def __call__(self, people: Sequence[str]) -> list[PlanOutcome]:
        data = self.data
        # a process that has to compile its loops first must not take that for solving time
        warm()
        recommender = recommender_of(data, self.model)
        online = recommender.offering_table.online_share(len(data.activities))
        routes = [self._route(recommender, data.people[id], online) for id in people]
        closed = [self._closed(judge, routes) for judge in self.judges]
        return [
            PlanOutcome(tuple(a.id for a in route.planned.activities), first, tuple(others))
            for route, (first, *others) in zip(routes, zip(*closed, strict=True), strict=True)
        ]

    def _route(self, recommender: Recommender, person: RouteRequest, online: FloatArray) -> _Route:
        try:
            prepared = recommender.prepare(person)
        except NothingToPlan:
            return _Route(Planned(person, (), np.zeros((0, 0))), None, None)
        solution = solve(prepared.compiled.problem, PLAN_OPTIONS)
        chosen = chosen_activities(prepared.compiled.problem, solution)
        rows = np.array([recommender.matcher.activity_index_[id] for id in chosen], dtype=np.int64)
        factors, coverage = self.reference.factor_matrix(
            person.educator,
            prepared.deficits,
            requests=person.requests,
            history=person.history,
            policy=recommender.policy_of(person.policy),
            as_of=person.as_of,
            online=online,
            rows=rows,
        )
        activities = [recommender.matcher.activities_[i] for i in rows.tolist()]
        return _Route(Planned(person, activities, factors), prepared.deficits, coverage)

    def _closed(self, judge: Judge, routes: Sequence[_Route]) -> list[float]:
        policy = self.data.policy
        chances = judge.chances([route.planned for route in routes], policy)
        return [
            0.0
            if route.deficits is None or route.coverage is None
            else closed_deficit(
                route.deficits,
                route.coverage,
                route.planned.activities,
                chance,
                judge.effect(route.planned.activities, policy),
                policy,
            )
            for route, chance in zip(routes, chances, strict=True)
        ]


class _Route(NamedTuple):
    """A route before it is judged; no deficits = there was nothing to plan."""

    planned: Planned
    deficits: DeficitVector | None
    coverage: sp.csr_array | None


def recommender_of(data: TrainingData, model: MatchingModel) -> Recommender:
    """Recommender of a catalogue with a model in service; without mentors."""
    return Recommender(
        activities=data.activities,
        offerings=data.offerings,
        mentors=(),
        framework=data.framework,
        policy=data.policy.id,
        model=model,
    )


def chosen_activities(problem: RouteProblem, solution: RouteSolution) -> tuple[str, ...]:
    """Ids of the activities of a route, in the order of the problem's candidates."""
    if solution.route is None:
        return ()
    table = problem.candidates
    of = dict.fromkeys(int(table.activity[j]) for j in solution.route.chosen)
    return tuple(problem.activities[a].label for a in of)


def closed_deficit(
    deficits: DeficitVector,
    coverage: sp.csr_array,
    activities: Sequence[Activity],
    chance: FloatArray,
    effect: FloatArray,
    policy: PolicyProfile,
) -> float:
    """Σ_k w_k · φ_k(Σ_j chance_j · effect_j · (1 − exp(−c_jk · h_j / h0))), as planning counts.

    Parameters
    ----------
    coverage
        CSR, shape (n_activities, n_demands).
    chance, effect
        Shape (n_activities,).

    Returns
    -------
    float
        In whole deficits of weight 1.
    """
    if not activities or not deficits.demands:
        return 0.0
    saturation = policy.value.saturation_hours
    hours = np.array([(a.hours_academic or 0.0) * ACADEMIC_HOUR_MIN / HOUR_MIN for a in activities])
    h0 = np.array([saturation.get(a.kind, 1.0) for a in activities])
    gain = (chance * effect)[:, None] * -np.expm1(-coverage.toarray() * (hours / h0)[:, None])
    admitted = [[category_of(a) in d.categories for d in deficits.demands] for a in activities]
    gain *= np.array(admitted)
    total = gain.sum(axis=0)
    return float(
        sum(d.weight * _phi(d.pieces, z) for d, z in zip(deficits.demands, total, strict=True))
    )


def _phi(pieces: Sequence[tuple[float, float]], z: float) -> float:
    value = 0.0
    for length, slope in pieces:
        value += slope * min(length, z)
        z = max(0.0, z - length)
    return value
