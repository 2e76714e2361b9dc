"""Sampled answers to "why not" and "what would help", each verified by solving again.

Small regions under a policy with every rule. What the engine says of a change is verified by the
exact whole model (``solve_directly``), which the search for changes never uses on these problems,
and by the checker; intervals of differences hold the difference of optima at gap 0.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache

import pytest

from engine.domain import Reason
from engine.explanation import ADMITS, DOES_NOT_HELP, OUTRANKED, ChangeOutcome
from engine.framework import load_framework
from engine.planning.checks import check_route
from engine.planning.problem import Pin, RouteProblem
from engine.planning.solution import Route, RouteSolution, SolveOptions, SolveStatus
from engine.planning.solver import solve, solve_directly
from engine.recommender import AskLimits, Recommender, RouteRequest, prices
from engine.recommender.assemble import not_chosen
from engine.recommender.changes import Case, ChangeKind
from engine.recommender.prices import price, price_relaxations, relaxations
from engine.recommender.relevant_changes import relevant_changes
from engine.recommender.stages import Prepared, stages_of
from engine.recommender.why_not import Recompile, explain_absence
from engine.simulation import RegionPlan, simulate_region

PLAN = RegionPlan(activities=160, educators=5, runs_per_activity=3.0, weeks=16, mentors=4)
EXACT = SolveOptions(gap_ppm=0, deadline_ms=60_000, work_milli=60_000)
COARSE = SolveOptions(gap_ppm=50_000, deadline_ms=60_000, work_milli=60_000)
"""Gaps are left on purpose, so that intervals have something to hold."""
PATIENT = AskLimits(deadline_ms=60_000, check_work_milli=20_000, total_work_milli=10**6)
REFUSALS_MOST = 6
"""Changes that do not help, verified of each activity."""
OPEN_CODES = 6
"""Activities asked about that have candidates, for each one that has none."""


@dataclass(frozen=True)
class Asked:
    """One educator's solved problem, and how to compile it changed."""

    recommender: Recommender
    base: Prepared
    solution: RouteSolution
    reasons: dict[str, Reason]
    recompile: Recompile

    @property
    def problem(self) -> RouteProblem:
        return self.base.compiled.problem


@cache
def region_of(seed: int) -> tuple[Recommender, tuple[RouteRequest, ...]]:
    framework = load_framework()
    region = simulate_region(PLAN, seed, framework)
    recommender = Recommender(
        activities=region.activities,
        offerings=region.offerings,
        mentors=region.mentors,
        framework=framework,
        policy="primorye",
    )
    requests = tuple(
        RouteRequest(
            educator=person.educator,
            as_of=region.as_of,
            diagnostics=person.diagnostics,
            requests=person.requests,
            history=person.history,
            constraints=person.constraints,
        )
        for person in region.educators
    )
    return recommender, requests


@cache
def asked(seed: int, index: int) -> Asked | None:
    """An educator with two pins; ``None`` where there is no route with them."""
    recommender, requests = region_of(seed)
    request = requests[index]
    plain = recommender.prepare(request)
    rng = random.Random(100 * seed + index)
    open_ids = sorted(set(plain.compiled.activity_ids) - set(request.constraints.excluded))
    pins = tuple(rng.sample(open_ids, min(2, len(open_ids))))
    constraints = replace(request.constraints, pinned=pins)
    base = recommender.prepare(replace(request, constraints=constraints))
    solution = solve(base.compiled.problem, COARSE)
    if solution.route is None:
        base = plain
        solution = solve(base.compiled.problem, COARSE)
    if solution.route is None:
        return None
    reasons = not_chosen(stages_of(base, solution, None), recommender.catalogue)

    def recompile(case: Case, rank_again: bool) -> Prepared:
        return recommender.prepare_changed(base, case.request, case.policy, rank_again=rank_again)

    return Asked(recommender, replace(base, options=COARSE), solution, reasons, recompile)


