"""Intervals of differences hold the truth whatever the gaps were."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.planning.differences import Difference, gain_of_change, loss_of_demand
from engine.planning.solution import Route, RouteSolution, SolveStatus


def solution(value, bound):
    return RouteSolution(SolveStatus.FEASIBLE, Route(), value, bound, None, 1, False)


def test_by_hand():
    """100…110 without and 70…90 with the demand: between 10 and 40; the routes differ by 30."""
    assert loss_of_demand(solution(100, 110), solution(70, 90)) == Difference(10, 40, 30)
    assert gain_of_change(solution(100, 110), solution(130, 140), keeps_route=True) == Difference(
        20, 40, 30
    )


def test_a_better_route_with_the_demand_is_one_without_it():
    """The pinned solve found 105 where the first found 100: nothing is lost that is known of."""
    assert loss_of_demand(solution(100, 110), solution(105, 108)) == Difference(0, 5, 0)


def test_the_old_route_seeds_the_second_solve():
    """A second solve that found only 90 still has the old route of 100; else nobody knows."""
    found = gain_of_change(solution(100, 110), solution(90, 120), keeps_route=True)
    assert found == Difference(0, 20, 0)
    found = gain_of_change(solution(100, 110), solution(90, 120), keeps_route=False)
    assert found == Difference(-20, 20, -10)


def test_precision():
    """Wider than the effect is below the precision; an exact nothing is not."""
    assert Difference(0, 50, 20).below_precision
    assert not Difference(90, 110, 100).below_precision
    assert not Difference(0, 0, 0).below_precision


def test_without_route_or_bound_there_is_no_interval():
    """Nothing is made up where a number is missing."""
    known, unknown = solution(100, 110), solution(None, None)
    assert loss_of_demand(known, unknown) is None
    assert loss_of_demand(unknown, known) is None
    assert gain_of_change(known, solution(100, None), keeps_route=True) is None


amounts = st.integers(-1_000, 1_000)
slack = st.integers(0, 300)


@given(amounts, st.integers(0, 500), slack, slack, slack, slack)
def test_the_interval_holds_the_loss_of_the_optima(best, loss, a, b, c, d):
    """For any optima and any values below and bounds above them."""
    first, second = solution(best - a, best + b), solution(best - loss - c, best - loss + d)
    found = loss_of_demand(first, second)
    assert found is not None
    assert found.low_mpt <= loss <= found.high_mpt
    assert found.low_mpt <= found.effect_mpt <= found.high_mpt


@given(amounts, st.integers(0, 500), slack, slack, slack, slack)
def test_the_interval_holds_the_gain_of_the_optima(best, gain, a, b, c, d):
    """A relaxation gains between 0 and what the bounds allow."""
    first, second = solution(best - a, best + b), solution(best + gain - c, best + gain + d)
    for keeps in (True, False):
        found = gain_of_change(first, second, keeps_route=keeps)
        assert found is not None
        assert found.low_mpt <= gain <= found.high_mpt
        assert found.low_mpt <= found.effect_mpt <= found.high_mpt
