"""A route by hand is completed by whatever breaks least, and valued best of that."""

from __future__ import annotations

import random

from engine.planning.checks import check_route
from engine.planning.given_route import complete_steps
from engine.planning.problem import CheckpointOffer, CheckpointRules, MentorRules, ProblemMentor
from engine.planning.solution import Route
from tests.engine.planning.oracle import _completions
from tests.engine.planning.problems import at, candidate, make_problem, random_problem


def test_what_can_hold_is_completed_to_hold():
    """Wherever brute force finds a completion without a breach, so does this, as valuable."""
    held = 0
    for seed in range(250):
        problem = random_problem(seed, "tiny")
        rng = random.Random(seed)
        chosen = tuple(sorted(rng.sample(range(len(problem.candidates)), rng.randint(0, 2))))
        reports = [
            check_route(problem, route)
            for route in _completions(problem, chosen, frozenset(), prune=True)
        ]
        values = [r.value_mpt for r in reports if r.holds]
        report = check_route(problem, complete_steps(problem, [[j] for j in chosen]))
        if values:
            assert report.holds, seed
            assert report.value_mpt == max(values), seed
            held += bool(chosen)
        else:
            assert not report.holds, seed
    assert held >= 10


def test_a_full_week_is_told_by_its_minutes():
    """The checkpoint is placed though its week is full, so the excess is that of the whole."""
    problem = make_problem(
        [candidate(0, 0, 3, weekly=((0, 90),))],
        tempo=[80, 20, 100],
        n_weeks=3,
        checkpoints=CheckpointRules(final=True, offers=(CheckpointOffer("c0", 8, 45),)),
    )
    route = complete_steps(problem, [[0]])
    assert route == Route(chosen=(0,), final=0)
    assert [(v.rule, v.excess) for v in check_route(problem, route).violations] == [
        ("tempo", 10),
        ("tempo", 25),
    ]


def test_an_open_choice_is_taken_where_it_holds():
    """Of two paces of a step the one is taken that breaks nothing."""
    quick = candidate(0, 0, 6, weekly=((0, 100),), label="a#2026-09-07+100")
    slow = candidate(0, 0, 13, weekly=((0, 50), (1, 50)), label="a#2026-09-07+50")
    problem = make_problem([quick, slow], tempo=60)
    assert complete_steps(problem, [[0, 1]]).chosen == (1,)
    assert complete_steps(make_problem([quick, slow], tempo=10), [[0, 1]]).chosen == (1,)


def test_a_mentor_asked_for_is_kept():
    """The better one is left alone where the other one was named."""
    slots = ((at(1, 15), at(1, 16), -1),)
    options = (ProblemMentor("m0", 900, 0, 1, slots), ProblemMentor("m1", 100, 0, 1, slots))
    problem = make_problem([candidate(0, 0, 5)], mentor=MentorRules(options=options))
    assert complete_steps(problem, [[0]]).mentor == 0
    assert complete_steps(problem, [[0]], mentor=1) == Route((0,), 1, (0,))


def test_no_steps_are_a_route_too():
    """The empty route is completed to itself."""
    assert complete_steps(make_problem([candidate()]), []) == Route()