def sampled(a: Asked, rng: random.Random) -> list[str]:
    """One activity of every code that the route came with, and more of those with candidates."""
    by_code: dict[str, list[str]] = {}
    for activity, reason in a.reasons.items():
        by_code.setdefault(reason.code, []).append(activity)
    picked = [rng.choice(by_code[code]) for code in sorted(by_code)]
    able = [i for i in a.reasons if i not in a.base.compiled.dropped and i not in picked]
    return picked + rng.sample(able, min(OPEN_CODES, len(able)))


def exact(problem: RouteProblem) -> int:
    solution = solve(problem, EXACT)
    assert solution.status is SolveStatus.OPTIMAL
    assert solution.value_mpt is not None
    return solution.value_mpt


def pinned(problem: RouteProblem, activity: str) -> RouteProblem | None:
    """The problem with a pin made here, from the labels alone."""
    labels = [problem.activities[a].label for a in problem.candidates.activity.tolist()]
    own = tuple(j for j, label in enumerate(labels) if label == activity)
    return replace(problem, pins=(*problem.pins, Pin("pinned", activity, own))) if own else None


def contains(problem: RouteProblem, activity: str) -> bool:
    """Whether some feasible route contains the activity, by the exact model and the checker."""
    forced = pinned(problem, activity)
    if forced is None:
        return False
    solution = solve_directly(forced, replace(EXACT, gap_ppm=10**9))
    if solution.route is None:
        assert solution.status is SolveStatus.INFEASIBLE
        return False
    assert check_route(problem, solution.route).holds
    taken = {
        problem.activities[problem.candidates.activity[j]].label for j in solution.route.chosen
    }
    assert activity in taken
    return True


def steps_of(kind: ChangeKind, change: ChangeOutcome) -> int:
    """The multiple that a change speaks of."""
    said = {k: v for k, v in change.parameters.items() if k not in ("title", "titles", "step")}
    return next(n for n in range(1, kind.most + 1) if dict(kind.parameters(n)) == said)


def verify_change(a: Asked, activity: str, kind: ChangeKind, change: ChangeOutcome) -> None:
    """An admitted multiple admits and the one before does not; what does not help does not."""
    n = steps_of(kind, change)
    case = Case(a.base.request, a.base.policy)

    def admits(steps: int) -> bool:
        changed = kind.apply(case, steps) if steps else case
        prepared = a.recompile(changed, kind.rank_again)
        return contains(prepared.compiled.problem, activity)

    if change.outcome == ADMITS:
        assert admits(n), (activity, change)
        assert not admits(n - 1), (activity, change)
    else:
        assert change.outcome == DOES_NOT_HELP, (activity, change)
        assert n == kind.most
        assert not admits(n), (activity, change)


def verify_together(
    a: Asked, activity: str, kinds: list[ChangeKind], change: ChangeOutcome
) -> None:
    """All parts at once admit, and all but any one do not."""
    assert change.outcome == ADMITS
    parts = change.parameters["changes"]
    assert isinstance(parts, list)
    assert len(parts) > 1

    def of(part: dict[str, object]) -> tuple[ChangeKind, int]:
        said = {k: v for k, v in part.items() if k not in ("title", "titles", "code")}
        return next(
            (kind, n)
            for kind in kinds
            if kind.code == part["code"]
            for n in range(1, kind.most + 1)
            if dict(kind.parameters(n)) == said
        )

    steps = [of(part) for part in parts]

    def admits(taken: list[tuple[ChangeKind, int]]) -> bool:
        case = Case(a.base.request, a.base.policy)
        for kind, n in taken:
            case = kind.apply(case, n)
        again = any(kind.rank_again for kind, _ in taken)
        return contains(a.recompile(case, again).compiled.problem, activity)

    assert admits(steps)
    for i in range(len(steps)):
        assert not admits(steps[:i] + steps[i + 1 :])


