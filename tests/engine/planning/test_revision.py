"""Claims about revised routes: few changes, none soon, against brute force and hand counts."""

import random
from collections import Counter
from dataclasses import replace
from functools import cache

import pytest

from engine.planning.checks import check_route, validate_problem
from engine.planning.conflicts import find_conflict
from engine.planning.greedy import kept_route
from engine.planning.problem import Pin, Revision, RouteProblem
from engine.planning.problem_json import problem_digest, problem_from_dict, problem_to_dict
from engine.planning.solution import Route, SolveOptions, SolveStatus
from engine.planning.solver import solve, solve_by_relaxation, solve_directly
from tests.conftest import LONG
from tests.engine.planning.oracle import best_route, routes_that_hold
from tests.engine.planning.problems import activity, candidate, make_problem, random_problem

EXACT = SolveOptions(gap_ppm=0, deadline_ms=60_000, work_milli=60_000)
SEEDS = range(120 if LONG else 45)


def revised(problem: RouteProblem, revision: Revision) -> RouteProblem:
    """The problem with a revision and the pins that go with it."""
    labels = problem.candidates.label
    pins = [Pin("started", labels[j], (j,)) for j in revision.fixed]
    pins += [
        Pin("frozen", labels[revision.steps[s][0]], revision.steps[s]) for s in revision.frozen
    ]
    return replace(problem, revision=revision, pins=(*problem.pins, *pins))


def random_revision(seed: int) -> RouteProblem | None:
    """A random problem that revises one of its own routes; ``None`` where it has none."""
    problem, rng = random_problem(seed), random.Random(seed)
    routes = [route for route in routes_that_hold(problem) if route.chosen]
    if not routes:
        return None
    chosen = list(rng.choice(routes).chosen)
    rng.shuffle(chosen)
    begun = rng.randint(0, 1) if len(chosen) > 1 else 0
    steps = [(j,) for j in sorted(chosen[begun:])]
    if rng.random() < 0.3:
        steps[-1] = ()
    frozen = tuple(s for s, step in enumerate(steps) if step and rng.random() < 0.2)
    revision = Revision(
        fixed=tuple(sorted(chosen[:begun])),
        steps=tuple(steps),
        frozen=frozen,
        changes_most=rng.randint(0, 3),
        free_day=rng.choice([0, 7, 14]),
    )
    return revised(problem, revision)


@cache
def optima(seed: int) -> tuple[int | None, int | None]:
    """Brute force: best value of a random revision, and with as many changes as one likes."""
    problem = random_revision(seed)
    assert problem is not None
    free = replace(problem, revision=replace(problem.revision, changes_most=100))
    return best_route(problem).value_mpt, best_route(free).value_mpt


def changes_by_hand(revision: Revision, chosen: tuple[int, ...]) -> int:
    """Least number of steps added, removed or exchanged one for one, counted by pairing."""
    old = [set(step) for step in revision.steps]
    new = [j for j in chosen if j not in revision.fixed]
    for j in list(new):
        same = next((step for step in old if j in step), None)
        if same is not None:
            old.remove(same)
            new.remove(j)
    changes = 0
    while old or new:
        # One change takes one step away, brings one, or does both.
        old, new, changes = old[1:], new[1:], changes + 1
    return changes


@pytest.mark.parametrize("how", [solve_directly, solve_by_relaxation])
def test_no_route_within_the_bound_is_worth_more(how):
    """Both solvers reach the brute-force optimum of every random revision, or prove none."""
    told: Counter[SolveStatus] = Counter()
    binding = 0
    for seed in SEEDS:
        problem = random_revision(seed)
        if problem is None:
            continue
        best, loose = optima(seed)
        said = how(problem, EXACT, known=kept_route(problem))
        assert said.value_mpt == best, seed
        assert said.status in (SolveStatus.OPTIMAL, SolveStatus.INFEASIBLE), seed
        told[said.status] += 1
        binding += loose is not None and loose != best
    # The cases are of both kinds, and the bound decides many of them.
    assert told[SolveStatus.OPTIMAL] > len(SEEDS) / 3
    assert told[SolveStatus.INFEASIBLE] > len(SEEDS) / 40
    assert binding > len(SEEDS) / 8


def test_the_checker_counts_changes_as_a_person_does():
    """For every route of many problems the rule ``changes`` is what pairing by hand counts."""
    seen: Counter[int] = Counter()
    for seed in range(60 if LONG else 25):
        problem = random_revision(seed)
        if problem is None:
            continue
        plain = replace(problem, revision=None, pins=())
        for route in list(routes_that_hold(plain))[:40]:
            count = changes_by_hand(problem.revision, route.chosen)
            told = [v for v in check_route(problem, route).violations if v.rule == "changes"]
            over = count - problem.revision.changes_most
            assert [v.excess for v in told] == ([over] if over > 0 else [])
            seen[count] += 1
    assert len(seen) > 3


def two_weeks() -> RouteProblem:
    """Four activities of one run each: on days 0, 3, 8 and 9."""
    days = (0, 3, 8, 9)
    return make_problem(
        activities=tuple(activity(a) for a in range(4)),
        candidates=tuple(
            candidate(a, day, day, gains=((0, 100 * (a + 1)),)) for a, day in enumerate(days)
        ),
    )


