"""A route in a problem that was compiled anew: by labels, and only if it stands there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.planning.carry import carry_route
from engine.planning.checks import check_route
from engine.planning.problem import (
    CandidateTable,
    CheckpointOffer,
    CheckpointRules,
    MentorRules,
    Pin,
    ProblemMentor,
)
from engine.planning.solution import Route, SolveOptions
from engine.planning.solver import solve
from engine.planning.validity import validate_problem
from tests.engine.planning.problems import activity, at, candidate, make_problem, random_problem

EXACT = SolveOptions(gap_ppm=0, deadline_ms=20_000, work_milli=20_000)


def test_indices_are_found_by_labels():
    """The same runs in another order, mentor and offers too."""
    rows = [candidate(0, 0, 6), candidate(1, 0, 6), candidate(1, 7, 13)]
    mentors = [ProblemMentor(m, 0, 0, 1, ((at(2, 10), at(2, 11), -1),)) for m in ("m", "n")]
    offers = [CheckpointOffer("x", 15, 10), CheckpointOffer("y", 16, 10)]
    old = make_problem(
        rows,
        mentor=MentorRules(cadence_weeks=2, options=tuple(mentors)),
        checkpoints=CheckpointRules(final=True, offers=tuple(offers)),
    )
    route = Route((0, 2), 1, (0,), None, 1)
    assert check_route(old, route).holds
    new = replace(
        old,
        candidates=CandidateTable.of([replace(c, activity=1 - c.activity) for c in rows[::-1]]),
        activities=(activity(1), activity(0)),
        mentor=replace(old.mentor, options=tuple(mentors[::-1])),
        checkpoints=replace(old.checkpoints, offers=tuple(offers[::-1])),
    )
    found = carry_route(old, route, new)
    assert found is not None
    problem, carried = found
    assert carried == Route((0, 2), 0, (0,), None, 0)
    assert len(problem.candidates) == 3


def test_missing_runs_are_added_to_table_and_pin():
    """Another pace in the new problem: the old run stays possible, also for its pin."""
    old = make_problem(
        [candidate(0, 0, 13, weekly=((0, 60), (1, 60)), label="s+60")],
        pins=(Pin("pinned", "p", (0,)),),
    )
    new = make_problem(
        [candidate(0, 0, 6, weekly=((0, 120),), label="s+120")], pins=(Pin("pinned", "p", (0,)),)
    )
    found = carry_route(old, Route((0,)), new)
    assert found is not None
    problem, carried = found
    assert list(problem.candidates.label) == ["s+120", "s+60"]
    assert problem.candidates.record(1) == old.candidates.record(0)
    assert problem.pins[0].candidates == (0, 1)
    assert carried == Route((1,))
    assert validate_problem(problem) == ()


def test_a_route_that_does_not_stand_is_not_carried():
    """A tighter tempo, a vanished activity or another first day: there is nothing to seed with."""
    old = make_problem([candidate(0, weekly=((0, 100),))])
    route = Route((0,))
    tight = replace(old, tempo_min=np.full(8, 50, np.int64))
    assert carry_route(old, route, tight) is None
    renamed = replace(old, activities=(activity(7),))
    assert carry_route(old, route, renamed) is None
    assert carry_route(old, route, replace(old, first_day="2026-09-14")) is None


def test_a_random_route_is_carried_to_a_relaxed_problem_at_its_value():
    """Twice the tempo, candidates shuffled and half of them gone: same value, valid problem."""
    carried_routes = 0
    for seed in range(60):
        old = random_problem(seed, "small")
        route = solve(old, EXACT).route
        if route is None or not route.chosen:
            continue
        kept = [j for j in range(len(old.candidates)) if (j + seed) % 2]
        order = kept[::-1]
        place = {j: i for i, j in enumerate(order)}
        pins = tuple(
            replace(p, candidates=tuple(sorted(place[j] for j in p.candidates if j in place)))
            for p in old.pins
        )
        new = replace(
            old,
            tempo_min=2 * old.tempo_min,
            candidates=CandidateTable.of([old.candidates.record(j) for j in order]),
            pins=pins,
        )
        found = carry_route(old, route, new)
        assert found is not None, seed
        problem, carried = found
        assert validate_problem(problem) == ()
        report = check_route(problem, carried)
        assert report.holds
        assert report.value_mpt == check_route(old, route).value_mpt
        carried_routes += 1
    assert carried_routes >= 20