def verify_educator(seed: int, index: int) -> Counter[str]:
    """Ask about a sample of activities and about all prices; count the verified answers."""
    a = asked(seed, index)
    if a is None:
        return Counter()
    verified: Counter[str] = Counter()
    best = exact(a.problem)
    rng = random.Random(seed * 1_000 + index)
    for activity in sampled(a, rng):
        answer = explain_absence(
            a.base,
            a.solution,
            a.reasons[activity],
            a.recommender.catalogue,
            activity,
            a.recompile,
            PATIENT,
        )
        if answer.verdict == OUTRANKED:
            forced = pinned(a.problem, activity)
            assert forced is not None
            assert answer.loss is not None
            loss = (best - exact(forced)) / 1_000
            assert answer.loss.low - 1e-9 <= loss <= answer.loss.high + 1e-9, activity
            verified["loss"] += 1
            continue
        assert not contains(a.problem, activity), activity
        index_of = a.recommender.catalogue.activity_index[activity]
        dropped = a.base.compiled.dropped.get(activity)
        kinds = list(relevant_changes(a.base, a.recommender.catalogue, index_of, dropped))
        single = answer.changes[: len(kinds)]
        assert [c.code for c in single] == [k.code for k in kinds]
        useless = [i for i, change in enumerate(single) if change.outcome == DOES_NOT_HELP]
        skipped = set(useless) - set(rng.sample(useless, min(REFUSALS_MOST, len(useless))))
        for i, (kind, change) in enumerate(zip(kinds, single, strict=True)):
            if i not in skipped:
                verify_change(a, activity, kind, change)
                verified[change.outcome] += 1
        for change in answer.changes[len(single) :]:
            verify_together(a, activity, kinds, change)
            verified["together"] += 1
    verified.update(verify_prices(a, best))
    return verified


def verify_prices(a: Asked, best: int) -> Counter[str]:
    """Every interval holds the difference of the two optima."""
    told = price_relaxations(a.base, a.solution, a.recompile, PATIENT)
    said = {(p.code, str(p.parameters)): p.gain for p in told}
    found = list(relaxations(a.base, a.solution, a.recompile))
    assert len(found) == len(told)
    for relaxed in found:
        gain = said[relaxed.code, str(relaxed.parameters)]
        assert gain is not None
        difference = (exact(relaxed.problem) - best) / 1_000
        assert gain.low - 1e-9 <= difference <= gain.high + 1e-9, relaxed.code
        if relaxed.keeps_route:
            assert gain.low >= 0
    return Counter({"price": len(found)})


def test_a_price_begins_with_the_old_route(monkeypatch: pytest.MonkeyPatch) -> None:
    """With hardly any work the second solve is worth the old route at least, and tells no lie."""
    a = asked(4, 0)
    assert a is not None
    assert a.solution.value_mpt is not None
    seconds: list[RouteSolution] = []

    def watched(problem: RouteProblem, options: SolveOptions, *, known: Route) -> RouteSolution:
        seconds.append(solve(problem, options, known=known))
        return seconds[-1]

    monkeypatch.setattr(prices, "solve", watched)
    hardly = AskLimits(solve_work_milli=1)
    best = exact(a.problem)
    kept = [r for r in relaxations(a.base, a.solution, a.recompile) if r.keeps_route]
    for relaxed in kept:
        found = price(a.base.options, a.solution, relaxed, PATIENT.deadline_ms, hardly)
        assert (seconds[-1].value_mpt or 0) >= a.solution.value_mpt
        assert found is not None
        assert 0 <= found.low_mpt <= exact(relaxed.problem) - best <= found.high_mpt
    assert len(seconds) == len(kept) > 0


PLAIN = [(4, 2), (4, 4)]
"""Seeds of regions and numbers of educators that are asked about in every run."""
REST = [
    *((4, index) for index in (0, 1, 3)),
    *itertools.product((1, 2, 3, 5), range(PLAN.educators)),
]


@pytest.mark.slow
def test_sampled_answers_hold() -> None:
    """Ninety answers of every sort, each verified by solving again."""
    verified: Counter[str] = Counter()
    for seed, index in PLAIN:
        verified += verify_educator(seed, index)
    assert verified.total() >= 80, verified
    assert set(verified) >= {"loss", ADMITS, DOES_NOT_HELP, "price", "together"}, verified


@pytest.mark.long
def test_five_hundred_answers_hold() -> None:
    """The same over more regions."""
    verified: Counter[str] = Counter()
    for seed, index in REST:
        verified += verify_educator(seed, index)
    assert verified.total() >= 400, verified
    assert verified["loss"] >= 30, verified
    assert verified["price"] >= 60, verified
