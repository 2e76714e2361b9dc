"""Rows speak of every route with a step, whatever solution they were found at."""

from __future__ import annotations

import random
from collections import Counter
from functools import cache
from itertools import islice

import numpy as np
import pytest

from engine.planning.bounding import Bounding
from engine.planning.checks import check_route
from engine.planning.cuts import SEPARATORS, base_needs
from engine.planning.cuts.coverage import coverage_rows
from engine.planning.cuts.overlap import overlap_rows
from engine.planning.problem import Limits, RouteProblem
from engine.planning.relaxation import Relaxation, RowMatrix, Rows
from engine.planning.relaxation_rows import relax
from engine.planning.solution import Route
from tests.engine.planning.cuts.points import columns_of_route
from tests.engine.planning.oracle import routes_that_hold
from tests.engine.planning.problems import at, candidate, make_problem, random_problem

ROUTES_MOST = 60
SEEDS = range(30)


@cache
def _problem(seed: int, size: str) -> RouteProblem:
    return _crowded(seed) if size == "crowded" else random_problem(seed, size)


@cache
def _routes(seed: int, size: str) -> list[Route]:
    """Some routes with steps that the checker lets pass, looked for once a process."""
    problem = _problem(seed, size)
    found = [r for r in islice(routes_that_hold(problem), 4_000) if r.chosen]
    assert all(check_route(problem, route).holds for route in found)
    return random.Random(seed).sample(found, min(len(found), ROUTES_MOST))


def _crowded(seed: int) -> RouteProblem:
    """Ten activities that meet in the same two mornings, sooner or later in them."""
    rng = random.Random(seed)
    rows = []
    for a in range(10):
        starts = [at(day, 9) + rng.randrange(0, 180, 15) for day in (0, 1)]
        meetings = tuple((s, s + rng.choice((30, 60, 90)), rng.choice((-1, 0, 1))) for s in starts)
        rows.append(candidate(a, 0, 1, gains=((0, rng.randint(1, 99)),), meetings=meetings))
    return make_problem(rows, limits=Limits(steps_max=4, travel_buffer_min=30))


def _assert_obeyed(rows: RowMatrix, points: list[np.ndarray]) -> None:
    row = np.repeat(np.arange(len(rows)), np.diff(rows.indptr))
    for x in points:
        left = np.zeros(len(rows), dtype=np.int64)
        np.add.at(left, row, rows.values * x[rows.indices])
        assert (left <= rows.right).all(), np.flatnonzero(left > rows.right)


def _wild_point(r: Relaxation, rng: np.random.Generator) -> np.ndarray:
    """Shares that obey nothing, so that every separator has something to find."""
    x = rng.random(len(r.objective)) * (rng.random(len(r.objective)) < 0.7)
    x[r.n : r.first_meeting] *= r.upper[: r.first_meeting - r.n]
    x[r.first_meeting : r.first_mentor] *= 0.2
    x[r.first_missed : r.first_reach] *= 0.2
    return x


@pytest.mark.slow
@pytest.mark.parametrize("size", ["small", "broad"])
def test_routes_obey_the_rows_that_are_always_there(size: str) -> None:
    """Static rows and the needs of all activities cut off no route."""
    for seed in SEEDS:
        r = relax(_problem(seed, size))
        points = [columns_of_route(r, route) for route in _routes(seed, size)]
        _assert_obeyed(r.rows, points)
        if r.n:
            _assert_obeyed(RowMatrix.of(base_needs(r, np.arange(r.n))), points)


@pytest.mark.slow
@pytest.mark.parametrize("size", ["small", "broad", "crowded"])
def test_routes_obey_the_rows_broken_by_any_point(size: str) -> None:
    """Rows found at wild points and at solutions of the relaxation cut off no route."""
    found: Counter[str] = Counter()
    for seed in SEEDS:
        bounding = Bounding(_problem(seed, size))
        r, rng = bounding.r, np.random.default_rng(seed)
        points = [columns_of_route(r, route) for route in _routes(seed, size)]
        if not points:
            continue
        for _ in range(8):
            x = _wild_point(r, rng)
            for separator in SEPARATORS:
                rows = Rows()
                separator(r, x, np.flatnonzero(x[: r.n]), rows)
                found[separator.__name__] += len(rows)
                _assert_obeyed(RowMatrix.of(rows), points)
        while not bounding.finished:
            bounding.step(None)
        _assert_obeyed(bounding.rows, points)
    # Meetings hardly ever overlap in the others, and nothing else is asked in the crowded one.
    for separator in SEPARATORS:
        if (separator is overlap_rows) == (size == "crowded"):
            assert found[separator.__name__] >= 5, found


def test_a_row_is_broken_by_the_point_it_was_found_at() -> None:
    """What is returned is violated, row by row.

    But for coverage, which looks at one run of an activity for all of them.
    """
    for seed in SEEDS:
        r = relax(random_problem(seed, "medium"))
        x = _wild_point(r, np.random.default_rng(seed))
        collected = Rows()
        for separator in SEPARATORS:
            if separator is not coverage_rows:
                separator(r, x, np.flatnonzero(x[: r.n]), collected)
        rows = RowMatrix.of(collected)
        row = np.repeat(np.arange(len(rows)), np.diff(rows.indptr))
        left = np.bincount(row, weights=rows.values * x[rows.indices], minlength=len(rows))
        assert (left > rows.right).all()
