"""A bound stated below the value of a valid route: found once, kept as a test."""

from ortools.sat.python import cp_model

from engine.planning.cp_sat import CpSatRun
from engine.planning.solution import SolveOptions
from engine.planning.solver import solve
from tests.engine.planning.problems import random_problem


def test_a_bound_of_one_rounding_error_below_an_integer_means_the_integer():
    """CP-SAT may report 3581.9999999996 for a proved 3582; its floor would be a false bound."""

    class Reported:
        best_objective_bound = 3581.9999999996

    run = CpSatRun(cp_model.OPTIMAL, Reported(), 0, False)
    assert run.bound() == 3582
    Reported.best_objective_bound = 3581.7
    assert run.bound() == 3581


def test_the_seeds_that_showed_it_are_optimal_now():
    """Random problems whose stated bound was one below their value."""
    for seed in (42, 82, 226, 309, 478, 524, 671):
        solution = solve(random_problem(seed), SolveOptions(0, 20_000, 20_000))
        if solution.value_mpt is not None:
            assert solution.bound_mpt == solution.value_mpt
