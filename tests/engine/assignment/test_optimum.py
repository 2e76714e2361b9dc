"""The flow against every way to assign, HiGHS, and scipy's assignment; the proof by prices."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from engine.assignment import optimum, thinning
from engine.assignment.coverage import bottlenecks, most_served
from engine.assignment.network import Network, loads_of, value_of
from engine.assignment.optimum import solve
from engine.assignment.prices import Prices, bound_of, worth_of_one_more
from tests.engine.assignment.networks import (
    brute_force,
    by_milp,
    by_slots,
    network_of,
    random_network,
)


def checked(network: Network) -> optimum.Optimum:
    """Solve, and judge the answer without the solver's help."""
    found = solve(network)
    served = found.flow.served
    arcs = found.flow.arc[served]
    assert np.array_equal(network.person[arcs], np.flatnonzero(served))
    assert np.array_equal(network.carer[arcs], found.flow.at[served])
    assert np.all(loads_of(network, found.flow) <= network.places)
    assert found.value == value_of(network, found.flow)
    assert found.value == found.bound
    return found


@pytest.mark.parametrize("seed", range(60))
def test_small_networks_against_every_assignment(seed):
    """Numbers by level and value are those of the best of all assignments."""
    network = random_network(seed, n=4 + seed % 3, m=1 + seed % 4)
    found = checked(network)
    counts, value = brute_force(network)
    assert found.coverage.counts.tolist() == counts
    assert found.value == value


@pytest.mark.parametrize("seed", range(25))
def test_larger_networks_against_a_mixed_integer_program(seed):
    """HiGHS, level after level, serves as many and reaches the same value."""
    network = random_network(1000 + seed, n=40, m=18, density=0.15 + 0.03 * (seed % 5))
    found = checked(network)
    counts, value = by_milp(network)
    assert found.coverage.counts.tolist() == counts
    assert found.value == pytest.approx(value, abs=0.5)


@pytest.mark.parametrize("seed", range(5))
def test_dense_networks_against_scipy(seed):
    """Where everybody can be served the Hungarian method on single places finds the same value."""
    rng = np.random.default_rng(seed)
    gain = rng.random((150, 70))
    places = rng.integers(2, 5, 70).tolist()
    network = network_of(gain, np.ones_like(gain), places, fairness=0.2)
    found = checked(network)
    assert found.flow.served.all()
    assert found.value == by_slots(network)


def test_arcs_outside_the_core_are_found(monkeypatch):
    """With a core of two arcs a person the prices bring in what the optimum needs."""
    monkeypatch.setattr(thinning, "BEST", 1)
    monkeypatch.setattr(thinning, "SPACED", 1)
    monkeypatch.setattr(optimum, "ADDED", 1)
    rng = np.random.default_rng(5)
    gain = 0.2 * rng.random((60, 30)) + np.linspace(0.8, 0, 30)  # all want the same carers
    network = network_of(gain, np.ones_like(gain), [2] * 30, fairness=0.1)
    found = checked(network)
    assert found.rounds > 1
    assert found.value == by_slots(network)


def test_the_bound_holds_for_any_prices():
    """Whatever the prices, the bound is not below the optimum; wrong ones do not reach it."""
    network = random_network(7, n=6, m=4, density=0.7)
    found = checked(network)
    rng = np.random.default_rng(0)
    above = 0
    for _ in range(50):
        prices = Prices(
            np.maximum(0, found.prices.place + rng.integers(-300_000, 300_000, 4)),
            found.prices.served + rng.integers(-300_000, 300_000, len(found.prices.served)),
        )
        bound = bound_of(network, found.coverage.counts, prices)
        assert bound >= found.value
        above += bound > found.value
    assert above > 25


@pytest.mark.parametrize("seed", range(40))
def test_one_more_place_is_worth_what_it_says(seed):
    """Solved again with the place, the value rises by just that, or one more person is served."""
    network = random_network(500 + seed, n=12, m=5, density=0.5)
    found = checked(network)
    worth = worth_of_one_more(network, found.flow, found.prices)
    tight = {int(j) for part in bottlenecks(network, found.flow) for j in part.carers}
    for j in range(5):
        more = network.places.copy()
        more[j] += 1
        again = solve(with_places(network, more))
        gained = again.coverage.counts.sum() - found.coverage.counts.sum()
        assert gained == (j in tight)
        if not gained:
            assert again.value - found.value == worth[j]


def with_places(network: Network, places) -> Network:
    """More places, the price of loads as it was."""
    changed = dataclasses.replace(network, places=places)
    changed.__dict__["capacity"] = network.capacity
    return changed


def test_nobody_and_nothing():
    """No people, no carers, and nobody admitted are answers too."""
    for n, m in ((0, 3), (3, 0), (0, 0), (2, 2)):
        network = network_of(np.zeros((n, m)), np.zeros((n, m)), [1] * m)
        found = checked(network)
        assert not found.flow.served.any()
        assert (found.value, found.coverage.counts.tolist()) == (0, [0])


def test_equal_load_costs_share_people_by_capacity():
    """Among equals 9 people go 3 : 6 to capacities 4 and 8, the least of Σ x²/C."""
    gain = np.full((9, 2), 0.5)
    network = network_of(gain, np.ones((9, 2)), [4, 8], fairness=0.2)
    assert loads_of(network, checked(network).flow).tolist() == [3, 6]


def test_loads_held_count():
    """A carer who keeps two of three is given the last of two people only when others are full."""
    gain = np.full((2, 2), 0.5)
    network = network_of(gain, np.ones((2, 2)), [1, 3], held=[2, 0], fairness=0.2)
    assert loads_of(network, checked(network).flow).tolist() == [0, 2]


def test_required_people_go_first_even_where_others_fit_better():
    """One place: the required person of fit 0.1 has it, not the other of fit 0.9."""
    network = network_of(np.array([[0.9], [0.1]]), np.ones((2, 1)), [1], level=[1, 0])
    assert checked(network).flow.at.tolist() == [-1, 0]


@pytest.mark.parametrize("seed", range(30))
def test_bottlenecks_prove_that_no_more_can_be_served(seed):
    """Each has no other carers and fewer places than people; together they miss all unserved."""
    network = random_network(2000 + seed, n=14, m=6, density=0.25, most=2)
    flow = most_served(network).flow
    parts = bottlenecks(network, flow)
    able = np.diff(network.start) > 0
    assert sum(part.missing for part in parts) == (~flow.served & able).sum()
    for part in parts:
        outside = ~np.isin(network.carer, part.carers) & np.isin(network.person, part.people)
        assert not outside.any()
        assert part.places == network.places[part.carers].sum() < len(part.people)
