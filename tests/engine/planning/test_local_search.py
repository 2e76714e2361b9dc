"""The search proposes routes that hold, the same ones for the same seed, and good ones."""

from __future__ import annotations

import numpy as np
import pytest

from engine.planning.bounding import Bounding
from engine.planning.checks import check_route
from engine.planning.compiled import is_cold
from engine.planning.local_search import Found, LocalSearch
from engine.planning.problem import CheckpointOffer, CheckpointRules, Limits, Pin, RouteProblem
from engine.planning.solution import SolveOptions
from engine.planning.solver import solve
from engine.planning.warm import warm
from tests.engine.planning.problems import activity, at, candidate, make_problem, random_problem

NOTHING = np.zeros(0, dtype=np.int64)
EXACT = SolveOptions(gap_ppm=0, deadline_ms=20_000, work_milli=20_000)


def _search(problem: RouteProblem, seed: int = 0, turns: int = 60) -> Found | None:
    bounding = Bounding(problem)
    everyone = np.arange(bounding.r.n)
    return LocalSearch(bounding.r, everyone, bounding.lack()).run(NOTHING, turns, 30_000, seed)


@pytest.mark.parametrize("size", ["small", "medium"])
def test_every_proposal_holds_by_the_checker(size: str) -> None:
    """Over random problems of every rule the checker lets each proposal pass.

    Those that a missing mentor forbids whatever is chosen are left out: the certifier asks the
    checker.
    """
    found = 0
    for seed in range(120):
        problem = random_problem(seed, size)
        mentor = problem.mentor
        if mentor.refuse_without and not any(o.capacity for o in mentor.options):
            continue
        proposal = _search(problem, seed)
        if proposal is not None:
            found += 1
            report = check_route(problem, proposal.route)
            assert report.holds, (seed, report.violations)
    assert found > 60


def test_the_search_is_near_the_best_route() -> None:
    """Of small random problems with a route with steps it finds the best one nearly always."""
    best = missed = 0
    for seed in range(40):
        problem = random_problem(seed, "small")
        exact = solve(problem, EXACT)
        if exact.route is None or not exact.route.chosen:
            continue
        proposal = _search(problem, turns=200)
        value = None if proposal is None else check_route(problem, proposal.route).value_mpt
        best += value == exact.value_mpt
        missed += value != exact.value_mpt
    assert best >= 4 * missed, (best, missed)


def test_the_same_seed_proposes_the_same_route() -> None:
    """Randomness is a number in."""
    problem = random_problem(5, "medium")
    first, second = _search(problem, 7), _search(problem, 7)
    assert first is not None
    assert second is not None
    assert first.route == second.route


def test_a_pin_of_little_worth_is_kept() -> None:
    """A pinned candidate without gain stands in the proposal beside the valuable one."""
    rows = [candidate(0, gains=((0, 500),)), candidate(1, price_mpt=10)]
    problem = make_problem(rows, pins=(Pin("pinned", "1", (1,)),))
    proposal = _search(problem)
    assert proposal is not None
    assert proposal.route.chosen == (0, 1)


def test_a_programme_is_inserted_with_its_practice() -> None:
    """Neither alone: the practice costs, the programme may not stand without it."""
    rows = [candidate(0, 0, 6, gains=((0, 900),)), candidate(1, 8, 9, price_mpt=5)]
    activities = (activity(0, needs_practice=True, practices=(1,)), activity(1))
    proposal = _search(make_problem(rows, activities=activities, limits=Limits(transfer_weeks=1)))
    assert proposal is not None
    assert proposal.route.chosen == (0, 1)


def test_room_is_left_for_the_final_checkpoint() -> None:
    """Of two runs the one is taken after which the diagnostic has room in its week."""
    rows = [
        candidate(0, 0, 6, gains=((0, 900),), weekly=((0, 50),)),
        candidate(0, 7, 8, gains=((0, 901),), weekly=((1, 80),)),
    ]
    offers = (CheckpointOffer("diagnostic", 13, 30),)
    checkpoints = CheckpointRules(final=True, final_within_days=14, offers=offers)
    problem = make_problem(rows, checkpoints=checkpoints, tempo=100)
    proposal = _search(problem)
    assert proposal is not None
    assert proposal.route.chosen == (0,)
    assert proposal.route.final == 0


def test_travel_is_kept_across_midnight_of_a_sunday() -> None:
    """A meeting late on Sunday elsewhere and one early on Monday exclude each other."""
    late = (at(6, 23), at(6, 23) + 55, 1)
    early = (at(7, 0), at(7, 0) + 30, 2)
    rows = [
        candidate(0, 6, 6, gains=((0, 500),), meetings=(late,)),
        candidate(1, 7, 7, gains=((0, 400),), meetings=(early,)),
    ]
    proposal = _search(make_problem(rows, limits=Limits(travel_buffer_min=60)))
    assert proposal is not None
    assert proposal.route.chosen == (0,)


def test_machine_code_is_kept_after_the_first_call() -> None:
    """Once warm, a new process finds machine code on disk."""
    warm()
    assert not is_cold()