def rules_broken(problem: RouteProblem, *chosen: int) -> list[tuple[str, object]]:
    """Rules of a revision that a set of steps breaks, with the kind of the breach."""
    return [
        (v.rule, v.parameters.get("kind"))
        for v in check_route(problem, Route(chosen)).violations
        if v.rule in ("freeze", "changes")
    ]


def test_what_has_begun_and_what_is_near_stays():
    """A fixed and a frozen step may not be left out, and nothing new comes before the free day."""
    revision = Revision(fixed=(0,), steps=((2,),), frozen=(0,), changes_most=9, free_day=8)
    problem = replace(two_weeks(), revision=revision)
    assert rules_broken(problem, 0, 2) == []
    assert rules_broken(problem, 0, 2, 3) == []
    assert rules_broken(problem, 2) == [("freeze", "started")]
    assert rules_broken(problem, 0) == [("freeze", "stays")]
    assert rules_broken(problem, 0, 1, 2) == [("freeze", "too_soon")]
    pinned = replace(problem, pins=(Pin("pinned", "1", (1,)),))
    assert rules_broken(pinned, 0, 1, 2) == []


def test_a_replacement_is_one_change_and_a_lost_run_too():
    """Hand counts: keep, add, remove, exchange; a step without a candidate has to change."""
    problem = replace(two_weeks(), revision=Revision(steps=((0,), (1,))))
    assert rules_broken(problem, 0, 1) == []
    counts = {(0,): 1, (0, 2): 1, (2, 3): 2, (0, 1, 2): 1, (0, 1, 2, 3): 2, (): 2}
    for chosen, count in counts.items():
        told = check_route(problem, Route(chosen)).violations
        assert [v.parameters["changes"] for v in told if v.rule == "changes"] == [count]
    lost = replace(two_weeks(), revision=Revision(steps=((0,), ())))
    told = check_route(lost, Route((0,))).violations
    assert [v.parameters["changes"] for v in told if v.rule == "changes"] == [1]


def test_the_conflict_names_the_least_number_of_changes():
    """Two pins that need two changes under a bound of none: proved, and two is what is told."""
    pins = (Pin("pinned", "2", (2,)), Pin("pinned", "3", (3,)))
    problem = replace(two_weeks(), pins=pins, revision=Revision(steps=((0,), (1,))))
    assert solve(problem, EXACT).status is SolveStatus.INFEASIBLE
    conflict = find_conflict(problem, EXACT)
    assert conflict is not None
    assert conflict.minimal
    assert "changes" in {m.code for m in conflict.members}
    needed = next(r for r in conflict.repairs if r.code == "replan_needs_changes")
    assert needed.parameters == {"changes": 2, "limit": 0}
    least = [
        check_route(replace(problem, revision=replace(problem.revision, changes_most=n)), route)
        for n in (1, 2)
        for route in (Route((2, 3)),)
    ]
    assert [report.holds for report in least] == [False, True]


def test_what_has_begun_is_never_a_member_of_a_conflict():
    """Pins of fixed and frozen steps are facts: only the rule ``freeze`` may be lifted."""
    base = two_weeks()
    table = replace(base.candidates, start_day=base.candidates.start_day)
    revision = Revision(fixed=(0,), steps=((1,),), frozen=(0,), changes_most=5, free_day=8)
    pins = (Pin("pinned", "none", ()),)
    problem = revised(replace(base, candidates=table, pins=pins), revision)
    conflict = find_conflict(problem, EXACT)
    assert conflict is not None
    assert {m.code for m in conflict.members} == {"pinned"}


def test_a_problem_file_carries_the_revision():
    """The digest of the JSON form read back is the same, and tells revisions apart."""
    problem = revised(two_weeks(), Revision((0,), ((1,), ()), (0,), 2, 4))
    again = problem_from_dict(problem_to_dict(problem))
    assert again.revision == problem.revision
    assert problem_digest(again) == problem_digest(problem)
    assert problem_digest(again) != problem_digest(replace(problem, revision=None))
    assert "revision" not in problem_to_dict(two_weeks())


@pytest.mark.parametrize(
    ("revision", "code"),
    [
        (Revision(fixed=(4,)), "index_out_of_range"),
        (Revision(steps=((0,), (9,))), "index_out_of_range"),
        (Revision(steps=((0,),), frozen=(1,)), "index_out_of_range"),
        (Revision(changes_most=-1), "out_of_range"),
        (Revision(free_day=-1), "out_of_range"),
        (Revision(fixed=(0,), steps=((0,),)), "candidate_in_two_steps"),
        (Revision(steps=((0, 1),)), "step_of_two_activities"),
    ],
)
def test_a_broken_revision_is_named(revision, code):
    """Each fault of the structure has its code and a pointer under ``/revision``."""
    faults = validate_problem(replace(two_weeks(), revision=revision))
    assert [f.code for f in faults] == [code]
    assert faults[0].pointer.startswith("/revision")


def test_the_same_revision_gives_the_same_route():
    """Solving twice gives the same route, value, bound and work."""
    for seed in range(40):
        problem = random_revision(seed)
        if problem is not None:
            assert solve(problem, EXACT) == solve(problem, EXACT)
